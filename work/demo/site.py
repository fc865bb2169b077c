"""Sets a site of a demo up: places, people, posts, types, rules and things, by the system."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from work.demo import progress
from work.demo.data import Demo
from work.models import Site, User
from work.services import assets, people, places, posts, rules, teams, types
from work.states import Role, TeamKind

_ZONE = "Europe/Amsterdam"
_LONG_BEFORE = timedelta(days=60)
_SLOTS = (("Early", 6), ("Late", 14), ("Night", 22))
_OVERLAP = timedelta(minutes=15)


class Ground:
    """One site of a demo at a moment, with everything made so far under its key.

    The acts have the same ids each time: loading that was cut short goes on where it ended, because
    an act that was done returns what it returned.
    """

    def __init__(self, demo: Demo, at: datetime, known: dict[str, User]) -> None:
        self.demo, self.at, self.people = demo, at, known
        self._ids = progress.ids_of(demo.slug)
        self.before = at - _LONG_BEFORE
        self.site: Site
        self.places: dict[str, int] = {}
        self.teams: dict[str, int] = {}
        self.posts: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.rules: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.windows: dict[str, int] = {}
        self.items: dict[str, int] = {}
        self.executors: dict[str, str] = {}

    def hour(self, hours: float) -> datetime:
        """The moment so many hours from the demo's own."""
        return self.at + timedelta(hours=hours)

    def set_up(self) -> None:
        """Make all that work needs."""
        self._grounds()
        self._crews()
        self._staff()
        self._duties()
        self._configuration()

    def who(self, key: str, at: datetime) -> dict[str, Any]:
        """Who does the next act of this demo and when; "" is the system."""
        return {"actor": self.people[key] if key else None, "at": at, "act": next(self._ids)}

    def _system(self) -> dict[str, Any]:
        return self.who("", self.before)

    def _grounds(self) -> None:
        demo = self.demo
        self.site = places.create_site(
            **self._system(),
            slug=demo.slug,
            name=demo.name,
            time_zone=_ZONE,
            last_number=demo.last_number,
        )
        for code, name, kind, above in demo.places:
            self.places[code] = places.create_place(
                **self._system(),
                site_id=self.site.pk,
                code=code,
                name=name,
                kind=kind,
                parent_id=self.places[above] if above else None,
            ).pk
        for one, other, kind in demo.neighbours:
            places.add_neighbour(
                **self._system(), place_id=self.places[one], other_id=self.places[other], kind=kind
            )
        for row in demo.classes:
            made = assets.create_class(**self._system(), site_id=self.site.pk, **row)
            self.classes[row["code"]] = made.pk
        for kind, code, name, place, status in demo.assets:
            assets.create(
                **self._system(),
                site_id=self.site.pk,
                class_id=self.classes[kind],
                code=code,
                name=name,
                status=status,
                place_id=self.places[place],
            )

    def _crews(self) -> None:
        named = [(f"crew-{crew}", f"Crew {crew}", TeamKind.CREW) for crew in self.demo.crews]
        named += [(key, name, TeamKind.COMPANY) for key, name in self.demo.companies]
        for code, name, kind in named:
            self.teams[code] = teams.create_team(
                **self._system(), site_id=self.site.pk, code=code, name=name, kind=kind
            ).pk
        slots = self._slots() if self.demo.crews else []
        now = next(
            (n for n, (_, starts, ends) in enumerate(slots) if self._covers(starts, ends)), 0
        )
        for number, (name, starts, ends) in enumerate(slots):
            crew = self.demo.crews[(number - now) % len(self.demo.crews)]
            teams.create_shift(
                **self._system(),
                crew_id=self.teams[f"crew-{crew}"],
                name=name,
                starts=starts,
                ends=ends + _OVERLAP,
            )

    def _slots(self) -> list[tuple[str, datetime, datetime]]:
        """The shifts of a week around the moment, by naive local wall time."""
        today: date = self.at.astimezone(ZoneInfo(_ZONE)).date()
        slots = []
        for day in range(-3, 5):
            for name, hour in _SLOTS:
                starts = datetime.combine(today, datetime.min.time()) + timedelta(
                    days=day, hours=hour
                )
                slots.append((name, starts, starts + timedelta(hours=8)))
        return slots

    def _covers(self, starts: datetime, ends: datetime) -> bool:
        return teams.local(starts, _ZONE) <= self.at < teams.local(ends, _ZONE)

    def _staff(self) -> None:
        for person in self.demo.people:
            company = self.teams[person.company] if person.company else None
            if person.key not in self.people:
                self.people[person.key] = people.create_person(
                    **self._system(),
                    site_id=self.site.pk,
                    name=person.name,
                    username=person.key if person.login else "",
                    password=f"demo-{person.key}" if person.login else None,
                    phone=person.phone,
                    company_id=company,
                )
            known = self.people[person.key]
            for role, place in person.roles:
                people.grant_role(
                    **self._system(),
                    user_id=known.pk,
                    site_id=self.site.pk,
                    role=role,
                    place_id=self.places[place] if place else None,
                    company_id=company if role == Role.CONTRACTOR else None,
                )
            for team in (f"crew-{person.crew}" if person.crew else "", person.company):
                if team:
                    teams.add_member(**self._system(), team_id=self.teams[team], user_id=known.pk)

    def _duties(self) -> None:
        for post in self.demo.posts:
            made = posts.create_post(
                **self._system(),
                site_id=self.site.pk,
                place_id=self.places[post.place],
                code=post.key,
                name=post.name,
                role=post.role,
            )
            self.posts[post.key] = made.pk
            for holder in (post.duty, *post.deputies):
                posts.name_holder(
                    **self._system(),
                    post_id=made.pk,
                    user_id=self.people[holder].pk,
                    deputy=holder != post.duty,
                )
            posts.take_duty(
                **self.who(post.duty, self.before + timedelta(hours=1)), post_id=made.pk
            )

    def _configuration(self) -> None:
        for kind in self.demo.types:
            made = types.create_type(
                **self._system(),
                site_id=self.site.pk,
                code=kind.code,
                name=kind.name,
                icon=kind.icon,
                category=kind.category,
            )
            draft = types.create_draft(**self._system(), type_id=made.pk, **kind.settings)
            types.write_draft(
                **self._system(),
                version_id=draft.pk,
                fields=kind.fields,
                stages=kind.stages,
                criteria=kind.criteria,
                lines=kind.lines,
            )
            types.publish(**self._system(), version_id=draft.pk)
            self.types[kind.code] = made.pk
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
