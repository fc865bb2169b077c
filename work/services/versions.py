"""Versions of a type and the work of it: tried on an item, and open items moved to a newer one.

An item keeps its version until it is moved. What is answered stays where line keys are equal, and
what has begun keeps what its acceptance looks at (`_stays`); an item for which that cannot be is
refused, with the reason, and stays on its version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.models import F
from django.utils import timezone

from work.exceptions import Reason, Refused, Unknown
from work.models import ChecklistLine, Criterion, User, WorkItem, WorkTypeVersion
from work.permissions import Action, Scope, scope, sees, system, visible
from work.ports import ItemChange
from work.services import _asking, _locks
from work.services._configure import check_may, configure
from work.services._contexts import contexts
from work.services._definition import definition
from work.services._derive import withdraw_at_lines
from work.services._enter import enter
from work.services._facts import Facts, load
from work.services._merge import Fate, Merge, Part, follow, merge_all, refusals
from work.services._proof_rows import row_of
from work.services._trial import Asked, Trial, try_version
from work.services.acts import OpenAct, door
from work.services.types import version_of
from work.states import CONTROLLED, OPEN, Status

# So many that the site is held for less than a second.
CHUNK = 100
MOVED, THERE, REFUSED = "moved", "there", "refused"


@dataclass(frozen=True)
class Outcome:
    """What moving did to one item, or would do: moved, there (already), refused.

    becomes: keys, by what becomes of them: values (dropped), stage (left), criteria_ and lines_
    new, again and withdrawn. number: 0 of an item that is not the reader's to know.
    """

    item_id: int
    number: int
    result: str
    reasons: tuple[Reason, ...] = ()
    becomes: Mapping[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the act keeps it."""
        reasons = [reason.as_json() for reason in self.reasons]
        return {**self.__dict__, "reasons": reasons, "becomes": dict(self.becomes)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Outcome":
        """The outcome that `as_json` kept."""
        return cls(**{**kept, "reasons": tuple(map(Reason.from_json, kept["reasons"]))})


def preview_move(
    who: Scope, *, version_id: int, item_ids: Iterable[int] | None = None
) -> list[Outcome]:
    """What moving would do to each item (all open ones of the type, unless named): no writing.

    A draft may be previewed: what would move once it is published.
    """
    version = version_of(version_id)
    check_may(who, version.type.site_id)
    outcomes = []
    for ids in _chunks(_wanted(who, version, item_ids)):
        items = _items(who, version, ids)
        merges = merge_all(items, definition(version_id))
        found = {item.pk: _outcome(item, merges[item.pk]) for item in items}
        outcomes += [found.get(pk) or _unknown(pk) for pk in ids]
    return outcomes


def move_open_items(
    *,
    actor: User | None,
    version_id: int,
    item_ids: Iterable[int] | None = None,
    act: UUID | None = None,
    at: datetime | None = None,
) -> list[Outcome]:
    """Move items (all open ones of the type, unless named) to a version, with a result for each.

    In chunks, each an act of its own: sent again with the same `act`, chunks that were done return
    what they did, and the others go on.
    """
    version = version_of(version_id)
    moment = at or timezone.now()
    who = scope(actor, moment) if actor else system(moment)
    act = act or uuid4()
    outcomes = []
    for ids in _chunks(_wanted(who, version, item_ids)) or [[]]:
        # Named by what it moves, so that another list of items is never taken for this one.
        chunk = uuid5(act, ",".join(map(str, ids)))
        done = _move_chunk(actor=actor, act=chunk, at=at, version_id=version_id, item_ids=ids)
        outcomes += [Outcome.from_json(each) for each in done]
    return outcomes


def _move_many(act: OpenAct, *, version_id: int, item_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Move a chunk of items; what refuses one leaves the others."""
    version = version_of(version_id)
    configure(act, version.type.site_id)
    _check_published(version)
    ids = [item.pk for item in _items(act.scope, version, item_ids)]
    facts = load(_locks.items(ids))
    late = {pk: each for pk, each in facts.items() if each.foreseen(act.at)}
    if late:
        _asking.bring_up_to_date(act, late)
    merges = merge_all([each.item for each in facts.values()], definition(version_id))
    found = {pk: _outcome(each.item, merges[pk]) for pk, each in facts.items()}
    _carry_out(act, {pk: facts[pk] for pk, each in found.items() if each.result == MOVED}, merges)
    return [(found.get(pk) or _unknown(pk)).as_json() for pk in item_ids]


def _move(act: OpenAct, *, item_id: int, version_id: int, seen: int | None = None) -> WorkItem:
    """Move one item to a newer version of its type. Who sets the site up may."""
    facts = enter(act, item_id, Action.CONFIGURE, seen)
    version = version_of(version_id)
    if version.type.site_id != facts.item.site_id:
        raise Unknown
    _check_published(version)
    merges = merge_all([facts.item], definition(version_id))
    outcome = _outcome(facts.item, merges[item_id])
    if outcome.result == REFUSED:
        raise Refused(outcome.reasons)
    if outcome.result == MOVED:
        _carry_out(act, {item_id: facts}, merges)
    return facts.item


def _check_published(version: WorkTypeVersion) -> None:
    if version.published_at is None:
        raise Refused(Reason("version_not_published", {"number": version.number}))


def _wanted(who: Scope, version: WorkTypeVersion, item_ids: Iterable[int] | None) -> list[int]:
    if item_ids is not None:
        return sorted(set(item_ids))
    rows = WorkItem.objects.filter(visible(who), type=version.type_id, status__in=sorted(OPEN))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


def _items(who: Scope, version: WorkTypeVersion, ids: Iterable[int]) -> list[WorkItem]:
    """Those of the items that are of the version's site and the reader's to see."""
    rows = WorkItem.objects.filter(pk__in=list(ids), site_id=version.type.site_id)
    found = rows.select_related("place", "type", "type_version").order_by("pk")
    return [item for item in found if sees(who, item)]


def _unknown(item_id: int) -> Outcome:
    return Outcome(item_id, 0, REFUSED, (Reason("unknown"),))


def _outcome(item: WorkItem, merge: Merge) -> Outcome:
    if item.type_version_id == merge.known.version.pk:
        return Outcome(item.pk, item.number, THERE)
    reasons = refusals(item, merge, item.type_version)
    if reasons:
        return Outcome(item.pk, item.number, REFUSED, tuple(reasons))
    return Outcome(item.pk, item.number, MOVED, (), merge.changes(item))


def _carry_out(act: OpenAct, facts: dict[int, Facts], merges: Mapping[int, Merge]) -> None:
    """Put the items on their version: a number of statements that does not grow with them."""
    if not facts:
        return
    items = [each.item for each in facts.values()]
    for item in items:
        _put(act, item, merges[item.pk])
    WorkItem.objects.bulk_update(items, ["type_version", "values", "stage", "version"])
    _write(act.at, Criterion, [(item, merges[item.pk].criteria) for item in items])
    _write(act.at, ChecklistLine, [(item, merges[item.pk].lines) for item in items])
    for pk, context in contexts(items).items():
        facts[pk].context = context
        withdraw_at_lines(act, facts[pk], _no_hold_points(merges[pk].lines))
    _asking.bring_up_to_date(
        act, {pk: each for pk, each in facts.items() if each.item.status in CONTROLLED}
    )


def _put(act: OpenAct, item: WorkItem, merge: Merge) -> None:
    """Put one item on its version in memory, with its events."""
    before, stage, after = item.type_version_id, item.stage, merge.known.version
    changes = merge.changes(item)
    item.type_version, item.values, item.stage = after, merge.values, merge.stage
    item.version += 1
    act.record(
        "version",
        item,
        item_id=item.pk,
        criteria=_gone(merge.criteria),
        lines=_gone(merge.lines),
        values=changes.get("values", []),
        **{"from": before, "to": after.pk},
    )
    if stage != item.stage:
        act.record("stage", item, item_id=item.pk, **{"from": stage, "to": item.stage})
    what = {"type", *(["values"] if "values" in changes else [])}
    act.changes.append(ItemChange(item.pk, frozenset(what), item.status, item.status))


def _gone(parts: Iterable[Part]) -> list[int]:
    return sorted(each.row.pk for each in parts if each.fate in (Fate.WITHDRAWN, Fate.AGAIN))


def _no_hold_points(parts: Iterable[Part]) -> set[int]:
    """Lines that are withdrawn, or hold nothing any more: what was asked there by hand goes too."""
    kept = {each.row.pk for each in parts if each.fate == Fate.KEPT and not each.asked.hold_point}
    return kept.union(_gone(parts))


def _write(at: datetime, model: Any, several: Iterable[tuple[WorkItem, tuple[Part, ...]]]) -> None:
    """Withdraw, change and make rows: one statement for each row of the type that asks otherwise.

    The rows of a requested item are made when it is planned.
    """
    gone: list[int] = []
    made: list[Any] = []
    kept: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for item, parts in several:
        gone += _gone(parts)
        for part in parts:
            if part.fate in (Fate.NEW, Fate.AGAIN) and item.status != Status.REQUESTED:
                made.append(row_of(model, item, part.asked))
            elif part.fate == Fate.KEPT and (changed := follow(part)):
                if "version" in changed:
                    changed["version"] = F("version") + 1
                alike = f"{part.key} {changed}"
                kept.setdefault(alike, (changed, []))[1].append(part.row.pk)
    model.objects.filter(pk__in=gone).update(withdrawn_at=at)
    for changed, ids in kept.values():
        model.objects.filter(pk__in=ids).update(**changed)
    model.objects.bulk_create(made)


move_to_version = door(_move)
_move_chunk = door(_move_many)

__all__ = [
    "MOVED",
    "REFUSED",
    "THERE",
    "Asked",
    "Outcome",
    "Trial",
    "move_open_items",
    "move_to_version",
    "preview_move",
    "try_version",
]
