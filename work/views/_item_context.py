"""The context of the item page: everything it shows."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _

from work.exceptions import NotDone
from work.models import Blocker, ChecklistLine, Criterion, Evidence, Hold, Prerequisite
from work.permissions import Action, can
from work.reads import item as read
from work.reads import item_header
from work.reads.item import Page
from work.reads.item_asked import coming_criterion
from work.services.guards import missing_to_close
from work.states import ENDED, Status
from work.views import _item_bar as bar
from work.views._acts import SPECS, Spec
from work.views._item_acts import Failed, acts, put_part_acts, view
from work.views._item_folds import Folds
from work.views._panels import panels, ways

_NOT_MET = ("unmet", "unknown")
_NOTHING = SimpleNamespace(criteria=(), lines=())
_SECTIONS: Mapping[Any, str] = {
    Blocker: "requirements",
    Prerequisite: "requirements",
    Criterion: "criteria",
    Evidence: "evidence",
    Hold: "holds",
    "evidence": "evidence",
    "comment": "history",
}


def shown(page: Page) -> SimpleNamespace:
    """The item itself, read at the page's moment."""
    return SimpleNamespace(**item_header.header(page))


def context(
    page: Page,
    *,
    refusal: dict[str, Any] | None = None,
    failed: Failed | None = None,
    done: Spec | None = None,
    whole: frozenset[str] = frozenset(),
    before: int | None = None,
) -> dict[str, Any]:
    """Everything that templates/work/item_detail.html expects.

    done: what was done just now, which says where the reader goes on.
    whole: the long lists that are shown to their end; all of them where a form came back, which may
    stand in any row. before: the event before which the history that is shown begins.
    """
    item, rows = page.item, page.rows
    folds = Folds(page, whole, before, cut=failed is None)
    put_part_acts(page, failed)
    missing = [] if item.status in ENDED else missing_to_close(page.facts, page.at)
    missing = read.countable(page, missing)
    answered = sum(1 for row in rows.lines if row["answered"])
    proving = item.status in (Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE) and can(
        page.who, Action.EVIDENCE, item, executors=page.executor_ids
    )
    noting = can(page.who, Action.COMMENT, item)
    # What is not met comes first, and the newest proof; what was struck comes last.
    asked = sorted(rows.requirements, key=lambda row: row["answer"] not in _NOT_MET)
    proof = rows.evidence[::-1]
    proof.sort(key=lambda row: row["struck"])
    shows = read.url(page.site, item.number, "evidence") + "?shows=criterion:" if proving else ""
    wanted = [
        {"text": row["text"], "url": shows and f"{shows}{row['pk']}"}
        for row in rows.criteria
        if row["needs_evidence"] and row["state"] == "open"
    ]
    # A request gets what its type asks when it is planned.
    of_type = page.facts.definition if item.status == Status.REQUESTED else _NOTHING
    coming = [coming_criterion(each) for each in of_type.criteria]
    criteria = rows.criteria or coming
    every = acts(page, failed)
    next_line = next((row for row in rows.lines if row["now"]), None)
    focus = _focus(done)
    if next_line is not None:
        next_line["focus"] = focus == "line"
    values = {
        "site": page.site,
        "item": shown(page),
        "acts": every,
        "bar": bar.of(page, every, next_line),
        "focus": focus,
        "lines_done": focus == "line" and next_line is None,
        "blocking": rows.blockers,
        "blocking_more": max(0, len(rows.blockers) - 3),
        "blockers": folds.cut("requirements", rows.blockers, "blocker"),
        "requirements": folds.cut("requirements", asked, "requirement"),
        "context_rows": item_header.context_rows(page),
        "criteria": criteria,
        "criteria_more": max(0, len(criteria) - 4),
        "done_text": item_header.done_text(page),
        "lines": rows.lines,
        "lines_coming": 0 if rows.lines else len(of_type.lines),
        "lines_text": f"{answered}/{len(rows.lines)}" if rows.lines else "",
        "evidence": folds.cut("evidence", proof),
        "evidence_count": len(proof),
        "evidence_missing": folds.cut("evidence", wanted),
        "evidence_act": view(page, SPECS["evidence"], [], failed) if proving else None,
        "note_act": view(page, SPECS["comment"], [], failed) if noting else None,
        "missing": read.reason_list(page, folds.few("closure", missing)),
        "missing_count": len(missing),
        "holds": rows.holds,
        "children": rows.children,
        "history": page.history,
        "stretches": folds.stretches(page.past.older),
        "panels": panels("item", page.who, page.item, page.at),
        "ways": ways("item", page.item),
        "refusal": refusal,
        "more": folds.links(),
    }
    for act in values["acts"]:
        folds.point(act.reasons)
    folds.point(values["missing"])
    if refusal is not None:
        folds.point(refusal["reasons"])
        if failed is not None and not failed.drawn:
            refusal["typed"] = failed.typed()
    return values


def _focus(done: Spec | None) -> str:
    """Where the reader goes on: at the next line, at the list that changed, or at the head."""
    if done is None:
        return ""
    if done.part is ChecklistLine:
        return "line"
    return section_of(done) or "head"


def section_of(done: Spec) -> str:
    """The section of the page that an act is about; empty where it is about the item itself."""
    if done.part is not None:
        return _SECTIONS.get(done.part, "")
    return _SECTIONS.get(done.verb, "")


def refusal_of(page: Page, spec: Spec, error: NotDone, kind: str) -> dict[str, Any]:
    """What components/refusal.html says of an act that did not happen."""
    title = _("%(act)s %(label)s") % {"act": spec.label, "label": read.label(page.item.number)}
    return {"kind": kind, "title": title, "reasons": read.reason_list(page, error.reasons)}
