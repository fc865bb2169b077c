"""The definition of a type's version, read once per process once it is published."""

from dataclasses import dataclass
from functools import lru_cache

from work.models import (
    TypeCriterion,
    TypeField,
    TypeLine,
    TypeStage,
    WorkTypeVersion,
)


@dataclass(frozen=True)
class Definition:
    """Everything a version says: fields, stages, criteria and checklist lines, in order."""

    version: WorkTypeVersion
    fields: tuple[TypeField, ...]
    stages: tuple[TypeStage, ...]
    criteria: tuple[TypeCriterion, ...]
    lines: tuple[TypeLine, ...]

    def field(self, key: str) -> TypeField | None:
        """The field with this key."""
        return next((each for each in self.fields if each.key == key), None)

    def stage(self, key: str) -> TypeStage | None:
        """The stage with this key."""
        return next((each for each in self.stages if each.key == key), None)

    def first_stage(self, status: str) -> str:
        """The key of the first stage inside a status, or ""."""
        return next((each.key for each in self.stages if each.status == status), "")


def load(version_id: int) -> Definition:
    """Read a version with its parts: five queries."""
    return Definition(
        WorkTypeVersion.objects.select_related("type").get(pk=version_id),
        tuple(TypeField.objects.filter(version=version_id)),
        tuple(TypeStage.objects.filter(version=version_id)),
        tuple(TypeCriterion.objects.filter(version=version_id)),
        tuple(TypeLine.objects.filter(version=version_id)),
    )


class _Draft(Exception):
    """A draft may still change, so that it is not kept."""

    def __init__(self, loaded: Definition) -> None:
        self.loaded = loaded


@lru_cache(maxsize=512)
def _published(version_id: int) -> Definition:
    loaded = load(version_id)
    if loaded.version.published_at is None:
        raise _Draft(loaded)
    return loaded


def definition(version_id: int) -> Definition:
    """The definition of a version. A published one never changes, so it is kept in the process."""
    try:
        return _published(version_id)
    except _Draft as draft:
        return draft.loaded
