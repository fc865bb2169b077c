"""Every act of the item page once: the item, who does it, what is typed, what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests import factories
from tests.factories import World
from work.models import User, WorkItem, WorkType
from work.services import blockers, checklist, holds, items, proof, requirements
from work.states import Status


@dataclass(frozen=True)
class Case:
    """by: the world's name of who does it. of: the part that ?of= names. event: what it leaves."""

    make: Callable[[World], WorkItem]
    by: str
    event: str
    typed: Callable[[World, WorkItem], dict[str, Any]] = lambda world, item: {}
    of: Callable[[WorkItem], int | None] = lambda item: None
    to: str = ""

    def actor(self, world: World) -> User:
        return getattr(world, self.by)


def kind(world: World):
    """A type with everything that acts are about; made once."""
    found = WorkType.objects.filter(site=world.site, code="ALL").first()
    return found or factories.work_type(
        world.site,
        "ALL",
        name="Everything",
        criteria=[
            {"key": "ok", "text": "It works"},
            {"key": "shown", "text": "It is shown", "evidence": True},
        ],
        lines=[{"key": "guard", "text": "Guard on?", "kind": "pass_fail"}],
        stages=[
            {"key": "first", "label": "First", "status": "live"},
            {"key": "second", "label": "Second", "status": "live"},
        ],
        on_it_now=True,
    )


def made(how: Callable[..., WorkItem]) -> Callable[..., WorkItem]:
    """An item of that type, brought to a status."""

    def make(world: World, **given: Any) -> WorkItem:
        return how(world, type_id=kind(world).pk, **given)

    return make


requested, planned, live = map(
    made, (factories.requested_item, factories.planned_item, factories.live_item)
)
waiting, done, closed = map(
    made, (factories.waiting_item, factories.done_item, factories.closed_item)
)


def _asked_to_stop(world: World) -> WorkItem:
    item = live(world)
    factories.rule(world.site, "new", at=world.at)
    return item


def _can_resume(world: World) -> WorkItem:
    item = waiting(world)
    for blocker in item.blockers.filter(ended_at=None):
        blockers.clear(actor=world.planner, at=world.at, blocker_id=blocker.pk, word="It came")
    return item


def _can_complete(world: World) -> WorkItem:
    item = live(world)
    checklist.answer(
        actor=world.technician, at=world.at, line_id=item.lines.get().pk, answer="pass"
    )
    return item


def _lost(world: World) -> WorkItem:
    item = requested(world, parent_id=planned(world).pk, mandatory=True)
    return items.cancel(actor=world.planner, at=world.at, item_id=item.pk, reason="No money")


def _with_rule(world: World) -> WorkItem:
    factories.rule(world.site, "checked", waivable_by="quality")
    return planned(world)


def _waived(world: World) -> WorkItem:
    item = _with_rule(world)
    requirements.waive(
        actor=world.quality,
        at=world.at,
        prerequisite_id=_rule_row(item),
        until=world.t(600),
        reason="Known",
    )
    return item


def _rule_row(item: WorkItem) -> int:
    return item.prerequisites.get(rule__key="checked").pk


def _by_hand(world: World) -> WorkItem:
    item = planned(world)
    requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        gate="start",
        kind="decision",
        supplier="work.check",
        params={"role": "hse"},
        what="Air measured",
    )
    return item


def _failed_line(world: World) -> WorkItem:
    item = live(world)
    checklist.answer(
        actor=world.technician, at=world.at, line_id=item.lines.get().pk, answer="fail"
    )
    return item


def _with_evidence(world: World) -> WorkItem:
    item = live(world)
    proof.attach(
        actor=world.technician, at=world.at, item_id=item.pk, kind="signature", said="Seen"
    )
    return item


def _with_own_criterion(world: World) -> WorkItem:
    item = planned(world)
    proof.add_criterion(actor=world.planner, at=world.at, item_id=item.pk, text="It is tidy")
    return item


def _held(world: World) -> WorkItem:
    item = planned(world)
    holds.place(
        actor=world.shift_lead,
        at=world.at,
        item_id=item.pk,
        kind="restart",
        place_id=item.place_id,
        until_accepted=False,
    )
    return item


def _judged(world: World, item: WorkItem) -> dict[str, str]:
    return {
        f"judged-{pk}": "Seen"
        for pk in item.criteria.filter(evidence=False).values_list("pk", flat=True)
    }


def _edited(world: World, item: WorkItem) -> dict[str, Any]:
    return {"what": "Replace both switches", "place": "L3", "priority": "2", "why": "Both trip"}


def _planned(world: World, item: WorkItem) -> dict[str, Any]:
    return _edited(world, item) | {
        "type": item.type_id,
        "owner": f"post:{world.lead_post.pk}",
        "executors": [world.technician.pk],
        "planned_start": "2026-11-24T08:00",
    }


def _why(world: World, item: WorkItem) -> dict[str, str]:
    return {"reason": "As was agreed"}


def _condition(world: World, item: WorkItem) -> dict[str, str]:
    return {"condition": "Guard on, locked"}


