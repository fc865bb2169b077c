"""The site under the bulk: places, teams, people, posts, types, things."""

from dataclasses import dataclass
from datetime import datetime

from work.models import (
    Asset,
    AssetClass,
    Membership,
    Note,
    Place,
    Post,
    Site,
    SiteCounter,
    Team,
    TypeField,
    User,
    WorkType,
    WorkTypeVersion,
)
from work.states import FieldKind, PlaceKind, Role, TeamKind

TABLES = (
    "work_site",
    "work_place",
    "work_team",
    "work_user",
    "work_membership",
    "work_post",
    "work_worktype",
    "work_worktypeversion",
    "work_typefield",
    "work_assetclass",
    "work_asset",
)
AREAS, LINES, TYPES, CREWS, COMPANIES, POSTS = 12, 10, 15, 20, 10, 40


@dataclass(frozen=True)
class Made:
    """Ids by which rows are made."""

    site_id: int
    places: list[int]
    people: list[int]
    staff: list[int]
    teams: list[int]
    posts: list[int]
    types: list[int]
    versions: list[int]
    assets: list[int]
    note_id: int


def load(since: datetime, *, slug: str, places: int, people: int) -> Made:
    """Make the site and what items refer to."""
    site = Site.objects.create(slug=slug, name="Bulk", time_zone="Europe/Amsterdam")
    SiteCounter.objects.create(site=site)
    made_places = _places(site, places)
    teams = _teams(site)
    users = _people(site, teams, people, since)
    types, versions = _types(site, since)
    return Made(
        site_id=site.pk,
        places=[place.pk for place in made_places],
        people=[user.pk for user in users],
        staff=[user.pk for user in users if user.company_id is None],
        teams=[team.pk for team in teams],
        posts=_posts(site, made_places),
        types=types,
        versions=versions,
        assets=_assets(site, places // 2),
        note_id=Note.objects.create(
            site=site, author=users[0], kind="wait", text="Left safe", at=since
        ).pk,
    )


def _places(site: Site, count: int) -> list[Place]:
    """A root, areas, lines, and the rest as functional locations spread over the lines."""
    made: list[Place] = []

    def add(parent: Place | None, nth: int, code: str, kind: str) -> Place:
        path = Place._get_path(
            parent.path if parent else "", parent.depth + 1 if parent else 1, nth
        )
        place = Place(
            site=site,
            path=path,
            depth=parent.depth + 1 if parent else 1,
            code=code,
            name=f"{PlaceKind(kind).label} {code}",
            kind=kind,
        )
        made.append(place)
        if parent:
            parent.numchild += 1
        return place

    roots = Place.objects.filter(depth=1).count()
    root = add(None, roots + 1, "BULK", PlaceKind.SITE)
    areas = [add(root, n + 1, f"A{n:02}", PlaceKind.AREA) for n in range(AREAS)]
    lines = [
        add(area, n + 1, f"{area.code}-L{n:02}", PlaceKind.LINE)
        for area in areas
        for n in range(LINES)
    ]
    for n in range(max(0, count - len(made))):
        line = lines[n % len(lines)]
        tag = f"{line.code}-{n // len(lines):03}"
        add(line, line.numchild + 1, tag, PlaceKind.FUNCTIONAL_LOCATION)
    return Place.objects.bulk_create(made, batch_size=2000)


def _teams(site: Site) -> list[Team]:
    made = [
        Team(site=site, code=f"crew-{n}", name=f"Crew {n}", kind=TeamKind.CREW)
        for n in range(CREWS)
    ]
    made += [
        Team(site=site, code=f"co-{n}", name=f"Company {n}", kind=TeamKind.COMPANY)
        for n in range(COMPANIES)
    ]
    return Team.objects.bulk_create(made)


def _people(site: Site, teams: list[Team], count: int, since: datetime) -> list[User]:
    companies = teams[CREWS:]
    users = []
    for n in range(count):
        outside = n % 10 == 9
        users.append(
            User(
                username=f"bulk{n}",
                name=f"Person {n:03}",
                password="!",
                company=companies[n % COMPANIES] if outside else None,
            )
        )
    users = User.objects.bulk_create(users, batch_size=1000)
    inside = [Role.SUPERVISOR, Role.SHIFT_LEAD, Role.PLANNER, Role.TECHNICIAN, Role.OPERATOR]
    Membership.objects.bulk_create(
        Membership(
            user=user,
            site=site,
            role=Role.CONTRACTOR if user.company_id else inside[n % len(inside)],
            company_id=user.company_id,
            starts=since,
        )
        for n, user in enumerate(users)
    )
    return users


def _posts(site: Site, places: list[Place]) -> list[int]:
    made = [
        Post(
            site=site,
            place=places[1 + n % AREAS],
            code=f"post-{n}",
            name=f"Shift lead {n}",
            role=Role.SHIFT_LEAD,
        )
        for n in range(POSTS)
    ]
    return [post.pk for post in Post.objects.bulk_create(made)]


def _types(site: Site, since: datetime) -> tuple[list[int], list[int]]:
    types = WorkType.objects.bulk_create(
        WorkType(site=site, code=f"T{n:02}", name=f"Type {n:02}", icon="wrench")
        for n in range(TYPES)
    )
    versions = WorkTypeVersion.objects.bulk_create(
        WorkTypeVersion(type=each, number=1, published_at=since) for each in types
    )
    fields = []
    for version in versions:
        fields += [
            TypeField(
                version=version,
                key="severity",
                label="Severity",
                kind=FieldKind.CHOICE,
                choices=["low", "middle", "high"],
                filterable=True,
                column=True,
            ),
            TypeField(
                version=version,
                key="centre",
                label="Cost centre",
                kind=FieldKind.TEXT,
                filterable=True,
            ),
            TypeField(
                version=version,
                key="hours",
                label="Hours",
                kind=FieldKind.NUMBER,
                filterable=True,
            ),
            TypeField(version=version, key="seen", label="Seen on", kind=FieldKind.DATE),
        ]
    TypeField.objects.bulk_create(fields)
    return [each.pk for each in types], [each.pk for each in versions]


def _assets(site: Site, count: int) -> list[int]:
    kind = AssetClass.objects.create(site=site, code="pump", name="Pump")
    made = Asset.objects.bulk_create(
        [
            Asset(site=site, asset_class=kind, code=f"PUMP-{n:05}", name=f"Pump {n}", status="ok")
            for n in range(count)
        ],
        batch_size=2000,
    )
    return [asset.pk for asset in made]
