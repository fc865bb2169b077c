"""What one version of a type says otherwise than another, by keys and columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from work.models import WorkTypeVersion
from work.services._definition import Definition
from work.services._draft import COLUMNS, SETTINGS


@dataclass(frozen=True)
class PartChange:
    """What is otherwise in one part: keys; of those that change, the columns that do."""

    new: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    moved: bool = False


def part_change(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> PartChange:
    """What is new, changed, gone or elsewhere in a part."""
    was, now = ({row["key"]: row for row in rows} for rows in (before, after))
    both = [key for key in now if key in was]
    changed = {key: tuple(n for n in now[key] if now[key][n] != was[key][n]) for key in both}
    return PartChange(
        new=tuple(key for key in now if key not in was),
        changed={key: columns for key, columns in changed.items() if columns},
        gone=tuple(key for key in was if key not in now),
        moved=both != [key for key in was if key in now],
    )


def settings_of(version: WorkTypeVersion) -> dict[str, Any]:
    """The settings of a version."""
    return {name: getattr(version, name) for name in SETTINGS}


def parts_of(said: Definition) -> dict[str, list[dict[str, Any]]]:
    """The rows of each part, as JSON has them."""
    return {
        part: [plain({name: getattr(row, name) for name in columns}) for row in getattr(said, part)]
        for part, columns in COLUMNS.items()
    }


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: limits as text, without zeros that say nothing."""
    return {
        name: format(value.normalize(), "f") if isinstance(value, Decimal) else value
        for name, value in row.items()
    }
