"""Prerequisites by hand, waivers by name, and named checks. The engine is in `_asking`."""

from datetime import datetime, timedelta
from typing import Any

from work import ports
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import (
    NamedCheck,
    Prerequisite,
    WorkItem,
)
from work.permissions import Action, can
from work.ports import Source
from work.prepared import by_key
from work.services import _rings
from work.services._asking import Changed, bring_up_to_date, recheck
from work.services._configure import one_of
from work.services._derive import set_due
from work.services._enter import enter, not_stale
from work.services._facts import Facts
from work.services.acts import OpenAct, door
from work.states import CONTROLLED, DECIDING, OPEN, BlockerKind, Gate, Role


def _require(
    act: OpenAct,
    *,
    item_id: int,
    gate: str,
    kind: str,
    supplier: str,
    what: str = "",
    source_id: int | None = None,
    params: dict | None = None,
    waivable_by: str = "",
    line_id: int | None = None,
    lead: timedelta | None = None,
    seen: int | None = None,
) -> Prerequisite:
    """Ask something of an item by hand, at a gate or at an open hold point of its checklist."""
    facts = enter(act, item_id, Action.REQUIRE, seen)
    item = facts.item
    if item.status not in OPEN:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "require"}))
    if kind not in BlockerKind.values:
        raise Refused(Reason("blocker_kind_unknown", {"kind": kind}))
    if ports.suppliers.get(supplier) is None or gate not in Gate.values:
        raise Refused(Reason("supplier_missing", {"supplier": supplier}))
    _fits(item, gate, line_id, lead)
    if waivable_by:
        one_of(waivable_by, DECIDING, "role")
    if supplier == "work.check" and (params or {}).get("role") not in Role.values:
        raise Refused(Reason("rule_check_role"))
    if supplier == "work.item":
        _other_item(act, item, source_id)
    _rings.refuse_ring(facts.context, Source.of(supplier, source_id, params or {}))
    said = {"code": "typed", "params": {"text": what}} if what else {"code": f"need.{supplier}"}
    _refuse_twice(facts, (gate, line_id, supplier, source_id, params or {}, said))
    row = Prerequisite.objects.create(
        site_id=item.site_id,
        item=item,
        gate=gate,
        line_id=line_id,
        lead=lead,
        origin=f"hand:{act.id}",
        supplier=supplier,
        source_id=source_id,
        params=params or {},
        kind=kind,
        what=said,
        waivable_by=waivable_by,
        created_at=act.at,
    )
    facts.prerequisites.append(row)
    set_due([facts])
    act.record("required", item, item_id=item.pk, prerequisite=row.pk, supplier=supplier, gate=gate)
    if item.status in CONTROLLED:
        bring_up_to_date(act, {item.pk: facts})
    return row


def _refuse_twice(facts: Facts, asked: tuple[Any, ...]) -> None:
    """Refuse what was asked for by hand already, at the same gate, and stands."""
    for row in facts.prerequisites:
        own = (row.gate, row.line_id, row.supplier, row.source_id, row.params, row.what)
        if own == asked and row.origin.startswith("hand:"):
            raise Refused(Reason("required_already", {}, ("prerequisite", row.pk)))


def _fits(item: WorkItem, gate: str, line_id: int | None, lead: timedelta | None) -> None:
    """A hold point is a line of the item that is still to be answered; no other gate has a line."""
    if lead is not None and lead < timedelta(0):
        raise Refused(Reason("lead_negative"))
    waiting = item.lines.filter(hold_point=True, withdrawn_at=None, answer="")
    fits = line_id is None or waiting.filter(pk=line_id).exists()
    if (gate == Gate.HOLD_POINT) != (line_id is not None) or not fits:
        raise Refused(Reason("hold_point_needed"))


def _other_item(act: OpenAct, item: WorkItem, other_id: int | None) -> None:
    """The other item is of the same site and known to the actor."""
    from work.permissions import sees

    known = WorkItem.objects.select_related("place")
    other = known.filter(pk=other_id).first() if other_id is not None else None
    if other is None or other.site_id != item.site_id or not sees(act.scope, other):
        raise Refused(Reason("other_item_unknown"))


