"""Every verb of the control model, called as a person would, on an item that nothing refuses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests import factories
from tests.factories import World
from work.models import Team, User, WorkItem
from work.services import (
    acceptance,
    blockers,
    checklist,
    execution,
    holds,
    items,
    places,
    proof,
    requirements,
)
from work.states import Status


def in_every_status(world: World, company: Team | None = None) -> dict[str, WorkItem]:
    """One item a status, of a type with a line, two stages and two criteria judged by name."""
    kind = factories.work_type(
        world.site,
        "ALL",
        criteria=[{"key": "ok", "text": "It works"}, {"key": "tidy", "text": "It is tidy"}],
        lines=[{"key": "guard", "text": "Guard on?", "kind": "pass_fail"}],
        stages=[
            {"key": "first", "label": "First", "status": "live"},
            {"key": "second", "label": "Second", "status": "live"},
        ],
        on_it_now=True,
    )
    plan = {"team_id": company.pk} if company else {}
    given: dict[str, Any] = {"type_id": kind.pk, "plan": plan}
    requested = factories.requested_item(world, type_id=kind.pk)
    if company:
        items.edit(actor=world.planner, at=world.at, item_id=requested.pk, team_id=company.pk)
    made = {
        Status.REQUESTED: requested,
        Status.PLANNED: factories.planned_item(world, **given),
        Status.LIVE: factories.live_item(world, **given),
        Status.WAITING: factories.waiting_item(world, **given),
        Status.DONE: factories.done_item(world, **given),
        Status.CLOSED: factories.closed_item(world, **given),
    }
    cancelled = factories.planned_item(world, **given)
    made[Status.CANCELLED] = items.cancel(
        actor=world.planner, at=world.at, item_id=cancelled.pk, reason="Double"
    )
    return made


def judged(item: WorkItem) -> dict[int, str]:
    return dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")


def _plan(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    return items.plan(
        actor=actor,
        at=at,
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )


def _wait(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    return execution.wait(
        actor=actor,
        at=at,
        item_id=item.pk,
        condition="Guard off, locked",
        blocker={"kind": "material", "what": "Switch"},
    )


def _resume(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    """Its blocker was cleared before."""
    for blocker in item.blockers.filter(ended_at=None, prerequisite=None):
        blockers.clear(actor=world.shift_lead, at=at, blocker_id=blocker.pk, word="It came")
    return execution.resume(actor=actor, at=at, item_id=item.pk)


def _complete(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    """Its line was answered before."""
    for line in item.lines.filter(answer="") if item.status == Status.LIVE else ():
        checklist.answer(actor=world.shift_lead, at=at, line_id=line.pk, answer="pass")
    return execution.complete(actor=actor, at=at, item_id=item.pk)


def _accept(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    return acceptance.accept(actor=actor, at=at, item_id=item.pk, judged=judged(item))


MOVING: dict[str, Callable[[World, User, WorkItem, datetime], Any]] = {
    "plan": _plan,
    "return": lambda w, who, item, at: items.return_(
        actor=who, at=at, item_id=item.pk, reason="Not clear"
    ),
    "start": lambda w, who, item, at: execution.start(actor=who, at=at, item_id=item.pk),
    "wait": _wait,
    "resume": _resume,
    "stop": lambda w, who, item, at: execution.stop(
        actor=who, at=at, item_id=item.pk, condition="Left safe"
    ),
    "complete": _complete,
    "give_back": lambda w, who, item, at: acceptance.give_back(
        actor=who, at=at, item_id=item.pk, missing="The guard is not tight"
    ),
    "accept": _accept,
    "reopen": lambda w, who, item, at: acceptance.reopen(
        actor=who, at=at, item_id=item.pk, reason="Leaks again"
    ),
    "cancel": lambda w, who, item, at: items.cancel(
        actor=who, at=at, item_id=item.pk, reason="No more needed"
    ),
}


def step(world: World, verb: str, item: WorkItem, minutes: float) -> WorkItem:
    """Do a verb as who is there for it."""
    execution = verb in ("start", "wait", "resume", "stop", "complete")
    actor = world.technician if execution else world.shift_lead
    return MOVING[verb](world, actor, item, world.t(minutes))


def to_closed(world: World, item: WorkItem, minutes: float) -> WorkItem:
    """From planned to closed in three minutes, each line answered well."""
    for minute, verb in enumerate(("start", "complete", "accept")):
        item = step(world, verb, item, minutes + minute)
    return item


def _dispose(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    line = item.lines.get()
    checklist.answer(actor=world.shift_lead, at=at, line_id=line.pk, answer="fail")
    return checklist.dispose(
        actor=actor, at=at, line_id=line.pk, disposition="put_right", word="Tightened"
    )


def _confirm_stopped(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    """A requirement that a new rule brought to the live item."""
    factories.rule(world.site, "new", at=at)
    return execution.confirm_stopped(actor=actor, at=at, item_id=item.pk, condition="Safe")


def _waive(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    factories.rule(world.site, "waivable", at=at, waivable_by="quality")
    row = item.prerequisites.get(rule__key="waivable")
    return requirements.waive(
        actor=actor, at=at, prerequisite_id=row.pk, until=at.replace(hour=23), reason="Known"
    )


def _check(world: World, actor: User, item: WorkItem, at: datetime) -> Any:
    factories.rule(world.site, "checked", at=at)
    row = item.prerequisites.get(rule__key="checked")
    return requirements.check(actor=actor, at=at, prerequisite_id=row.pk, passed=True)


# Verbs that move nothing, each with a status of the item that they are asked in.
OTHER: dict[str, tuple[str, Callable[[World, User, WorkItem, datetime], Any]]] = {
    "request": (
        Status.PLANNED,
        lambda w, who, item, at: items.request(
            actor=who,
            at=at,
            site_id=w.site.pk,
            type_id=item.type_id,
            place_id=item.place_id,
            what="Grease",
        ),
    ),
    "comment": (
        Status.PLANNED,
        lambda w, who, item, at: items.comment(actor=who, at=at, item_id=item.pk, text="Mind it"),
    ),
    "raise_blocker": (
        Status.PLANNED,
        lambda w, who, item, at: blockers.raise_(
            actor=who, at=at, item_id=item.pk, kind="access", what="Scaffold"
        ),
    ),
    "edit": (
        Status.PLANNED,
        lambda w, who, item, at: items.edit(actor=who, at=at, item_id=item.pk, why="It squeaks"),
    ),
    "assign": (
        Status.PLANNED,
        lambda w, who, item, at: items.assign(
            actor=who, at=at, item_id=item.pk, owner_post_id=w.site_post.pk
        ),
    ),
    "require": (
        Status.PLANNED,
        lambda w, who, item, at: requirements.require(
            actor=who,
            at=at,
            item_id=item.pk,
            gate="start",
            kind="decision",
            supplier="work.check",
            params={"role": "hse"},
        ),
    ),
    "on_it_now": (
        Status.PLANNED,
        lambda w, who, item, at: items.on_it_now(
            actor=who,
            at=at,
            site_id=w.site.pk,
            type_id=item.type_id,
            place_id=item.place_id,
            what="Grease",
            why="It squeaks",
        ),
    ),
    "stage": (
        Status.LIVE,
        lambda w, who, item, at: execution.stage(actor=who, at=at, item_id=item.pk, stage="second"),
    ),
    "confirm_stopped": (Status.LIVE, _confirm_stopped),
    "checklist": (
        Status.LIVE,
        lambda w, who, item, at: checklist.answer(
            actor=who, at=at, line_id=item.lines.get().pk, answer="pass"
        ),
    ),
    "dispose": (Status.LIVE, _dispose),
    "evidence": (
        Status.LIVE,
        lambda w, who, item, at: proof.attach(
            actor=who, at=at, item_id=item.pk, kind="signature", said="Seen"
        ),
    ),
    "judge": (
        Status.DONE,
        lambda w, who, item, at: proof.judge(
            actor=who, at=at, criterion_id=item.criteria.first().pk, word="Seen"
        ),
    ),
    "place_hold": (
        Status.PLANNED,
        lambda w, who, item, at: holds.place(
            actor=who, at=at, item_id=item.pk, kind="restart", place_id=item.place_id
        ),
    ),
    "clear_blocker": (
        Status.WAITING,
        lambda w, who, item, at: blockers.clear(
            actor=who, at=at, blocker_id=item.blockers.get(ended_at=None).pk, word="It came"
        ),
    ),
    "waive": (Status.PLANNED, _waive),
    "check": (Status.PLANNED, _check),
    "window": (
        Status.PLANNED,
        lambda w, who, item, at: holds.create_window(
            actor=who,
            at=at,
            site_id=w.site.pk,
            place_id=item.place_id,
            name="Night",
            planned_from=at,
            planned_to=at.replace(hour=23),
        ),
    ),
    "place_state": (
        Status.PLANNED,
        lambda w, who, item, at: places.set_place_state(
            actor=who, at=at, place_id=item.place_id, condition="stopped"
        ),
    ),
}
