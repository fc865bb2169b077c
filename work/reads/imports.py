"""What the import pages show: runs, how far they are, what they found."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work import ports
from work.models import AssetClass, Site, WorkItem, WorkType
from work.models.imports import UNDER_WAY, ImportPass, ImportRow, ImportRun, ImportState
from work.services.import_ import report
from work.services.import_.faults import WORDS, Fault
from work.services.import_.mapping import Kind
from work.states import OPEN, Status

SIZE = 30
_ICONS = {
    ImportState.DRAFT: "circle-dashed",
    ImportState.WAITING: "clock",
    ImportState.STAGING: "refresh-ccw",
    ImportState.LOADING: "refresh-ccw",
    ImportState.DONE: "check",
    ImportState.REFUSED: "octagon-x",
    ImportState.DROPPED: "circle-slash",
    ImportState.FAILED: "octagon-x",
}
_TONES = {ImportState.REFUSED: "stop", ImportState.FAILED: "stop"}
_KINDS = {
    "places": gettext_lazy("Places"),
    "assets": gettext_lazy("Assets"),
    "work": gettext_lazy("Work"),
}


@dataclass
class RunRow:
    """One run as the list and the head of its page show it."""

    pk: int
    url: str
    title: str
    kind_text: str
    mapping: str
    state: str
    state_text: str
    icon: str
    tone: str
    trial: bool
    by: str
    at: datetime
    ended_at: datetime | None
    found: str


def number(value: int) -> str:
    """A number as people write it."""
    return number_format(value, use_l10n=True, force_grouping=True)


def runs(site: Site) -> QuerySet[ImportRun]:
    """All runs of a site, the newest first."""
    rows = ImportRun.objects.filter(site=site).select_related("started_by")
    return rows.defer("mapping_text", "fault").order_by("-pk")


def row(site: Site, run: ImportRun) -> RunRow:
    """One run; `started_by` is loaded."""
    state = ImportState(run.state)
    compares = run.dry_run and state == ImportState.LOADING
    title = run.files[0]["name"] if run.files else run.mapping_name
    return RunRow(
        pk=run.pk,
        url=reverse("work:import_run", args=[site.slug, run.pk]),
        title=title or _("Import"),
        kind_text=_kind_text(run.kind),
        mapping=run.mapping_name,
        state=run.state,
        state_text=_("Comparing") if compares else str(state.label),
        icon=_ICONS[state],
        tone=_TONES.get(state, ""),
        trial=run.dry_run,
        by=run.started_by.name if run.started_by else _("the command line"),
        at=run.started_at,
        ended_at=run.ended_at,
        found=_found(run),
    )


def _kind_text(kind: str) -> str:
    importer = ports.importers.get(kind)
    return str(importer.title if importer else _KINDS.get(kind, kind))


def _found(run: ImportRun) -> str:
    """What a run found, in a line; the first of what is not nothing."""
    told = [
        f"{_(report.KINDS[kind])} {number(many)}"
        for kind, many in report.counts(run).items()
        if many
    ]
    return " · ".join(told[:5])


@dataclass
class Progress:
    """How far a run is. total empty: not known, and then there is no share."""

    passing: str
    done: str
    total: str
    share: int | None
    worked_on: bool


def progress(run: ImportRun, worked_on: bool) -> Progress | None:
    """How far a run is that is under way; None for others."""
    if run.state not in UNDER_WAY:
        return None
    begun = bool(run.at_pass) and run.state != ImportState.WAITING
    total = run.rows_total if begun else 0
    share = min(100, run.rows_done * 100 // total) if total else None
    return Progress(
        passing=_passing(run) if begun else _("Not begun"),
        done=number(run.rows_done) if begun and (total or run.rows_done) else "",
        total=number(total) if total else "",
        share=share,
        worked_on=worked_on,
    )


def _passing(run: ImportRun) -> str:
    if run.dry_run and run.at_pass == ImportPass.LOADING:
        return _("Comparing the records with what is here")
    return str(ImportPass(run.at_pass).label)


def figures(run: ImportRun, site: Site) -> list[dict[str, Any]]:
    """What the report counts, each kind named; of a load some lead to the list that is left."""
    late = ("conflict", "incomplete", "closed_in_source")
    tones = {"refused": "stop", **dict.fromkeys(late, "late")}
    lists = {
        "incomplete": reverse("work:import_incomplete", args=[site.slug]),
        "closed_in_source": reverse("work:item_list", args=[site.slug]) + "?source_closed=1",
    }
    return [
        {
            "label": _(report.KINDS[kind]),
            "count": number(many),
            "tone": tones.get(kind, "") if many else "",
            "url": lists.get(kind, "") if many and not run.dry_run else "",
        }
        for kind, many in report.counts(run).items()
    ]


def causes(run: ImportRun, site: Site) -> list[dict[str, Any]]:
    """Why records of the run arrived incomplete, the most first."""
    url = reverse("work:import_incomplete", args=[site.slug])
    counted = sorted(run.counts.get("causes", {}).items(), key=lambda each: (-each[1], each[0]))
    return [
        {
            "label": report.cause_words(cause),
            "count": number(many),
            "url": f"{url}?cause={cause}",
        }
        for cause, many in counted
    ]


def made(run: ImportRun) -> list[tuple[str, str]]:
    """What the run wrote, by sort."""
    found = run.counts.get("made", {})
    return [(_(word), number(found[name])) for name, word in report.MADE.items() if found.get(name)]


def fault_counts(run: ImportRun, current: str) -> list[dict[str, Any]]:
    """How many rows have each fault, the most first; each leads to its rows."""
    counted = sorted(run.counts.get("faults", {}).items(), key=lambda each: (-each[1], each[0]))
    return [
        {
            "label": fault_title(code),
            "count": number(many),
            "url": f"?fault={code}#faults",
            "current": code == current,
        }
        for code, many in counted
    ]


def fault_title(code: str) -> str:
    """A fault in words without what fills them."""
    return (_(WORDS.get(code, code)) % defaultdict(lambda: "…")).replace("….", "…")


def fault_rows(rows: Iterable[ImportRow], code: str = "") -> list[dict[str, Any]]:
    """Faults as a table shows them; with a code these alone."""
    return [
        {"fault": fault, "outcome": outcome, "refused": row.refused}
        for row in rows
        for fault, outcome in report.faults_of(row)
        if code in ("", fault.code)
    ]


def refusal_of(run: ImportRun) -> str:
    """Why the file as a whole was refused, or the run failed."""
    return str(Fault.from_json(run.fault)) if run.fault else ""


def mapping_constants(site: Site, kind: str) -> dict[str, list[tuple[str, str]]]:
    """What a mapping may say always, where the site has few such things: types or classes."""
    if kind is Kind.WORK:
        rows = WorkType.objects.filter(site=site, is_active=True).order_by("name")
        return {"fields.type": list(rows.values_list("code", "name"))}
    if kind is Kind.ASSETS:
        classes = AssetClass.objects.filter(site=site).order_by("name")
        return {"fields.asset_class": list(classes.values_list("code", "name"))}
    return {}


def open_counts(site: Site) -> tuple[int, int]:
    """Of the site: how many arrived incomplete, and how many are closed in the source alone."""
    at_site = WorkItem.objects.filter(site=site)
    incomplete = at_site.filter(status=Status.REQUESTED).exclude(incomplete=[])
    closed = at_site.filter(status__in=sorted(OPEN), closed_in_source_at__isnull=False)
    return incomplete.count(), closed.count()
