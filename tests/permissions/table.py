"""The matrix: for each address, who gets which code for GET and for POST.

Codes: 302 sign in first (or done, where it says so), 303 done, 403 known but not allowed, 404 not
yours to know, 405 not by this method, 422 refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.factories import World
from tests.permissions import competence
from tests.permissions.documents import DOCUMENT_ROWS
from tests.permissions.isolations import ISOLATION_ROWS
from tests.permissions.people import (
    ACCEPTERS,
    ANONYMOUS,
    LEADS,
    OTHER_COMPANY,
    PLANNERS,
    READERS,
    ROLES,
    Codes,
    codes,
    site_codes,
)
from tests.permissions.permits import PERMIT_ROWS
from tests.permissions.rows import Row, act
from tests.views.cases import CASES
from work.models import WorkItem
from work.states import Role

ANYONE = frozenset(ROLES) - READERS


@dataclass(frozen=True)
class Scene:
    """What the addresses of the matrix point at: an item of the contractor's own company.

    run: an import of the site that has not begun. view: one that is shared with the site. sheet: a
    file that the planner of the world brought, whom no column has.
    """

    world: World
    item: WorkItem
    evidence: int
    run: int
    view: int
    sheet: int


def _in_site(name: str, *args: Callable[[Scene], Any]) -> Callable[[Scene], str]:
    return lambda scene: reverse(name, args=["hvk", *(each(scene) for each in args)])


def _plain(name: str, *args: Any) -> Callable[[Scene], str]:
    return lambda scene: reverse(name, args=args)


def _number(scene: Scene) -> str:
    return f"W-{scene.item.number}"


def _new_work(scene: Scene) -> dict[str, Any]:
    known = {"type": scene.world.mnt.pk, "place": "L3", "what": "Grease", "why": "It squeaks"}
    return act() | known


def _state(scene: Scene) -> dict[str, Any]:
    newest = scene.world.l3.states.first()
    return act() | {"seen": newest.pk if newest else 0, "condition": "stopped"}


def _import(scene: Scene) -> int:
    return scene.run


def _view(scene: Scene) -> int:
    return scene.view


def _mapping(scene: Scene) -> dict[str, Any]:
    text = 'kind = "places"\nsystem = "s"\nkey = "id"\n[fields]\nname = "id"\n'
    return act() | {"name": "m", "text": text + 'kind = { constant = "area" }\n'}


_NOT_BY_POST = codes(405)
_ADMINS = frozenset({Role.SITE_ADMIN})
NO_CONTRACTORS = frozenset(ROLES) - {Role.CONTRACTOR}
_MENDERS = _ADMINS | PLANNERS
_IMPORTS = site_codes(200, roles=_ADMINS, other_company=403)
EVERYONE_TO_READ = site_codes(200, other_company=200)
# Lists are for every role of the site: what they hold is another matter (test_company.py).
ROWS: dict[str, Row] = {
    "work:site_list": Row(_plain("work:site_list"), codes(200), _NOT_BY_POST),
    "work:site_picture": Row(_in_site("work:site_picture"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:board": Row(_in_site("work:board"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:item_list": Row(_in_site("work:item_list"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:item_export": Row(
        lambda scene: reverse("work:item_export", args=["hvk", "csv"]),
        EVERYONE_TO_READ,
        _NOT_BY_POST,
    ),
    # Nothing is chosen, so nothing is done.
    "work:bulk": Row(
        _in_site("work:bulk"),
        site_codes(302, roles=PLANNERS, other_company=403),
        site_codes(200, roles=PLANNERS, other_company=403),
        lambda scene: act() | {"do": "due"},
    ),
    "work:sheet_new": Row(
        _in_site("work:sheet_new"),
        site_codes(200, roles=PLANNERS, other_company=403),
        site_codes(422, roles=PLANNERS, other_company=403),
    ),
    # Only who brought it comes back to it (tests/views/test_sheets.py).
    "work:sheet": Row(
        _in_site("work:sheet", lambda scene: scene.sheet),
        site_codes(404, roles=PLANNERS, other_company=403),
        site_codes(404, roles=PLANNERS, other_company=403),
        lambda scene: act(),
    ),
    "work:why": Row(_in_site("work:why"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:view_list": Row(_in_site("work:view_list"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:view_new": Row(
        lambda scene: _in_site("work:view_new")(scene) + "?status=live",
        EVERYONE_TO_READ,
        site_codes(303, other_company=303),
        lambda scene: act() | {"name": "What runs"},
    ),
    # To contractors nothing is shared, and what is shared is changed by who may share.
    "work:view_edit": Row(
        _in_site("work:view_edit", _view),
        site_codes(200, roles=NO_CONTRACTORS) | {Role.CONTRACTOR: 404, OTHER_COMPANY: 404},
        site_codes(303, roles=_ADMINS | PLANNERS) | {Role.CONTRACTOR: 404, OTHER_COMPANY: 404},
        lambda scene: act() | {"name": "What runs", "seen": "1"},
    ),
    "work:list_columns": Row(
        _in_site("work:list_columns"),
        codes(405),
        site_codes(303, other_company=303),
        lambda scene: act() | {"columns": ["what", "due"], "do": "keep"},
    ),
    "work:place_list": Row(_in_site("work:place_list"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:place_detail": Row(
        lambda scene: reverse("work:place_detail", args=["hvk", "L3"]) + "?do=state",
        EVERYONE_TO_READ | {OTHER_COMPANY: 404},
        site_codes(303, roles=ACCEPTERS, other_company=404),
        _state,
    ),
    "work:search": Row(_in_site("work:search"), EVERYONE_TO_READ, _NOT_BY_POST),
    "work:mine": Row(_in_site("work:mine"), EVERYONE_TO_READ, _NOT_BY_POST),
    # Nothing is chosen, so nothing is done.
    "work:shift_end": Row(
        _in_site("work:shift_end"), EVERYONE_TO_READ, EVERYONE_TO_READ, lambda scene: act()
    ),
    # The pump stands elsewhere, and no work of the company names it.
    "work:asset_detail": Row(
        _in_site("work:asset_detail", lambda scene: scene.world.pump.code),
        EVERYONE_TO_READ | {Role.CONTRACTOR: 404, OTHER_COMPANY: 404},
        _NOT_BY_POST,
    ),
    "work:import_list": Row(_in_site("work:import_list"), _IMPORTS, _NOT_BY_POST),
    "work:import_new": Row(
        _in_site("work:import_new"), _IMPORTS, site_codes(422, roles=_ADMINS, other_company=403)
    ),
    "work:import_incomplete": Row(
        _in_site("work:import_incomplete"),
        site_codes(200, roles=_MENDERS, other_company=403),
        site_codes(422, roles=_MENDERS, other_company=403),
    ),
    "work:import_run": Row(_in_site("work:import_run", _import), _IMPORTS, _NOT_BY_POST),
    "work:import_mapping": Row(
        lambda scene: f"{_in_site('work:import_mapping', _import)(scene)}?as=toml",
        _IMPORTS,
        site_codes(303, roles=_ADMINS, other_company=403),
        _mapping,
    ),
    "work:import_errors": Row(_in_site("work:import_errors", _import), _IMPORTS, _NOT_BY_POST),
    "work:import_act": Row(
        _in_site("work:import_act", _import, lambda scene: "give-up"),
        codes(405),
        site_codes(303, roles=_ADMINS, other_company=403),
        lambda scene: act() | {"seen": ""},
    ),
    "work:item_new": Row(
        _in_site("work:item_new"),
        site_codes(200, roles=ANYONE, other_company=200),
        site_codes(303, roles=ANYONE, other_company=303),
        _new_work,
    ),
    "work:where": Row(
        lambda scene: reverse("work:where", args=["hvk"]) + "?q=L",
        site_codes(200, roles=ANYONE, other_company=200),
        _NOT_BY_POST,
    ),
    "work:item_detail": Row(_in_site("work:item_detail", _number), site_codes(200), _NOT_BY_POST),
    "work:item_people": Row(
        _in_site("work:item_people", _number), site_codes(200, roles=ANYONE), _NOT_BY_POST
    ),
    "work:evidence_file": Row(
        _in_site("work:evidence_file", lambda scene: scene.evidence), site_codes(200), _NOT_BY_POST
    ),
    "work:evidence_preview": Row(
        _in_site("work:evidence_preview", lambda scene: scene.evidence),
        site_codes(200),
        _NOT_BY_POST,
    ),
    "work:notice_seen": Row(_plain("work:notice_seen", 1), codes(405), codes(404), lambda s: act()),
    # Made-up rows alone, and not there in production (tests/frame/test_gallery.py).
    "components": Row(_plain("components"), codes(200, anonymous=200), codes(405, anonymous=405)),
    "healthz": Row(_plain("healthz"), codes(200, anonymous=200), codes(200, anonymous=200)),
    "readyz": Row(_plain("readyz"), codes(200, anonymous=200), codes(200, anonymous=200)),
    "account_login": Row(
        _plain("account_login"), codes(302, anonymous=200), codes(302, anonymous=200)
    ),
    "account_logout": Row(_plain("account_logout"), codes(200), codes(302)),
    "account_profile": Row(_plain("account_profile"), codes(200), codes(422)),
    "account_sign_out_elsewhere": Row(_plain("account_sign_out_elsewhere"), codes(405), codes(303)),
    "account_change_password": Row(_plain("account_change_password"), codes(200), codes(200)),
    "account_set_password": Row(_plain("account_set_password"), codes(302), codes(302)),
    # Without a link that is good: one page for everybody (tests/frame/test_choosing.py).
    "account_choose_password": Row(
        _plain("account_choose_password"), codes(404, anonymous=404), codes(404, anonymous=404)
    ),
    "account_reauthenticate": Row(_plain("account_reauthenticate"), codes(200), codes(200)),
    "account_inactive": Row(
        _plain("account_inactive"), codes(200, anonymous=200), codes(405, anonymous=405)
    ),
    "mfa_index": Row(_plain("mfa_index"), codes(200), codes(405)),
    "mfa_authenticate": Row(_plain("mfa_authenticate"), codes(302), codes(302)),
    "mfa_reauthenticate": Row(_plain("mfa_reauthenticate"), codes(302), codes(302)),
    "mfa_activate_totp": Row(_plain("mfa_activate_totp"), codes(302), codes(302)),
    "mfa_deactivate_totp": Row(_plain("mfa_deactivate_totp"), codes(404), codes(404)),
    "mfa_view_recovery_codes": Row(_plain("mfa_view_recovery_codes"), codes(404), codes(405)),
    "mfa_generate_recovery_codes": Row(
        _plain("mfa_generate_recovery_codes"), codes(302), codes(302)
    ),
    "mfa_download_recovery_codes": Row(
        _plain("mfa_download_recovery_codes"), codes(404), codes(404)
    ),
    "set_language": Row(
        _plain("set_language"), codes(302), codes(302), lambda s: {"language": "nl"}
    ),
    **DOCUMENT_ROWS,
    **PERMIT_ROWS,
    **ISOLATION_ROWS,
}

# Of competences: who sees what others have, and a company's people what is their own's.
_SEES = PLANNERS | {Role.PERMIT_AUTHORISER, Role.PERMIT_ISSUER, Role.HSE, Role.AUDITOR}
_SEES |= {Role.COMPETENCE_COORDINATOR, Role.SITE_ADMIN, Role.CONTRACTOR}
_COORDINATES = frozenset({Role.COMPETENCE_COORDINATOR})
_SHOWS = _COORDINATES | {Role.CONTRACTOR}
_OF_FILES = site_codes(200, roles=_SEES, refused=404)
ROWS |= {
    # Who sees nothing of others is led to the own page.
    "competence:overview": Row(
        _in_site("competence:overview"),
        site_codes(200, roles=_SEES, refused=303, other_company=200),
        _NOT_BY_POST,
    ),
    "competence:matrix": Row(
        _in_site("competence:matrix"),
        site_codes(200, roles=_SEES, other_company=200),
        _NOT_BY_POST,
    ),
    "competence:gate": Row(
        _in_site("competence:gate"),
        site_codes(200, roles=_SEES | {Role.OPERATOR, Role.VIEWER}, other_company=200),
        _NOT_BY_POST,
    ),
    "competence:of_item": Row(
        _in_site("competence:of_item", _number), site_codes(200), _NOT_BY_POST
    ),
    "competence:person": Row(
        lambda scene: f"{competence.welder(scene)}?do=plan",
        site_codes(200, roles=_SEES),
        site_codes(303, roles=_SHOWS),
        lambda scene: act() | competence.planned(scene),
    ),
    # A guest is told nothing of who decides at the site.
    "competence:decisions": Row(
        competence.decisions, site_codes(200, roles=_SEES) | {Role.CONTRACTOR: 404}, _NOT_BY_POST
    ),
    "competence:company_list": Row(
        lambda scene: _in_site("competence:company_list")(scene) + "?do=invite",
        site_codes(200, roles=_SEES, other_company=200),
        site_codes(303, roles=_COORDINATES, other_company=403),
        lambda scene: act() | {"team": scene.world.hydrex.pk, "seen": "0"},
    ),
    "competence:company": Row(
        lambda scene: _in_site("competence:company", lambda _: "lasteam")(scene) + "?do=bring",
        site_codes(200, roles=_SEES),
        site_codes(303, roles=_SHOWS),
        lambda scene: act() | {"name": "Somebody", "seen": "1"},
    ),
    "competence:record_file": Row(competence.file("record_file"), _OF_FILES, _NOT_BY_POST),
    "competence:paper_file": Row(competence.file("paper_file"), _OF_FILES, _NOT_BY_POST),
}

# Who may do each act by a role for the whole site, without being its executor and without a duty.
MAY: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ["plan", "return", "edit", "assign", "cancel", "require", "withdraw", "criterion",
         "withdraw-criterion"], PLANNERS
    ),
    **dict.fromkeys(
        ["start", "wait", "resume", "stop", "stage", "confirm-stopped", "complete", "answer",
         "dispose", "evidence", "strike"], LEADS
    ),
    **dict.fromkeys(["clear", "promise"], LEADS),
    **dict.fromkeys(["comment", "raise-blocker"], ANYONE),
    **dict.fromkeys(
        ["accept", "accept-loss", "give-back", "reopen", "judge", "hold", "end-hold"], frozenset()
    ),
    **dict.fromkeys(["waive", "end-waiver"], frozenset({Role.QUALITY})),
    "check": frozenset({Role.HSE}),
}  # fmt: skip
assert set(MAY) == set(CASES)


def act_codes(verb: str, done: int) -> Codes:
    """The codes of an act on an item of the contractor's own company."""
    return site_codes(done, roles=MAY[verb])


__all__ = ["ANONYMOUS", "MAY", "OTHER_COMPANY", "ROWS", "Row", "Scene", "act_codes"]
