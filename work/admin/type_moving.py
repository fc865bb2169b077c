"""Open items moved to a version: first what that does to each, then it is done, some at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from work.admin import reach
from work.admin.forms import told
from work.admin.steps import StepForm
from work.exceptions import Forbidden, NotDone, Unknown
from work.models import TypeField, WorkItem, WorkTypeVersion
from work.permissions import Scope, visible
from work.reasons import Names, once, say
from work.services.versions import MOVED, REFUSED, THERE, Outcome, move_open_items, preview_move
from work.states import OPEN

# So many are looked at, and moved, by one request.
AT_ONCE = 500
_PAGE = 50
_RESULTS = {
    False: {MOVED: gettext_lazy("Would be moved"), REFUSED: gettext_lazy("Would stay")},
    True: {
        MOVED: gettext_lazy("Moved"),
        REFUSED: gettext_lazy("Stays"),
        THERE: gettext_lazy("Was there"),
    },
}


class These(StepForm):
    """The items that were looked at: those and no others are moved."""

    items = forms.CharField(widget=forms.HiddenInput, required=False)

    def ids(self) -> list[int]:
        """Their ids."""
        known = [each for each in self.cleaned_data["items"].split(",") if each.isdecimal()]
        return [int(each) for each in known if len(each) < 19][:AT_ONCE]


@dataclass(frozen=True)
class Line:
    """What becomes of an item, in words."""

    number: int
    url: str
    result: str
    refused: bool
    texts: tuple[str, ...]


def move(page: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET looks at some items, POST moves those; both say what becomes of each."""
    version = page.get_object(request, object_id)
    if version is None:
        raise Http404
    who = reach.who(request)
    form, done, outcomes = These(), False, []
    after = _number(request.GET.get("after", ""))
    wanted, left = _batch(who, version, after)
    if request.method == "POST":
        form = These(request.POST)
        if form.is_valid():
            wanted = form.ids()
            try:
                outcomes = move_open_items(
                    actor=request.user,
                    version_id=version.pk,
                    item_ids=wanted,
                    act=form.cleaned_data["act"],
                )
                done = True
            except Unknown:
                raise Http404 from None
            except NotDone as error:
                for line in told(error, who):
                    form.add_error(None, line)
            left = _waiting(who, version, max(wanted, default=after)).exists()
    elif wanted:
        try:
            outcomes = preview_move(who, version_id=version.pk, item_ids=wanted)
        except (Unknown, Forbidden):
            outcomes = []
        form = These(initial={"items": ",".join(str(pk) for pk in wanted)})
    outcomes.sort(key=lambda each: each.result != REFUSED)
    return _page(page, request, version, form, outcomes, done, max(wanted, default=0), left)


def _page(
    page: ModelAdmin,
    request: HttpRequest,
    version: WorkTypeVersion,
    form: These,
    outcomes: Sequence[Outcome],
    done: bool,
    last: int,
    left: bool,
) -> HttpResponse:
    # What was done is said whole: it is not to be had again.
    several = Paginator(outcomes, max(len(outcomes), 1) if done else _PAGE)
    shown = several.get_page(request.GET.get("page"))
    counts = Counter(each.result for each in outcomes)
    values = {
        **page.admin_site.each_context(request),
        "title": _("Move open items"),
        "subtitle": str(version),
        "opts": page.opts,
        "original": version,
        "version": version,
        "form": form,
        "done": done,
        "counts": [(str(word), counts[code]) for code, word in _RESULTS[done].items()],
        "would": counts[MOVED],
        "lines": _lines(version, shown.object_list, reach.who(request), done),
        "several": shown,
        "next_after": last if left else 0,
        "back": reverse("admin:work_worktypeversion_change", args=[version.pk]),
        "after": request.GET.get("after", ""),
        "media": page.media,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "work/admin/moving.html", values, status=status)


def _waiting(who: Scope, version: WorkTypeVersion, after: int) -> Any:
    rows = WorkItem.objects.filter(visible(who), type=version.type_id, status__in=sorted(OPEN))
    return rows.exclude(type_version=version.pk).filter(pk__gt=after).order_by("pk")


def _batch(who: Scope, version: WorkTypeVersion, after: int) -> tuple[list[int], bool]:
    ids = list(_waiting(who, version, after).values_list("pk", flat=True)[: AT_ONCE + 1])
    return ids[:AT_ONCE], len(ids) > AT_ONCE


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _lines(
    version: WorkTypeVersion, outcomes: Sequence[Outcome], who: Scope, done: bool
) -> list[Line]:
    names = Names([reason for each in outcomes for reason in each.reasons], who)
    called = _called(version, outcomes)
    site = version.type.site.slug
    return [
        Line(
            number=each.number,
            url=reverse("work:item_detail", args=[site, f"W-{each.number}"]) if each.number else "",
            result=str(_RESULTS[done].get(each.result, _RESULTS[True][THERE])),
            refused=each.result == REFUSED,
            texts=tuple(said.text for said in say(once(each.reasons, names), who, names))
            + tuple(_becomes(each.becomes, called)),
        )
        for each in outcomes
    ]


def _called(version: WorkTypeVersion, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """What the fields are called whose values are dropped, by key: as the newest version says."""
    keys = {key for each in outcomes for key in each.becomes.get("values", ())}
    if not keys:
        return {}
    rows = TypeField.objects.filter(version__type=version.type_id, key__in=keys)
    return dict(rows.order_by("version__number").values_list("key", "label"))


def _becomes(becomes: Mapping[str, list[str]], called: Mapping[str, str]) -> list[str]:
    """What changes on an item, in words."""
    counts = {name: len(keys) for name, keys in becomes.items()}
    texts = []
    for fate in ("new", "again", "withdrawn"):
        for part in ("criteria", "lines"):
            if count := counts.get(f"{part}_{fate}", 0):
                texts.append(_counted(part, fate, count))
    if keys := becomes.get("values"):
        dropped = ", ".join(called.get(key, key) for key in keys)
        texts.append(_("Values dropped: %(keys)s") % {"keys": dropped})
    if becomes.get("stage"):
        texts.append(_("It leaves its stage"))
    return texts


def _counted(part: str, fate: str, count: int) -> str:
    match part, fate:
        case "criteria", "new":
            text = ngettext("%(count)d new criterion", "%(count)d new criteria", count)
        case "criteria", "again":
            text = ngettext(
                "%(count)d criterion asked anew", "%(count)d criteria asked anew", count
            )
        case "criteria", _:
            text = ngettext("%(count)d criterion withdrawn", "%(count)d criteria withdrawn", count)
        case "lines", "new":
            text = ngettext("%(count)d new line", "%(count)d new lines", count)
        case "lines", "again":
            text = ngettext("%(count)d line asked anew", "%(count)d lines asked anew", count)
        case _:
            text = ngettext("%(count)d line withdrawn", "%(count)d lines withdrawn", count)
    return text % {"count": count}
