"""Plays a demo: sets a site up, then does every act of it in the order of time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from work import ports
from work.demo.data import Window
from work.demo.moments import Day, When
from work.demo.schedule import Schedule, Timed
from work.demo.site import Ground
from work.demo.together import together
from work.demo.verbs import VERBS
from work.services import holds, people, places, posts

type _Act = tuple[datetime, Callable[[], Any]]
# When windows were planned.
_WINDOWS_PLANNED = -90.0


class Play(Ground):
    """A site with its story, and the stage on which the domains play theirs."""

    @cached_property
    def schedule(self) -> Schedule:
        """Who does what on work when, and who plays which part."""
        return Schedule(self.demo, self.calendar)

    def run(self) -> None:
        """Set the site up, then play."""
        self.set_up()
        work = self.schedule.acts()
        # Of what happens at the same minute a duty is taken first.
        acts: list[_Act] = [
            (at, partial(self._take_duty, at, post, person))
            for at, post, person in self.schedule.duties(work)
        ]
        for window in self.demo.windows:
            acts.append(self._at(_WINDOWS_PLANNED, self._plan_window, window))
            if window.opened is not None:
                acts.append(self._at(window.opened, self._open_window, window))
        acts += [self._at(row[0], self._state, *row) for row in self.demo.states]
        acts += [self._at(when, self._leave, when, key) for when, key in self.demo.leavers]
        acts += [(timed.moment, partial(self._do, timed)) for timed in work]
        for play in ports.plays.all() if self.demo.domains else ():
            acts += play.acts(self)
        for _moment, act in sorted(acts, key=lambda each: each[0]):
            act()

    # --- what a domain finds on the stage ------------------------------------------------------

    def when(self, said: Any) -> datetime:
        """A moment, as the data say it: a number of shifts, or (working day, hour)."""
        return self.moment(Day(*said) if isinstance(said, tuple) else said)

    def crew(self, part: str) -> list[str]:
        """Who plays a part in each crew."""
        return [person.key for person in self.demo.people if person.part == part]

    def plays(self, part: str, place: str, at: datetime) -> str:
        """Who plays a part at a place at a moment."""
        return self.schedule.who(part, place, at)

    def together(
        self, key: str, at: datetime, service: Callable[..., Any], rows: Sequence[Mapping[str, Any]]
    ) -> list[int]:
        """Many acts of one kind as one: the ids of what was made."""
        return together(**self.who(key, at), service=service, rows=rows)

    # --- the acts of work itself ---------------------------------------------------------------

    def _at(self, when: When, act: Callable[..., Any], *given: Any) -> _Act:
        return (self.moment(when), partial(act, *given))

    def _do(self, timed: Timed) -> None:
        VERBS[timed.verb](self, timed.job, self.who(timed.by, timed.moment), dict(timed.given))

    def _take_duty(self, at: datetime, post: str, person: str) -> None:
        posts.take_duty(**self.who(person, at), post_id=self.posts[post])

    def _state(self, when: When, place: str, condition: str, by: str, why: str) -> None:
        places.set_place_state(
            **self.who(by, self.moment(when)),
            place_id=self.places[place],
            condition=condition,
            why=why,
        )

    def _leave(self, when: When, key: str) -> None:
        people.deactivate_person(**self.who("", self.moment(when)), user_id=self.people[key].pk)

    def _plan_window(self, window: Window) -> None:
        self.windows[window.key] = holds.create_window(
            **self.who(window.by, self.moment(_WINDOWS_PLANNED)),
            site_id=self.site.pk,
            place_id=self.places[window.place],
            name=window.name,
            planned_from=self.moment(window.begins),
            planned_to=self.moment(window.ends),
        ).pk

    def _open_window(self, window: Window) -> None:
        assert window.opened is not None
        holds.open_window(
            **self.who(window.by, self.moment(window.opened)),
            window_id=self.windows[window.key],
        )
