"""The rows of the matrix for isolations: one behind which the contractor's own company works."""

import uuid
from typing import Any

from django.urls import reverse

from permits.isolation_permissions import BY_ROLE, PLANNING
from permits.isolation_states import Verb
from permits.models import Isolation
from permits.services import isolation_uses, isolations, own
from tests.permissions.people import codes, site_codes
from tests.permissions.rows import Row, act

_NOT_BY_POST = codes(405)


def scene(world: Any, permit: Any) -> Isolation:
    """One at L3 that a permit of LasTeam uses, and an approved card."""
    by = {"actor": world.planner, "at": world.t(-40), "site_id": world.site.pk}
    points = [{"tag": "Q-3.1", "method": "proved_dead", "position": "Off"}]
    isolation = isolations.plan(**by, place_id=world.l3.pk, title="Filler", points=points)
    use = {"actor": world.planner, "at": world.t(-40), "isolation_id": isolation.pk}
    isolation_uses.use(**use, permit_id=permit.pk)
    own.draw_card(**by, place_id=world.l3.pk, title="Sealer", points=points)
    return isolation


def _page(name: str, *args: Any, more: str = "") -> Any:
    return lambda scene: reverse(f"isolations:{name}", args=["hvk", *args]) + more


def _plan(scene: Any) -> dict[str, Any]:
    said = {"title": "Filler", "place": "L3", "tag-0": "XV-1"}
    return act() | said | {"method-0": "proved", "position-0": "Closed", "apart": "on"}


def _seen(scene: Any) -> dict[str, Any]:
    return act() | {"seen": Isolation.objects.get().version}


def _edit(scene: Any) -> dict[str, Any]:
    return _plan(scene) | _seen(scene)


def _card(scene: Any) -> dict[str, Any]:
    return {"act": str(uuid.uuid4()), "seen": 0, "until": "2027-11-25"}


ISOLATION_ROWS: dict[str, Row] = {
    "isolations:isolation_list": Row(
        _page("isolation_list"), site_codes(200, other_company=200), _NOT_BY_POST
    ),
    "isolations:isolation_new": Row(
        _page("isolation_new"),
        site_codes(200, roles=PLANNING, other_company=403),
        site_codes(303, roles=PLANNING, other_company=403),
        _plan,
    ),
    "isolations:isolation_detail": Row(
        _page("isolation_detail", "I-1", more="?do=approve"),
        site_codes(200),
        site_codes(303, roles=BY_ROLE[Verb.APPROVE]),
        _seen,
    ),
    "isolations:isolation_edit": Row(
        _page("isolation_edit", "I-1"),
        site_codes(200),
        site_codes(303, roles=BY_ROLE[Verb.EDIT]),
        _edit,
    ),
    "isolations:own_isolation": Row(
        _page("own_isolation"), site_codes(200, other_company=200), site_codes(404), _card
    ),
    "isolations:card_new": Row(
        _page("card_new"),
        site_codes(200, roles=PLANNING, other_company=403),
        site_codes(303, roles=PLANNING, other_company=403),
        _plan,
    ),
}
