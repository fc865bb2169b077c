"""The demo: what `load_demo` leaves behind, and when it refuses."""

from collections import Counter
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from competence.models import CompanyPaper, Induction, Record
from documents.models import Revision
from permits.models import Isolation, Permit
from permits.standing import standing
from tests.factories import demo
from tests.factories.demo import AT, MOMENT
from vinkey.production import DEMO_LOGINS
from work.demo import hvk, progress
from work.filters import Asked, select
from work.management.commands import load_demo
from work.models import (
    Asset,
    AssetClass,
    Blocker,
    Duty,
    Event,
    Hold,
    Membership,
    Place,
    Post,
    Shift,
    Site,
    User,
    WorkItem,
)
from work.permissions import scope
from work.reads import picture
from work.reads.facets import Facets
from work.services import clock
from work.states import PlaceKind, Status
from work.views.pictures import COUNTS

# These never change, whatever comes to the demo.
FIGURES = {"open": 148, "live": 23, "blocked": 19, "done": 11}
# The switch and the cleaning that a restart waits for, beside a permit and an isolation.
BEFORE = ["Replace the guard switch of the left door of line 3", "Clean line 3 before the restart"]
KINDS = {"permit": 7, "material": 4, "document": 3, "competence": 2, "window": 2, "access": 1}


def figures(at: datetime) -> dict[str, int]:
    """The figures of the site picture, read as it reads them, for somebody who sees the site."""
    site, who = Site.objects.get(slug="hvk"), scope(User.objects.get(username="viewer"), at)
    wanted = {
        name: select(Asked.from_link(**COUNTS[name]), Facets(), site, who, at).condition()
        for name in FIGURES
    }
    counted = picture.counted(picture.seen(site, who), wanted, 1)
    return {name: sum(counts[name] for _path, counts in counted) for name in wanted}


def blocked_by(at: datetime) -> Counter:
    """How many blocked items wait for each kind: one kind each."""
    ids = WorkItem.objects.filter(site__slug="hvk").blocked(at).values_list("pk", flat=True)
    rows = Blocker.objects.filter(item__in=ids, ended_at=None).values_list("item", "kind")
    assert len(set(rows)) == len(rows) == len(ids)
    return Counter(kind for _item, kind in rows)


def test_loads_a_believable_site(db):
    said = demo.of_november()

    connection.check_constraints()
    assert said == (
        "Havenkade Ingredients & Terminal: 83 places, 223 items.\n"
        "Nordmaris Depot: 4 places, 3 items.\n"
    )
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", at=AT)


def test_the_figures_of_the_picture_are_those_of_the_reference_site(db):
    demo.of_november()

    assert figures(MOMENT) == FIGURES
    assert blocked_by(MOMENT) == KINDS
    assert clock.reconcile(MOMENT) == []
    assert not Event.objects.filter(verb="refused").exists()
    items = WorkItem.objects.filter(site__slug="hvk")
    assert Counter(items.values_list("status", flat=True)) == {
        Status.REQUESTED: 31,
        Status.PLANNED: 73,
        Status.LIVE: 23,
        Status.WAITING: 10,
        Status.DONE: 11,
        Status.CLOSED: 69,
        Status.CANCELLED: 6,
    }
    stopped = items.get(stop_asked_at__isnull=False)
    assert (stopped.what, stopped.stop_asked_at) == (
        "Weld the drip tray of the pump house",
        datetime.fromisoformat("2026-11-24T04:39+01:00"),
    )
    assert Hold.objects.get().place.code == "L3"
    assert items.order_by("number").values_list("number", flat=True)[0] == 1001
    used = set(items.values_list("type__code", flat=True))
    assert used == {"CLN", "COM", "CON", "FLD", "INS", "ISO", "LOG", "MNT", "PRD", "PUN"} | {
        "RND",
        "RST",
    }


@pytest.mark.parametrize("said", ["2026-10-25T02:30+01:00", "2026-07-18T14:20+02:00", "now"])
def test_the_figures_are_the_same_at_any_moment(db, monkeypatch, said):
    """In the second half past two of the longest night, on a Saturday in summer, and as the pages
    of this day have it, with what the domains play.

    What has ended counts in none of them and is left out.
    """
    if said == "now":
        demo.of_today()
        at = progress.begun()
    else:
        monkeypatch.setattr(load_demo, "DEMOS", demo.of_jobs(*hvk.OPEN))
        demo.load(said)
        at = datetime.fromisoformat(said)

    assert figures(at) == FIGURES
    assert blocked_by(at) == KINDS


def test_places_and_things_are_as_many_as_they_should_be(db):
    demo.of_november()

    places = Place.objects.filter(site__slug="hvk")
    kinds = Counter(places.values_list("kind", flat=True))
    assert kinds.pop(PlaceKind.AREA) == 9
    assert kinds.pop(PlaceKind.SITE) == 1
    assert sum(kinds.values()) - kinds[PlaceKind.FUNCTIONAL_LOCATION] == 34
    assert AssetClass.objects.filter(site__slug="hvk").count() == 18
    things = Asset.objects.filter(site__slug="hvk")
    moving = Counter(things.values_list("asset_class__code", flat=True))
    assert [moving[each] for each in ("vehicle", "container", "batch")] == [20, 50, 20]
    assert things.count() == 240 + 90
    inside = things.get(code="B-2291").locations.get(ends=None)
    assert (inside.container.code, inside.asset.status) == ("IBC-4417", "on_hold")


