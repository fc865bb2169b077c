"""The admin's addresses: for each who gets which code for GET and for POST.

The pages of records are read from what is registered: none can be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import reverse

from tests.permissions.people import ANONYMOUS, OTHER_ADMIN, ROOT, Codes
from work.states import Role

# Who administers the site of the records, who administers another, who may only set rules' modes.
HERE, ELSEWHERE, MODES = str(Role.SITE_ADMIN), OTHER_ADMIN, str(Role.HSE)
STAFF = (HERE, ROOT, ELSEWHERE, MODES)
# Pages that also HSE opens.
FOR_HSE = frozenset({"requirementrule"})
# Where the way of who is not staff ends; a word that is no address shows that there is nothing.
DOOR = "/admin/login/"
_RULES = any(model._meta.model_name in FOR_HSE for model in admin.site._registry)
_WITH_A_PAGE: Codes = dict.fromkeys(STAFF, 200) | ({} if _RULES else {MODES: 404})
ADMIN: dict[str, tuple[str, int | Codes, int | Codes]] = {
    "admin:index": ("/admin/", 200, 200),
    "admin:app_list": ("/admin/work/", _WITH_A_PAGE, _WITH_A_PAGE),
    "admin:login": (DOOR, 302, 302),
    "admin:logout": ("/admin/logout/", 405, 302),
    "admin:password_change": ("/admin/password_change/", 302, 302),
    "admin:autocomplete": ("/admin/autocomplete/", 403, 405),
    "admin:jsi18n": ("/admin/jsi18n/", 200, 405),
    "admin:search": ("/admin/search/", 200, 200),
    "admin/(?P<url>.*)$": ("/admin/work/nothing/", 404, 404),
}
# Of libraries and of Django: pages that would add, change or delete, and ways past our own.
NOT_THERE = (
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/admin/account/emailaddress/",
    "/admin/mfa/authenticator/1/delete/",
    "/admin/axes/accessattempt/",
    "/admin/admin/logentry/",
    "/admin/password_change/done/",
    "/admin/r/1/1/",
    "/admin/search/?s=x&page=2",
    "/admin/search/?s=x&page=next",
)
# Rows that a superuser without a role does not look at.
BY_ROLE = frozenset({"workitem", "event"})
# The code of an empty POST to a step's page, where it is not a refusal at the form.
SENT: dict[str, int] = {
    "user_no_sign_in": 302,
    "membership_end": 302,
    "teammember_end": 302,
    "postholder_end": 302,
    "placeneighbour_end": 302,
    # Nothing is chosen: it becomes a root.
    "place_move": 302,
    "asset_own_values": 302,
    # Nothing is named to begin with, so that the draft is empty; nothing is moved; a look is a GET.
    "worktype_begin_draft": 302,
    "worktypeversion_move_items": 200,
    "worktypeversion_try_out": 200,
    "worktypeversion_file": 200,
    "requirementrule_report": 200,
    "requirementrule_end": 302,
    "rule_end": 302,
    # A shift that is over has nothing to type.
    "shift_change": 302,
    # Their own pages, which refuse as a step's does.
    "worktypeversion_change": 422,
    "requirementrule_add": 422,
    "requirementrule_change": 422,
}
# Steps of who gives the modes of rules, and of nobody else.
OF_HSE = frozenset({"requirementrule_set_mode", "requirementrule_end_mode"})


@dataclass(frozen=True)
class Page:
    """One address of a record's page, with the codes of staff."""

    url: str
    get: Codes
    post: Codes


def page_names() -> set[str]:
    """The names of all addresses of pages of records."""
    return {name for name, *_rest in _named()}


def models() -> list[str]:
    """The names of the models that have pages."""
    return [model._meta.model_name for model in admin.site._registry]


def pages(of: str, records: dict[str, Any]) -> dict[str, Page]:
    """Each address of the pages of a model, for a record of hvk."""
    return {
        name: _page(model, *rest, records)
        for name, model, *rest in _named()
        if model._meta.model_name == of
    }


def _named() -> Iterator[tuple[str, Any, Any, str]]:
    for model, page in admin.site._registry.items():
        stem = f"{model._meta.app_label}_{model._meta.model_name}"
        steps = [
            *page._extract_action_names(page.actions_detail),
            *page._extract_action_names(page.actions_row),
        ]
        lists = page._extract_action_names(page.actions_list)
        for tail in ("changelist", "add", "change", "history", "delete", *steps, *lists):
            yield f"admin:{stem}_{tail}", model, page, tail
        # An address of old, which leads to the page of the record.
        yield f"admin/{stem.replace('_', '/')}/<path:object_id>/", model, page, "old"


def _page(model: Any, page: Any, tail: str, records: dict[str, Any]) -> Page:
    name = model._meta.model_name
    record = records[name]
    lists = page._extract_action_names(page.actions_list)
    if tail == "old":
        return Page(
            f"/admin/{model._meta.app_label}/{name}/{record.pk}/", *(dict.fromkeys(STAFF, 302),) * 2
        )
    args = [] if tail in ("changelist", "add", *lists) else [record.pk]
    url = reverse(f"admin:{model._meta.app_label}_{name}_{tail}", args=args)
    return Page(url, *(_codes(name, page, tail, method, lists) for method in ("get", "post")))


def _codes(name: str, page: Any, tail: str, method: str, lists: list[str]) -> Codes:
    inside = {HERE, ROOT} - ({ROOT} if name in BY_ROLE else set())
    if name in FOR_HSE:
        inside |= {MODES}
    if tail == "changelist":
        return _of(200, inside | {ELSEWHERE}, 403)
    done = SENT.get(f"{name}_{tail}", 200 if tail in ("add", "change") else 422)
    done = done if method == "post" else 200
    if f"{name}_{tail}" in OF_HSE:
        return _of(done, {MODES}, 403)
    if tail == "add":
        makers = inside | {ELSEWHERE} if page.adds is not None else set()
        return _of(done, {ROOT} if name == "site" else makers - {MODES}, 403)
    if tail == "delete":
        return _of(403, set(), 403)
    if tail == "history":
        return _of(200, inside, 404)
    if tail == "change":
        if method == "post" and page.changes is None:
            return _of(403, set(), 403) | _unknown(inside)
        writers = inside - ({MODES} if method == "post" else set())
        return _of(done, writers, 403) | _unknown(inside)
    if name in FOR_HSE and tail not in lists:
        inside -= {MODES}
    return _of(done, inside | ({ELSEWHERE} if tail in lists else set()), 403)


def _of(code: int, who: set[str], refused: int) -> Codes:
    return {person: code if person in who else refused for person in STAFF}


def _unknown(inside: set[str]) -> Codes:
    """A record of another site is not there, to who may open the page at all."""
    return {ELSEWHERE: 404} if ELSEWHERE not in inside else {}


def admin_codes(people: dict, staff: int | Codes, *, door: bool = False) -> Codes:
    """`staff` for staff; for who is signed in otherwise the way to the door, which is closed."""
    given = staff if isinstance(staff, dict) else dict.fromkeys(STAFF, staff)
    return {
        who: 302 if who == ANONYMOUS else given[who] if person.is_staff else 403 if door else 302
        for who, person in people.items()
    }
