"""The demo: what `load_demo` leaves behind, and when it refuses."""

from collections import Counter
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from vinkey.production import DEMO_LOGINS
from work.models import Duty, Event, Hold, Membership, Shift, User, WorkItem
from work.permissions import scope
from work.services import clock
from work.states import Status

AT = "2026-11-24T05:00+01:00"
MOMENT = datetime.fromisoformat(AT)


def test_loads_a_believable_site(db):
    out = StringIO()
    call_command("load_demo", at=AT, stdout=out)
    connection.check_constraints()

    assert out.getvalue() == (
        "Havenkade Ingredients & Terminal: 36 places, 44 items.\n"
        "Nordmaris Depot: 4 places, 3 items.\n"
    )
    _statuses_and_overlays()
    _people()
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", at=AT)


def _statuses_and_overlays() -> None:
    items = WorkItem.objects.filter(site__slug="hvk")
    assert Counter(items.values_list("status", flat=True)) == {
        Status.REQUESTED: 7,
        Status.PLANNED: 15,
        Status.LIVE: 6,
        Status.WAITING: 3,
        Status.DONE: 4,
        Status.CLOSED: 6,
        Status.CANCELLED: 3,
    }
    assert items.ready(MOMENT).count() == 6
    assert items.not_ready(MOMENT).count() == 3
    assert items.blocked(MOMENT).count() == 10
    assert clock.reconcile(MOMENT) == []
    assert not Event.objects.filter(verb="refused").exists()
    stopped = items.get(stop_asked_at__isnull=False)
    assert (stopped.what, stopped.stop_asked_at) == (
        "Weld the drip tray of the pump house",
        datetime.fromisoformat("2026-11-24T04:42+01:00"),
    )
    assert Hold.objects.get().place.code == "L3"
    assert items.order_by("number").values_list("number", flat=True)[0] == 1001


def _people() -> None:
    people = {name: User.objects.get(username=name) for name in DEMO_LOGINS}
    for name, person in people.items():
        assert person.check_password(f"demo-{name}")
        assert not person.is_superuser
    sites = {
        name: sorted(
            set(Membership.objects.filter(user=person).values_list("site__slug", flat=True))
        )
        for name, person in people.items()
    }
    assert sites == {**dict.fromkeys(DEMO_LOGINS, ["hvk"]), "admin": ["hvk", "nrd"]}
    assert User.objects.exclude(username=None).count() == 7
    on_duty = Duty.objects.get(ends=None, post__code="sl-40")
    assert on_duty.user == people["shiftlead"]
    shift = Shift.objects.get(
        crew__members__user=people["shiftlead"], starts__lte=MOMENT, ends__gt=MOMENT
    )
    assert (shift.name, str(shift.date), shift.crew.code) == ("Night", "2026-11-23", "crew-A")
    lasteam = people["contractor"].company
    reach = scope(people["contractor"], MOMENT)
    seen = [item for item in WorkItem.objects.select_related("place") if item.team == lasteam]
    assert reach.companies(seen[0].site_id) == {lasteam.pk}
    assert len(seen) == 4


def test_refuses_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for production"):
        call_command("load_demo", at=AT)


@pytest.mark.parametrize("said", ["yesterday", "2026-11-24T05:00", "2026-13-24T05:00+01:00"])
def test_refuses_what_is_no_moment(db, said):
    with pytest.raises(CommandError, match="not a moment with a zone"):
        call_command("load_demo", at=said)
