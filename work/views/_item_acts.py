"""The acts on the page of an item: which it shows, which are held and why, and with what form."""

from dataclasses import dataclass, field
from typing import Any

from django import forms

from work.exceptions import Reason
from work.models import WorkItem
from work.permissions import Action, Allowed, Denied, can
from work.reads import item as read
from work.reads.item import Page
from work.services.guards import missing_to_close, refusals
from work.states import ENDED, MOVES, LineAnswer, Status, Verb
from work.views._acts import SPECS, Spec
from work.views._item_forms import make_form

# Acts in the order of the page; the first that is a step forward is the primary one.
_ORDER = (
    "confirm-stopped",
    "plan",
    "start",
    "resume",
    "complete",
    "accept",
    "wait",
    "stage",
    "give-back",
    "raise-blocker",
    "assign",
    "edit",
    "require",
    "criterion",
    "hold",
    "stop",
    "return",
    "reopen",
    "cancel",
    "accept-loss",
)
_FORWARD = ("confirm-stopped", "plan", "start", "resume", "complete", "accept")
# As many reasons are said beside a held act.
_SAID = 5
_OF_CLOSING = (Verb.COMPLETE, Verb.ACCEPT)
_WHILE_OPEN = frozenset({"raise-blocker", "assign", "edit", "require", "criterion", "hold"})


@dataclass
class ActView:
    """One act as components/act.html draws it. page_url: the page of its form, where that is not
    drawn here; more_reasons: how many there are besides `reasons`, and pressing it says them all;
    more_url: where they stand on the page.
    """

    verb: str
    key: str
    label: Any
    url: str
    allowed: bool
    reasons: list[dict[str, str]] = field(default_factory=list)
    more_reasons: int = 0
    more_url: str = ""
    form: forms.Form | None = None
    seen: int | None = None
    primary: bool = False
    danger: bool = False
    small: bool = False
    has_file: bool = False
    page_url: str = ""


@dataclass
class Failed:
    """The form of an act that did not happen, with what was typed."""

    key: str
    form: forms.Form
    drawn: bool = False

    def typed(self) -> list[dict[str, str]]:
        """What was typed, in words; for a page that no longer draws the form."""
        rows = [
            {"label": str(bound.label), "text": str(bound.data).strip()}
            for bound in self.form.visible_fields()
            if isinstance(bound.data, str) and bound.widget_type != "password"
        ]
        return [row for row in rows if row["text"]]


def _shown(page: Page, spec: Spec) -> bool:
    """Whether the act belongs to the item's status at all."""
    item = page.item
    status = Status(item.status)
    if spec.move is not None:
        return status in MOVES[spec.move].sources
    match spec.verb:
        case "confirm-stopped":
            lapse = any(row["derived"] for row in page.rows.blockers)
            return status == Status.LIVE and (lapse or item.stop_asked_at is not None)
        case "stage":
            return len([s for s in page.facts.definition.stages if s.status == status]) > 1
        case "accept-loss":
            lost = status == Status.CANCELLED and item.loss_accepted_at is None
            return lost and _waited_for(page)
        case _:
            return status not in ENDED and spec.verb in _WHILE_OPEN


def _waited_for(page: Page) -> bool:
    """Whether the outcome of cancelled work is missed: by what it was part of, by what caused it,
    or by work that left it behind, itself or merged into it.
    """
    item = page.item
    if item.mandatory or page.facts.actions:
        return True
    left = item.source_item_id is not None and item.survivor_id is None
    return left or WorkItem.objects.filter(survivor=item.pk).exists()


def may(page: Page, spec: Spec, part: Any = None) -> Allowed | Denied:
    """Whether the act is this person's to do, as its door will say. part: what ?of= named."""
    who, item = page.who, page.item
    match spec.verb:
        case "clear" | "promise":
            return can(
                who,
                Action.CLEAR_BLOCKER,
                item,
                clears=part.clears,
                raised_by=part.raised_by_id,
                called=part.called,
            )
        case "waive" | "end-waiver":
            return can(who, Action.WAIVE, item, role=part.waivable_by)
        case "check":
            return can(who, Action.CHECK, item, role=part.params.get("role", ""))
        case "withdraw":
            return can(who, Action.REQUIRE, item)
    assert spec.action is not None
    return can(who, spec.action, item, executors=page.executor_ids)


def held(page: Page, spec: Spec) -> list[Reason]:
    """Why the act would not be done now: the same answers as its door gives."""
    verdict = may(page, spec)
    if not verdict:
        return [verdict.reason]
    if spec.move is None or spec.move == Verb.PLAN:
        # What planning needs is asked by its form.
        return []
    given = {"why": "asked by the form", "handback": True, "judged": _judgeable(page)}
    return refusals(page.facts, spec.move, page.at, who=page.who, given=given)


def _judgeable(page: Page) -> list[int]:
    return [each.pk for each in page.facts.criteria if not each.evidence]


def acts(page: Page, failed: Failed | None = None) -> list[ActView]:
    """The acts of the item in the order of the page."""
    shown = []
    for verb in _ORDER:
        spec = SPECS[verb]
        if not _shown(page, spec):
            continue
        reasons = held(page, spec)
        if not (reasons and _quiet(spec, reasons)):
            shown.append(view(page, spec, reasons, failed))
    forward = next((each for each in shown if each.verb in _FORWARD), None)
    if forward is not None:
        forward.primary = True
    return shown


