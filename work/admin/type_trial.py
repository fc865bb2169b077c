"""A version tried on a real item: what it would be asked, in words. Nothing is written."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from work.admin import reach
from work.admin.steps import StepForm
from work.exceptions import Forbidden, Reason, Unknown
from work.models import WorkItem, WorkTypeVersion
from work.permissions import Scope
from work.reasons import Names, say
from work.services._merge import Fate
from work.services.versions import Trial, try_version
from work.states import AnswerState, Gate, Mode, RequiredAt, Verb

FATES = {
    Fate.KEPT: pgettext_lazy("fate of a line", "Stays"),
    Fate.NEW: pgettext_lazy("fate of a line", "New"),
    Fate.AGAIN: pgettext_lazy("fate of a line", "Asked anew: the answer does not fit"),
    Fate.WITHDRAWN: pgettext_lazy("fate of a line", "Withdrawn"),
    Fate.STAYS: pgettext_lazy("fate of a line", "Stays: the item's own"),
}


class ItemForm(StepForm):
    """Which item."""

    item = forms.CharField(
        label=gettext_lazy("Number of the work item"),
        max_length=20,
        help_text=gettext_lazy("As W-1042 or 1042."),
    )


def show(page: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask for an item by its number; say what it would be asked."""
    version = page.get_object(request, object_id)
    if version is None:
        raise Http404
    form = ItemForm(request.GET) if "item" in request.GET else ItemForm()
    found = None
    if form.is_bound and form.is_valid():
        found = _tried(reach.who(request), version, form.cleaned_data["item"])
        if found is None:
            form.add_error("item", _("There is no such work item here, or it is not yours to see."))
    values = {
        **page.admin_site.each_context(request),
        "title": _("Try it on a work item"),
        "subtitle": str(version),
        "opts": page.opts,
        "original": version,
        "version": version,
        "form": form,
        "trial": found,
        "back": reverse("admin:work_worktypeversion_change", args=[version.pk]),
        "media": page.media,
    }
    return TemplateResponse(request, "work/admin/trial.html", values)


def _tried(who: Scope, version: WorkTypeVersion, typed: str) -> dict[str, Any] | None:
    number = typed.strip().upper().removeprefix("W-")
    if not (number.isdecimal() and len(number) < 10):
        return None
    rows = WorkItem.objects.filter(site=version.type.site_id, number=int(number))
    item_id = rows.values_list("pk", flat=True).first()
    if item_id is None:
        return None
    try:
        return in_words(
            try_version(who, version_id=version.pk, item_id=item_id, at=who.at), who, rows
        )
    except (Unknown, Forbidden):
        return None


def in_words(trial: Trial, who: Scope, rows: Any) -> dict[str, Any]:
    """A trial as the page shows it."""
    reasons = [
        *trial.dropped,
        *(each for several in trial.missing.values() for each in several),
        *(each for several in trial.refusals.values() for each in several),
        *(each for asked in trial.requirements for each in (asked.what, asked.reason) if each),
    ]
    names = Names(reasons, who)

    def words(several: Any) -> list[str]:
        return [
            f"{said.text} ({said.who})" if said.who else said.text
            for said in say(list(several), who, names)
        ]

    stages = {each.key: each.label for each in trial.stages}
    is_now = rows.select_related("type", "type_version", "place", "site").get()
    return {
        "item": is_now,
        "url": reverse("work:item_detail", args=[is_now.site.slug, f"W-{is_now.number}"]),
        "missing": [
            (RequiredAt(step).label, [str(each.params["label"]) for each in several])
            for step, several in trial.missing.items()
        ],
        "dropped": words(trial.dropped),
        "stage": stages.get(trial.stage, ""),
        "stages": list(stages.values()),
        "parts": [
            (_("Acceptance criteria"), _parts(trial.criteria)),
            (_("Checklist"), _parts(trial.lines)),
        ],
        "requirements": [
            {
                "gate": Gate(asked.gate).label,
                "what": words([asked.what])[0],
                "mode": Mode(asked.mode).label,
                "answer": AnswerState(asked.answer).label,
                "why": words([asked.reason])[0] if asked.reason and not asked.holds else "",
                "holds": asked.holds,
            }
            for asked in trial.requirements
        ],
        "verbs": [(Verb(verb).label, words(_once(why))) for verb, why in trial.refusals.items()],
        "four_eyes": trial.four_eyes,
    }


def _parts(parts: Any) -> list[tuple[str, Any]]:
    return [(part.text, FATES[part.fate]) for part in parts]


def _once(several: list[Reason]) -> list[Reason]:
    return list({str(each.as_json()): each for each in several}.values())
