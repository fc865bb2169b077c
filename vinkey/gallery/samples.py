"""Made-up rows, shaped like what views hand to templates: read at one moment, acts, answers."""

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace as Row
from typing import Any

from django import forms
from django.utils import timezone

from work.states import Priority, Status

SITE = Row(slug="hvk", name="Havenkade")


def ago(**how: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**how)


def ahead(**how: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(**how)


def place(name: str, code: str) -> Row:
    return Row(
        name=name,
        code=code,
        url=f"/s/hvk/places/{code}/",
        path_text="Havenkade · Packaging",
        kind_text="Production line",
        state_text="Stopped",
    )


@dataclass
class ItemRow:
    """An item as lists, boards and pages get it."""

    label: str
    what: str
    status: str = Status.PLANNED
    pk: int = 1042
    version: int = 7
    type_label: str = "Maintenance"
    type_icon: str = "wrench"
    place: Row = field(default_factory=lambda: place("Line 3", "L3"))
    owner_text: str = "Mara Okafor"
    owner_kind: str = "person"
    executors_text: str = "Daan de Wit"
    priority: str = Priority.P2
    safety_critical: bool = False
    has_permit: bool = False
    is_blocked: bool = False
    is_ready: bool = False
    is_overdue: bool = False
    open_blockers: int = 0
    block_text: str = ""
    stage_text: str = ""
    holds: list[str] = field(default_factory=list)
    next_text: str = "Start"
    next_by: str = "Daan de Wit"
    unconfirmed_minutes: int | None = None
    due: dt.datetime | None = None
    age_since: dt.datetime = field(default_factory=lambda: ago(days=3))
    moves: list[Row] = field(default_factory=list)
    is_ended: bool = False
    url: str = "/s/hvk/work/W-1/"
    mandatory: bool = False

    @property
    def drawn(self) -> dict[bool, str]:
        """Nothing is kept: a sample is shown in two languages."""
        return {}

    def get_status_display(self) -> str:
        return str(Status(self.status).label)

    def get_priority_display(self) -> str:
        return str(Priority(self.priority).label)


@dataclass
class ItemPage(ItemRow):
    """An item as its own page gets it."""

    version: int = 7
    why: str = "The filler nozzle was changed at night; nobody has run it since."
    stage_label: str = ""
    since: dt.datetime = field(default_factory=lambda: ago(hours=2))
    status_note: str = ""
    owner_note: str = ""
    executors: list[Row] = field(default_factory=list)
    team_text: str = ""
    next_step_text: str = "Start"
    next_step_by: str = "Daan de Wit"
    assets: list[Row] = field(default_factory=list)
    other_places: list[Row] = field(default_factory=list)
    planned_start: dt.datetime | None = None
    planned_end: dt.datetime | None = None
    window_text: str = ""
    requested_by_text: str = "Jonas Lindqvist"
    requested_at: dt.datetime = field(default_factory=lambda: ago(hours=9))
    source_text: str = ""
    source_url: str = ""
    external_text: str = ""
    parent: Row | None = None
    fields: list[Row] = field(default_factory=list)
    closed_note: str = ""


def reason(text: str, who: str = "", url: str = "") -> Row:
    return Row(text=text, who=who, url=url)


@dataclass
class ActRow:
    """One act as a page offers it."""

    verb: str
    label: str
    url: str
    allowed: bool = True
    reasons: list[Row] = field(default_factory=list)
    more_reasons: int = 0
    page_url: str = ""
    form: forms.Form | None = None
    primary: bool = False
    key: str = ""
    seen: int | None = None
    has_file: bool = False
    danger: bool = False
    small: bool = False


def act(verb: str, label: str, *, key: str = "", **more: Any) -> ActRow:
    return ActRow(verb, label, f"/s/hvk/work/W-1042/{verb}/", key=key or verb, **more)
