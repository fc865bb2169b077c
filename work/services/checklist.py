"""Answering checklist lines, and saying what becomes of a failed or impossible one.

A plain answer takes the item's row alone; hold points, failed and *could not* lines are control
acts. Each line has its own version.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q

from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.models import Blob, ChecklistLine, Evidence, ItemAsset, TypeLine
from work.permissions import Action, can, can_at
from work.prepared import by_key
from work.services import _asking
from work.services._enter import enter
from work.services._facts import Facts
from work.services._names import place_of
from work.services._proof_rows import keep_file
from work.services.acts import OpenAct, door
from work.services.guards import requirement_reasons, unheard
from work.services.items import request_inner
from work.services.proof import on_item
from work.states import (
    ENDED,
    Disposition,
    EvidenceKind,
    Gate,
    LineAnswer,
    LineKind,
    RequiredAt,
    SourceKind,
    Status,
)

_ANSWERABLE = frozenset({Status.LIVE, Status.WAITING})


def _answer(
    act: OpenAct,
    *,
    line_id: int,
    answer: str = "",
    value: str | Decimal | None = None,
    said: str = "",
    photo: tuple[Blob, str] | None = None,
    seen: int | None = None,
) -> ChecklistLine:
    """Answer a line. `value` for a reading, `said` for text, choice and the reason of *could not*.

    A reading outside its limits is a fail whatever was said. Answering again strikes an earlier
    disposition. A photo, with the name of its file, becomes evidence for the line in the same act.
    `seen` is the line's version.
    """
    found = by_key(ChecklistLine, line_id)
    if found is None or found.withdrawn_at is not None:
        raise Unknown
    said = said.strip()
    # Who may not know of the line learns nothing by what is wrong with the answer.
    if found.hold_point or _is_weak(found, answer, value):
        facts = enter(act, found.item_id, Action.CHECKLIST, None)
    else:
        facts = on_item(act, found.item_id, Action.CHECKLIST)
    if photo is not None:
        keep_file(act, facts.item, *photo, line_id=found.pk)
    verdict, number = _verdict(found, answer, value, said)
    line = ChecklistLine.objects.select_for_update(no_key=True, of=("self",)).get(pk=line_id)
    if line.withdrawn_at is not None:
        raise Unknown
    if seen is not None and seen != line.version:
        raise Stale(seen, line.version)
    _may_answer(act, facts, line, verdict)
    line.answer, line.value, line.said = verdict, number, said
    line.answered_by, line.answered_at = act.actor, act.happened_at
    line.disposition, line.disposed_by, line.disposed_at = "", None, None
    line.version += 1
    line.save(
        update_fields=[
            "answer",
            "value",
            "said",
            "answered_by",
            "answered_at",
            "disposition",
            "disposed_by",
            "disposed_at",
            "version",
        ]
    )
    act.record("line", facts.item, item_id=facts.item.pk, line=line.pk, answer=verdict)
    return line


def _is_weak(line: ChecklistLine, answer: str, value: str | Decimal | None) -> bool:
    """Whether the answer amounts to failed or impossible, so that it is a control act."""
    if answer in (LineAnswer.FAIL, LineAnswer.COULD_NOT):
        return True
    if line.kind != LineKind.READING or answer == LineAnswer.NOT_APPLICABLE:
        return False
    try:
        return outside(line, _number(value))
    except Refused:
        return False


def outside(line: ChecklistLine | TypeLine, number: Decimal) -> bool:
    """Whether a reading lies outside the limits of its line."""
    below = line.low is not None and number < line.low
    return below or (line.high is not None and number > line.high)


def _verdict(
    line: ChecklistLine, answer: str, value: str | Decimal | None, said: str
) -> tuple[str, Decimal | None]:
    """What the answer amounts to, and its number."""
    if answer == LineAnswer.COULD_NOT:
        if not said:
            raise Refused(Reason("could_not_needs_reason"))
        return LineAnswer.COULD_NOT, None
    if answer == LineAnswer.NOT_APPLICABLE:
        if not line.na_allowed:
            raise Refused(Reason("not_applicable_not_allowed"))
        return LineAnswer.NOT_APPLICABLE, None
    match line.kind:
        case LineKind.READING:
            number = _number(value)
            return (LineAnswer.FAIL if outside(line, number) else LineAnswer.PASS), number
        case LineKind.CHOICE:
            if said not in line.choices:
                raise Refused(Reason("choice_unknown"))
        case LineKind.TEXT:
            if not said:
                raise Refused(Reason("text_needed"))
        case LineKind.PHOTO:
            photos = Evidence.objects.filter(
                line=line, kind=EvidenceKind.PHOTO, struck_at=None, superseded_at=None
            )
            if answer != LineAnswer.FAIL and not photos.exists():
                raise Refused(Reason("photo_needed"))
    if answer not in (LineAnswer.PASS, LineAnswer.FAIL):
        if line.kind == LineKind.PASS_FAIL:
            raise Refused(Reason("answer_needed"))
        answer = LineAnswer.PASS
    return answer, None


def _number(value: str | Decimal | None) -> Decimal:
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        raise Refused(Reason("reading_needed")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise Refused(Reason("reading_needed"))
    return number.quantize(Decimal("0.0001"))


def _may_answer(act: OpenAct, facts: Facts, line: ChecklistLine, verdict: str) -> None:
    """Only under way, not past an earlier hold point, and a hold point with what it requires."""
    if facts.item.status not in _ANSWERABLE:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "checklist"}))
    earlier = ChecklistLine.objects.filter(
        Q(position__lt=line.position) | Q(position=line.position, pk__lt=line.pk),
        item_id=line.item_id,
        hold_point=True,
        withdrawn_at=None,
    )
    for hold in earlier.order_by("position", "pk"):
        if not hold.answer or hold.needs_disposition:
            raise Refused(Reason("hold_point_before", {"text": hold.text}, ("line", hold.pk)))
    if line.hold_point and verdict in (LineAnswer.PASS, LineAnswer.NOT_APPLICABLE):
        _pass_hold_point(act, facts, line)


def _pass_hold_point(act: OpenAct, facts: Facts, line: ChecklistLine) -> None:
    """What lets the work go on past a hold point asks for all that is required there."""
    gate = str(Gate.HOLD_POINT)
    act.after_refusal = lambda again: _asking.keep_heard(again, line.item_id, gate, line.pk)
    _asking.bring_up_to_date(act, {facts.item.pk: facts})
    reasons = requirement_reasons(facts, Gate.HOLD_POINT, act.at, line.pk) + unheard(facts)
    if reasons:
        raise Refused(reasons)
    act.record(
        "gate",
        facts.item,
        item_id=facts.item.pk,
        gate=gate,
        line=line.pk,
        verdicts=_asking.verdicts(facts, gate, act.at, line.pk),
        **_asking.not_enforced(act, facts, gate, line.pk),
    )


def _dispose(
    act: OpenAct,
    *,
    line_id: int,
    disposition: str,
    word: str,
    follow_up: dict[str, Any] | None = None,
    seen: int | None = None,
) -> ChecklistLine:
    """Say what becomes of a failed or impossible line: put right now, follow-up, or as it is.

    A follow-up is raised with the context filled in (place, things, source); while an earlier
    follow-up of the line is open, that one is kept and no second one is raised.
    """
    found = ChecklistLine.objects.filter(pk=line_id, withdrawn_at=None).first()
    if found is None:
        raise Unknown
    facts = enter(act, found.item_id, Action.CHECKLIST, None)
    line = ChecklistLine.objects.select_related("follow_up").get(pk=line_id)
    if line.withdrawn_at is not None:
        raise Unknown
    if seen is not None and seen != line.version:
        raise Stale(seen, line.version)
    if facts.item.status not in _ANSWERABLE:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "dispose"}))
    if line.answer not in (LineAnswer.FAIL, LineAnswer.COULD_NOT):
        raise Refused(Reason("nothing_to_dispose"))
    if disposition not in Disposition.values:
        raise Refused(Reason("disposition_unknown"))
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    if disposition == Disposition.ACCEPTED_AS_IS:
        allowed = can(act.scope, Action.ACCEPT_AS_IS, facts.item)
        if not allowed:
            raise Forbidden(allowed.reason)
    if line.hold_point:
        _pass_hold_point(act, facts, line)
    note = act.note(word, "disposition", item_id=facts.item.pk, subject=line)
    if disposition == Disposition.FOLLOW_UP:
        _raise_follow_up(act, facts, line, word, follow_up or {})
    line.disposition, line.disposed_by, line.disposed_at = disposition, act.actor, act.at
    line.version += 1
    line.save(update_fields=["disposition", "disposed_by", "disposed_at", "follow_up", "version"])
    act.record(
        "disposed",
        facts.item,
        item_id=facts.item.pk,
        line=line.pk,
        disposition=disposition,
        follow_up=line.follow_up_id,
        note=note.pk if note else None,
    )
    return line


def _raise_follow_up(
    act: OpenAct, facts: Facts, line: ChecklistLine, word: str, given: dict[str, Any]
) -> None:
    if line.follow_up is not None and line.follow_up.status not in ENDED:
        return
    item = facts.item
    assets = ItemAsset.objects.filter(item=item).values_list("asset_id", flat=True)
    type_id = given.get("type_id") or item.type_id
    line.follow_up = request_inner(
        act,
        site_id=item.site_id,
        type_id=type_id,
        place_id=_place_of_follow_up(act, facts, given.get("place_id")),
        what=(given.get("what") or line.text)[:250],
        why=word,
        priority=given.get("priority") or item.priority,
        asset_ids=list(assets),
        values=(_carried(facts) if type_id == item.type_id else {}) | given.get("values", {}),
        source_kind=SourceKind.CHECKLIST,
        source_item_id=item.pk,
    )
    _same_company(line, facts)


def _place_of_follow_up(act: OpenAct, facts: Facts, place_id: int | None) -> int:
    """The item's own place, or another at which the actor may ask for work."""
    if place_id is None or place_id == facts.item.place_id:
        return facts.item.place_id
    place = place_of(facts.item.site_id, place_id)
    if not can_at(act.scope, Action.REQUEST, place.site_id, place.path):
        raise Refused(Reason("place_unknown"))
    return place.pk


def _carried(facts: Facts) -> dict[str, Any]:
    """The item's values that a request of its type cannot be without."""
    return {
        field.key: facts.item.values[field.key]
        for field in facts.definition.fields
        if field.required_at == RequiredAt.REQUEST and field.key in facts.item.values
    }


def _same_company(line: ChecklistLine, facts: Facts) -> None:
    """A follow-up of a company's item stays visible to that company."""
    follow_up = line.follow_up
    if follow_up is not None and follow_up.team_id is None and facts.item.team_id is not None:
        follow_up.team_id = facts.item.team_id
        follow_up.save(update_fields=["team"])


answer = door(_answer)
dispose = door(_dispose)

__all__ = ["answer", "dispose"]
