"""What the database itself refuses, also to SQL that goes past the services."""

import pytest
from django.db import Error, connection, transaction
from django.db.models import F

from tests import factories
from tests.supporting import services as tickets
from tests.supporting.models import Ticket
from tests.work.outcomes import snapshot
from work.models import (
    Acceptance,
    Act,
    Blocker,
    BlockerPromise,
    Criterion,
    Event,
    Evidence,
    Hold,
    NamedCheck,
    Note,
    Prerequisite,
    TypeCriterion,
    TypeField,
    WorkItem,
    WorkTypeVersion,
)
from work.services import blockers, holds, requirements, types
from work.states import Status


def refused(change, match: str) -> None:
    """The change fails, at once or when the deferred guards are asked."""

    def committed() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            change()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(Error, match=match):
        committed()


def row(item):
    return WorkItem.objects.filter(pk=item.pk)


def test_a_blocked_item_is_not_closed(world):
    item = factories.done_item(world)
    blockers.raise_(
        actor=world.operator, at=world.t(1), item_id=item.pk, kind="other", what="Noise"
    )
    closed = {"status": Status.CLOSED, "closed_at": world.t(2)}
    before = snapshot(item)

    refused(lambda: row(item).update(**closed), "work_item_closed_unblocked")

    # also when the overlay is written away with it, and somebody accepted
    def with_acceptance():
        Acceptance.objects.create(item=item, kind="person", by=world.shift_lead, at=world.t(2))
        row(item).update(**closed, open_blockers=0)

    refused(with_acceptance, "a blocked item cannot be closed")
    assert snapshot(item) == before


def test_closed_only_with_a_standing_acceptance(world):
    item = factories.done_item(world)
    closed = {"status": Status.CLOSED, "closed_at": world.t(2)}

    refused(lambda: row(item).update(**closed), "an item is closed by acceptance")

    def struck():
        Acceptance.objects.create(
            item=item,
            kind="person",
            by=world.shift_lead,
            at=world.t(2),
            struck_at=world.t(3),
            struck_by=world.shift_lead,
        )
        row(item).update(**closed)

    refused(struck, "an item is closed by acceptance")

    def inserted():
        WorkItem.objects.create(
            site=world.site,
            number=999,
            type=item.type,
            type_version=item.type_version,
            what="Sneaked in",
            place=item.place,
            status=Status.CLOSED,
            requested_at=world.at,
            closed_at=world.at,
        )

    refused(inserted, "an item is closed by acceptance")


@pytest.mark.parametrize(
    "make",
    [factories.planned_item, factories.live_item, factories.waiting_item, factories.done_item],
)
def test_open_work_past_requested_has_one_owner(world, make):
    item = make(world)

    refused(lambda: row(item).update(owner_post=None), "work_item_owned")
    refused(lambda: row(item).update(owner_user=world.operator), "work_item_one_owner")


def test_requested_work_is_not_put_under_way_without_an_owner(world):
    item = factories.requested_item(world)

    refused(lambda: row(item).update(status=Status.LIVE, started_at=world.t(1)), "work_item_owned")


@pytest.mark.parametrize(
    ("make", "cleared"),
    [
        (factories.live_item, "started_at"),
        (factories.waiting_item, "condition_left"),
        (factories.done_item, "done_at"),
        (factories.done_item, "completed_by"),
        (factories.closed_item, "closed_at"),
    ],
)
def test_each_status_has_its_time(world, make, cleared):
    item = make(world)

    refused(lambda: row(item).update(**{cleared: None}), "work_item_times")


def test_numbers_parents_and_plans(world):
    item, other = factories.planned_item(world), factories.planned_item(world)

    refused(lambda: row(item).update(number=other.number), "work_item_number")
    refused(lambda: row(item).update(parent=F("id")), "work_item_not_its_parent")
    refused(
        lambda: row(item).update(planned_start=world.t(2), planned_end=world.t(1)),
        "work_item_planned_order",
    )


