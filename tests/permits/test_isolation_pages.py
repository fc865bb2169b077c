"""The pages of isolations, over HTTP."""

import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext

from permits.models import Isolation, IsolationCard, LockRemoval
from permits.services import isolation_uses, isolations, own, points
from tests.factories import planned_item
from tests.factories.kept import PUTS_BACK
from tests.permits import isolated, made
from tests.permits.isolated import lock_on
from tests.permits.test_pages import FRAME
from tests.views.conftest import weight
from work.services import people
from work.services.people import change_person

LIST = "/s/hvk/isolations/"
POINTS = {
    "tag-0": "XV-301",
    "method-0": "proved",
    "position-0": "Closed",
    "tag-1": "Q-3.1",
    "method-1": "proved_dead",
    "position-1": "Off",
}


def url(isolation) -> str:
    return f"{LIST}I-{isolation.number}/"


def do(visitor, isolation, verb, *, of="", to="", **typed):
    """Send the form of a deed; the status."""
    seen = Isolation.objects.get(pk=isolation.pk).version if isolation else 0
    known = {"act": str(uuid.uuid4()), "seen": seen}
    address = to or url(isolation)
    return visitor.post(f"{address}?do={verb}" + (f"&of={of}" if of else ""), known | typed)


def test_an_isolation_is_planned_and_brought_in_place_from_its_pages(world, sign_in):
    lead, issuer = sign_in(world.supervisor), sign_in(world.permit_issuer)
    hands, other = sign_in(world.operator), sign_in(world.second_technician)
    act = {"act": str(uuid.uuid4())}
    said = {"title": "Filler", "place": "L3", "apart": "on"} | POINTS
    assert lead.post(f"{LIST}new/", act | said | {"place": "NOWHERE"}).status_code == 422
    assert lead.post(f"{LIST}new/", act | said).status_code == 303
    isolation = Isolation.objects.get()
    edit = {"act": str(uuid.uuid4()), "seen": 1} | said | {"title": "Filler of line 3"}
    assert lead.post(f"{url(isolation)}edit/", edit).status_code == 303
    assert lead.post(f"{url(isolation)}edit/", edit | {"act": str(uuid.uuid4())}).status_code == 409
    item = planned_item(world)
    assert do(lead, isolation, "use", number=f"W-{item.number}", how="protected").status_code == 303
    assert do(lead, isolation, "use", number="P-9", how="protected").status_code == 422
    assert do(lead, isolation, "approve").status_code == 422
    assert do(issuer, isolation, "approve").status_code == 303
    one, two = isolation.points.filter(ended_at=None)
    locks = {f"point-{one.pk}": "LK-1", f"point-{two.pk}": "LK-2"}
    assert do(hands, isolation, "apply", **locks).status_code == 303
    # Of what was tried before it was asked it may be said: both are offered.
    before = f"{PUTS_BACK}; UPDATE permits_isolation SET energy = NULL"
    with connection.cursor() as cursor:
        cursor.execute(f"{before}; SET LOCAL session_replication_role = DEFAULT")
    page = hands.get(url(isolation)).content.decode()
    for each in ("energy", "notify"):
        assert f"?do={each}" in page
    Isolation.objects.update(energy="")
    assert do(hands, isolation, "try").status_code == 422
    assert do(other, isolation, "try").status_code == 422
    assert do(hands, isolation, "energy", energy="relieved").status_code == 422
    assert do(hands, isolation, "energy", energy="relieved", how="Vented").status_code == 303
    assert do(lead, isolation, "notify", told="Line 3").status_code == 303
    assert do(other, isolation, "try").status_code == 303
    mine = sign_in(world.technician)
    page = mine.get(url(isolation)).content.decode()
    for words in (
        "Vented",
        "In place and tried",
        "Put my lock on the box",
        f"W-{item.number}",
        "LK-2",
    ):
        assert words in page
    assert do(mine, isolation, "on").status_code == 303
    lock = isolation.locks.get()
    assert do(lead, isolation, "on-for", name="Jan Smit").status_code == 303
    for_him = isolation.locks.get(name="Jan Smit")
    assert "Take it off with its holder" in lead.get(url(isolation)).content.decode()
    assert do(mine, isolation, "off-for", of=for_him.pk).status_code == 403
    assert do(lead, isolation, "off-for", of=for_him.pk).status_code == 303
    gone = {"away": "Gate log", "tried": "Called twice"}
    assert do(lead, isolation, "absent", of=lock.pk, **gone).status_code == 303
    assert "I am here" in mine.get(url(isolation)).content.decode()
    assert do(issuer, isolation, "remove-lock", of=lock.pk).status_code == 303
    page = mine.get(url(isolation)).content.decode()
    assert "Gate log" in page
    assert do(mine, isolation, "tell", of=LockRemoval.objects.get().pk).status_code == 303
    viewer = sign_in(world.viewer)
    assert do(viewer, isolation, "report", of=one.pk, why="It turns").status_code == 303
    assert "Not in place: nobody relies on it" in viewer.get(url(isolation)).content.decode()
    assert sign_in(world.other_contractor).get(url(isolation)).status_code == 404

    # It stands on the work and the place, and search finds it.
    panel = lead.get(LIST, item=f"W-{item.number}", panel=1, htmx=True).content.decode()
    assert "I-1" in panel
    assert "Isolated here" in lead.get("/s/hvk/places/L3/").content.decode()
    assert url(isolation) in lead.get("/s/hvk/search/", q="I-1").content.decode()


