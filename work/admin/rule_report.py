"""What rules that watch or warn would have stopped in the last days, had they been enforced."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.admin import reach
from work.admin.steps import StepForm
from work.models import Site, WorkItem
from work.permissions import Scope
from work.reads.stopped import DAYS, Stopped, would_have_stopped
from work.reasons import Names
from work.states import Gate, Mode

# So many of a rule's items are linked; of more it is said how many.
_ITEMS = 20


@dataclass(frozen=True)
class Line:
    """What one rule would have stopped, in words."""

    rule: Any
    url: str
    count: int
    modes: list[tuple[str, int]]
    gates: list[tuple[str, int]]
    places: list[tuple[str, int]]
    clears: list[tuple[str, int]]
    items: list[tuple[str, str]]
    more: int


class Where(StepForm):
    """Of which site."""

    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("site"), required=False)


def show(page: Any, request: HttpRequest) -> HttpResponse:
    """The rules of a site that would have stopped something, most first."""
    sites = Site.objects.filter(pk__in=page.sites(request)).order_by("name")
    form = Where(request.GET if "site" in request.GET else None)
    form.fields["site"].queryset = sites  # type: ignore[attr-defined]
    site = (form.cleaned_data["site"] if form.is_bound and form.is_valid() else None) or sites[0]
    form.fields["site"].initial = site
    who = reach.who(request)
    found = would_have_stopped(who, site_id=site.pk, at=who.at)
    values = {
        **page.admin_site.each_context(request),
        "title": _("What the last %(days)s days would have stopped") % {"days": DAYS},
        "subtitle": str(site),
        "opts": page.opts,
        "form": form,
        "many": len(sites) > 1,
        "lines": _lines(found, site, who),
        "back": reverse("admin:work_requirementrule_changelist"),
        "media": page.media + form.media,
    }
    return TemplateResponse(request, "work/admin/rule_report.html", values)


def _lines(found: Iterable[Stopped], site: Site, who: Scope) -> list[Line]:
    found = list(found)
    wanted = {pk for each in found for pk in sorted(each.items)[-_ITEMS:]}
    numbers = dict(WorkItem.objects.filter(pk__in=wanted).values_list("pk", "number"))
    pairs = [_pair(clears) for each in found for clears in each.clears if clears]
    names = Names([], who, pairs)
    return [
        Line(
            rule=each.rule,
            url=reverse("admin:work_requirementrule_change", args=[each.rule.pk]),
            count=each.count,
            modes=[(Mode(code).label, count) for code, count in each.modes.most_common()],
            gates=[(Gate(code).label, count) for code, count in each.gates.most_common()],
            places=[(str(place), count) for place, count in each.places.most_common()],
            clears=[
                (names.who(_pair(code))[0] if code else _("nobody was named"), count)
                for code, count in each.clears.most_common()
            ],
            items=[
                (
                    f"W-{numbers[pk]}",
                    reverse("work:item_detail", args=[site.slug, f"W-{numbers[pk]}"]),
                )
                for pk in sorted(each.items)[-_ITEMS:]
            ],
            more=max(len(each.items) - _ITEMS, 0),
        )
        for each in found
    ]


def _pair(clears: str) -> tuple[str, str]:
    kind, _colon, key = clears.partition(":")
    return kind, key