def _history(world):
    """One row of each append-only sort."""
    factories.rule(world.site, "gas")
    item = factories.waiting_item
    planned = factories.planned_item(world)
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=planned.prerequisites.get(rule__key="gas").pk,
        passed=True,
    )
    world.site.rules.update(ends=world.t(2))
    waiting = item(world, at=world.t(3))
    blockers.promise(
        actor=world.planner,
        at=world.t(4),
        blocker_id=waiting.blockers.get().pk,
        expected=world.t(9),
    )


APPEND_ONLY = [Event, Note, Act, BlockerPromise, NamedCheck]


def test_history_is_not_changed_or_deleted(world):
    _history(world)

    for model in APPEND_ONLY:
        assert model.objects.exists(), model
        key = model._meta.pk.attname
        refused(lambda model=model, key=key: model.objects.update(**{key: F(key)}), "pgtrigger")
        refused(lambda model=model: model.objects.all()._raw_delete("default"), "pgtrigger")


def test_what_proves_or_holds_is_never_deleted(world):
    kind = factories.work_type(
        world.site,
        criteria=[{"key": "photo", "text": "Seen", "evidence": True}],
        lines=[{"key": "it", "text": "So?", "kind": "pass_fail"}],
    )
    item = factories.closed_item(world, type_id=kind.pk)
    other = factories.waiting_item(world, asset_ids=[world.pump.pk])
    holds.place(
        actor=world.shift_lead,
        at=world.t(1),
        item_id=other.pk,
        kind="use",
        asset_id=world.pump.pk,
    )
    for model in (Prerequisite, Blocker, Evidence, Acceptance, Hold, type(item.lines.get())):
        assert model.objects.exists(), model
        refused(lambda model=model: model.objects.all()._raw_delete("default"), "pgtrigger")
    refused(lambda: row(other)._raw_delete("default"), "pgtrigger")
    assert Criterion.objects.exists()


def test_a_published_version_never_changes(world):
    version = world.mnt.versions.get()
    of = {"version": version, "key": "new"}

    refused(
        lambda: WorkTypeVersion.objects.filter(pk=version.pk).update(four_eyes=True),
        "pgtrigger",
    )
    refused(
        lambda: WorkTypeVersion.objects.filter(pk=version.pk).update(published_at=None),
        "pgtrigger",
    )
    refused(lambda: TypeCriterion.objects.filter(version=version).update(text="Else"), "never")
    refused(lambda: TypeCriterion.objects.filter(version=version).delete(), "never")
    refused(lambda: TypeField.objects.create(label="New", kind="text", **of), "never")


def test_a_row_does_not_leave_a_published_version_for_a_draft(world):
    draft = types.copy_version(actor=None, at=world.at, version_id=world.mnt.versions.get().pk)

    refused(
        lambda: TypeCriterion.objects.filter(version__published_at__isnull=False).update(
            version=draft, key="stolen"
        ),
        "never",
    )


def test_a_supporting_record_is_withdrawn_not_deleted(world):
    tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk)

    refused(lambda: Ticket.objects.all()._raw_delete("default"), "pgtrigger")


def test_one_open_blocker_a_requirement_and_one_standing_acceptance(world):
    item = factories.closed_item(world)
    prerequisite = item.prerequisites.first()
    blocker = {
        "site": world.site,
        "item": item,
        "prerequisite": prerequisite,
        "kind": "other",
        "since": world.t(1),
        "recorded_at": world.t(1),
    }

    def twice():
        for _ in range(2):
            Blocker.objects.create(**blocker)

    refused(twice, "work_blocker_one_open")
    refused(
        lambda: Acceptance.objects.create(item=item, kind="source", at=world.t(1)),
        "work_acceptance_one",
    )
    refused(
        lambda: Blocker.objects.create(**{**blocker, "prerequisite": None}),
        "work_blocker_manual_by_name",
    )
    refused(
        lambda: Blocker.objects.create(**blocker, ended_at=world.t(0), end_cause="met"),
        "work_blocker_interval",
    )