def test_one_person_isolates_on_one_page(world, sign_in):
    mine, lead = sign_in(world.technician), sign_in(world.hse)
    own_page = f"{LIST}own/"
    draw = {"act": str(uuid.uuid4()), "title": "Sealer", "place": "L3"} | POINTS
    assert mine.post(f"{own_page}card/", draw).status_code == 303
    card = IsolationCard.objects.get()
    assert do(mine, None, "begin", of=card.pk, to=own_page).status_code == 422
    assert do(lead, None, "approve", of=card.pk, to=own_page, until="2027-11-24").status_code == 303
    item = planned_item(world)
    given = {"of": card.pk, "to": own_page}
    assert do(mine, None, "begin", **given, number="W-99").status_code == 422
    assert do(mine, None, "begin", **given, number=f"W-{item.number}").status_code == 303
    isolation = Isolation.objects.get()
    at = {"of": isolation.pk, "to": own_page}
    one, two = isolation.points.all()
    locks = {f"point-{one.pk}": "1", f"point-{two.pk}": "2"}
    assert do(mine, isolation, "apply", **at, **locks).status_code == 303
    assert do(mine, isolation, "try", **at, energy="none").status_code == 422
    assert do(mine, isolation, "try", **at, energy="none", told="Line 3").status_code == 303
    isolation.refresh_from_db()
    assert (isolation.state, isolation.locks.count()) == ("verified", 1)
    assert "Take off and close" in mine.get(own_page).content.decode()
    left = dict.fromkeys(locks, "On") | {"people_out": "on", "tools_out": "on"}
    assert do(mine, isolation, "finish", **at, **left | {f"point-{one.pk}": ""}).status_code == 422
    assert do(mine, isolation, "finish", **at, **left).status_code == 303
    isolation.refresh_from_db()
    assert isolation.state == "closed"


