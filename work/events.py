"""The one way to write history."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from work.models import Event, Note, User

LATE_AFTER = timedelta(minutes=15)


def label(model: type[Model]) -> str:
    """The subject type of a model: "work.workitem"."""
    return model._meta.label_lower


def record(
    *,
    verb: str,
    subject: Model,
    actor: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    act: UUID | None = None,
    site_id: int | None = None,
    item_id: int | None = None,
    place_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Write one event. `data` holds codes and ids, never sentences or names."""
    event = build(
        verb=verb,
        subject=subject,
        actor=actor,
        at=at,
        happened_at=happened_at,
        act=act,
        site_id=site_id,
        item_id=item_id,
        place_id=place_id,
        data=data,
    )
    event.save(force_insert=True)
    return event


def build(
    *,
    verb: str,
    subject: Model,
    actor: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    act: UUID | None = None,
    site_id: int | None = None,
    item_id: int | None = None,
    place_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """An event not yet written, for `bulk_create` in chunks."""
    return Event(
        site_id=site_id if site_id is not None else getattr(subject, "site_id", None),
        subject_type=label(type(subject)),
        subject_id=subject.pk,
        item_id=item_id,
        place_id=place_id,
        actor=actor,
        verb=verb,
        data=dict(data or {}),
        act=act,
        happened_at=happened_at or at,
        recorded_at=at,
    )


def note(
    *,
    text: str,
    author: User,
    at: datetime,
    kind: str,
    site_id: int | None = None,
    item_id: int | None = None,
    subject: Model | None = None,
    mentions: list[int] | None = None,
) -> Note:
    """Keep words that a person typed; the event carries the note's id."""
    return Note.objects.create(
        text=text,
        author=author,
        at=at,
        kind=kind,
        site_id=site_id,
        item_id=item_id,
        subject_type=label(type(subject)) if subject else "",
        subject_id=subject.pk if subject else None,
        mentions=mentions or [],
    )


def is_late(event: Event) -> bool:
    """Whether it was recorded more than fifteen minutes after it is said to have happened."""
    return event.recorded_at - event.happened_at > LATE_AFTER
