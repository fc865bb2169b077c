"""The rows of the matrix for permits: one that the contractor's own company asked for."""

import uuid
from typing import Any

from django.urls import reverse

from permits.models import Permit
from permits.permissions import BY_ROLE
from permits.services import requests, setup
from permits.states import Verb
from tests.permissions.people import codes, site_codes
from tests.permissions.rows import Row, act
from work.states import Role

_NOT_BY_POST = codes(405)
_ASKS = BY_ROLE[Verb.REQUEST]
_OWN = frozenset(set(Role) - {Role.CONTRACTOR})


def scene(world: Any) -> Permit:
    """A type of permit, and a draft of LasTeam at L3."""
    by = {"actor": world.site_admin, "at": world.t(-60), "site_id": world.site.pk}
    kind = setup.create_type(**by, code="cold-work", name="Cold work")
    return requests.create(
        actor=world.planner,
        at=world.t(-50),
        site_id=world.site.pk,
        type_id=kind.pk,
        place_id=world.l3.pk,
        team_id=world.lasteam.pk,
        starts=world.at,
        ends=world.t(60),
        what="Weld",
    )


def _page(name: str, *args: Any, more: str = "") -> Any:
    return lambda scene: reverse(f"permits:{name}", args=["hvk", *args]) + more


def _window() -> dict[str, str]:
    return {"starts": "2026-11-25T05:00", "ends": "2026-11-25T07:00"}


def _request(scene: Any) -> dict[str, Any]:
    said = dict.fromkeys(("what", "where_exactly", "method", "tools", "condition"), "Said")
    return act() | said | _window() | {"place": "L3", "risk": "normal"}


def _edit(scene: Any) -> dict[str, Any]:
    return _request(scene) | {"seen": Permit.objects.get().version}


def _stop(scene: Any) -> dict[str, Any]:
    return {"act": str(uuid.uuid4()), "place": "L3"}


PERMIT_ROWS: dict[str, Row] = {
    "permits:permit_list": Row(
        _page("permit_list"), site_codes(200, other_company=200), _NOT_BY_POST
    ),
    "permits:permit_new": Row(
        _page("permit_new", more="?type=cold-work"),
        site_codes(200, roles=_ASKS, other_company=200),
        site_codes(303, roles=_ASKS, other_company=422),
        _request,
    ),
    "permits:pack": Row(_page("pack"), site_codes(200, other_company=200), _NOT_BY_POST),
    "permits:permit_board": Row(
        _page("permit_board"), site_codes(200, other_company=200), _NOT_BY_POST
    ),
    "permits:wall": Row(_page("wall"), site_codes(200, other_company=200), _NOT_BY_POST),
    # Of the site's own people alone: it names them.
    "permits:crew": Row(_page("crew"), site_codes(200, roles=_OWN, refused=404), _NOT_BY_POST),
    # Everybody stops what they see somewhere, and is shown nothing of it.
    "permits:stop_here": Row(
        _page("stop_here"),
        site_codes(200, other_company=200),
        site_codes(303, other_company=303),
        _stop,
    ),
    "permits:permit_detail": Row(
        _page("permit_detail", "P-1", more="?do=begin"),
        site_codes(200),
        site_codes(303, roles=BY_ROLE[Verb.EDIT]),
        lambda scene: act() | {"seen": Permit.objects.get().version},
    ),
    "permits:permit_history": Row(_page("permit_history", "P-1"), site_codes(200), _NOT_BY_POST),
    "permits:permit_print": Row(_page("permit_print", "P-1"), site_codes(200), _NOT_BY_POST),
    # Whom it names a guest is not told.
    "permits:permit_judged": Row(
        _page("permit_judged", "P-1"),
        site_codes(200, roles=frozenset(Role) - {Role.CONTRACTOR}, refused=404),
        _NOT_BY_POST,
    ),
    "permits:permit_edit": Row(
        _page("permit_edit", "P-1"),
        site_codes(200),
        site_codes(303, roles=BY_ROLE[Verb.EDIT]),
        _edit,
    ),
    "permits:permit_copy": Row(
        _page("permit_copy", "P-1"),
        site_codes(200),
        site_codes(303, roles=_ASKS),
        lambda scene: act() | _window(),
    ),
}
