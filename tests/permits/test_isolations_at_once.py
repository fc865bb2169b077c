"""A permit is issued and its isolation removed at the same moment: one of the two is done."""

from permits.models import Isolation, Permit
from permits.services import deciding, issuing, points
from tests.concurrency.conftest import world
from tests.concurrency.races import codes, split
from tests.concurrency.threads import together
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
