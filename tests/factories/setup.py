"""Sites, places, people, posts and types. The system does what a site's administrator would."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.factories.steps import step
from work.models import (
    Asset,
    AssetClass,
    Place,
    Post,
    RequirementRule,
    Site,
    Team,
    User,
    WorkType,
)
from work.services import assets, people, places, posts, rules, teams, types
from work.states import BlockerKind, Gate, PlaceKind, Role, TeamKind

# Tuesday 24 November 2026, 05:00 at the site.
AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LONG_BEFORE = AT - timedelta(days=30)
_next = count(1)


def _any(prefix: str) -> str:
    return f"{prefix}-{next(_next)}"


def site(slug: str = "hvk", *, time_zone: str = "Europe/Amsterdam", **given: Any) -> Site:
    """A site without places."""
    given.setdefault("name", f"Site {slug}")
    return places.create_site(actor=None, at=LONG_BEFORE, slug=slug, time_zone=time_zone, **given)


@step
def place(
    at_site: Site,
    code: str = "",
    *,
    parent: Place | None = None,
    kind: str = PlaceKind.AREA,
    name: str = "",
    owner_team: Team | None = None,
) -> Place:
    """A place of a site, below `parent` or as a root."""
    code = code or _any("PL")
    return places.create_place(
        actor=None,
        at=LONG_BEFORE,
        site_id=at_site.pk,
        code=code,
        name=name or f"Place {code}",
        kind=kind,
        parent_id=parent.pk if parent else None,
        owner_team_id=owner_team.pk if owner_team else None,
    )


@step
def company(at_site: Site, code: str = "", name: str = "") -> Team:
    """A contractor company of a site."""
    code = code or _any("CO")
    return teams.create_team(
        actor=None,
        at=LONG_BEFORE,
        site_id=at_site.pk,
        code=code,
        name=name or f"Company {code}",
        kind=TeamKind.COMPANY,
    )


@step
def person(
    at_site: Site,
    role: str = "",
    *,
    place: Place | None = None,
    company: Team | None = None,
    name: str = "",
    username: str = "",
    password: str | None = None,
    starts: datetime = LONG_BEFORE,
    ends: datetime | None = None,
) -> User:
    """A person, with a role at the site or place where one is named; a company's is contractor."""
    username = username or _any(role or "person")
    made = people.create_person(
        actor=None,
        at=LONG_BEFORE,
        site_id=at_site.pk,
        username=username,
        password=password,
        name=name or username.replace("_", " ").capitalize(),
        company_id=company.pk if company else None,
    )
    if role:
        people.grant_role(
            actor=None,
            at=LONG_BEFORE,
            user_id=made.pk,
            site_id=at_site.pk,
            role=role,
            place_id=place.pk if place else None,
            company_id=company.pk if company else None,
            starts=starts,
            ends=ends,
        )
        made.refresh_from_db()
    return made


@step
def post_with_duty(
    at_place: Place,
    holder: User,
    *,
    role: str = Role.SHIFT_LEAD,
    code: str = "",
    name: str = "",
    deputies: Sequence[User] = (),
    at: datetime = AT - timedelta(hours=1),
) -> Post:
    """A post at a place, on duty `holder` since `at`."""
    code = code or _any("post")
    post = posts.create_post(
        actor=None,
        at=LONG_BEFORE,
        site_id=at_place.site_id,
        place_id=at_place.pk,
        code=code,
        name=name or f"Post {code}",
        role=role,
    )
    for each in (holder, *deputies):
        posts.name_holder(
            actor=None,
            at=LONG_BEFORE,
            post_id=post.pk,
            user_id=each.pk,
            deputy=each in deputies,
        )
    posts.take_duty(actor=holder, at=at, post_id=post.pk)
    return post


@step
def work_type(
    at_site: Site,
    code: str = "",
    *,
    name: str = "",
    fields: Sequence[Mapping[str, Any]] = (),
    stages: Sequence[Mapping[str, Any]] = (),
    criteria: Sequence[Mapping[str, Any]] | None = None,
    lines: Sequence[Mapping[str, Any]] = (),
    **settings: Any,
) -> WorkType:
    """A published type; one criterion that may be judged by name unless others are given."""
    code = code or _any("T")
    kind = types.create_type(
        actor=None, at=LONG_BEFORE, site_id=at_site.pk, code=code, name=name or f"Type {code}"
    )
    draft = types.create_draft(actor=None, at=LONG_BEFORE, type_id=kind.pk, **settings)
    types.write_draft(
        actor=None,
        at=LONG_BEFORE,
        version_id=draft.pk,
        fields=list(fields),
        stages=list(stages),
        criteria=[{"key": "ok", "text": "It works"}] if criteria is None else list(criteria),
        lines=list(lines),
    )
    types.publish(actor=None, at=LONG_BEFORE, version_id=draft.pk)
    return kind


@step
def rule(
    at_site: Site, key: str = "", *, at: datetime = LONG_BEFORE, **given: Any
) -> RequirementRule:
    """A rule; by default an enforced check by HSE before start of all work of the site."""
    given.setdefault("what", "Checked by HSE")
    given.setdefault("supplier", "work.check")
    if given["supplier"] == "work.check":
        given.setdefault("params", {"role": Role.HSE})
    given.setdefault("kind", BlockerKind.DECISION)
    given.setdefault("gate", Gate.START)
    given.setdefault("mode", "enforce")
    return rules.create_rule(
        actor=None, at=at, site_id=at_site.pk, key=key or _any("rule"), **given
    )


@step
def asset_class(at_site: Site, code: str = "", **given: Any) -> AssetClass:
    """A class of things with the statuses ok (ready) and due (not ready)."""
    code = code or _any("class")
    given.setdefault("name", f"Class {code}")
    given.setdefault(
        "statuses",
        [
            {"key": "ok", "label": "In order", "ready": True},
            {"key": "due", "label": "Due", "ready": False},
        ],
    )
    return assets.create_class(actor=None, at=LONG_BEFORE, site_id=at_site.pk, code=code, **given)


@step
def asset(of: AssetClass, code: str = "", *, place: Place | None = None, **given: Any) -> Asset:
    """A thing, at a place where one is named."""
    code = code or _any("A")
    given.setdefault("name", f"Thing {code}")
    return assets.create(
        actor=None,
        at=LONG_BEFORE,
        site_id=of.site_id,
        class_id=of.pk,
        code=code,
        place_id=place.pk if place else None,
        **given,
    )
