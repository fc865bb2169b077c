"""Evidence is added, struck with a word, never deleted; criteria are judged by name or proven."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import closed_item, live_item, planned_item, requested_item
from tests.work.outcomes import forbidden, refused, unknown
from work.models import Blob, Event
from work.services import proof


def attach(world, item, minutes=10, **given):
    given = {"actor": world.technician, "kind": "signature", "said": "Seen", **given}
    return proof.attach(at=world.t(minutes), item_id=item.pk, **given)


@pytest.fixture
def blob(db, world):
    return Blob.objects.create(
        sha256="a" * 64, size=3, content_type="text/plain", created_at=world.at
    )


def test_each_kind_has_its_content(world, blob):
    item = live_item(world)

    made = [
        attach(world, item, kind="file", blob=blob, name="report.txt"),
        attach(world, item, kind="photo", blob=blob),
        attach(world, item, kind="reading", value=Decimal("2.5"), unit="bar"),
        attach(world, item),
        attach(world, item, kind="record", record_key="supporting.ticket", record_id=7),
    ]

    assert [each.kind for each in item.evidence.all()] == [
        "file",
        "photo",
        "reading",
        "signature",
        "record",
    ]
    assert all(each.stands and each.by == world.technician for each in made)
    item.refresh_from_db()
    assert item.version == 3
    assert Event.objects.filter(item=item, verb="evidence").count() == 5


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "file"},
        {"kind": "photo"},
        {"kind": "reading"},
        {"kind": "signature", "said": "  "},
        {"kind": "record", "record_key": "x"},
        {"kind": "rumour"},
    ],
)
def test_without_content_it_is_none(world, given):
    item = live_item(world)

    with refused(item, "evidence_empty"):
        attach(world, item, **given)


def test_where_it_belongs_and_who_may(world, nrd):
    item, other = live_item(world), live_item(world)
    criterion = other.criteria.get()

    with unknown(item):
        attach(world, item, criterion_id=criterion.pk)
    with forbidden(item, "role_or_executor_needed"):
        attach(world, item, actor=world.planner)
    with unknown(item):
        attach(world, item, actor=nrd.supervisor)
    for ended in (requested_item(world), closed_item(world)):
        with refused(ended, "not_from"):
            attach(world, ended, actor=world.supervisor)
    planned = planned_item(world)
    assert attach(world, planned).stands


def test_struck_it_stays_to_be_seen(world):
    item = live_item(world)
    evidence = attach(world, item)
    with refused(item, "reason_needed"):
        proof.strike(actor=world.technician, at=world.t(11), evidence_id=evidence.pk, word=" ")

    evidence = proof.strike(
        actor=world.technician, at=world.t(11), evidence_id=evidence.pk, word="Other pump"
    )

    assert (evidence.struck_at, evidence.struck_by, evidence.strike_note.text) == (
        world.t(11),
        world.technician,
        "Other pump",
    )
    assert (item.evidence.count(), evidence.stands) == (1, False)
    with refused(item, "evidence_struck"):
        proof.strike(actor=world.technician, at=world.t(12), evidence_id=evidence.pk, word="Again")


def test_nothing_is_struck_of_a_closed_item(world):
    kind = factories.work_type(
        world.site, criteria=[{"key": "photo", "text": "Seen", "evidence": True}]
    )
    item = closed_item(world, type_id=kind.pk)

    with refused(item, "not_from"):
        proof.strike(
            actor=world.supervisor,
            at=world.t(12),
            evidence_id=item.evidence.get().pk,
            word="Late",
        )


def test_judged_by_name_on_duty(world):
    kind = factories.work_type(
        world.site,
        criteria=[
            {"key": "photo", "text": "Seen", "evidence": True},
            {"key": "tidy", "text": "Tidy"},
        ],
    )
    item = live_item(world, type_id=kind.pk)
    photo, tidy = item.criteria.all()

    def judge(criterion, word="Looked", actor=None):
        return proof.judge(
            actor=actor or world.shift_lead,
            at=world.t(9),
            criterion_id=criterion.pk,
            word=word,
        )

    with refused(item, "criterion_needs_evidence"):
        judge(photo)
    with refused(item, "reason_needed"):
        judge(tidy, " ")
    with forbidden(item, "role_needed"):
        judge(tidy, actor=world.technician)
    assert judge(tidy).judged_by == world.shift_lead
    planned = planned_item(world, type_id=kind.pk)
    with refused(planned, "not_from"):
        judge(planned.criteria.get(key="tidy"))


def test_an_own_criterion_is_added_and_withdrawn(world):
    item = planned_item(world)

    def add(text="No leak", actor=None):
        return proof.add_criterion(
            actor=actor or world.planner, at=world.t(5), item_id=item.pk, text=text
        )

    def withdraw(criterion, reason="Agreed"):
        return proof.withdraw_criterion(
            actor=world.planner, at=world.t(6), criterion_id=criterion.pk, reason=reason
        )

    with refused(item, "text_needed"):
        add(" ")
    with forbidden(item, "role_needed"):
        add(actor=world.technician)
    criterion = add()
    with refused(item, "criterion_of_type"):
        withdraw(item.criteria.get(key="ok"))
    with refused(item, "reason_needed"):
        withdraw(criterion, " ")
    assert withdraw(criterion).withdrawn_at == world.t(6)
    with unknown(item):
        withdraw(criterion)
    closed = closed_item(world)
    with refused(closed, "not_from"):
        proof.add_criterion(actor=world.planner, at=world.t(7), item_id=closed.pk, text="Late wish")


def test_sent_twice(world):
    item, act = live_item(world), uuid4()
    first, again = attach(world, item, act=act), attach(world, item, act=act)

    assert first.pk == again.pk
    assert item.evidence.count() == 1