def test_the_register_is_by_age_and_queries_do_not_grow(world, sign_in):
    cold = made.kinds(world)[0]
    permit = made.draft(world, cold, team_id=world.lasteam.pk)
    young = isolated.applied(world, at=world.t(-10))
    old = isolated.verified(world, at=world.t(-60), uses=[{"permit_id": permit.pk}])
    planned = isolated.planned(world)
    # LasTeam works under a permit of the site too.
    plan = {"executor_ids": [world.welder.pk], "team_id": world.lasteam.pk}
    theirs = made.draft(world, cold, items=[planned_item(world, plan=plan)])
    isolation_uses.use(
        actor=world.supervisor, at=world.at, isolation_id=young.pk, permit_id=theirs.pk
    )
    long = isolated.verified(world, at=world.t(-30))
    isolations.carry_on(
        actor=world.supervisor,
        at=world.t(-20),
        isolation_id=long.pk,
        owner_id=world.operator.pk,
        why="On order",
        check_days=7,
    )
    reader = sign_in(world.supervisor)

    def numbers(visitor, **asked) -> list[str]:
        return [row["label"] for row in visitor.get(LIST, **asked).context["rows"]]

    def label(*each) -> list[str]:
        return [f"I-{one.number}" for one in each]

    assert numbers(reader) == label(old, long, young)
    assert numbers(reader, show="planned") == label(planned)
    assert numbers(reader, show="long") == label(long)
    assert numbers(reader, show="ended") == numbers(reader, place="L4") == []
    company = sign_in(world.contractor)
    assert numbers(company) == label(old, young)
    page = company.get(url(young)).content.decode()
    assert "Somebody of the site or another company" in page
    for who in (world.supervisor, world.permit_issuer, world.operator):
        assert who.name not in page
    # What was typed of who was told may name people: that it was said is told.
    given = {"actor": world.site_admin, "at": world.at, "user_id": world.supervisor.pk}
    change_person(**given, phone="2117")
    refused = do(company, old, "off")
    assert refused.status_code == 422
    for page in (company.get(url(old)).content.decode(), refused.content.decode()):
        assert "Who is affected was told</dt>" in page
        for unread in ("The operators of line 3", "Vented", world.supervisor.name, "2117"):
            assert unread not in page
    assert "The operators of line 3" in reader.get(url(old)).content.decode()
    assert "Sealer" not in company.get(f"{LIST}own/").content.decode()
    assert numbers(sign_in(world.other_contractor)) == []

    counts, own_page = [], f"{LIST}own/"
    by = {"actor": world.technician, "at": world.at, "site_id": world.site.pk}
    for more in (1, 29):
        for _each in range(more):
            isolated.planned(world)
            own.draw_card(**by, place_id=world.l3.pk, title="Sealer", points=isolated.TWO)
            item = planned_item(world)
            lead = {"actor": world.supervisor, "at": world.at, "isolation_id": old.pk}
            isolation_uses.use(**lead, item_id=item.pk)
        lock_on(world, old, [world.technician, world.operator][more > 1])
        for page in (LIST, f"{LIST}?show=planned", url(old), own_page):
            with CaptureQueriesContext(connection) as asked:
                answer = reader.get(page)
            assert weight(answer) < 100_000
            counts.append(len(asked) - FRAME)
    assert counts[:4] == counts[4:]
    assert counts[:4] == [4, 4, 9, 2]


def test_who_is_a_guest_at_the_place_of_an_own_isolation_is_named_no_stranger(world, sign_in):
    tech, by = world.technician, {"actor": world.technician, "at": world.at}
    own_page = f"{LIST}own/"
    isolated.applied(world)  # the supervisor answers for it, and the same valve is closed in it
    card = own.draw_card(
        **by, site_id=world.site.pk, place_id=world.l3.pk, title="Sealer", points=isolated.TWO[:1]
    )
    own.approve_card(actor=world.hse, at=world.at, card_id=card.pk, until=world.t(9000))
    mine = own.begin(**by, card_id=card.pk)
    points.apply(**by, isolation_id=mine.pk, points=isolated.pairs(mine))
    points.try_out(**by, isolation_id=mine.pk, **isolated.SAID)
    [point] = mine.points.all()
    left = {f"point-{point.pk}": "Open", "people_out": "on", "tools_out": "on"}

    def told() -> str:
        answer = do(sign_in(tech), mine, "finish", of=mine.pk, to=own_page, **left)
        assert answer.status_code == 422
        assert Isolation.objects.get(pk=mine.pk).state == "verified"
        [reason] = answer.context["refusal"]["reasons"]
        return reason["who"]

    assert told() == world.supervisor.name
    # Whose role is elsewhere since is no contractor, and a guest here.
    [role] = tech.memberships.all()
    lead = {"actor": world.site_admin, "at": world.at}
    people.grant_role(
        **lead, user_id=tech.pk, site_id=world.site.pk, role="operator", place_id=world.l4.pk
    )
    people.end_role(**lead, membership_id=role.pk)
    assert told() == "Somebody of the site"
