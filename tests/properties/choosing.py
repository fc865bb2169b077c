"""Who acts, on what, when: half of the time as a sensible person would choose."""

from datetime import timedelta
from types import SimpleNamespace as Row
from typing import Any

from hypothesis import strategies as st

from tests.properties.acting import Acting
from work.models import User

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

PAUSES = st.one_of(
    st.just(("pass", timedelta(0))),
    st.just(("pass", timedelta(0))),
    st.tuples(st.just("edge"), st.sampled_from([-SECOND, timedelta(0), SECOND])),
    st.tuples(st.just("pass"), st.integers(1, 90).map(lambda n: n * SECOND)),
    st.tuples(st.just("pass"), st.integers(1, 300).map(lambda n: n * MINUTE)),
    st.tuples(st.just("pass"), st.integers(1, 9).map(lambda n: n * 24 * HOUR)),
)
PICK = st.integers(0, 999)
COIN = st.booleans()
WORDS = st.sampled_from(["as said", "as said", "as said", "seen in the field", " "])
AHEAD = st.sampled_from([SECOND, MINUTE, 30 * MINUTE, 4 * HOUR, 48 * HOUR])


def of(sequence: Any, pick: int) -> Any:
    """One of a sequence by a drawn number; None of an empty one, or of none."""
    sequence = list(sequence or ())
    return sequence[pick % len(sequence)] if sequence else None


class Choosing(Acting):
    """Chooses people, work and fields by drawn numbers."""

    def item(self, pick: int, *statuses: str, sensible: bool = True) -> Row:
        """An item; when it is to be sensible, in one of these statuses if there is one."""
        every = sorted(self.oracle.work.items, key=lambda item: item.id)
        fitting = [item for item in every if item.status in statuses] if sensible else []
        return of(fitting or every, pick)

    def actor(self, pick: int, item: Row | None = None, *roles: str) -> User:
        """Three in four times somebody with one of these roles at the item's place."""
        everybody = sorted(self.people)
        if item is not None and roles and pick % 4:
            fitting = [pk for pk in everybody if self.fits(pk, item, roles)]
            return self.people[of(fitting or everybody, pick // 4)]
        return self.people[of(everybody, pick)]

    def one(self, name: str) -> User:
        """The person who stands in the world under this name."""
        return self.people[getattr(self.world, name).pk]

    def arranger(self, name: str, pick: int) -> User:
        """Three in four times the person with this name in the world."""
        return self.one(name) if pick % 4 else self.actor(pick)

    def executor(self, item: Row) -> User:
        """An executor of an item, or the supervisor where there is none."""
        return self.people[(self.oracle.executors[item.id] or [self.world.supervisor.pk])[0]]

    def fits(self, pk: int, item: Row, roles: tuple[str, ...]) -> bool:
        if "executor" in roles and pk in self.oracle.executors[item.id]:
            return True
        return any(
            grant.role in roles
            and grant.site_id == item.site_id
            and item.path.startswith(grant.path)
            and ("duty" not in roles or hasattr(grant, "post_id"))
            for grant in self.oracle.grants(pk, self.at)
        )

    def seen(self, item: Row, pick: int) -> int | None:
        """Mostly the version that stands, sometimes none and sometimes an older one."""
        return {0: None, 1: item.version - 1, 2: item.version + 1}.get(pick % 12, item.version)

    def late(self, pick: int) -> timedelta:
        """How long ago a person says that it happened: mostly not at all; forms know minutes."""
        to_the_minute = self.at - self.at.replace(second=0, microsecond=0)
        never = timedelta(0)
        return [never, never, never, to_the_minute, 30 * SECOND, 20 * MINUTE, 90 * MINUTE][pick % 7]

    def fields(self, pick: int) -> dict[str, Any]:
        """A plain field to change."""
        window = of(self.oracle.work.windows, pick // 11)
        return [
            {"planned_start": self.at + (pick % 7 - 1) * HOUR},
            {"planned_start": None, "planned_end": None},
            {"place_id": of(self.ground.places, pick).pk},
            {"team_id": of([*self.ground.teams, None], pick)},
            {"safety_critical": bool(pick % 2)},
            {"window_id": window.id if pick % 3 else None},
            {"parent_id": self.item(pick).id if pick % 3 else None, "mandatory": bool(pick % 2)},
            {"due": self.at + HOUR, "priority": "1"},
            {"what": "Something else"},
            {"values": {"tag": "P-302", "found": "2.5"}},
            {"values": {"tag": ""}},
        ][pick % 11]

    def some_people(self, pick: int) -> list[int]:
        """Nobody, one or two, mostly those who execute."""
        everybody = sorted(self.people)
        able = [self.world.second_technician.pk, self.world.technician.pk, self.world.operator.pk]
        return [
            [of(able, pick // 6)],
            [of(able, pick // 6)],
            able[:2],
            [of(everybody, pick // 6)],
            [self.world.welder.pk],
            [],
        ][pick % 6]

    def on_duty(self, item: Row, pick: int) -> tuple[str, ...]:
        """The roles by which an outcome is accepted or judged; mostly those that have the duty."""
        named = self.oracle.versions[item.type_version_id].accept_role
        if named:
            return (named,)
        return ("shift_lead", "supervisor", "duty")[: 3 if pick % 3 else 2]

    def owner(self, pick: int) -> dict[str, int]:
        if pick % 3:
            return {"owner_post_id": of(self.ground.posts, pick).pk}
        if pick % 5 == 0:
            return {"owner_user_id": of(sorted(self.people), pick)}
        return {"owner_user_id": self.world.planner.pk}

    def prerequisite(
        self, pick: int, sensible: bool, *suppliers: str, origin: str = ""
    ) -> Row | None:
        every = sorted(self.oracle.work.prerequisites, key=lambda row: row.id)
        fitting = [
            row
            for row in every
            if row.withdrawn_at is None
            and row.supplier in suppliers
            and row.origin.startswith(origin)
            and self.oracle.items[row.item_id].status not in ("requested", "closed", "cancelled")
        ]
        return of((fitting if sensible else every) or every, pick)