def _quiet(spec: Spec, reasons: list[Reason]) -> bool:
    """Side acts that are simply not this person's are left out; steps are held and explained."""
    return spec.verb in _WHILE_OPEN and reasons[0].code in ("role_needed", "not_on_duty")


def view(
    page: Page, spec: Spec, reasons: list[Reason], failed: Failed | None, of: int | None = None
) -> ActView:
    """An act of the page: held with its reasons, with its form, or as a link to its form's page."""
    act = act_view(page, spec, of, None)
    if reasons:
        act.allowed, reasons = False, read.countable(page, reasons)
        said = reasons[:_SAID]
        if spec.move in _OF_CLOSING:
            # They stand under Missing to close: one is said, and what does not stand there.
            missing = missing_to_close(page.facts, page.at)
            first = next((each for each in reasons if each in missing), None)
            said = [each for each in reasons if each == first or each not in missing][:_SAID]
            act.more_url = "#closure" if len(said) < len(reasons) else ""
        act.reasons = read.reason_list(page, said)
        act.more_reasons = len(reasons) - len(said)
    elif failed is not None and failed.key == act.key and not spec.apart:
        act.form, failed.drawn = failed.form, True
    elif spec.apart or spec.part:
        act.page_url = act.url
    else:
        act.form = make_form(page, spec)
    return act


def act_view(page: Page, spec: Spec, of: int | None, form: forms.Form | None) -> ActView:
    """An allowed act with its form."""
    return ActView(
        verb=spec.verb,
        key=f"{spec.verb}-{of}" if of else spec.verb,
        label=spec.label,
        url=read.url(page.site, page.item.number, spec.verb) + (f"?of={of}" if of else ""),
        allowed=True,
        form=form,
        danger=spec.danger,
        small=bool(spec.part),
        has_file=spec.verb == "evidence",
    )


def _open(page: Page, act: ActView, of: int) -> ActView:
    """The act of the line that is next, with its form where it stands."""
    if act.form is None:
        act.form = make_form(page, SPECS["answer"], of)
    return act


def put_part_acts(page: Page, failed: Failed | None) -> None:
    """Hang the acts on blockers, requirements, lines, criteria, evidence and holds."""
    item, who = page.item, page.who
    is_open = item.status not in ENDED

    def put(row: dict[str, Any], verb: str, may: Any, seen: int | None = None) -> None:
        if may:
            act = view(page, SPECS[verb], [], failed, row["pk"])
            act.seen = seen
            row["acts"].append(act)

    for row in page.rows.blockers:
        if row["pk"] is None or not is_open:
            continue
        of = {name: row[name] for name in ("clears", "raised_by", "called")}
        may = can(who, Action.CLEAR_BLOCKER, item, **of)
        first = row["called"] and item.stop_asked_at is not None
        put(row, "clear", may and not row["derived"] and not first)
        put(row, "promise", may)
    for row in page.rows.requirements:
        stored = row["row"]
        if not is_open:
            continue
        waivable = stored.waivable_by and can(who, Action.WAIVE, item, role=stored.waivable_by)
        put(row, "waive", waivable and row["answer"] in ("unmet", "unknown"))
        put(row, "end-waiver", waivable and row["answer"] == "waived")
        if stored.supplier == "work.check" and item.status != Status.REQUESTED:
            put(row, "check", can(who, Action.CHECK, item, role=stored.params.get("role", "")))
        if stored.origin.startswith("hand:"):
            put(row, "withdraw", can(who, Action.REQUIRE, item))
    answering = item.status in (Status.LIVE, Status.WAITING) and can(
        who, Action.CHECKLIST, item, executors=page.executor_ids
    )
    for row in page.rows.lines:
        line = row["line"]
        # That it failed, or could not be done, may be said before what lets it pass is there.
        put(row, "answer", answering and not row["waits"], line.version)
        turn = row["acts"] and not row["answered"] and not row["held_text"]
        if turn and not any(each["now"] for each in page.rows.lines):
            row["now"] = _open(page, row["acts"][0], row["pk"])
        weak = line.answer in (LineAnswer.FAIL, LineAnswer.COULD_NOT)
        put(row, "dispose", answering and weak and not line.disposition, line.version)
    judging = item.status in (Status.LIVE, Status.WAITING, Status.DONE) and can(
        who, Action.JUDGE, item
    )
    editing = is_open and can(who, Action.EDIT, item)
    for row in page.rows.criteria:
        put(row, "judge", judging and not row["needs_evidence"] and row["state"] == "open")
        put(row, "withdraw-criterion", editing and row["withdrawable"])
    proving = is_open and can(who, Action.EVIDENCE, item, executors=page.executor_ids)
    for row in page.rows.evidence:
        put(row, "strike", proving and not row["struck"])
    holding = can(who, Action.HOLD, item)
    for row in page.rows.holds:
        ended = row["ended_at"] is not None
        put(row, "end-hold", holding and not ended and not row["until_accepted"])
