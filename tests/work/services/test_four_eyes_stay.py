"""What asks for a second person, or for other work first, is not taken off once it is complete."""

import pytest

from tests import factories
from tests.factories import live_item, planned_item, requested_item
from tests.supporting import services as tickets
from tests.work.outcomes import refused
from tests.work.verbs import MOVING, judged
from work.models import Criterion
from work.services import acceptance, execution, items, proof, requirements, rules
from work.states import BlockerKind, Status


def edit(world, item, minutes=20, **given):
    return items.edit(actor=world.supervisor, at=world.t(minutes), item_id=item.pk, **given)


def accept(world, item, minutes=30, by=None):
    return acceptance.accept(
        actor=by or world.supervisor,
        at=world.t(minutes),
        item_id=item.pk,
        judged=judged(item),
    )


def completed(world, item):
    """By the supervisor, who may accept it too."""
    return execution.complete(actor=world.supervisor, at=world.t(9), item_id=item.pk)


def give_back(world, item, minutes):
    return MOVING["give_back"](world, world.shift_lead, item, world.t(minutes))


# --- safety-critical ---------------------------------------------------------------------------


def test_complete_it_stays_safety_critical(world):
    item = completed(world, live_item(world, safety_critical=True))

    with refused(item, "safety_critical_stays"):
        edit(world, item, safety_critical=False, what="Another word")
    with refused(item, "four_eyes"):
        accept(world, item)
    assert accept(world, item, by=world.shift_lead).status == Status.CLOSED


def test_complete_it_may_become_safety_critical(world):
    item = completed(world, live_item(world))

    item = edit(world, item, safety_critical=True)

    assert item.safety_critical
    with refused(item, "four_eyes"):
        accept(world, item)


def test_begun_it_stays_safety_critical_also_when_it_is_returned(world):
    item = MOVING["stop"](
        world, world.shift_lead, live_item(world, safety_critical=True), world.t(9)
    )
    item = MOVING["return"](world, world.shift_lead, item, world.t(10))

    with refused(item, "safety_critical_stays"):
        edit(world, item, safety_critical=False)


@pytest.mark.parametrize("verb", ["wait", "stop", "give_back"])
def test_begun_it_stays_safety_critical_whatever_came_of_it(world, verb):
    item = live_item(world, safety_critical=True)
    with refused(item, "safety_critical_stays"):
        edit(world, item, 9, safety_critical=False)
    item = completed(world, item) if verb == "give_back" else item
    item = MOVING[verb](world, world.shift_lead, item, world.t(15))

    with refused(item, "safety_critical_stays"):
        edit(world, item, safety_critical=False)


def test_before_it_is_begun_and_reopened_it_may_be_changed(world):
    item = planned_item(world, safety_critical=True)
    assert not edit(world, item, 1, safety_critical=False).safety_critical

    item = completed(world, live_item(world, safety_critical=True))
    item = accept(world, item, by=world.shift_lead)
    item = MOVING["reopen"](world, world.shift_lead, item, world.t(40))
    assert not edit(world, item, 41, safety_critical=False).safety_critical


# --- a criterion of quality --------------------------------------------------------------------


def add(world, item, text, quality) -> Criterion:
    return proof.add_criterion(
        actor=world.supervisor, at=world.t(5), item_id=item.pk, text=text, quality=quality
    )


def withdraw(world, criterion, minutes=20) -> Criterion:
    return proof.withdraw_criterion(
        actor=world.supervisor, at=world.t(minutes), criterion_id=criterion.pk, reason="No more"
    )


def test_complete_a_criterion_of_quality_stays(world):
    item = live_item(world)
    fine, plain = add(world, item, "Within 0.1 mm", True), add(world, item, "Tidy", False)
    item = completed(world, item)

    with refused(item, "quality_criterion_stays"):
        withdraw(world, fine)
    assert withdraw(world, plain).withdrawn_at == world.t(20)
    with refused(item, "four_eyes"):
        accept(world, item)


@pytest.mark.parametrize("verb", ["", "wait", "stop", "give_back"])
def test_begun_a_criterion_of_quality_stays_whatever_came_of_it(world, verb):
    item = live_item(world)
    fine = add(world, item, "Within 0.1 mm", True)
    item = completed(world, item) if verb == "give_back" else item
    if verb:
        item = MOVING[verb](world, world.shift_lead, item, world.t(15))

    with refused(item, "quality_criterion_stays"):
        withdraw(world, fine)


def test_before_it_is_begun_and_reopened_it_may_be_withdrawn(world):
    item = planned_item(world)
    assert withdraw(world, add(world, item, "Within 0.1 mm", True)).withdrawn_at == world.t(20)

    item = live_item(world)
    fine = add(world, item, "Within 0.1 mm", True)
    item = accept(world, completed(world, item), by=world.shift_lead)
    MOVING["reopen"](world, world.shift_lead, item, world.t(40))
    assert withdraw(world, fine, 41).withdrawn_at == world.t(41)