def _withdraw_requirement(
    act: OpenAct, *, prerequisite_id: int, reason: str, seen: int | None = None
) -> WorkItem:
    row = by_key(Prerequisite, prerequisite_id)
    if row is None:
        raise Unknown
    facts = enter(act, row.item_id, Action.REQUIRE, seen)
    if facts.item.status not in OPEN:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "require"}))
    row = next((each for each in facts.prerequisites if each.pk == prerequisite_id), None)
    if row is None:
        raise Refused(Reason("already_withdrawn"))
    if not row.origin.startswith("hand:"):
        raise Refused(Reason("withdrawn_by_its_rule_only"))
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(reason, "withdraw", item_id=facts.item.pk)
    row.withdrawn_at = act.at
    row.save(update_fields=["withdrawn_at"])
    facts.prerequisites.remove(row)
    act.record(
        "requirement_withdrawn",
        facts.item,
        item_id=facts.item.pk,
        prerequisite=row.pk,
        note=note.pk if note else None,
    )
    bring_up_to_date(act, {facts.item.pk: facts})
    return facts.item


def _waive(
    act: OpenAct, *, prerequisite_id: int, until: datetime, reason: str, seen: int | None = None
) -> Prerequisite:
    row, facts = _named_row(act, prerequisite_id, Action.WAIVE, seen)
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    if until <= act.at:
        raise Refused(Reason("waiver_in_the_past"))
    note = act.note(reason, "waiver", item_id=facts.item.pk)
    row.waived_by, row.waived_at = act.actor, act.at
    row.waiver_until, row.waiver_note = until, note
    row.save(update_fields=["waived_by", "waived_at", "waiver_until", "waiver_note"])
    act.record(
        "waived",
        facts.item,
        item_id=facts.item.pk,
        prerequisite=row.pk,
        until=until.isoformat(),
        note=note.pk if note else None,
    )
    bring_up_to_date(act, {facts.item.pk: facts})
    return row


def _end_waiver(
    act: OpenAct, *, prerequisite_id: int, reason: str, seen: int | None = None
) -> Prerequisite:
    row, facts = _named_row(act, prerequisite_id, Action.WAIVE, seen)
    if row.waived_at is None:
        raise Refused(Reason("not_waived"))
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(reason, "waiver", item_id=facts.item.pk)
    row.waiver_until = min(row.waiver_until or act.at, act.at)
    row.save(update_fields=["waiver_until"])
    act.record(
        "waiver_ended",
        facts.item,
        item_id=facts.item.pk,
        prerequisite=row.pk,
        note=note.pk if note else None,
    )
    bring_up_to_date(act, {facts.item.pk: facts})
    return row


def _check(
    act: OpenAct,
    *,
    prerequisite_id: int,
    passed: bool,
    remark: str = "",
    valid_until: datetime | None = None,
    seen: int | None = None,
) -> NamedCheck:
    row, facts = _named_row(act, prerequisite_id, Action.CHECK, seen)
    if row.supplier != "work.check":
        raise Refused(Reason("not_a_named_check"))
    if not passed and not remark.strip():
        raise Refused(Reason("reason_needed"))
    if valid_until is not None and valid_until <= act.at:
        raise Refused(Reason("waiver_in_the_past"))
    note = act.note(remark, "check", item_id=facts.item.pk)
    check = NamedCheck.objects.create(
        site_id=facts.item.site_id,
        item=facts.item,
        prerequisite=row,
        role=row.params.get("role", ""),
        passed=passed,
        by=act.person,
        at=act.at,
        valid_until=valid_until,
        note=note,
    )
    act.record(
        "checked",
        facts.item,
        item_id=facts.item.pk,
        prerequisite=row.pk,
        passed=passed,
        note=note.pk if note else None,
    )
    bring_up_to_date(act, {facts.item.pk: facts})
    return check


def _named_row(
    act: OpenAct, prerequisite_id: int, action: Action, seen: int | None
) -> tuple[Prerequisite, Facts]:
    """The row with its item's facts, for the role that its rule names."""
    found = by_key(Prerequisite, prerequisite_id)
    if found is None:
        raise Unknown
    facts = enter(act, found.item_id, Action.SEE, None)
    row = next((each for each in facts.prerequisites if each.pk == prerequisite_id), None)
    if row is None:
        raise Refused(Reason("already_withdrawn"))
    role = row.waivable_by if action == Action.WAIVE else row.params.get("role", "")
    allowed = can(act.scope, action, facts.item, role=role)
    if not allowed:
        raise Forbidden(allowed.reason)
    not_stale(facts.item, seen)
    if facts.item.status not in CONTROLLED:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": str(action)}))
    return row, facts


require = door(_require)
withdraw_requirement = door(_withdraw_requirement)
waive = door(_waive)
end_waiver = door(_end_waiver)
check = door(_check)

__all__ = [
    "Changed",
    "check",
    "end_waiver",
    "recheck",
    "require",
    "waive",
    "withdraw_requirement",
]
