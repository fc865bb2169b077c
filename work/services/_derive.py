"""Which requirements stand on an item: derived from rules and suppliers, and withdrawn again.

`derive` alone adds or withdraws derived rows.
"""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import F, QuerySet

from work.models import Prerequisite, WorkItem
from work.prepared import Among, given, prepared, write_each
from work.services import _reach
from work.services._facts import Facts, asks_another
from work.services._wanted import Wanted, row_of, wanted_on
from work.services.acts import OpenAct
from work.states import CONTROLLED, AnswerState, Gate

# What of a row follows its rule or supplier when that changes.
_FOLLOWS = ("supplier", "kind", "what", "mode", "params", "one_time", "waivable_by", "lead")
# What of these says who is asked, and for what.
_ASKED = frozenset({"supplier", "params"})


def derive(act: OpenAct, facts: dict[int, Facts]) -> list[Prerequisite]:
    """Add and withdraw derived rows of items, as rules and suppliers are in force at the act.

    Of a supplier that fails the rows that stand stay. Returns those that are new, which nobody
    saved: `_asking.ask` writes them with their first answers.
    """
    asking = [each for each in facts.values() if each.item.status in CONTROLLED]
    wanted = wanted_on(asking, act.at)
    withdrawn = withdrawn_rows(facts, wanted)
    new: list[Prerequisite] = []
    followed: list[Prerequisite] = []
    withdrawn_now: list[Prerequisite] = []
    for item_id, each in facts.items():
        standing = {(row.gate, row.line_id, row.origin): row for row in each.prerequisites}
        gone = [
            row
            for key, row in standing.items()
            if key not in wanted[item_id] and not row.origin.startswith(each.kept)
        ]
        _withdraw(act, each, gone)
        withdrawn_now += gone
        for key, want in wanted[item_id].items():
            row = standing.get(key)
            if row is None and (item_id, *key) in withdrawn:
                each.prerequisites.append(_again(act, withdrawn[(item_id, *key)], want, each.item))
            elif row is None:
                new.append(row_of(want, each.item, act.at))
            elif _follow(act, each.item, row, want):
                followed.append(row)
    write_each(withdrawn_now, ["withdrawn_at"])
    write_each(followed, [*_FOLLOWS, "source_id", "waiver_until", "four_eyes"])
    for each in facts.values():
        each.prerequisites.sort(key=lambda row: row.pk)
    for row in new:
        facts[row.item_id].prerequisites.append(row)
    set_due(facts.values())
    return new


def withdrawn_rows(facts: dict[int, Facts], wanted: dict[int, dict]) -> dict[tuple, Prerequisite]:
    """Rows withdrawn earlier that are wanted again; asked for only where something is missing."""
    missing = {
        item_id
        for item_id, each in facts.items()
        if set(wanted[item_id])
        - {(row.gate, row.line_id, row.origin) for row in each.prerequisites}
    }
    if not missing:
        return {}
    rows = _withdrawn(items=sorted(missing))
    return {(row.item_id, row.gate, row.line_id, row.origin): row for row in rows}


@prepared
def _withdrawn() -> QuerySet[Prerequisite]:
    """The withdrawn rows of some items."""
    return Prerequisite.objects.filter(
        Among(F("item_id"), given("items")), withdrawn_at__isnull=False
    )


def _follow(act: OpenAct, item: WorkItem, row: Prerequisite, want: Wanted) -> bool:
    """Let a standing row follow its rule or supplier. A source found by an answer stays.

    Where another is asked, or for something else or about another record, it is another
    requirement: neither the source nor the answer nor the waiver of the earlier one counts for it.
    A record found while there was none yet is no other one. That another must accept stays.
    """
    changed, other = put(row, want)
    if other:
        forget_row(row)
        if row.waiver_until is not None and row.waiver_until > act.at:
            row.waiver_until = act.at
            act.record(
                "waiver_ended", item, item_id=item.pk, prerequisite=row.pk, cause="asked_otherwise"
            )
    return changed


def put(row: Prerequisite, want: Wanted) -> tuple[bool, bool]:
    """Let a row say what is wanted: whether anything changed, and whether another is asked."""
    changed = [name for name in _FOLLOWS if getattr(row, name) != getattr(want, name)]
    other = not _ASKED.isdisjoint(changed)
    if row.source_id != want.source_id and (other or want.source_id is not None):
        changed.append("source_id")
        other = other or row.source_id is not None
    if changed:
        row.four_eyes = row.four_eyes or asks_another(row)
    for name in changed:
        setattr(row, name, getattr(want, name))
    return bool(changed), other


def _again(act: OpenAct, row: Prerequisite, want: Wanted, item: WorkItem) -> Prerequisite:
    """Let a withdrawn row stand again, unanswered and without its old waiver."""
    row.four_eyes = row.four_eyes or asks_another(row)
    for name, value in want.__dict__.items():
        setattr(row, name, value)
    row.item = item
    row.withdrawn_at = row.refused_at = row.due_at = None
    forget_row(row)
    row.created_at = act.at
    row.waived_at = row.waived_by = row.waiver_until = row.waiver_note = None
    row.save()
    return row


def _withdraw(act: OpenAct, facts: Facts, rows: Sequence[Prerequisite]) -> None:
    """Withdraw rows in memory; the caller saves."""
    for row in rows:
        row.withdrawn_at = act.at
        facts.prerequisites.remove(row)
        act.record("requirement_withdrawn", facts.item, item_id=facts.item.pk, prerequisite=row.pk)


def forget(facts: Facts) -> None:
    """Take every answer as not heard yet, in memory: the caller asks before it is saved.

    While an item is requested or closed nobody asked, so that the last answers are of another time.
    """
    for row in facts.prerequisites:
        forget_row(row)


def forget_row(row: Prerequisite) -> None:
    """Take the answer of one row as not heard yet, in memory."""
    row.answer, row.reason, row.valid_until = AnswerState.UNKNOWN, {}, None
    row.answered_at = row.passed_at = None


def forget_refusals(facts: Facts) -> None:
    """A start that was refused in the earlier round, or for the earlier plan, makes nothing due."""
    refused = [row for row in facts.prerequisites if row.refused_at is not None]
    for row in refused:
        row.refused_at = None
    write_each(refused, ["refused_at"])


def withdraw_at_lines(act: OpenAct, facts: Facts, line_ids: Collection[int]) -> None:
    """Withdraw what was asked at hold points that themselves are withdrawn."""
    rows = [row for row in facts.prerequisites if row.line_id in line_ids]
    _withdraw(act, facts, rows)
    write_each(rows, ["withdrawn_at"])


def withdraw_all(act: OpenAct, facts: Facts, *, keep_by_hand: bool) -> None:
    """Withdraw the rows of an item that goes back to requested."""
    rows = [
        row for row in facts.prerequisites if not (keep_by_hand and row.origin.startswith("hand:"))
    ]
    _withdraw(act, facts, rows)
    write_each(rows, ["withdrawn_at"])


def set_due(several: Iterable[Facts]) -> None:
    """From when each unmet start requirement blocks: planned start less the lead, or a refusal.

    Those that nobody saved yet say so from the beginning.
    """
    changed = []
    for facts in several:
        start = facts.item.planned_start
        for row in facts.prerequisites:
            if row.gate != Gate.START:
                continue
            by_plan = start - _reach.lead_of(row.kind, row.lead) if start is not None else None
            due = min((each for each in (by_plan, row.refused_at) if each), default=None)
            if due != row.due_at:
                row.due_at = due
                changed += [row] if row.pk else []
    write_each(changed, ["due_at"])
