"""The site in which permits and isolations are acted on at random, with the work behind them."""

from dataclasses import dataclass, field

from permits.services import deciding, isolation_uses, own, points, requests, setup
from tests.factories import World, make_world, person, planned_item
from tests.factories.kept import built_once
from tests.permits import isolated, made
from work.models import User
from work.services import execution
from work.states import Role

# Everybody who acts: those who decide, those who carry out, and two who may do nothing here.
NAMES = (
    "technician",
    "second_technician",
    "operator",
    "supervisor",
    "shift_lead",
    "second_lead",
    "permit_issuer",
    "permit_authoriser",
    "hse",
    "planner",
    "welder",
    "contractor",
    "other_contractor",
    "viewer",
)
_MORE = ({"tag": "XV-302", "method": "positive", "position": "Spaded"},)


@dataclass
class Gates:
    """What random acts may name."""

    world: World
    people: dict[str, User] = field(default_factory=dict)


@built_once
def make_gates() -> Gates:
    """Four permits, three isolations, a card and four work items, half of them on the way."""
    world = make_world()
    for name in (*NAMES, "site_admin"):
        getattr(world, name)
    made.shift(world, "B", [world.permit_issuer, world.technician], world.t(-60), world.t(420))
    cold, hot = made.kinds(world)
    site = {"actor": world.site_admin, "at": world.at, "site_id": world.site.pk}
    line_break = setup.create_type(
        **site, code="line-break", name="Break", isolation_class="proved"
    )
    second = {"plan": {"executor_ids": [world.second_technician.pk]}}
    items = [planned_item(world), planned_item(world), planned_item(world, **second)]
    crew = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    welding = planned_item(world, plan=crew)
    made.in_force(world, cold, items=items[:1])
    execution.start(actor=world.technician, at=world.at, item_id=items[0].pk)
    made.authorised(world, hot, items=items[1:2], ends=world.t(300))
    made.draft(world, cold, by=world.welder, items=[welding], performer_id=world.welder.pk)
    behind = made.assessed(
        world,
        line_break,
        by=world.second_technician,
        items=items[2:],
        performer_id=world.second_technician.pk,
    )
    first = isolated.approved(world)
    by = {"actor": world.supervisor, "at": world.at}
    isolation_uses.use(**by, isolation_id=first.pk, permit_id=behind.pk)
    isolation_uses.use(**by, isolation_id=first.pk, item_id=items[1].pk)
    sure = {"at": world.at, "signed": True, "permit_id": behind.pk}
    requests.request(actor=world.second_technician, **sure)
    deciding.check(actor=world.supervisor, **sure)
    deciding.authorise(actor=world.permit_authoriser, **sure)
    made.ticked(world, behind)
    by = {"at": world.at, "isolation_id": first.pk}
    points.apply(actor=world.operator, **by, points=isolated.pairs(first))
    points.try_out(actor=world.shift_lead, **by, **isolated.SAID)
    other = isolated.verified(world, given=_MORE, title="Drain of line 3")
    by = {"actor": world.supervisor, "at": world.at}
    isolation_uses.use(**by, isolation_id=other.pk, item_id=items[2].pk)
    isolated.planned(world, place_id=world.l4.pk, title="Line 4")
    card = own.draw_card(
        actor=world.planner,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.l3.pk,
        title="Sealer",
        points=[{"tag": "Q-9", "method": "locked", "position": "Off"}],
    )
    year = world.t(60 * 24 * 300)
    own.approve_card(actor=world.supervisor, at=world.at, card_id=card.pk, until=year)
    people = {name: getattr(world, name) for name in NAMES}
    people["second_issuer"] = person(world.site, Role.PERMIT_ISSUER, username="second_issuer")
    return Gates(world, people)
