"""Two at the same moment, at a permit and at its isolation: one of the two is done."""

import pytest

from permits.models import Isolation, Permit
from permits.services import boxes, deciding, issuing, on_it, points
from tests.concurrency.conftest import world
from tests.concurrency.races import codes, split
from tests.concurrency.threads import Wedge, together
from tests.permits import isolated, made

__all__ = ["world"]
_RACES = 5


def test_issue_and_removal_at_once_have_one_winner(world):
    cold = made.kinds(world)[0]
    for _race in range(_RACES):
        permit = made.authorised(world, cold)
        made.ticked(world, permit)
        isolation = isolated.verified(world, uses=[{"permit_id": permit.pk}])

        def remove(permit=permit, isolation=isolation) -> Isolation:
            by = {"actor": world.permit_issuer, "at": world.at}
            deciding.cancel(**by, permit_id=permit.pk, why="Not today")
            return points.release(**by, isolation_id=isolation.pk, people_out=True, tools_out=True)

        def issue(permit=permit) -> Permit:
            by = {"actor": world.permit_issuer, "at": world.at}
            return issuing.issue(**by, permit_id=permit.pk, scanned=True, signed=True)

        done, told = split(together(issue, remove))
        assert len(done) == len(told) == 1
        permit.refresh_from_db()
        isolation.refresh_from_db()
        stand = (permit.state, isolation.state, *codes(told[0]))
        assert stand in {
            ("issued", "verified", "permits.stands_issued"),
            ("cancelled", "release", "permits.stands_cancelled"),
        }


@pytest.mark.parametrize("off_first", [True, False])
def test_who_signs_on_while_the_own_lock_comes_off(world, monkeypatch, off_first):
    """Locks are read with the permit: under the control for which the second has waited."""
    permit = made.authorised(world, made.kinds(world)[0])
    made.ticked(world, permit)
    isolation = isolated.verified(world, uses=[{"permit_id": permit.pk}])
    me = world.second_technician
    for who in (world.technician, me):
        isolated.lock_on(world, isolation, who)
    sure = {"at": world.at, "permit_id": permit.pk, "scanned": True, "signed": True}
    issuing.issue(actor=world.permit_issuer, **sure)
    issuing.take(actor=world.technician, **sure)
    by = {"actor": me, "at": world.at}
    acts = [
        lambda: boxes.off(**by, isolation_id=isolation.pk),
        lambda: on_it.sign_on(**by, permit_id=permit.pk, person_id=me.pk),
    ]
    # Where each stands once it has judged and written.
    at = [(boxes, "heard"), (on_it, "judged")]
    first, second = (0, 1) if off_first else (1, 0)
    with Wedge(monkeypatch, *at[first]) as wedge:
        done = wedge.first(acts[first])
        told = wedge.behind(acts[second])
        wedge.go()
        assert not split([done.result()])[1]
        [refused] = split([told.result()])[1]
    on = permit.presences.filter(off_at=None).values_list("person", flat=True)
    locks = isolation.locks.filter(off_at=None).values_list("person", flat=True)
    mine = (
        {"permits.own_lock_missing": set()} if off_first else {"permits.signed_on_behind": {me.pk}}
    )
    assert {codes(refused)[0]: set(on)} == mine
    assert set(locks) == {world.technician.pk} | set(on)
