"""The task risk assessment: hazards with their measures, made before anybody decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from permits.models import Hazard, Measure, Permit
from permits.services import _named
from permits.services._enter import changed, enter, unasked
from permits.services._facts import Facts
from permits.states import MeasureKind, Verb
from work.exceptions import Reason, Refused, Unknown
from work.services import OpenAct, door


def _begin(act: OpenAct, *, permit_id: int, seen: int | None = None) -> Permit:
    """Add the hazards and controls with which an assessment of this type begins."""
    facts = _entered(act, permit_id, seen)
    have = {each.text for each in facts.hazards}
    for each in facts.permit.type.controls:
        if each["hazard"] in have:
            continue
        hazard, _made = Hazard.objects.get_or_create(
            permit=facts.permit,
            text=each["hazard"],
            ended_at=None,
            defaults={"energy": each.get("energy", "")},
        )
        _add(hazard, {"kind": each["kind"], "text": each["text"], "needs": each.get("needs", {})})
    return _not_whole(act, facts, "assessment_begun")


def _add_hazard(
    act: OpenAct,
    *,
    permit_id: int,
    text: str,
    energy: str = "",
    measures: Sequence[Mapping[str, Any]] = (),
    seen: int | None = None,
) -> Hazard:
    """Name what can hurt somebody, with what is done against it."""
    facts = _entered(act, permit_id, seen)
    if not text.strip():
        raise Refused(Reason("permits.hazard_empty"))
    hazard = Hazard.objects.create(
        permit=facts.permit,
        text=_named.plain("hazard", text, 250),
        energy=_named.plain("energy", energy, 120),
    )
    for each in measures:
        _add(hazard, each)
    _not_whole(act, facts, "hazard_added", hazard=hazard.pk)
    return hazard


def _add_measure(
    act: OpenAct,
    *,
    hazard_id: int,
    kind: str,
    text: str,
    needs: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Measure:
    """Say what is done against a hazard."""
    permit_id = Hazard.objects.filter(pk=hazard_id).values_list("permit_id", flat=True).first()
    if permit_id is None:
        raise Unknown
    facts = _entered(act, permit_id, seen)
    hazard = next((each for each in facts.hazards if each.pk == hazard_id), None)
    if hazard is None:
        raise Unknown
    measure = _add(hazard, {"kind": kind, "text": text, "needs": needs or {}})
    _not_whole(act, facts, "measure_added", measure=measure.pk)
    return measure


def _add(hazard: Hazard, given: Mapping[str, Any]) -> Measure:
    if given["kind"] not in MeasureKind.values:
        raise Refused(Reason("permits.measure_kind_unknown"))
    if not str(given["text"]).strip():
        raise Refused(Reason("permits.measure_empty"))
    return Measure.objects.create(
        hazard=hazard,
        kind=given["kind"],
        text=_named.plain("measure", given["text"], 250),
        needs=dict(given.get("needs") or {}),
    )


def _drop(
    act: OpenAct,
    *,
    permit_id: int,
    hazard_id: int | None = None,
    measure_id: int | None = None,
    seen: int | None = None,
) -> Permit:
    """Take a hazard or a measure out of the assessment."""
    facts = _entered(act, permit_id, seen)
    rows: list[Any] = [each for each in facts.hazards if each.pk == hazard_id]
    rows += [each for each in facts.measures if each.pk == measure_id]
    if not rows:
        raise Unknown
    for each in rows:
        each.ended_at = act.at
        each.save()
    return _not_whole(act, facts, "assessment_changed", hazard=hazard_id, measure=measure_id)


def _complete(act: OpenAct, *, permit_id: int, seen: int | None = None) -> Permit:
    """Say that the assessment is whole."""
    facts = enter(act, permit_id, Verb.ASSESS, seen)
    facts.permit.assessed_at, facts.permit.assessed_by = act.at, act.person
    return changed(act, facts, "assessed", hazards=len(facts.hazards), measures=len(facts.measures))


def _entered(act: OpenAct, permit_id: int, seen: int | None) -> Facts:
    return enter(act, permit_id, Verb.EDIT, seen)


def _not_whole(act: OpenAct, facts: Facts, verb: str, **data: Any) -> Permit:
    """What was changed is assessed anew, and asked for anew."""
    facts.permit.assessed_at = facts.permit.assessed_by = None
    return unasked(act, facts, verb, **data)


begin = door(_begin)
add_hazard = door(_add_hazard)
add_measure = door(_add_measure)
drop = door(_drop)
complete = door(_complete)

__all__ = ["add_hazard", "add_measure", "begin", "complete", "drop"]
