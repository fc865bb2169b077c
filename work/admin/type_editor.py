"""The editor of a draft: one page for all that a version says; a published one is shown alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work import reasons
from work.admin import reach
from work.admin.forms import told
from work.admin.type_forms import ROWS, SETTINGS, STEP, Row, Rows, SettingsForm, rows_of, with_keys
from work.exceptions import NotDone, Stale, Unknown
from work.models import WorkTypeVersion
from work.services import types

# Each part with its title, and what it is for.
_PARTS: dict[str, tuple[Any, Any]] = {
    "fields": (
        gettext_lazy("Fields"),
        gettext_lazy("What is asked of this work besides what every work item has."),
    ),
    "stages": (
        gettext_lazy("Stages"),
        gettext_lazy("Steps inside a status, as: loading, sealed, on the road."),
    ),
    "criteria": (
        gettext_lazy("Acceptance criteria"),
        gettext_lazy("What must be true before the work is closed: proven, or judged by name."),
    ),
    "lines": (
        gettext_lazy("Checklist"),
        gettext_lazy("Questions answered during the work; at a hold point it stops until allowed."),
    ),
}
# So many empty rows come when more are asked for.
_MORE = 3


@dataclass(frozen=True)
class Trouble:
    """One thing to put right: where it is said, and what it is."""

    anchor: str
    where: str
    text: str


class Draft:
    """A version before its editor: the settings form and a formset for each part."""

    def __init__(self, version: WorkTypeVersion, data: QueryDict | None, editable: bool) -> None:
        self.version = version
        first = {name: getattr(version, name) for name in SETTINGS}
        first["seen"] = types.writing(version.pk)
        self.settings = SettingsForm(data, initial=first)
        self.parts: dict[str, Rows] = {
            part: rows_of(part, 1 if editable else 0)(
                data, prefix=part, initial=_initial(version, part)
            )
            for part in ROWS
        }
        if not editable:
            for form in [self.settings, *(each for rows in self.parts.values() for each in rows)]:
                for field in form.fields.values():
                    field.disabled = True

    def rows(self) -> tuple[dict[str, list[Row]], dict[str, list[dict[str, Any]]]]:
        """The rows that stay, and what they say, by part."""
        kept = {part: rows.kept() for part, rows in self.parts.items()}
        said = {part: with_keys(part, [row.said() for row in rows]) for part, rows in kept.items()}
        return kept, said

    def checked(self) -> dict[str, list[dict[str, Any]]] | None:
        """What the rows say, by part; None where there are faults, each said at its field."""
        read = self.settings.is_valid()
        if not all(rows.is_valid() for rows in self.parts.values()):
            return None
        kept, said = self.rows()
        settings = self.settings.said() if read else {}
        faults = types.draft_faults(self.version.type_id, settings, said)
        for fault in faults:
            form: forms.Form = self.settings
            if fault.part != "settings":
                row = kept[fault.part][fault.index]
                unnamed = not row["key"].value() and not row[row.named].value()
                if fault.column == "key" and unnamed:
                    continue  # made from words that are not there yet
                form = row
            form.add_error(fault.column, reasons.text(fault.reason))
        return said if read and not faults else None

    def troubles(self) -> list[Trouble]:
        """All that is to be put right, in the order of the page."""
        found = list(_troubles(_("Settings"), [self.settings]))
        for part, rows in self.parts.items():
            title = str(_PARTS[part][0])
            found += [Trouble(f"part-{part}", title, str(text)) for text in rows.non_form_errors()]
            found += _troubles(title, rows.forms)
        return found


def _initial(version: WorkTypeVersion, part: str) -> list[dict[str, Any]]:
    names = [name for name in ROWS[part].base_fields if name != "position"]
    return [
        {"position": (index + 1) * STEP, **{name: getattr(row, name) for name in names}}
        for index, row in enumerate(getattr(version, part).all())
    ]


def _troubles(title: str, several: Sequence[forms.Form]) -> Iterable[Trouble]:
    for index, form in enumerate(several, 1):
        for name, errors in form.errors.items():
            if name == forms.forms.NON_FIELD_ERRORS:
                continue
            field = form[name]
            where = f"{title} · {field.label}"
            if isinstance(form, Row):
                where = f"{title} {index} · {field.label}"
            for text in errors:
                yield Trouble(field.id_for_label, where, text)


def edit(page: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page of a version: GET shows it, POST writes the draft, or gives more rows."""
    version = page.get_object(request, unquote(object_id))
    if version is None:
        raise Http404
    may = page.has_change_permission(request, version)
    if request.method == "POST" and not may:
        raise PermissionDenied
    editable = may and version.published_at is None
    sent = request.POST if request.method == "POST" else None
    more = sent.get("_more", "") if sent is not None else ""
    if sent is not None and more in ROWS:
        return _page(page, request, Draft(version, _longer(sent, more), editable), 200)
    draft = Draft(version, sent, editable or sent is not None)
    status = 200
    if sent is not None:
        status = 422
        said = draft.checked()
        if said is not None:
            try:
                return _write(request, draft, said)
            except Unknown:
                raise Http404 from None
            except Stale:
                status = 409
                _tell_stale(draft)
            except NotDone as error:
                for line in told(error, reach.who(request)):
                    draft.settings.add_error(None, line)
    return _page(page, request, draft, status)


