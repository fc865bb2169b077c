"""Sets a site of a demo up: places, people, posts, types, rules and things, by the system."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

from work.demo import progress
from work.demo.data import Demo, Person
from work.demo.moments import DAY_BEGINS, DAY_ENDS, LENGTH, OVERLAP, Calendar, When
from work.demo.together import together
from work.models import Site, User
from work.services import assets, people, places, posts, rules, shipped, teams
from work.states import Role, TeamKind

_ZONE = "Europe/Amsterdam"
_LONG_BEFORE = timedelta(days=60)
# So many things are made by one act: it holds the site for a part of a second.
_AT_ONCE = 40


class Ground:
    """One site of a demo at a moment, with everything made so far under its key.

    The acts have the same ids each time: loading that was cut short goes on where it ended, because
    an act that was done returns what it returned.
    """

    def __init__(self, demo: Demo, at: datetime, known: dict[str, User]) -> None:
        self.demo, self.at, self.people = demo, at, known
        self.calendar = Calendar(at, _ZONE)
        self._ids = progress.ids_of(demo.slug)
        self.before = at - _LONG_BEFORE
        self.site: Site
        self.places: dict[str, int] = {}
        self.teams: dict[str, int] = {}
        self.posts: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.rules: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.things: dict[str, int] = {}
        self.windows: dict[str, int] = {}
        self.items: dict[int, int] = {}
        self.named: dict[str, int] = {}

    def moment(self, when: When) -> datetime:
        """The moment that the demo's data counts to."""
        return self.calendar.moment(when)

    def set_up(self) -> None:
        """Make all that work needs."""
        self._grounds()
        self._things()
        self._shifts()
        self._staff()
        self._posts()
        self._configuration()

    def who(self, key: str, at: datetime) -> dict[str, Any]:
        """Who does the next act of this demo and when; "" is the system."""
        return {"actor": self.people[key] if key else None, "at": at, "act": next(self._ids)}

    def _system(self) -> dict[str, Any]:
        return self.who("", self.before)

    def _together(self, service: Callable[..., Any], rows: Iterable[dict[str, Any]]) -> list[int]:
        """Many of one kind, few acts: what was made, by number."""
        made: list[int] = []
        for some in batched(rows, _AT_ONCE, strict=False):
            made += together(**self._system(), service=service, rows=some)
        return made

    def _named(
        self, service: Callable[..., Any], rows: Mapping[str, dict[str, Any]]
    ) -> dict[str, int]:
        """The same of the site, by their keys."""
        here = [{"site_id": self.site.pk, **row} for row in rows.values()]
        return dict(zip(rows, self._together(service, here), strict=True))

    def _grounds(self) -> None:
        demo = self.demo
        self.site = places.create_site(
            **self._system(),
            slug=demo.slug,
            name=demo.name,
            time_zone=_ZONE,
            last_number=demo.last_number,
        )
        named = [(f"crew-{crew}", f"Crew {crew}", TeamKind.CREW) for crew in demo.crews]
        self.teams = self._named(
            teams.create_team,
            {
                code: {"code": code, "name": name, "kind": kind}
                for code, name, kind in (*named, *demo.teams)
            },
        )
        left = list(demo.places)
        while left:
            level = [row for row in left if row[3] in ("", *self.places)]
            left = [row for row in left if row not in level]
            self.places |= self._named(
                places.create_place, {row[0]: self._place(*row) for row in level}
            )
        near = [
            {"place_id": self.places[one], "other_id": self.places[other], "kind": kind}
            for one, other, kind in demo.neighbours
        ]
        self._together(places.add_neighbour, near)

    def _place(
        self, code: str, name: str, kind: str, above: str, owner: str = ""
    ) -> dict[str, Any]:
        return {
            "code": code,
            "name": name,
            "kind": kind,
            "parent_id": self.places[above] if above else None,
            "owner_team_id": self.teams[owner] if owner else None,
        }

    def _things(self) -> None:
        rows = {row["code"]: row for row in self.demo.classes}
        self.classes = self._named(assets.create_class, rows)
        for inside in (False, True):
            rows = {
                row[1]: self._thing(*row)
                for row in self.demo.assets
                if row[3].startswith("in:") == inside
            }
            self.things |= self._named(assets.create, rows)

    def _thing(self, kind: str, code: str, name: str, where: str, status: str) -> dict[str, Any]:
        inside = where.removeprefix("in:")
        there = (
            {"place_id": self.places[where]}
            if inside == where
            else {"container_id": self.things[inside]}
        )
        return {
            "class_id": self.classes[kind],
            "code": code,
            "name": name,
            "status": status,
            **there,
        }

    def _shifts(self) -> None:
        """Made before anybody is in a crew, so that nobody's fitness is asked for each."""
        if not self.demo.crews:
            return
        shifts, (past, ahead) = [], self.demo.shifts
        for number in range(-3 * past, 3 * ahead):
            crew = self.demo.crews[self.calendar.crew(number)]
            begins = self.calendar.wall(number)
            ends = begins + LENGTH + OVERLAP
            shifts.append((f"crew-{crew}", self.calendar.name(number), begins, ends))
        today = self.calendar.today()
        first, last = today - timedelta(days=past), today + timedelta(days=ahead)
        for day in self.calendar.working_days(first, last):
            shifts.append(("days", "Days", _at(day, DAY_BEGINS), _at(day, DAY_ENDS)))
        rows = [
            {"crew_id": self.teams[crew], "name": name, "starts": starts, "ends": ends}
            for crew, name, starts, ends in shifts
        ]
        self._together(teams.create_shift, rows)

    def _staff(self) -> None:
        fresh = {
            person.key: {
                "name": person.name,
                "username": person.key if person.login else "",
                "password": f"demo-{person.key}" if person.login else None,
                "phone": person.phone,
                "company_id": self.teams[person.company] if person.company else None,
            }
            for person in self.demo.people
            if person.key not in self.people
        }
        made = self._named(people.create_person, fresh)
        known = User.objects.in_bulk(made.values())
        self.people |= {key: known[pk] for key, pk in made.items()}
        roles = [row for person in self.demo.people for row in self._roles(person)]
        self._together(people.grant_role, roles)
        members = [row for person in self.demo.people for row in self._member(person)]
        self._together(teams.add_member, members)

    def _roles(self, person: Person) -> Iterator[dict[str, Any]]:
        company = self.teams[person.company] if person.company else None
        for role, place in person.roles:
            yield {
                "user_id": self.people[person.key].pk,
                "site_id": self.site.pk,
                "role": role,
                "place_id": self.places[place] if place else None,
                "company_id": company if role == Role.CONTRACTOR else None,
                "ends": self.moment(person.until) if person.until is not None else None,
            }

    def _member(self, person: Person) -> Iterator[dict[str, Any]]:
        team = person.company or (f"crew-{person.crew}" if person.crew else "days")
        if team in self.teams:
            yield {"team_id": self.teams[team], "user_id": self.people[person.key].pk}

    def _posts(self) -> None:
        rows = {
            post.key: {
                "place_id": self.places[post.place],
                "code": post.key,
                "name": post.name,
                "role": post.role,
            }
            for post in self.demo.posts
        }
        self.posts = self._named(posts.create_post, rows)
        self._together(posts.name_holder, list(self._holders()))
        for post in self.demo.posts:
            if post.duty:
                taken = self.before + timedelta(hours=1)
                posts.take_duty(**self.who(post.duty, taken), post_id=self.posts[post.key])

    def _holders(self) -> Iterator[dict[str, Any]]:
        for post in self.demo.posts:
            parts = [person.key for person in self.demo.people if person.part == post.part != ""]
            for holder in (*filter(None, [post.duty]), *parts, *post.deputies):
                yield {
                    "post_id": self.posts[post.key],
                    "user_id": self.people[holder].pk,
                    "deputy": holder in post.deputies,
                }

    def _configuration(self) -> None:
        shipped.give(**self._system(), site_id=self.site.pk, codes=self.demo.types)
        self.types = dict(self.site.work_types.values_list("code", "pk"))
        # A rule of an earlier run is not sent again: it would be brought to the work of then.
        self.rules = dict(self.site.rules.values_list("key", "pk"))
        for row in self.demo.rules:
            who, given = self._system(), dict(row)
            kind, place = given.pop("type", ""), given.pop("place", "")
            if given["key"] not in self.rules:
                made_rule = rules.create_rule(
                    **who,
                    site_id=self.site.pk,
                    type_id=self.types[kind] if kind else None,
                    place_id=self.places[place] if place else None,
                    **given,
                )
                self.rules[given["key"]] = made_rule.pk


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hour)
