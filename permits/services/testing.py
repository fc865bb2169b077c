"""Gas tests: at sample points, oxygen before flammable before toxic, each with its limits."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from permits.models import GasTest, Permit, TypeTest
from permits.services import _asked, _named
from permits.services._enter import enter, heard
from permits.services._facts import Facts
from permits.services._guards_place import by_lapse, look
from permits.services._paper import late
from permits.services._stop import call
from permits.states import Family, State, StopCause, Verb
from work.exceptions import Reason, Refused
from work.services import OpenAct, door

_FAMILIES = list(Family)


def _record(
    act: OpenAct,
    *,
    permit_id: int,
    readings: Sequence[Mapping[str, Any]],
    instrument: str,
    calibrated_until: date | None,
    scanned: bool = False,
    why: str = "",
    paper: bool = False,
) -> Permit:
    """Keep what was read: {point, substance_id, value} each. Out of limits is a stop called.

    A test counts from the moment at which it is said to have been taken. scanned: the label of the
    place was read; else why not. paper: it was written down while the system was away; it may stop
    the work, and lets nothing go on. What is newer is tested at the place, as any.
    """
    facts = enter(act, permit_id, Verb.TEST, None)
    permit = facts.permit
    against = _asked.against(facts, {"permits.gas_tester": act.person.pk})
    if late(act) and not paper:
        against.append(Reason("permits.test_late"))
    if paper and not late(act):
        against.append(Reason("permits.paper_too_new"))
    against += [] if paper else look({"scanned": scanned, "why": why})
    if not instrument.strip():
        against.append(Reason("permits.instrument_needed"))
    today = act.happened_at.astimezone(ZoneInfo(permit.site.time_zone)).date()
    if calibrated_until is None:
        against.append(Reason("permits.calibration_needed"))
    elif calibrated_until < today:
        against.append(Reason("permits.instrument_not_calibrated"))
    if not readings:
        against.append(Reason("permits.reading_needed"))
    asked = {each.substance_id: each for each in facts.tests_asked}
    taken = sorted(readings, key=lambda each: _rank(asked.get(each["substance_id"])))
    for each in taken:
        against += _reading_against(facts, asked, each, taken)
    if against:
        raise Refused(against)
    with_what = {
        "instrument": _named.plain("instrument", instrument, 80),
        "calibrated_until": calibrated_until,
        "scanned": scanned,
        "note": None if scanned else act.note(why, "look", subject=permit),
    }
    for each in taken:
        facts.tests.append(_keep(act, permit, asked[each["substance_id"]], each, with_what))
    _after(act, facts)
    return permit


def _rank(asked: TypeTest | None) -> int:
    return _FAMILIES.index(Family(asked.substance.family)) if asked else len(_FAMILIES)


def _reading_against(
    facts: Facts,
    asked: Mapping[int, TypeTest],
    reading: Mapping[str, Any],
    together: Sequence[Mapping[str, Any]],
) -> list[Reason]:
    """Only where gas is tested and for what is asked, and not before what is tested first."""
    test = asked.get(reading["substance_id"])
    if test is None:
        return [Reason("permits.substance_not_asked")]
    if reading["point"] not in facts.permit.sample_points:
        return [Reason("permits.point_unknown")]
    value = reading["value"]
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= 10**6:
        return [Reason("permits.value_needed", {"substance": test.substance.name})]
    newest, said = facts.newest(), []
    for earlier in asked.values():
        if _rank(earlier) >= _rank(test):
            continue
        done = newest.get((reading["point"], earlier.substance_id))
        now = any(
            (each["point"], each["substance_id"]) == (reading["point"], earlier.substance_id)
            for each in together
        )
        if not now and (done is None or done.valid_until <= facts.at):
            params = {"substance": test.substance.name, "first": earlier.substance.name}
            said.append(Reason("permits.test_order", params))
    return said


def _keep(
    act: OpenAct,
    permit: Permit,
    asked: TypeTest,
    reading: Mapping[str, Any],
    with_what: Mapping[str, Any],
) -> GasTest:
    substance, value = asked.substance, reading["value"]
    low_enough = substance.high is None or value <= substance.high
    high_enough = substance.low is None or value >= substance.low
    test = GasTest.objects.create(
        permit=permit,
        point=reading["point"],
        substance=substance,
        value=value,
        unit=substance.unit,
        low=substance.low,
        high=substance.high,
        within=low_enough and high_enough,
        **with_what,
        tester=act.person,
        taken_at=act.happened_at,
        valid_until=act.happened_at + timedelta(minutes=asked.valid_minutes),
        recorded_at=act.at,
    )
    act.record("permit_tested", permit, test=test.pk, within=test.within)
    return test


def _after(act: OpenAct, facts: Facts) -> None:
    """What the tests mean for the permit: until when it holds, or that it stops."""
    permit = facts.permit
    # A stop that a person or other work called stays that.
    by_test = permit.state == State.STOP_CALLED and by_lapse(facts)
    if (permit.state == State.IN_FORCE or by_test) and facts.out_of_limits():
        call(act, facts, StopCause.LIMITS)
    elif permit.state == State.IN_FORCE:
        permit.tests_until = facts.tests_until()
        if permit.tests_until is not None and permit.tests_until <= act.at:
            call(act, facts, StopCause.TEST)
            return
        permit.save()
        heard(act, permit)


record = door(_record)

__all__ = ["record"]
