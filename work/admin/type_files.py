"""A type given as a file, and taken from one: first what it would change, then the draft."""

import codecs
import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work import reasons
from work.admin import reach
from work.admin.forms import told
from work.admin.steps import StepForm
from work.exceptions import Forbidden, NotDone, Unknown
from work.models import Act, Site, WorkType
from work.reads.version_changes import PARTS, column_word, part_words, settings_words
from work.services.type_files import LARGEST, ImportNote, export, import_type, preview
from work.states import Mode


def give(page: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The version as a file, with the rules that name its type where asked for."""
    version = page.get_object(request, object_id)
    if version is None:
        raise Http404
    who = reach.who(request)
    with_rules = "rules" in request.GET
    try:
        text = export(who, version_id=version.pk, at=who.at, with_rules=with_rules)
    except (Unknown, Forbidden):
        raise Http404 from None
    code = slugify(version.type.code) or "type"
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{code}-v{version.number}.json"'},
    )


class FileForm(StepForm):
    """Which file, where, and under which code.

    said: the file once it was read; looked: what was said that it changes.
    """

    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("site"))
    file = forms.FileField(label=gettext_lazy("File of a work type"), required=False)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Empty: the code in the file."),
    )
    with_rules = forms.BooleanField(
        label=gettext_lazy("Make the rules in it that the site does not have"), required=False
    )
    said = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    looked = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, sites: QuerySet[Site], **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["site"]
        field.queryset = sites  # type: ignore[attr-defined]
        if len(sites) == 1:
            field.initial = sites[0]

    def clean(self) -> dict[str, Any]:
        """The bytes of the file: sent now, or kept in the page since it was read."""
        known = super().clean() or {}
        sent = known.get("file")
        if sent is not None and sent.size > LARGEST:
            known["data"] = b" " * (LARGEST + 1)  # refused as too large, and not read
        elif sent is not None:
            known["data"] = sent.read()
        else:
            known["data"] = known.get("said", "").encode("utf-8", "surrogatepass")
        if not known["data"]:
            self.add_error("file", _("Choose a file."))
        return known

    def asked(self) -> str:
        """What is asked for, as a short word. Browsers end lines in their own way."""
        said = self.cleaned_data
        lines = said["data"].removeprefix(codecs.BOM_UTF8).splitlines()
        return _short(said["site"].pk, said["code"], said["with_rules"], lines)

    def wanted(self, note: ImportNote) -> str:
        """What was looked at: a draft is made of this and of nothing else."""
        return f"{self.asked()}-{_short(note)}"

    def is_again(self) -> bool:
        """Whether this was asked for and done before, so that it is said again what came of it."""
        same = self.cleaned_data["looked"].startswith(f"{self.asked()}-")
        return same and Act.objects.filter(pk=self.cleaned_data["act"]).exists()


def _short(*said: Any) -> str:
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def take(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """A file is read and what it would change is said; sent again, the draft is made of it."""
    sites = Site.objects.filter(pk__in=reach.site_ids(request)).order_by("name")
    if request.method != "POST":
        return _page(page, request, FileForm(sites=sites), None)
    form = FileForm(request.POST, request.FILES, sites=sites)
    if not form.is_valid():
        return _page(page, request, form, None)
    said = form.cleaned_data
    given = {name: said[name] for name in ("data", "code", "with_rules")}
    given["site_id"] = said["site"].pk
    note = None
    try:
        note = preview(reach.who(request), **given)
        looked_at = said["looked"] == form.wanted(note) or form.is_again()
        if "_take" in request.POST and looked_at:
            made = import_type(actor=request.user, act=said["act"], seen=note.writing, **given)
            messages.success(request, _("The draft is made of the file."))
            return HttpResponseRedirect(
                reverse("admin:work_worktypeversion_change", args=[made.pk])
            )
    except NotDone as error:
        for line in told(error, reach.who(request)):
            form.add_error(None, line)
    if note is not None and not note.faults:
        form.data = form.data.copy()
        form.data["said"] = said["data"].decode("utf-8-sig")
        form.data["looked"] = form.wanted(note)
    return _page(page, request, form, note)


def _page(
    page: ModelAdmin, request: HttpRequest, form: FileForm, note: ImportNote | None
) -> HttpResponse:
    values = {
        **page.admin_site.each_context(request),
        "title": _("Take a type from a file"),
        "opts": page.opts,
        "form": form,
        "note": note,
        "faults": [reasons.text(each) for each in note.faults] if note else [],
        "would": _changes(note) if note and not note.faults else [],
        "stays": [column_word(WorkType, name) for name in note.stays] if note else [],
        "rules_new": [
            (note.texts["rules"][key], key, Mode(mode).label)
            for key, mode in (note.rules_new if note and not note.faults else {}).items()
        ],
        "rules_stay": list(note.rules_stay) if note else [],
        "back": reverse("admin:work_worktype_changelist"),
        "media": page.media + form.media,
    }
    refused = bool(form.errors or (note and note.faults))
    return TemplateResponse(
        request, "work/admin/type_file.html", values, status=422 if refused else 200
    )


def _changes(note: ImportNote) -> list[Any]:
    was: Mapping[str, Any] = {name: pair[0] for name, pair in note.settings.items()}
    now: Mapping[str, Any] = {name: pair[1] for name, pair in note.settings.items()}
    rows = settings_words(was, now)
    for part in PARTS:
        if part in note.parts:
            rows += part_words(part, note.parts[part], note.texts[part])
    return rows
