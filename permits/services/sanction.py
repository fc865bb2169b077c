"""Sanction to test: everybody behind it agrees, some points are lifted, then all is tried again."""

from permits.isolation_states import State, Verb
from permits.models import Isolation, TestAgreement, TestSanction
from permits.services import _named
from permits.services._elsewhere import held_elsewhere
from permits.services._guards_test import agreed, holders
from permits.services._isolated import reason
from permits.services._isolation import changed, end_asked, enter, fall_back, kept, moved
from permits.services.points import of
from work.exceptions import Reason, Refused
from work.services import OpenAct, door


def _ask(
    act: OpenAct, *, isolation_id: int, why: str = "", seen: int | None = None
) -> TestSanction:
    """Ask to test, and why."""
    facts = enter(act, isolation_id, Verb.ASK_TEST, seen, {"why": why})
    asked = TestSanction.objects.create(
        isolation=facts.isolation,
        asked_by=act.person,
        asked_at=act.at,
        why_id=kept(act, why, "test", facts.isolation),
    )
    changed(act, facts, Verb.ASK_TEST, sanction=asked.pk)
    return asked


def _agree(act: OpenAct, *, isolation_id: int) -> TestAgreement:
    """Who has a lock on the box agrees; anew after each time it was put on."""
    facts = enter(act, isolation_id, Verb.AGREE_TEST, None)
    asked = facts.sanction
    if asked is None or act.person.pk not in holders(facts):
        raise Refused(reason(facts.isolation, "permits.lock_not_on"))
    before = asked.agreements.filter(person=act.person).last()
    if before is not None and act.person.pk in agreed(facts):
        return before
    act.record(f"isolation_{Verb.AGREE_TEST}", facts.isolation)
    return TestAgreement.objects.create(sanction=asked, person=act.person, at=act.at)


def _withdraw(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """The test is not made: who asked, or who decides, takes it back before it is sanctioned."""
    facts = enter(act, isolation_id, Verb.WITHDRAW_TEST, seen)
    end_asked(act, facts)
    return changed(act, facts, Verb.WITHDRAW_TEST)


def _sanction(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """The test may be made: all agree and are off the box, all permits behind it are stopped."""
    facts = enter(act, isolation_id, Verb.SANCTION, seen)
    asked = facts.sanction
    if asked is not None:
        asked.sanctioned_by, asked.sanctioned_at = act.person, act.at
        asked.save()
    return fall_back(act, facts, Verb.SANCTION, State.IN_TEST)


def _lift(
    act: OpenAct, *, isolation_id: int, point_id: int, position: str, seen: int | None = None
) -> Isolation:
    """A point is lifted for the test, and in which position it is put."""
    facts = enter(act, isolation_id, Verb.LIFT, seen)
    point = of(facts, point_id)
    if point.applied_at is None:
        raise Refused(reason(facts.isolation, "permits.point_not_applied", tag=point.tag))
    position = _named.plain("position", position, 60)
    if not position:
        raise Refused(Reason("permits.position_needed", {"tag": point.tag}))
    point.applied_by = point.applied_at = point.locked_by = point.locked_at = None
    point.lock = ""
    point.save()
    if elsewhere := held_elsewhere(facts, point, position):
        raise Refused(elsewhere)
    note = act.note(position, "position", subject=facts.isolation)
    return changed(act, facts, Verb.LIFT, point=point.pk, note=note.pk if note else None)


def _end(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """The test is over and every point is in place again; all is tried again."""
    facts = enter(act, isolation_id, Verb.END_TEST, seen)
    end_asked(act, facts)
    return moved(act, facts, Verb.END_TEST, State.APPLIED)


ask = door(_ask)
agree = door(_agree)
withdraw = door(_withdraw)
sanction = door(_sanction)
lift = door(_lift)
end = door(_end)

__all__ = ["agree", "ask", "end", "lift", "sanction", "withdraw"]
