"""Asking for work, planning it and naming who does it, through the services."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from work.demo import usual
from work.demo.data import Job
from work.demo.site import Ground
from work.models import WorkItem
from work.services import items

type Given = dict[str, Any]


def of(play: Ground, job: Job) -> int:
    """The number of the item that was made of a job."""
    return play.items[id(job)]


def _keep(play: Ground, job: Job, item: WorkItem) -> None:
    play.items[id(job)] = item.pk
    if job.key:
        play.named[job.key] = item.pk


def _asking(play: Ground, job: Job, who: Given, given: Given) -> Given:
    """What a request says, as the services take it."""
    if parent := given.pop("parent", ""):
        given["parent_id"] = play.named[parent]
    if due := given.pop("due", None):
        given["due"] = play.moment(due)
    given["asset_ids"] = [play.things[code] for code in given.pop("assets", ())]
    given["place_ids"] = [play.places[code] for code in given.pop("also", ())]
    given["values"] = _values(play, given["values"], who["at"])
    fixed = {
        "site_id": play.site.pk,
        "place_id": play.places[job.place],
        "type_id": play.types[job.type],
    }
    return fixed | {"what": job.what, "why": job.why} | given


def _values(play: Ground, values: Mapping[str, Any], at: datetime) -> Given:
    """Values with the dates and shifts that are meant."""
    calendar, found = play.calendar, dict(values)
    for key, value in values.items():
        if isinstance(value, timedelta):
            found[key] = calendar.today() + value
        elif value is usual.THE_SHIFT:
            found[key] = calendar.name(calendar.number(at)).lower()
    return found


def ask(play: Ground, job: Job, who: Given, given: Given) -> None:
    """Asked for."""
    _keep(play, job, items.request(**who, **_asking(play, job, who, given)))


def now(play: Ground, job: Job, who: Given, given: Given) -> None:
    """Asked for, planned and started by who does it."""
    given.pop("executors")
    _keep(play, job, items.on_it_now(**who, **_asking(play, job, who, given)))


def plan(play: Ground, job: Job, who: Given, given: Given) -> None:
    """Planned, for the post of the area where no owner is named."""
    owner = given.pop("owner") or play.demo.area(job.place).post
    executors = _people(play, given.pop("executors"))
    if owner in play.posts:
        given["owner_post_id"] = play.posts[owner]
    else:
        given["owner_user_id"] = play.people[owner].pk
    for name in ("start", "end"):
        if name in given:
            given[f"planned_{name}"] = play.moment(given.pop(name))
    if company := given.pop("company", ""):
        given["team_id"] = play.teams[company]
    if window := given.pop("window", ""):
        given["window_id"] = play.windows[window]
    begins = given.get("planned_start") or who["at"]
    given["values"] = _values(play, given["values"], begins)
    items.plan(**who, item_id=of(play, job), executor_ids=executors, **given)


def _people(play: Ground, keys: list[str]) -> list[int]:
    return [play.people[key].pk for key in keys]


def assign(play: Ground, job: Job, who: Given, given: Given) -> None:
    """Given to other executors."""
    people = _people(play, given["executors"])
    items.assign(**who, item_id=of(play, job), executor_ids=people)