# --- mandatory children ------------------------------------------------------------------------


@pytest.fixture
def family(world):
    """A parent in progress, its mandatory child that nobody has planned, and another parent."""
    parent = live_item(world)
    return (
        parent,
        requested_item(world, parent_id=parent.pk, mandatory=True),
        planned_item(world),
    )


def ways_out(other):
    return [
        {"mandatory": False},
        {"parent_id": None},
        {"parent_id": other.pk},
        {"parent_id": None, "mandatory": False},
    ]


def test_what_a_complete_parent_waits_for_stays_so(world, family):
    parent, child, other = family
    parent = completed(world, parent)

    for given in ways_out(other):
        with refused(child, "mandatory_stays") as caught:
            edit(world, child, **given)
        [reason] = caught.value.reasons
        assert (reason.params, reason.about) == ({"number": parent.number}, ("item", parent.pk))
        with refused(child, "mandatory_stays"):
            items.plan(
                actor=world.planner,
                at=world.t(20),
                item_id=child.pk,
                owner_post_id=world.lead_post.pk,
                **given,
            )
    with refused(parent, "child_open"):
        accept(world, parent)
    # Anything else of it may be changed.
    assert edit(world, child, what="Another word", mandatory=True).what == "Another word"


@pytest.mark.parametrize("way", range(4))
def test_before_it_is_complete_it_may_be_let_go(world, family, way):
    parent, child, other = family
    edit(world, child, 5, **ways_out(other)[way])

    parent = completed(world, parent)

    assert accept(world, parent, by=world.shift_lead).status == Status.CLOSED


def test_no_open_child_becomes_mandatory_to_closed_work(world, family):
    parent, child, _other = family
    edit(world, child, 5, mandatory=False)
    parent = accept(world, completed(world, parent), by=world.shift_lead)
    child.refresh_from_db()

    with refused(child, "parent_ended") as caught:
        edit(world, child, 40, mandatory=True)
    assert caught.value.reasons[0].about == ("item", parent.pk)

    MOVING["reopen"](world, world.shift_lead, parent, world.t(50))
    assert edit(world, child, 51, mandatory=True).mandatory


def test_a_reopened_child_of_closed_work_stays_mandatory(world, family):
    parent, free, other = family
    edit(world, free, 5, mandatory=False)
    child = factories.closed_item(world, parent_id=parent.pk, mandatory=True)
    accept(world, completed(world, parent), by=world.shift_lead)
    child = MOVING["reopen"](world, world.shift_lead, child, world.t(40))

    for given in ways_out(other):
        with refused(child, "mandatory_stays"):
            edit(world, child, 41, **given)


def test_a_cancelled_parent_waits_for_nothing(world):
    parent = planned_item(world)
    child = requested_item(world, parent_id=parent.pk, mandatory=True)
    MOVING["cancel"](world, world.planner, parent, world.t(5))

    child = edit(world, child, mandatory=False)
    assert (child.parent, child.mandatory) == (parent, False)
    with refused(child, "parent_ended"):
        edit(world, child, 21, mandatory=True)


# --- had a permit or an isolation ---------------------------------------------------------------


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("kind", [BlockerKind.PERMIT, BlockerKind.ISOLATION])
def test_a_permit_that_a_named_check_answers_asks_for_another(world, kind, ended):
    rule = factories.rule(world.site, "clean", kind=kind)
    item = planned_item(world)
    row = item.prerequisites.get(rule=rule)
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)
    item = execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    if ended:
        rules.end_rule(actor=None, at=world.t(3), rule_id=rule.pk)
        row.refresh_from_db()
        assert row.withdrawn_at == world.t(3)
    item = completed(world, item)

    with refused(item, "four_eyes"):
        accept(world, item)
    assert accept(world, item, by=world.shift_lead).status == Status.CLOSED


@pytest.mark.parametrize("when", ["planned", "done"])
@pytest.mark.parametrize("kind", [BlockerKind.PERMIT, BlockerKind.ISOLATION])
def test_a_rule_that_is_no_permit_any_more_takes_nobody_off_what_had_one(world, kind, when):
    rule = factories.rule(world.site, "clean", kind=kind)
    item = planned_item(world)
    row = item.prerequisites.get(rule=rule)
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)
    if when == "planned":
        rules.change_rule(actor=None, at=world.t(1), rule_id=rule.pk, kind="document")
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    item = completed(world, item)
    if when == "done":
        rules.change_rule(actor=None, at=world.t(10), rule_id=rule.pk, kind="document")
    row.refresh_from_db()
    assert (row.kind, row.mode) == ("document", "watch")

    with refused(item, "four_eyes"):
        accept(world, item)
    assert accept(world, item, by=world.shift_lead).status == Status.CLOSED