def _word(world: World, item: WorkItem) -> dict[str, str]:
    return {"word": "Seen in the field"}


def _until(world: World, item: WorkItem) -> dict[str, str]:
    return {"until": "2026-11-24T18:00", "reason": "Known and watched"}


CASES: dict[str, Case] = {
    "plan": Case(requested, "planner", "plan", _planned, to=Status.PLANNED),
    "start": Case(planned, "technician", "start", to=Status.LIVE),
    "confirm-stopped": Case(
        _asked_to_stop, "technician", "stop_confirmed", _condition, to=Status.WAITING
    ),
    "resume": Case(_can_resume, "technician", "resume", to=Status.LIVE),
    "complete": Case(_can_complete, "technician", "complete", to=Status.DONE),
    "accept": Case(done, "shift_lead", "accept", _judged, to=Status.CLOSED),
    "wait": Case(
        live,
        "technician",
        "wait",
        lambda w, i: _condition(w, i) | {"kind": "material", "what": "Guard switch"},
        to=Status.WAITING,
    ),
    "give-back": Case(
        done,
        "shift_lead",
        "give_back",
        lambda w, i: {"missing": "The guard is loose", "clears": "role:technician"},
        to=Status.WAITING,
    ),
    "stage": Case(live, "technician", "stage", lambda w, i: {"stage": "second"}),
    "stop": Case(live, "technician", "stop", _condition, to=Status.PLANNED),
    "raise-blocker": Case(
        planned,
        "operator",
        "blocked",
        lambda w, i: {"kind": "access", "what": "Scaffold", "expected": "2026-11-24T09:00"},
    ),
    "assign": Case(
        planned,
        "planner",
        "assign",
        lambda w, i: {"owner": f"user:{w.supervisor.pk}", "executors": [w.technician.pk]},
    ),
    "edit": Case(planned, "planner", "edit", _edited),
    "require": Case(
        planned,
        "planner",
        "required",
        lambda w, i: {"supplier": "work.check", "gate": "start", "role": "hse", "what": "Air"},
    ),
    "criterion": Case(planned, "planner", "criterion_added", lambda w, i: {"text": "It is tidy"}),
    "hold": Case(planned, "shift_lead", "hold_placed", lambda w, i: {"kind": "restart"}),
    "return": Case(planned, "planner", "return", _why, to=Status.REQUESTED),
    "reopen": Case(closed, "shift_lead", "reopen", _why, to=Status.PLANNED),
    "cancel": Case(planned, "planner", "cancel", _why, to=Status.CANCELLED),
    "accept-loss": Case(_lost, "shift_lead", "loss_accepted", _why),
    "clear": Case(
        waiting,
        "planner",
        "unblocked",
        _word,
        of=lambda item: item.blockers.get(ended_at=None).pk,
    ),
    "promise": Case(
        waiting,
        "planner",
        "promised",
        lambda w, i: {"expected": "2026-11-24T12:00"},
        of=lambda item: item.blockers.get(ended_at=None).pk,
    ),
    "waive": Case(_with_rule, "quality", "waived", _until, of=_rule_row),
    "end-waiver": Case(_waived, "quality", "waiver_ended", _why, of=_rule_row),
    "check": Case(_with_rule, "hse", "checked", lambda w, i: {"passed": "yes"}, of=_rule_row),
    "withdraw": Case(
        _by_hand,
        "planner",
        "requirement_withdrawn",
        _why,
        of=lambda item: item.prerequisites.get(origin__startswith="hand:").pk,
    ),
    "answer": Case(
        live,
        "technician",
        "line",
        lambda w, i: {"answer": "pass"},
        of=lambda item: item.lines.get().pk,
    ),
    "dispose": Case(
        _failed_line,
        "technician",
        "disposed",
        lambda w, i: {"disposition": "put_right", "word": "Tightened"},
        of=lambda item: item.lines.get().pk,
    ),
    "evidence": Case(live, "technician", "evidence", lambda w, i: {"said": "Seen and signed"}),
    "strike": Case(
        _with_evidence,
        "technician",
        "evidence_struck",
        _word,
        of=lambda item: item.evidence.get().pk,
    ),
    "judge": Case(
        done,
        "shift_lead",
        "judged",
        _word,
        of=lambda item: item.criteria.get(evidence=False).pk,
    ),
    "withdraw-criterion": Case(
        _with_own_criterion,
        "planner",
        "criterion_withdrawn",
        _why,
        of=lambda item: item.criteria.get(text="It is tidy").pk,
    ),
    "end-hold": Case(_held, "shift_lead", "hold_ended", _word, of=lambda item: item.holds.get().pk),
    "comment": Case(planned, "operator", "comment", lambda w, i: {"text": "Mind the edge"}),
}


def seen_of(verb: str, item: WorkItem) -> int:
    """The version that the form of the act would carry."""
    if verb in ("answer", "dispose"):
        return item.lines.get().version
    return WorkItem.objects.get(pk=item.pk).version
