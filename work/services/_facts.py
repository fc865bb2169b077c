"""What an act knows of the items in its hands, loaded once and flat in queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from work.models import (
    Blocker,
    ChecklistLine,
    CorrectiveAction,
    Criterion,
    Evidence,
    Hold,
    Prerequisite,
    WorkItem,
)
from work.ports import ItemContext, suppliers
from work.prepared import Among, given, often, prepared
from work.services._contexts import Linked, context, contexts
from work.services._definition import Definition, definition
from work.states import BlockerKind

# What of an item `_overlay` alone writes.
OVERLAY_FIELDS = (
    "unmet_start",
    "open_blockers",
    "ready_until",
    "blocked_from",
    "stop_asked_at",
    "stop_told_at",
)


@dataclass
class Facts:
    """One item with its prerequisites (not withdrawn) and its open blockers."""

    item: WorkItem
    context: ItemContext
    prerequisites: list[Prerequisite] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)
    # When a start requirement will be added by the clock alone, with its lead; see `_reach`.
    turns: list[tuple[datetime, timedelta]] | None = None
    # Rules that began by the clock since the item was last brought up to date, by origin of the
    # rows that they ask for.
    begun: dict[str, datetime] = field(default_factory=dict)
    # Suppliers that could not say what they ask, when it was derived last.
    failed: set[str] = field(default_factory=set)
    # Loaded by `proof` only.
    lines: list[ChecklistLine] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    dependants: list[WorkItem] = field(default_factory=list)
    actions: list[CorrectiveAction] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    # Whether a requirement that asks for four eyes ever stood, withdrawn or not.
    ever_four_eyes: bool = False
    # A version that is tried on the item, in place of the one that it keeps.
    tried: Definition | None = None

    def __post_init__(self) -> None:
        """Remember the overlay as it is stored."""
        self._stored = {name: getattr(self.item, name) for name in OVERLAY_FIELDS}

    def unsaved_overlay(self) -> list[str]:
        """The overlay fields that differ from what is stored; the caller saves them."""
        now = {name: getattr(self.item, name) for name in OVERLAY_FIELDS}
        changed = [name for name in OVERLAY_FIELDS if now[name] != self._stored[name]]
        self._stored = now
        return changed

    def foreseen(self, moment: datetime) -> bool:
        """Whether the overlay, as it is stored, says that time alone turned something by then."""
        turns = (self._stored["ready_until"], self._stored["blocked_from"])
        return any(turn is not None and turn <= moment for turn in turns)

    @property
    def kept(self) -> tuple[str, ...]:
        """How the origins begin of rows that stay though no rule or supplier asks for them now."""
        return ("hand:", *(f"supplier:{key}:" for key in self.failed))

    @property
    def definition(self) -> Definition:
        """The type's version that this item keeps, or that is tried on it."""
        return self.tried or definition(self.item.type_version_id)

    @property
    def children(self) -> list[WorkItem]:
        """Items of which this one is the parent."""
        return [item for item in self.dependants if item.parent_id == self.item.pk]

    @property
    def residuals(self) -> list[WorkItem]:
        """Items that this one left behind: follow-ups of lines and residual work."""
        return [item for item in self.dependants if item.source_item_id == self.item.pk]


def load(items: Iterable[WorkItem]) -> dict[int, Facts]:
    """Facts of items whose place, type and type version are loaded: three queries.

    Of items just read with what is `linked`: one, and one of the blockers where there are any.
    """
    items = list(items)
    if all(hasattr(item, "linked") for item in items):
        known = {item.pk: Linked(**item.linked) for item in items}  # type: ignore[attr-defined]
        blocked = [pk for pk, each in known.items() if each.blocked]
        seen_by_suppliers = {item.pk: context(item, known[item.pk]) for item in items}
    else:
        blocked, seen_by_suppliers = [item.pk for item in items], contexts(items)
    facts = {item.pk: Facts(item, seen_by_suppliers[item.pk]) for item in items}
    for row in _requirements(items=list(facts)):
        facts[row.item_id].prerequisites.append(row)
    for blocker in _blockers(items=blocked) if blocked else ():
        facts[blocker.item_id].blockers.append(blocker)
    return facts


@often
def _requirements() -> QuerySet[Prerequisite]:
    """What stands of the requirements of some items, with their lines."""
    rows = Prerequisite.objects.filter(Among(F("item_id"), given("items")), withdrawn_at=None)
    return rows.select_related("line").order_by("pk")


@prepared
def _blockers() -> QuerySet[Blocker]:
    """The open blockers of some items, oldest first."""
    rows = Blocker.objects.filter(Among(F("item_id"), given("items")), ended_at=None)
    return rows.order_by("since", "pk")


# Kinds of requirement after which another accepts, whoever answered them.
_FOUR_EYED = (BlockerKind.PERMIT, BlockerKind.ISOLATION)


def asks_another(row: Prerequisite) -> bool:
    """Whether a requirement asks for another accepter than the completer, as it stands.

    Those of a permit or an isolation, and all of a supplier that asks for it.
    """
    supplier = suppliers.get(row.supplier)
    return row.kind in _FOUR_EYED or (supplier is not None and supplier.four_eyes)


