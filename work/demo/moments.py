"""When things of a demo happen: counted in shifts and working days from the demo's own moment.

A number counts shifts: 0 is the moment itself, -1 the beginning of the shift that runs then, -1.5
the middle of the one before; 0.5 is the middle of the next shift. So everything of a demo happens
while the same people are there, whatever its moment is. A `Day` counts working days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

from work.services import teams

SHIFTS = (("Early", 6), ("Late", 14), ("Night", 22))
LENGTH, OVERLAP = timedelta(hours=8), timedelta(minutes=15)
DAY_BEGINS, DAY_ENDS = 7.5, 16.0
_CREWS = 5


@dataclass(frozen=True)
class Day:
    """A working day at an hour: -1 is the last that has ended, 1 the next that begins."""

    number: int
    hour: float


type When = float | Day


class Calendar:
    """The shifts of five crews and the working days around a moment."""

    def __init__(self, at: datetime, zone: str) -> None:
        self.at, self.zone = at, zone
        # Until those who come have taken over, the shift that ends is the one that runs.
        wall = self._wall(at - OVERLAP)
        self._now = self._index(wall)

    def moment(self, when: When) -> datetime:
        """The moment itself, to the minute."""
        if isinstance(when, Day):
            return self._of_day(when)
        if when == 0:
            return self.at
        number = floor(when) + 1
        begin = self.begins(number)
        end = self.at if number == 0 else self.begins(number + 1)
        found = begin + (when - floor(when)) * (end - begin)
        return found.replace(second=0, microsecond=0)

    def begins(self, number: int) -> datetime:
        """When a shift begins, counted from the one that runs."""
        return teams.local(self.wall(number), self.zone)

    def wall(self, number: int) -> datetime:
        """When a shift begins, in naive local time."""
        days, slot = divmod(self._now + number, len(SHIFTS))
        return datetime.combine(date.fromordinal(days), time(SHIFTS[slot][1]))

    def name(self, number: int) -> str:
        """Early, Late or Night."""
        return SHIFTS[(self._now + number) % len(SHIFTS)][0]

    def number(self, moment: datetime) -> int:
        """The shift that a moment is in, counted from the one that runs."""
        found = self._index(self._wall(moment)) - self._now
        return min(found, 0) if moment <= self.at else found

    def crew(self, number: int) -> int:
        """Which of the crews has a shift: two early, two late, two nights, four days off.

        The first crew is the one that runs, on the second day of its turn.
        """
        day, slot = divmod(self._now + number, len(SHIFTS))
        today, now = divmod(self._now, len(SHIFTS))
        turn = day - today + 2 * now + 1
        return next(c for c in range(_CREWS) if (turn + 2 * c) % (2 * _CREWS) // 2 == slot)

    def by_day(self, moment: datetime) -> bool:
        """Whether the people of days are there."""
        wall = self._wall(moment)
        return wall.weekday() < 5 and DAY_BEGINS <= wall.hour + wall.minute / 60 < DAY_ENDS

    def working_days(self, first: date, last: date) -> list[date]:
        """The working days from one date to another."""
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [each for each in every if each.weekday() < 5]

    def today(self) -> date:
        """The date at the site."""
        return self._wall(self.at).date()

    def _of_day(self, day: Day) -> datetime:
        today, step = self.today(), 1 if day.number > 0 else -1
        left, wall = abs(day.number), self._wall(self.at)
        hour = wall.hour + wall.minute / 60
        there = hour < DAY_BEGINS if step > 0 else hour >= DAY_ENDS
        found = today if there else today + timedelta(days=step)
        while True:
            left -= found.weekday() < 5
            if not left:
                break
            found += timedelta(days=step)
        naive = datetime.combine(found, time()) + timedelta(hours=day.hour)
        return teams.local(naive, self.zone)

    def _index(self, wall: datetime) -> int:
        night = wall.hour < SHIFTS[0][1]
        days = wall.date().toordinal() - night
        slot = 2 if night else (wall.hour - SHIFTS[0][1]) // 8
        return days * len(SHIFTS) + slot

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
