"""Work types and their versions: drafted, tried, published; a published one never changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max, Model

from work import events
from work.exceptions import Reason, Refused, Unknown
from work.models import (
    Event,
    TypeCriterion,
    TypeField,
    TypeLine,
    TypeStage,
    WorkType,
    WorkTypeVersion,
)
from work.prepared import by_key
from work.services._configure import check_seen, configure, free_code, named, put
from work.services._draft import (
    LIMITS,
    MOST,
    SETTINGS,
    Fault,
    checked_parts,
    checked_settings,
    part_faults,
    row_of,
    setting_faults,
)
from work.services.acts import OpenAct, door

PARTS: dict[str, type[Model]] = {
    "fields": TypeField,
    "stages": TypeStage,
    "criteria": TypeCriterion,
    "lines": TypeLine,
}


def create_inner(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    category: str = "",
    icon: str = "clipboard",
) -> WorkType:
    """Make a type of work. Work can be raised of it once a version is published."""
    site = configure(act, site_id)
    kind = WorkType.objects.create(
        site=site,
        code=free_code(WorkType, site_id, code, 20),
        name=named(name, 120),
        category=_short(category, 60),
        icon=_short(icon, 40),
    )
    act.record("created", kind)
    return kind


def _change(act: OpenAct, *, type_id: int, **values: Any) -> WorkType:
    """Change the name, category or icon of a type, or take it out of use for new work."""
    kind = _type(type_id)
    configure(act, kind.site_id)
    kind.refresh_from_db()
    unknown = set(values) - {"name", "category", "icon", "is_active"}
    if unknown:
        raise TypeError(f"not a field of a type to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 120)
    for name, longest in (("category", 60), ("icon", 40)):
        if name in values:
            values[name] = _short(values[name], longest)
    changed = put(kind, values)
    if changed:
        act.record("changed", kind, fields=sorted(changed))
    return kind


def _short(text: str, longest: int) -> str:
    """A text that may be empty, and is not too long."""
    text = text.strip()
    return named(text, longest) if text else ""


def draft_inner(act: OpenAct, *, type_id: int, **settings: Any) -> WorkTypeVersion:
    """Begin an empty draft of a type's next version."""
    kind = _type(type_id)
    configure(act, kind.site_id)
    version = _next(kind, checked_settings(settings))
    act.record("drafted", version)
    return version


def _copy(act: OpenAct, *, version_id: int) -> WorkTypeVersion:
    """Begin a draft that says what another version of the type says."""
    source = version_of(version_id)
    configure(act, source.type.site_id)
    source = version_of(version_id)
    return _copied(act, source, source.type)


def _copy_type(act: OpenAct, *, version_id: int, code: str, name: str) -> WorkTypeVersion:
    """Make a new type of the same site whose first draft says what a version of another says.

    Rules are not copied: they name the type that they are of.
    """
    source = version_of(version_id)
    configure(act, source.type.site_id)
    source = version_of(version_id)
    kind = create_inner(
        act,
        site_id=source.type.site_id,
        code=code,
        name=name,
        category=source.type.category,
        icon=source.type.icon,
    )
    return _copied(act, source, kind)


def _copied(act: OpenAct, source: WorkTypeVersion, kind: WorkType) -> WorkTypeVersion:
    version = _next(kind, {name: getattr(source, name) for name in SETTINGS})
    for model in PARTS.values():
        rows = list(model._default_manager.filter(version=source))
        for row in rows:
            row.pk, row.version_id = None, version.pk  # type: ignore[attr-defined]
        model._default_manager.bulk_create(rows)
    act.record("drafted", version, copied=source.pk)
    return version


def _next(kind: WorkType, settings: Mapping[str, Any]) -> WorkTypeVersion:
    if kind.versions.filter(published_at=None).exists():
        raise Refused(Reason("draft_exists", {"name": kind.name}))
    last = kind.versions.aggregate(last=Max("number"))["last"] or 0
    return WorkTypeVersion.objects.create(type=kind, number=last + 1, **settings)


def write_inner(
    act: OpenAct,
    *,
    version_id: int,
    settings: Mapping[str, Any] | None = None,
    fields: Sequence[Mapping[str, Any]] | None = None,
    stages: Sequence[Mapping[str, Any]] | None = None,
    criteria: Sequence[Mapping[str, Any]] | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    seen: int | None = None,
) -> WorkTypeVersion:
    """Say what a draft says. A part that is given replaces that part whole; others stay.

    Each row is a plain dict with the columns of its model; its position is its place in the list.
    Refuses with every fault at once. seen: the writing (`writing`) that the writer had before them.
    """
    version = _draft_only(act, version_id, seen)
    given = {"fields": fields, "stages": stages, "criteria": criteria, "lines": lines}
    parts = {name: rows for name, rows in given.items() if rows is not None}
    rows = checked_parts(version, parts)
    for name, made in rows.items():
        model = PARTS[name]
        model._default_manager.filter(version=version).delete()
        model._default_manager.bulk_create(
            model(version=version, position=position, **row) for position, row in enumerate(made)
        )
    changed = put(version, checked_settings(settings or {}))
    act.record("draft_written", version, parts=sorted(rows), settings=sorted(changed))
    return version


def draft_faults(
    type_id: int,
    settings: Mapping[str, Any],
    parts: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[Fault]:
    """Why a draft of the type that says this would be refused, each with its place in it."""
    faults = [
        Fault("settings", 0, name, reason)
        for name, value in settings.items()
        for reason in setting_faults(name, value)
    ]
    checked = {part: [row_of(part, row) for row in rows] for part, rows in parts.items()}
    return faults + part_faults(type_id, checked)


def writing(version_id: int) -> int:
    """Which writing of a draft stands: another number once somebody has written it."""
    found = Event.objects.filter(
        subject_type=events.label(WorkTypeVersion),
        subject_id=version_id,
        verb__in=("drafted", "draft_written"),
    )
    return found.aggregate(last=Max("pk"))["last"] or 0


def publish_inner(act: OpenAct, *, version_id: int, seen: int | None = None) -> WorkTypeVersion:
    """Publish a draft: new work is of this version from now on, and it never changes again.

    seen: the writing that was looked at.
    """
    version = _draft_only(act, version_id, seen)
    version.published_at, version.published_by = act.at, act.actor
    version.save(update_fields=["published_at", "published_by"])
    act.record("published", version, type=version.type_id, number=version.number)
    return version


def _draft_only(act: OpenAct, version_id: int, seen: int | None = None) -> WorkTypeVersion:
    version = version_of(version_id)
    configure(act, version.type.site_id)
    version = version_of(version_id)
    if version.published_at is not None:
        raise Refused(Reason("version_published", {"number": version.number}))
    check_seen(seen, writing(version_id) if seen is not None else 0)
    return version


def _type(type_id: int) -> WorkType:
    kind = by_key(WorkType, type_id)
    if kind is None:
        raise Unknown
    return kind


def version_of(version_id: int) -> WorkTypeVersion:
    """A version with its type; Unknown where there is none."""
    version = by_key(WorkTypeVersion, version_id, "type")
    if version is None:
        raise Unknown
    return version


create_type = door(create_inner)
change_type = door(_change)
create_draft = door(draft_inner)
copy_version = door(_copy)
copy_type = door(_copy_type)
write_draft = door(write_inner)
publish = door(publish_inner)

__all__ = [
    "LIMITS",
    "MOST",
    "Fault",
    "change_type",
    "copy_type",
    "copy_version",
    "create_draft",
    "create_type",
    "draft_faults",
    "publish",
    "write_draft",
    "writing",
]
