"""The site in which the state machine acts: people of all roles, rules of all modes, some work."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories import (
    AT,
    World,
    closed_item,
    company,
    done_item,
    live_item,
    make_world,
    person,
    planned_item,
    requested_item,
    rule,
    second_site,
    waiting_item,
    work_type,
)
from tests.factories.kept import built_once
from tests.factories.world import SecondSite
from work.models import Place, Post, User, WorkType
from work.services import (
    blockers,
    checklist,
    execution,
    holds,
    items,
    posts,
    proof,
    requirements,
    rules,
    teams,
)
from work.states import BlockerKind, Gate, Role, TeamKind

HOUR = timedelta(hours=1)


@dataclass
class Playground:
    """Everything that random acts may name."""

    world: World
    nrd: SecondSite
    nobody: User
    types: list[WorkType]
    places: list[Place]
    posts: list[Post]
    teams: list[int]
    crew_id: int
    people: list[User] = field(default_factory=list)


@built_once
def make_playground() -> Playground:
    """Build it through the services, with work in several statuses."""
    world = make_world()
    for role in (*Role, "other_contractor", "welder", "second_lead"):
        getattr(world, str(role))
    nrd = second_site()
    lines = work_type(
        world.site,
        "LST",
        fields=[
            {"key": "tag", "label": "Tag", "kind": "text", "required_at": "start"},
            {"key": "found", "label": "Found", "kind": "number", "required_at": "complete"},
        ],
        stages=[
            {"key": "loading", "label": "Loading", "status": "live"},
            {"key": "road", "label": "On the road", "status": "live"},
        ],
        criteria=[
            {"key": "runs", "text": "It runs"},
            {"key": "photo", "text": "Shown", "evidence": True, "needed_at": "complete"},
        ],
        lines=[
            {"key": "guard", "text": "Guard closed?", "kind": "pass_fail"},
            {"key": "hold", "text": "Seen by HSE", "kind": "pass_fail", "hold_point": True},
            {
                "key": "bar",
                "text": "Pressure",
                "kind": "reading",
                "unit": "bar",
                "low": "1",
                "high": "3",
                "na_allowed": True,
            },
        ],
        four_eyes=True,
    )
    now = work_type(world.site, "NOW", on_it_now=True, sample_percent=50)
    out = work_type(world.site, "OUT", takes_out=True, accept_role=Role.QUALITY)
    _rules(world, lines)
    crew_id = _crew(world)
    _spare_post(world)
    _windows(world)
    _work(world, nrd, lines)
    return Playground(
        world=world,
        nrd=nrd,
        nobody=person(world.site, username="nobody"),
        types=[world.mnt, lines, now, out],
        places=[world.root, world.process, world.u310, world.packaging, world.l3, world.l4],
        posts=list(world.site.posts.order_by("pk")),
        teams=[world.lasteam.pk, world.hydrex.pk],
        crew_id=crew_id,
        people=list(User.objects.order_by("pk")),
    )


def _rules(world: World, lines: WorkType) -> None:
    """One of each gate; enforced, warning and watching; waivable and not; once and always."""
    rule(
        world.site,
        "clean",
        what="Area clean",
        params={"role": Role.SUPERVISOR},
        kind=BlockerKind.PERMIT,
        place_id=world.packaging.pk,
        waivable_by=Role.SHIFT_LEAD,
    )
    rule(world.site, "brief", what="Briefed", one_time=True, type_id=lines.pk)
    rule(world.site, "warned", mode="warn", type_id=lines.pk)
    watched = rule(world.site, "watched", mode="watch", kind=BlockerKind.MATERIAL)
    here = {"place_id": world.l4.pk, "mode": "warn"}
    rules.set_mode(actor=world.hse, at=AT, rule_id=watched.pk, **here)
    rule(world.site, "hold", gate=Gate.HOLD_POINT, line_key="hold", type_id=lines.pk)
    rule(world.site, "tested", gate=Gate.COMPLETE, type_id=lines.pk, waivable_by=Role.HSE)
    rule(
        world.site,
        "released",
        gate=Gate.CLOSE,
        place_id=world.l3.pk,
        params={"role": Role.QUALITY},
        waivable_by=Role.AREA_OWNER,
    )


def _crew(world: World) -> int:
    """A crew with shifts, and people whose roles end: the id of the crew."""
    crew = teams.create_team(
        actor=None, at=AT, site_id=world.site.pk, code="A", name="Crew A", kind=TeamKind.CREW
    )
    for each in (world.technician, world.second_technician, world.operator):
        teams.add_member(actor=None, at=AT, team_id=crew.pk, user_id=each.pk, starts=AT - 24 * HOUR)
    local = AT.replace(tzinfo=None)
    for day in range(3):
        begin = local.replace(hour=7) + timedelta(days=day)
        teams.create_shift(
            actor=None,
            at=AT,
            crew_id=crew.pk,
            name="Early",
            starts=begin,
            ends=begin + timedelta(hours=8),
        )
    leaves = company(world.site, "gone", "Gone BV")
    person(world.site, Role.CONTRACTOR, username="guest", company=leaves, ends=AT + 9 * HOUR)
    person(world.site, Role.TECHNICIAN, username="temp", place=world.l3, ends=AT + 5 * HOUR)
    person(world.site, Role.TECHNICIAN, username="soon", starts=AT + 2 * HOUR)
    return crew.pk


def _spare_post(world: World) -> None:
    """A post that owns no work yet."""
    posts.create_post(
        actor=None,
        at=AT,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        code="spare",
        name="Shift lead, spare",
        role=Role.SHIFT_LEAD,
    )


def _windows(world: World) -> None:
    for name, begin in (("Sunday stop", 1), ("Long stop", 48)):
        holds.create_window(
            actor=world.supervisor,
            at=AT,
            site_id=world.site.pk,
            place_id=world.packaging.pk,
            name=name,
            planned_from=AT + begin * HOUR,
            planned_to=AT + (begin + 8) * HOUR,
        )


def _work(world: World, nrd: SecondSite, lines: WorkType) -> None:
    """Work to begin with: of one's own, of a company, of the other site."""
    away = {"place_id": world.u310.pk}
    mine = {"plan": {"executor_ids": [world.second_technician.pk]}, **away}
    requested_item(world)
    requested_item(world, by=world.contractor, place_id=world.process.pk)
    planned_item(world, plan={"planned_start": AT + 3 * HOUR})
    parent = live_item(world, **mine)
    requested_item(world, parent_id=parent.pk, mandatory=True, **away)
    for _one in range(2):
        listed = planned_item(world, type_id=lines.pk, values={"tag": "P-301"}, **mine)
    brief = {"prerequisite_id": listed.prerequisites.get(rule__key="brief").pk, "passed": True}
    requirements.check(actor=world.hse, at=AT, **brief)
    execution.start(actor=world.second_technician, at=AT, item_id=listed.pk, why="Asked")
    guard = listed.lines.get(key="guard").pk
    checklist.answer(
        actor=world.second_technician, at=AT, line_id=guard, answer="fail", said="bent"
    )
    _agreed(world, planned_item(world, **away).pk)
    part = waiting_item(world, **mine).blockers.get(prerequisite=None).pk
    blockers.clear(actor=world.planner, at=AT, blocker_id=part, word="There")
    lost = requested_item(world, parent_id=parent.pk, mandatory=True, **away)
    items.cancel(actor=world.planner, at=AT, item_id=lost.pk, reason="Not any more")
    done_item(world, **mine)
    closed_item(world, by=world.supervisor, **mine)
    welding = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    planned_item(world, plan=welding, **away)
    _lapsing(world)
    by_lead = live_item(world, safety_critical=True, **mine)
    execution.complete(actor=world.supervisor, at=AT, item_id=by_lead.pk)
    foreign = items.request(
        actor=nrd.supervisor,
        at=AT,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Check the dike",
        why="Asked by the harbour",
    )
    items.plan(
        actor=nrd.supervisor,
        at=AT,
        item_id=foreign.pk,
        owner_user_id=nrd.supervisor.pk,
        executor_ids=[nrd.technician.pk],
    )


def _agreed(world: World, item_id: int) -> None:
    """One more criterion and one more requirement, and a hold, by hand."""
    about = {"actor": world.planner, "at": AT, "item_id": item_id}
    proof.add_criterion(text="No drip", **about)
    held = {"kind": "restart", "place_id": world.l4.pk, "until_accepted": False}
    holds.place(**about | held | {"actor": world.supervisor})
    requirements.require(
        gate=Gate.START, kind="document", supplier="work.check", params={"role": "hse"}, **about
    )


def _lapsing(world: World) -> None:
    """One clear to start and one in progress, on a check that holds for an hour and a half."""
    for _one in range(2):
        item = planned_item(world)
        requirements.check(
            actor=world.supervisor,
            at=AT,
            prerequisite_id=item.prerequisites.get(rule__key="clean").pk,
            passed=True,
            valid_until=AT + 1.5 * HOUR,
        )
    execution.start(actor=world.technician, at=AT, item_id=item.pk)