def _longer(sent: QueryDict, part: str) -> QueryDict:
    """The same, with more rows of a part that nothing was typed in."""
    longer = sent.copy()
    name = f"{part}-TOTAL_FORMS"
    text = sent.get(name, "")
    count = int(text) if text.isdecimal() and len(text) < 4 else 0
    longer[name] = str(count + _MORE)
    for index in range(count, count + _MORE):
        for column, field in ROWS[part].base_fields.items():
            if field.initial:
                longer[f"{part}-{index}-{column}"] = str(field.initial)
    return longer


def _write(request: HttpRequest, draft: Draft, said: dict[str, Any]) -> HttpResponse:
    settings = draft.settings
    version = types.write_draft(
        actor=request.user,
        act=settings.cleaned_data["act"],
        version_id=draft.version.pk,
        settings=settings.said(),
        seen=settings.cleaned_data["seen"],
        **said,
    )
    messages.success(request, _("The draft is saved. Nobody works with it until it is published."))
    step = next((name for name in ("try", "publish") if f"_{name}" in request.POST), "change")
    names = {"try": "try_out", "publish": "publish", "change": "change"}
    return HttpResponseRedirect(
        reverse(f"admin:work_worktypeversion_{names[step]}", args=[version.pk])
    )


def _tell_stale(draft: Draft) -> None:
    """What was typed stays, and stands when it is sent again."""
    draft.settings.data = draft.settings.data.copy()
    draft.settings.data["seen"] = str(types.writing(draft.version.pk))
    draft.settings.add_error(
        None,
        _(
            "Somebody wrote this draft while you had it open. Nothing of yours was saved: open the"
            " draft in another window to see what is there now, and save again if yours is to"
            " stand."
        ),
    )


def _page(page: ModelAdmin, request: HttpRequest, draft: Draft, status: int) -> HttpResponse:
    version = draft.version
    bound = draft.settings.is_bound and status != 200
    editable = version.published_at is None and page.has_change_permission(request, version)
    values = {
        **page.admin_site.each_context(request),
        "title": str(version.type),
        "subtitle": _("version %(number)s") % {"number": version.number},
        "opts": page.opts,
        "original": version,
        "version": version,
        "draft": draft,
        "form": draft.settings,
        "editable": editable,
        "troubles": draft.troubles() if bound else [],
        "parts": [(part, title, text, draft.parts[part]) for part, (title, text) in _PARTS.items()],
        "acts": page.acts_of(request, version),
        "media": page.media,
    }
    return TemplateResponse(request, "work/admin/editor.html", values, status=status)
