"""Who asks: everybody that the matrix has a column for."""

import copy

from django.contrib.auth.hashers import make_password
from django.test import Client

from tests import factories
from tests.factories import World, browsers
from tests.factories.world import SecondSite
from work.models import User
from work.states import Role

ROLES = tuple(str(role) for role in Role)
READERS = frozenset({Role.VIEWER, Role.AUDITOR})
PLANNERS = frozenset({Role.PLANNER, Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})
LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD})
ACCEPTERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})

# Without a role at the site: somebody of another site, nobody's, an administrator of everything.
OTHER_ADMIN = "site administrator of another site"
ROOT = "superuser without a role"
OUTSIDERS = ("of another site", OTHER_ADMIN, "without any role", ROOT)
OTHER_COMPANY = "contractor of another company"
ANONYMOUS = "anonymous"
EVERYBODY = (ANONYMOUS, *ROLES, OTHER_COMPANY, *OUTSIDERS)


def everybody(world: World, nrd: SecondSite) -> dict[str, User | None]:
    """A person for each column. Every role is for the whole site, and none has a duty."""
    people: dict[str, User | None] = {
        role: factories.person(world.site, role, username=f"whole {role}")
        for role in ROLES
        if role != Role.CONTRACTOR
    }
    people[Role.CONTRACTOR] = factories.person(
        world.site, Role.CONTRACTOR, username="whole contractor", company=world.lasteam
    )
    people[OTHER_COMPANY] = factories.person(
        world.site, Role.CONTRACTOR, username="other company", company=world.hydrex
    )
    people[ANONYMOUS] = None
    people["of another site"] = nrd.supervisor
    people["without any role"] = factories.person(world.site, username="no role")
    people[OTHER_ADMIN] = nrd.admin
    people[ROOT] = User.objects.create_superuser("root", name="Root")
    # Somebody without a password of its own never comes as far as this.
    User.objects.update(password=make_password("a-good-word"))
    for person in filter(None, people.values()):
        person.refresh_from_db()
        person.browser = signed_in(person).cookies
    return {name: people[name] for name in EVERYBODY}


def visit(person: User | None, method: str, url: str, data: dict | None = None):
    """One request by somebody who is signed in, or is not."""
    return getattr(signed_in(person), method)(url, data or {})


def signed_in(person: User | None) -> Client:
    """The browser of somebody; of nobody where there is none."""
    client = Client(raise_request_exception=True)
    if hasattr(person, "browser"):
        client.cookies = copy.deepcopy(person.browser)
    elif person is not None:
        browsers.signed_in(client, person)
    return client


type Codes = dict[str, int]


def codes(default: int, **given: int) -> Codes:
    """A code for everybody: the sign-in page for who is not signed in, `default` for the rest."""
    return dict.fromkeys(EVERYBODY, default) | {ANONYMOUS: 302} | given


def site_codes(allowed: int, *, roles=ROLES, refused: int = 403, other_company: int = 404) -> Codes:
    """`allowed` for these roles, `refused` for the others; outsiders find nothing."""
    known = {role: allowed if role in roles else refused for role in ROLES}
    return codes(404) | known | {OTHER_COMPANY: other_company}