def test_a_rule_that_asks_a_named_check_instead_of_a_ticket_takes_nobody_off(world):
    rule = factories.rule(world.site, "gas", supplier="supporting.ticket", kind="other")
    item = requested_item(world)
    ticket = tickets.open_ticket(actor=None, at=world.t(1), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk)
    item = items.plan(
        actor=world.planner,
        at=world.t(2),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )
    execution.start(actor=world.technician, at=world.t(3), item_id=item.pk)
    item = completed(world, item)
    rules.change_rule(
        actor=None,
        at=world.t(10),
        rule_id=rule.pk,
        supplier="work.check",
        params={"role": "quality"},
    )

    with refused(item, "four_eyes"):
        accept(world, item)


def test_a_rule_that_was_a_permit_asks_for_nobody_else_on_later_work(world):
    rule = factories.rule(world.site, "clean", kind=BlockerKind.PERMIT)
    rules.change_rule(actor=None, at=world.at, rule_id=rule.pk, kind="document")
    item = live_item(world, at=world.t(1))

    assert accept(world, completed(world, item)).status == Status.CLOSED


def test_another_kind_of_check_asks_for_nobody_else(world):
    rule = factories.rule(world.site, "clean", kind=BlockerKind.DOCUMENT)
    item = planned_item(world)
    row = item.prerequisites.get(rule=rule)
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    assert accept(world, completed(world, item)).status == Status.CLOSED


# --- another type ------------------------------------------------------------------------------


def as_another(world, item, kind, minutes=25):
    """Stopped, returned and planned as work of another type."""
    execution.stop(
        actor=world.technician, at=world.t(minutes - 2), item_id=item.pk, condition="Safe"
    )
    items.return_(
        actor=world.planner, at=world.t(minutes - 1), item_id=item.pk, reason="Another type"
    )
    return items.plan(actor=world.planner, at=world.t(minutes), item_id=item.pk, type_id=kind.pk)


def test_begun_a_criterion_of_quality_stays_though_it_becomes_another_type(world):
    asked = {"key": "ok", "text": "Seen by quality", "quality": True}
    strict = factories.work_type(world.site, "STRICT", criteria=[asked])
    other = factories.work_type(
        world.site, "OTHER", criteria=[{"key": "ok", "text": "Shown", "evidence": False}]
    )
    item = live_item(world, type_id=strict.pk)
    mine = item.criteria.get()

    item = as_another(world, item, other)

    standing = item.criteria.filter(withdrawn_at=None).order_by("pk")
    assert list(standing.values_list("key", "text", "quality")) == [
        (f"kept:{mine.pk}", "Seen by quality", True),
        ("ok", "Shown", False),
    ]
    with refused(item, "criterion_of_type"):
        proof.withdraw_criterion(
            actor=world.planner, at=world.t(26), criterion_id=mine.pk, reason="Not needed"
        )
    execution.start(actor=world.technician, at=world.t(27), item_id=item.pk)
    execution.complete(actor=world.supervisor, at=world.t(28), item_id=item.pk)
    with refused(item, "four_eyes"):
        accept(world, item)


@pytest.mark.parametrize(
    ("asks", "code"),
    [
        ({"four_eyes": True}, "four_eyes_stays"),
        ({"takes_out": True}, "handback_stays"),
        ({"accept_role": "quality"}, "accepter_stays"),
    ],
)
def test_begun_it_becomes_no_type_whose_acceptance_asks_less(world, asks, code):
    strict = factories.work_type(world.site, "STRICT", **asks)
    item = live_item(world, type_id=strict.pk)
    execution.stop(actor=world.technician, at=world.t(20), item_id=item.pk, condition="Safe")
    items.return_(actor=world.planner, at=world.t(21), item_id=item.pk, reason="Another type")

    with refused(item, code):
        items.plan(actor=world.planner, at=world.t(22), item_id=item.pk, type_id=world.mnt.pk)

    item.refresh_from_db()
    assert item.type_id == strict.pk


def test_not_begun_it_becomes_any_type(world):
    strict = factories.work_type(
        world.site,
        "STRICT",
        four_eyes=True,
        criteria=[{"key": "ok", "text": "Seen", "quality": True}],
    )
    item = planned_item(world, type_id=strict.pk)
    items.return_(actor=world.planner, at=world.t(21), item_id=item.pk, reason="Another type")

    item = items.plan(actor=world.planner, at=world.t(22), item_id=item.pk, type_id=world.mnt.pk)

    assert not item.criteria.filter(withdrawn_at=None, quality=True).exists()
