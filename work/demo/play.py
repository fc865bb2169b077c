"""Plays a demo: sets a site up, then does every act of its jobs in the order of time."""

from collections.abc import Callable
from functools import partial
from typing import Any

from work.demo.data import Job, Step, Window
from work.demo.site import Ground
from work.demo.verbs import VERBS
from work.services import holds, items, people, places

type _Act = tuple[float, Callable[[], Any]]
# Hours from the moment at which windows were planned.
_WINDOWS_PLANNED = -720


class Play(Ground):
    """A site with its story."""

    def run(self) -> None:
        """Set the site up, then play."""
        self.set_up()
        acts: list[_Act] = []
        for job in self.demo.jobs:
            acts.append((job.asked[0], partial(self._ask, job)))
            acts += [(step.hours, partial(self._do, job, step)) for step in job.steps]
        acts += [(row[0], partial(self._state, *row)) for row in self.demo.states]
        acts += [(hours, partial(self._leave, hours, key)) for hours, key in self.demo.leavers]
        for window in self.demo.windows:
            acts.append((_WINDOWS_PLANNED, partial(self._plan_window, window)))
            if window.opened is not None:
                acts.append((window.opened, partial(self._open_window, window, window.opened)))
        for _hours, act in sorted(acts, key=lambda each: each[0]):
            act()

    def _state(self, hours: float, place: str, condition: str, by: str, why: str) -> None:
        places.set_place_state(
            **self.who(by, self.hour(hours)),
            place_id=self.places[place],
            condition=condition,
            why=why,
        )

    def _leave(self, hours: float, key: str) -> None:
        people.deactivate_person(**self.who("", self.hour(hours)), user_id=self.people[key].pk)

    def _plan_window(self, window: Window) -> None:
        self.windows[window.key] = holds.create_window(
            **self.who(window.by, self.hour(_WINDOWS_PLANNED)),
            site_id=self.site.pk,
            place_id=self.places[window.place],
            name=window.name,
            planned_from=self.hour(window.begins),
            planned_to=self.hour(window.ends),
        ).pk

    def _open_window(self, window: Window, hours: float) -> None:
        holds.open_window(
            **self.who(window.by, self.hour(hours)),
            window_id=self.windows[window.key],
        )

    def _ask(self, job: Job) -> None:
        given = dict(job.given)
        if parent := given.pop("parent", ""):
            given["parent_id"] = self.items[parent]
        if due := given.pop("due", None):
            given["due"] = self.hour(due)
        if things := given.pop("assets", ()):
            found = self.site.assets.filter(code__in=things)
            given["asset_ids"] = list(found.values_list("pk", flat=True))
        hours, by = job.asked
        self.items[job.key] = items.request(
            **self.who(by, self.hour(hours)),
            site_id=self.site.pk,
            place_id=self.places[job.place],
            type_id=self.types[job.type],
            what=job.what,
            why=job.why,
            **given,
        ).pk

    def _do(self, job: Job, step: Step) -> None:
        by = step.by or self.executors[job.key]
        who = self.who(by, self.hour(step.hours))
        VERBS[step.verb](self, job, who, dict(step.given))
