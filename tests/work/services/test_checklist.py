"""Checklist lines: what counts as an answer, limits, hold points, and what becomes of a failure."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import live_item
from tests.work.outcomes import forbidden, left_unchanged, refused, unknown
from work.exceptions import Refused, Stale
from work.models import Blob, Event, WorkItem
from work.services import checklist, execution, items, proof
from work.states import SourceKind, Status


def line_of(world, kind="pass_fail", **given):
    """The one line of a live item."""
    made = factories.work_type(
        world.site, lines=[{"key": "it", "text": "Is it so?", "kind": kind, **given}]
    )
    item = live_item(world, type_id=made.pk)
    return item, item.lines.get()


def answer(world, line, minutes=10, **given):
    given = {"actor": world.technician, **given}
    return checklist.answer(at=world.t(minutes), line_id=line.pk, **given)


def dispose(world, line, minutes=11, **given):
    given = {
        "actor": world.technician,
        "disposition": "put_right",
        "word": "Tightened",
        **given,
    }
    return checklist.dispose(at=world.t(minutes), line_id=line.pk, **given)


@pytest.mark.parametrize("said", ["pass", "fail"])
def test_pass_or_fail_by_name(world, said):
    item, line = line_of(world)

    line = answer(world, line, answer=said, happened_at=world.t(9))

    assert (line.answer, line.answered_by, line.answered_at, line.version) == (
        said,
        world.technician,
        world.t(9),
        2,
    )
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data) == ("line", {"line": line.pk, "answer": said})
    item.refresh_from_db()
    assert item.version == 3  # a line has its own version


@pytest.mark.parametrize(
    ("value", "verdict", "stored"),
    [
        ("2", "pass", Decimal("2.0000")),
        ("2,5", "pass", Decimal("2.5000")),
        ("4", "pass", Decimal("4.0000")),
        ("1.9999", "fail", Decimal("1.9999")),
        ("4.0001", "fail", Decimal("4.0001")),
        ("-3", "fail", Decimal("-3.0000")),
    ],
)
def test_a_reading_outside_its_limits_is_a_fail_whatever_was_said(world, value, verdict, stored):
    _item, line = line_of(world, "reading", unit="bar", low=2, high=4)
    assert (line.unit, line.low, line.high) == ("bar", Decimal(2), Decimal(4))

    line = answer(world, line, value=value, answer="pass")

    assert (line.answer, line.value) == (verdict, stored)


@pytest.mark.parametrize(("low", "high", "value"), [(None, 4, "-99"), (2, None, "99")])
def test_a_reading_with_one_limit(world, low, high, value):
    _item, line = line_of(world, "reading", low=low, high=high)

    assert answer(world, line, value=value).answer == "pass"


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("pass_fail", {}, "answer_needed"),
        ("pass_fail", {"answer": "perhaps"}, "answer_needed"),
        ("pass_fail", {"answer": "could_not", "said": " "}, "could_not_needs_reason"),
        ("pass_fail", {"answer": "not_applicable"}, "not_applicable_not_allowed"),
        ("reading", {"value": "much"}, "reading_needed"),
        ("reading", {"value": ""}, "reading_needed"),
        ("reading", {"value": None}, "reading_needed"),
        ("reading", {"value": "NaN"}, "reading_needed"),
        ("reading", {"value": "1e12"}, "reading_needed"),
        ("choice", {"said": "blue"}, "choice_unknown"),
        ("text", {"said": "  "}, "text_needed"),
        ("photo", {}, "photo_needed"),
        ("photo", {"answer": "pass"}, "photo_needed"),
    ],
)
def test_what_is_no_answer(world, kind, given, code):
    item, line = line_of(world, kind, **({"choices": ["red", "green"]} if kind == "choice" else {}))

    before = item.lines.values().get()
    with pytest.raises(Refused) as caught:
        answer(world, line, **given)
    assert [reason.code for reason in caught.value.reasons] == [code]
    assert item.lines.values().get() == before


def test_choice_text_photo_and_not_applicable(world):
    _item, line = line_of(world, "choice", choices=["red", "green"])
    assert answer(world, line, said="green").answer == "pass"
    _item, line = line_of(world, "text")
    assert answer(world, line, said=" All well ").said == "All well"
    _item, line = line_of(world, na_allowed=True)
    assert answer(world, line, answer="not_applicable").answer == "not_applicable"
    item, line = line_of(world, "photo")
    blob = Blob.objects.create(
        sha256="a" * 64, size=3, content_type="image/png", created_at=world.at
    )
    shown = {"actor": world.technician, "item_id": item.pk, "line_id": line.pk, "at": world.t(8)}
    proof.attach(kind="signature", said="Seen", **shown)
    proof.attach(kind="file", blob=blob, **shown)
    with pytest.raises(Refused, match="photo_needed"):
        answer(world, line)
    proof.attach(kind="photo", blob=blob, **shown)
    assert answer(world, line).answer == "pass"


def test_only_under_way_by_who_may_and_not_over_another(world, nrd):
    item, line = line_of(world)

    with forbidden(item, "role_or_executor_needed"):
        answer(world, line, answer="pass", actor=world.planner)
    with unknown(item):
        answer(world, line, answer="pass", actor=nrd.supervisor)
    answer(world, line, answer="pass", seen=1)
    with left_unchanged(item), pytest.raises(Stale):
        answer(world, line, answer="fail", seen=1, actor=world.supervisor)
    execution.complete(actor=world.technician, at=world.t(12), item_id=item.pk)
    item.refresh_from_db()
    with refused(item, "not_from"):
        answer(world, line, 13, answer="fail")


def test_a_failed_line_asks_what_becomes_of_it(world):
    item, line = line_of(world)
    with refused(item, "nothing_to_dispose"):
        dispose(world, line)
    line = answer(world, line, answer="fail")
    assert line.needs_disposition
    with refused(item, "disposition_unknown"):
        dispose(world, line, disposition="forget")
    with refused(item, "reason_needed"):
        dispose(world, line, word=" ")

    line = dispose(world, line, seen=2)

    assert (line.disposition, line.disposed_by, line.disposed_at, line.version) == (
        "put_right",
        world.technician,
        world.t(11),
        3,
    )
    assert not line.needs_disposition
    assert item.notes.get(kind="disposition").text == "Tightened"
    with left_unchanged(item), pytest.raises(Stale):
        dispose(world, line, seen=2)


def test_accepted_as_it_is_by_name_of_who_may(world):
    item, line = line_of(world)
    answer(world, line, answer="could_not", said="No access")

    with forbidden(item, "role_needed"):
        dispose(world, line, disposition="accepted_as_is")
    line = dispose(world, line, disposition="accepted_as_is", actor=world.shift_lead)

    assert (line.disposition, line.disposed_by) == ("accepted_as_is", world.shift_lead)


def test_answered_anew_an_earlier_disposition_is_struck(world):
    _item, line = line_of(world)
    answer(world, line, answer="fail")
    dispose(world, line)

    line = answer(world, line, 12, answer="fail")

    assert (line.disposition, line.disposed_by, line.disposed_at) == ("", None, None)
    assert line.needs_disposition


def test_a_follow_up_is_raised_with_its_context(world):
    kind = factories.work_type(
        world.site,
        fields=[
            {"key": "symptom", "label": "Symptom", "kind": "text", "required_at": "request"},
            {"key": "hours", "label": "Hours", "kind": "number"},
        ],
        lines=[{"key": "it", "text": "Guard tight?", "kind": "pass_fail"}],
    )
    item = live_item(
        world,
        type_id=kind.pk,
        values={"symptom": "Rattles", "hours": 3},
        asset_ids=[world.pump.pk],
        priority="2",
    )
    line = item.lines.get()
    answer(world, line, answer="fail")

    line = dispose(world, line, disposition="follow_up", word="Hinge is worn")

    follow_up = line.follow_up
    assert (follow_up.status, follow_up.type, follow_up.place) == (
        Status.REQUESTED,
        kind,
        world.l3,
    )
    assert (follow_up.what, follow_up.why, follow_up.priority) == (
        "Guard tight?",
        "Hinge is worn",
        "2",
    )
    assert (follow_up.source_kind, follow_up.source_item) == (SourceKind.CHECKLIST, item)
    assert list(follow_up.assets.all()) == [world.pump]
    assert follow_up.values == {"symptom": "Rattles"}


def test_a_follow_up_may_be_said_otherwise_where_the_actor_may_ask(world):
    item, line = line_of(world)
    answer(world, line, answer="fail")

    with refused(item, "place_unknown"):
        dispose(world, line, disposition="follow_up", follow_up={"place_id": world.p301.pk})
    line = dispose(
        world,
        line,
        disposition="follow_up",
        follow_up={
            "place_id": world.l4.pk,
            "what": "New hinge",
            "type_id": world.mnt.pk,
            "priority": "1",
        },
    )

    follow_up = line.follow_up
    assert (follow_up.place, follow_up.what, follow_up.type, follow_up.priority) == (
        world.l4,
        "New hinge",
        world.mnt,
        "1",
    )


def test_one_follow_up_only_while_it_is_open(world):
    _item, line = line_of(world)
    answer(world, line, answer="fail")
    first = dispose(world, line, disposition="follow_up").follow_up
    answer(world, line, 12, answer="fail")

    again = dispose(world, line, 13, disposition="follow_up").follow_up
    assert again == first
    items.cancel(actor=world.planner, at=world.t(14), item_id=first.pk, reason="No")
    answer(world, line, 15, answer="fail")
    third = dispose(world, line, 16, disposition="follow_up").follow_up

    assert third != first
    assert WorkItem.objects.count() == 3


def test_a_follow_up_of_a_companys_item_stays_visible_to_it(world):
    made = factories.work_type(
        world.site, lines=[{"key": "it", "text": "So?", "kind": "pass_fail"}]
    )
    item = live_item(
        world,
        type_id=made.pk,
        plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]},
    )
    line = item.lines.get()
    answer(world, line, answer="fail", actor=world.shift_lead)

    line = dispose(world, line, disposition="follow_up", actor=world.shift_lead)

    assert line.follow_up.team == world.lasteam


@pytest.mark.parametrize("call", [answer, dispose])
def test_sent_twice(world, call):
    item, line = line_of(world)
    if call is dispose:
        answer(world, line, answer="fail")
    act, given = uuid4(), {"answer": "fail"} if call is answer else {"disposition": "follow_up"}

    for _ in range(2):
        call(world, line, act=act, **given)

    assert item.lines.get().version == (2 if call is answer else 3)
    assert WorkItem.objects.count() == (1 if call is answer else 2)