def test_the_logins_have_their_roles_and_nobody_else_sees_the_second_site(db):
    demo.of_november()

    people = {name: User.objects.get(username=name) for name in DEMO_LOGINS}
    for name, person in people.items():
        assert person.check_password(f"demo-{name}")
        assert not person.is_superuser
    held = Membership.objects.filter(user__username__isnull=False).values_list(
        "user__username", "role", "place__code", "site__slug"
    )
    assert sorted(held, key=str) == [
        ("admin", "site_admin", None, "hvk"),
        ("admin", "site_admin", None, "nrd"),
        ("contractor", "contractor", None, "hvk"),
        ("issuer", "permit_issuer", None, "hvk"),
        ("shiftlead", "shift_lead", "40", "hvk"),
        ("supervisor", "supervisor", None, "hvk"),
        ("technician", "technician", "30", "hvk"),
        ("technician", "technician", "40", "hvk"),
        ("viewer", "viewer", None, "hvk"),
    ]
    both = set(Membership.objects.filter(site__slug="nrd").values_list("user", flat=True))
    both &= set(Membership.objects.filter(site__slug="hvk").values_list("user", flat=True))
    assert both == {people["admin"].pk}
    on_duty = Duty.objects.get(ends=None, post__code="sl-40")
    assert on_duty.user == people["shiftlead"]
    shift = Shift.objects.get(
        crew__members__user=people["shiftlead"], starts__lte=MOMENT, ends__gt=MOMENT
    )
    assert (shift.name, str(shift.date), shift.crew.code) == ("Night", "2026-11-23", "crew-A")


def test_sixty_people_in_crews_of_eight_by_day_and_of_three_companies(db):
    demo.of_november()

    people = User.objects.filter(memberships__site__slug="hvk").distinct()
    assert people.count() == 60
    teams = Counter(people.values_list("teams__team__code", flat=True))
    assert [teams[f"crew-{each}"] for each in "ABCDE"] == [8] * 5
    assert teams["days"] == 14
    assert [teams[each] for each in ("lasteam", "hydrex", "brandsma")] == [2, 2, 2]
    night = Shift.objects.get(date="2026-10-24", name="Night")
    assert (night.ends - night.starts).total_seconds() == 9.25 * 3600
    at_work = set(
        User.objects.filter(executed_items__status=Status.LIVE).values_list("pk", flat=True)
    )
    crew = set(User.objects.filter(teams__team__code="crew-A").values_list("pk", flat=True))
    companies = set(people.exclude(company=None).values_list("pk", flat=True))
    assert at_work <= crew | companies


def test_what_is_wrong_on_purpose(db):
    demo.of_november()

    left = User.objects.get(name="Gerard Timmer")
    assert not left.is_active
    assert WorkItem.objects.open().filter(owner_user=left).count() == 4
    held = Duty.objects.filter(ends=None).values_list("post", flat=True)
    vacant = Post.objects.filter(site__slug="hvk").exclude(pk__in=held)
    assert list(vacant.values_list("code", flat=True)) == ["ao-50"]
    both = User.objects.filter(memberships__role="permit_issuer").filter(
        memberships__role="shift_lead"
    )
    assert both.distinct().get().name == "Hans Dekker"
    company = User.objects.get(username="contractor")
    reach = scope(company, MOMENT)
    seen = [i for i in WorkItem.objects.select_related("place") if i.team == company.company]
    assert reach.companies(seen[0].site_id) == {company.company_id}
    assert len(seen) == 5
    # A gas tester until the middle of this shift, an induction to yesterday, an insurance to
    # midnight.
    tester = Record.objects.get(competence__code="GAS", person__name="Iris Kuiper")
    assert tester.valid_until == datetime.fromisoformat("2026-11-24T05:37:30+01:00")
    told = Induction.objects.get(person__name="Luuk Prins")
    assert told.until == datetime.fromisoformat("2026-11-23T05:00+01:00")
    insured = CompanyPaper.objects.filter(company__team__code="hydrex", kind="insurance")
    assert insured.get(verified_at__isnull=False).until == datetime.fromisoformat(
        "2026-11-25T00:00+01:00"
    )


def test_the_domains_stand_around_the_work(db):
    """Permits and isolations in their states; four things keep line 3 from its restart."""
    demo.of_november()

    permits = {each.number: each for each in Permit.objects.select_related("type", "place")}
    assert Counter(standing(each, MOMENT).code for each in permits.values()) == {
        **dict.fromkeys(("draft", "requested", "authorised", "refused", "lapsed"), 1),
        **dict.fromkeys(("stop_called", "handed_back", "aftercare"), 1),
        **{"checked": 2, "in_force": 3, "closed": 2},
    }
    assert (permits[231].type.code, permits[231].place.code) == ("electrical", "GRD-3")
    isolations = Counter(Isolation.objects.values_list("kind", "state"))
    assert isolations == {
        ("long_term", "verified"): 2,
        **{("plan", each): 1 for each in ("planned", "approved", "applied", "verified")},
        **{("plan", "release"): 1, ("own", "verified"): 1},
    }
    restart = WorkItem.objects.get(what="Inspect line 3 before restart")
    unmet = restart.prerequisites.filter(withdrawn_at=None, gate="start", answer="unmet")
    assert sorted(row.reason["params"].get("number", 88) for row in unmet) == sorted(
        [88, 231, *WorkItem.objects.filter(what__in=BEFORE).values_list("number", flat=True)]
    )
    paper = Revision.objects.filter(document__code="SOP-L3-012").order_by("label")
    assert [(each.label, each.phase(MOMENT)) for each in paper] == [
        *(("3", "superseded"), ("4", "effective"), ("5", "planned"))
    ]


def test_refuses_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for production"):
        call_command("load_demo", at=AT)


@pytest.mark.parametrize("said", ["yesterday", "2026-11-24T05:00", "2026-13-24T05:00+01:00"])
def test_refuses_what_is_no_moment(db, said):
    with pytest.raises(CommandError, match="not a moment with a zone"):
        call_command("load_demo", at=said)