def four_eyed() -> tuple[str, ...]:
    """Keys of the suppliers that ask for another accepter."""
    return tuple(supplier.key for supplier in suppliers.all() if supplier.four_eyes)


def ever_another() -> Q:
    """Requirements that ask or once asked for another accepter: `four_eyes` of `around`."""
    asking = Q(kind__in=_FOUR_EYED) | Q(supplier__in=four_eyed())
    return Q(four_eyes=True) | asking


# What stands around an item, of each a name where there is any: most items have few of these, and
# what is not there is not asked for.
_AROUND = """
SELECT 'lines' WHERE EXISTS (
  SELECT FROM work_checklistline r WHERE r.item_id = {item} AND r.withdrawn_at IS NULL)
UNION ALL SELECT 'criteria' WHERE EXISTS (
  SELECT FROM work_criterion r WHERE r.item_id = {item} AND r.withdrawn_at IS NULL)
UNION ALL SELECT 'evidence' WHERE EXISTS (SELECT FROM work_evidence r WHERE r.item_id = {item})
UNION ALL SELECT 'dependants' WHERE EXISTS (
    SELECT FROM work_workitem r WHERE r.parent_id = {item})
  OR EXISTS (SELECT FROM work_workitem r WHERE r.source_item_id = {item})
UNION ALL SELECT 'actions' WHERE EXISTS (
    SELECT FROM work_correctiveaction r WHERE r.item_id = {item})
  OR EXISTS (SELECT FROM work_correctiveaction r
    WHERE r.source_key = 'work.item' AND r.source_id = {item})
UNION ALL SELECT 'holds' WHERE EXISTS (SELECT FROM work_hold r WHERE r.item_id = {item})
UNION ALL SELECT 'four_eyes' WHERE EXISTS (
  SELECT FROM work_prerequisite r WHERE r.item_id = {item}
  AND (r.four_eyes OR r.kind = ANY(%s) OR r.supplier = ANY(%s)))
"""


def around(asking: tuple[str, ...]) -> RawSQL:
    """For a query over items: of which of these the item has any.

    *four_eyes*: whether a requirement that asks for another accepter ever stood, withdrawn or not.
    asking: the suppliers that `four_eyed` names.
    """
    ask = _AROUND.format(item='"work_workitem"."id"')
    return RawSQL(f"ARRAY({ask})", [[*_FOUR_EYED], [*asking]], ArrayField(CharField()))  # noqa: S611


def _around(item_id: int) -> set[str]:
    """The same of one item: one query."""
    ask = _AROUND.format(item=int(item_id))
    with connection.cursor() as cursor:
        cursor.execute(ask, [[*_FOUR_EYED], [*four_eyed()]])
        return {name for (name,) in cursor.fetchall()}


def asked(facts: Facts, there: Collection[str]) -> Facts:
    """Load what one item asks to be answered, its lines and criteria: two queries.

    there: of what there is any, as `around` names it.
    """
    item = facts.item.pk
    facts.lines = _lines(item=item) if "lines" in there else []
    facts.criteria = _criteria(item=item) if "criteria" in there else []
    return facts


@prepared
def _lines() -> QuerySet[ChecklistLine]:
    rows = ChecklistLine.objects.filter(item=given("item"), withdrawn_at=None)
    return rows.select_related("follow_up__place", "answered_by")


@prepared
def _criteria() -> QuerySet[Criterion]:
    rows = Criterion.objects.filter(item=given("item"), withdrawn_at=None)
    return rows.select_related("judged_by", "judgement")


def proof(facts: Facts) -> Facts:
    """Load what completion and acceptance ask about, for one item: at most seven queries."""
    return proof_of(facts, _around(facts.item.pk))


def proof_of(facts: Facts, there: Collection[str]) -> Facts:
    """The same where it is known of what there is any; all of it is six queries."""
    item = asked(facts, there).item.pk
    facts.ever_four_eyes = "four_eyes" in there
    facts.evidence = _evidence(item=item) if "evidence" in there else []
    facts.dependants = _dependants(item=item) if "dependants" in there else []
    facts.actions = _actions(item=item) if "actions" in there else []
    facts.holds = _holds(item=item) if "holds" in there else []
    return facts


@prepared
def _evidence() -> QuerySet[Evidence]:
    return Evidence.objects.filter(item=given("item")).select_related("by", "blob", "strike_note")


@prepared
def _holds() -> QuerySet[Hold]:
    return Hold.objects.filter(item=given("item")).select_related("place", "asset")


@prepared
def _dependants() -> QuerySet[WorkItem]:
    found = WorkItem.objects.filter(Q(parent=given("item")) | Q(source_item=given("item")))
    return found.select_related(
        "site", "place", "owner_user", "owner_post", "type_version", "survivor__type_version"
    ).order_by("number")


@prepared
def _actions() -> QuerySet[CorrectiveAction]:
    found = CorrectiveAction.objects.filter(
        Q(item=given("item")) | Q(source_key="work.item", source_id=given("item"))
    )
    return found.select_related("item__site", "item__place", "item__type_version")
