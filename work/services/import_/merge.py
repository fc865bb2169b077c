"""Who changed what since the last run, and whose value stands: a merge of three."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from work.services.import_.mapping import Wins

MISSING = object()


@dataclass(frozen=True)
class Conflict:
    """A field that has one value in the source and another here. `kept`: ours stands."""

    name: str
    theirs: Any
    ours: Any
    kept: bool


@dataclass
class Merge:
    """What is to be written, and where both sides had changed."""

    writes: dict[str, Any] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


def merge(
    wins: Callable[[str], Wins],
    *,
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    ours: Mapping[str, Any],
) -> Merge:
    """Compare what was read last (base), what is read now (theirs) and what stands here (ours)."""
    merged = Merge()
    for name, new in theirs.items():
        if name not in ours or new == ours[name] or wins(name) is Wins.FIRST:
            continue
        before = base.get(name, MISSING)
        if before is MISSING and new in (None, "") and wins(name) is not Wins.SOURCE:
            continue  # it was never said there
        if wins(name) is Wins.SOURCE:
            merged.writes[name] = new
            if before is not MISSING and ours[name] != before:
                merged.conflicts.append(Conflict(name, new, ours[name], kept=False))
        elif new == before:
            continue  # the source says nothing new; what was changed here stands
        elif ours[name] == before or (before is MISSING and ours[name] in (None, "")):
            merged.writes[name] = new
        else:
            merged.conflicts.append(Conflict(name, new, ours[name], kept=True))
    return merged


def merge_set(
    wins: Wins, *, base: Iterable[Any], theirs: Iterable[Any], ours: Iterable[Any]
) -> set[Any]:
    """What a set becomes: additions and removals of both sides; no two of them can clash."""
    before, new, here = set(base), set(theirs), set(ours)
    if wins is Wins.FIRST:
        return here
    if wins is Wins.SOURCE:
        return new
    return (here - (before - new)) | (new - before)
