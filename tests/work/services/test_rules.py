"""Rules: who may make them, their modes, and the open work they touch."""

from datetime import timedelta

import pytest

from tests import factories
from work.exceptions import Busy, Forbidden, Refused, Unknown
from work.models import Event, RequirementRule, WorkItem
from work.permissions import scope
from work.services import clock, execution, requirements, rules
from work.states import Gate, Mode, Status

CHECK = {
    "key": "hse",
    "what": "Checked by HSE",
    "supplier": "work.check",
    "params": {"role": "hse"},
    "kind": "decision",
    "gate": Gate.START,
}


def codes(caught) -> list[str]:
    return [reason.code for reason in caught.value.reasons]


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def create(world, actor=None, **given) -> RequirementRule:
    return rules.create_rule(actor=actor, at=world.at, site_id=world.site.pk, **(CHECK | given))


# --- who and what ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("decision", Mode.WATCH),
        ("document", Mode.WATCH),
        ("permit", Mode.ENFORCE),
        ("isolation", Mode.ENFORCE),
    ],
)
def test_a_rule_begins_in_watch_but_permits_and_isolations(world, kind, mode):
    assert create(world, actor=world.site_admin, kind=kind).mode == mode


def test_another_mode_is_not_the_administrators_to_give(world):
    with pytest.raises(Forbidden) as caught:
        create(world, actor=world.site_admin, mode=Mode.ENFORCE)
    with pytest.raises(Forbidden):
        create(world, actor=world.site_admin, kind="permit", mode=Mode.WATCH)

    assert caught.value.reasons[0].params == {"roles": ["hse"]}
    assert RequirementRule.objects.count() == 0


@pytest.mark.parametrize("who", ["supervisor", "hse", "planner", "permit_issuer"])
def test_rules_are_the_administrators(world, who):
    with pytest.raises(Forbidden):
        create(world, actor=getattr(world, who))


def test_the_mode_is_hse_s_alone(world, nrd):
    rule = create(world)
    given = {"at": world.at, "rule_id": rule.pk, "mode": Mode.ENFORCE}

    for who in (world.site_admin, world.supervisor):
        with pytest.raises(Forbidden):
            rules.set_mode(actor=who, **given)
    with pytest.raises(Unknown):
        rules.set_mode(actor=nrd.admin, **given)
    world.viewer.is_superuser = True
    with pytest.raises(Forbidden):
        rules.set_mode(actor=world.viewer, **given)

    assert rules.set_mode(actor=world.hse, **given).mode == Mode.ENFORCE


@pytest.mark.parametrize(
    ("was", "mode", "kind", "now"),
    [
        # Made enforced by the administrator, as what ships so: no other kind is, of his making.
        ("permit", "enforce", "document", "watch"),
        ("isolation", "warn", "document", "watch"),
        ("document", "watch", "permit", "enforce"),
        ("document", "warn", "isolation", "enforce"),
        # Kinds that begin alike keep the mode that HSE gave.
        ("permit", "watch", "isolation", "watch"),
        ("document", "enforce", "decision", "enforce"),
        ("permit", "watch", "document", "watch"),
    ],
)
def test_a_change_of_kind_gives_no_mode_that_is_hse_s_to_give(world, was, mode, kind, now):
    item = factories.planned_item(world)
    rule = create(world, actor=world.site_admin, kind=was)
    if rule.mode != mode:
        rules.set_mode(actor=world.hse, at=world.at, rule_id=rule.pk, mode=mode)
    turned = Event.objects.filter(verb="rule_mode").count()

    rules.change_rule(actor=world.site_admin, at=world.t(1), rule_id=rule.pk, kind=kind)

    rule.refresh_from_db()
    row = item.prerequisites.get(rule=rule, withdrawn_at=None)
    assert (rule.kind, rule.mode) == (kind, now)
    assert (row.kind, row.mode) == (kind, now)
    assert fresh(item).is_ready(world.t(1)) == (now != "enforce")
    changed = Event.objects.get(verb="changed", subject_id=rule.pk)
    assert changed.data == {"fields": ["kind", "mode"] if now != mode else ["kind"]}
    events = Event.objects.filter(verb="rule_mode").order_by("pk")[turned:]
    assert [each.data for each in events] == (
        [{"place": None, "from": mode, "to": now}] if now != mode else []
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"key": ""}, "key_unfit"),
        ({"what": " "}, "name_needed"),
        ({"supplier": "nobody.knows"}, "supplier_missing"),
        ({"kind": "weather"}, "choice_not_known"),
        ({"gate": "door"}, "choice_not_known"),
        ({"gate": Gate.HOLD_POINT}, "rule_hold_point_line"),
        ({"line_key": "energy"}, "rule_hold_point_line"),
        ({"gate": Gate.HOLD_POINT, "line_key": "energy"}, "rule_line_unknown"),
        ({"gate": Gate.HOLD_POINT, "line_key": "e\x00"}, "rule_line_unknown"),
        ({"key": "a\x00"}, "key_unfit"),
        ({"key": "a" * 61}, "key_unfit"),
        ({"params": {}}, "rule_check_role"),
        ({"waivable_by": "king"}, "choice_not_known"),
        ({"waivable_by": "viewer"}, "choice_not_known"),
        ({"waivable_by": "contractor"}, "choice_not_known"),
        ({"lead": timedelta(hours=-1)}, "lead_negative"),
        ({"gate": Gate.CLOSE, "one_time": True}, "one_time_at_start_only"),
        ({"type_id": 0}, "type_unknown"),
        ({"place_id": 0}, "place_unknown"),
        ({"asset_class_id": 0}, "asset_class_unknown"),
    ],
)
def test_a_rule_is_refused(world, given, code):
    with pytest.raises(Refused) as caught:
        create(world, **given)

    assert codes(caught) == [code]


def test_what_was_required_until_now_was_required(world):
    made = create(world)
    who = scope(world.site_admin, world.t(5))
    for act in (
        lambda: rules.change_rule(actor=None, at=world.t(5), rule_id=made.pk, ends=world.t(4)),
        lambda: rules.touches(who, at=world.t(5), rule_id=made.pk, ends=world.t(4)),
        lambda: create(world, key="b", starts=world.t(-9), ends=world.t(-8)),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert codes(caught) == ["ends_in_the_past"]
    assert rules.change_rule(actor=None, at=world.t(5), rule_id=made.pk, ends=world.t(6)).ends


def test_a_rule_of_another_site_s_place_is_refused(world, nrd):
    with pytest.raises(Refused) as caught:
        create(world, place_id=nrd.root.pk)

    assert codes(caught) == ["place_unknown"]


def test_a_key_is_used_once(world):
    create(world)

    for key in ("hse", " hse "):
        with pytest.raises(Refused) as caught:
            create(world, key=key)
        assert codes(caught) == ["code_taken"]


def test_a_hold_point_is_one_of_the_type_that_the_rule_is_about(world):
    line = {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}
    plain = line | {"key": "plain", "hold_point": False}
    kind = factories.work_type(world.site, "ISO", lines=[line, plain])
    at_line = {"gate": Gate.HOLD_POINT, "line_key": "energy"}

    assert create(world, type_id=kind.pk, **at_line).line_key == "energy"
    assert create(world, key="all", **at_line).type is None
    for given in ({"type_id": world.mnt.pk}, {"line_key": "plain"}):
        with pytest.raises(Refused) as caught:
            create(world, key="other", **(at_line | given))
        assert codes(caught) == ["rule_line_unknown"]


# --- what it touches ---------------------------------------------------------------------------


def test_an_enforced_rule_reaches_open_items(world):
    planned, requested = factories.planned_item(world), factories.requested_item(world)
    closed = factories.closed_item(world)

    create(world, mode=Mode.ENFORCE)

    assert not fresh(planned).is_ready(world.at)
    assert fresh(planned).unmet_start == 1
    assert not requested.prerequisites.exists()
    assert not closed.prerequisites.filter(rule__isnull=False).exists()


def test_a_rule_in_watch_is_answered_and_stops_nothing(world):
    item = factories.planned_item(world)

    create(world)

    row = fresh(item).prerequisites.get(rule__isnull=False)
    assert (row.mode, row.answer) == ("watch", "unmet")
    assert fresh(item).is_ready(world.at)
    execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    event = Event.objects.get(verb="would_have_stopped")
    assert event.data == {"gate": "start", "prerequisites": [row.pk]}


def test_enforcing_a_rule_stops_what_is_live(world):
    item = factories.live_item(world)
    rule = create(world)

    rules.set_mode(actor=world.hse, at=world.t(5), rule_id=rule.pk, mode=Mode.ENFORCE)

    blocker = fresh(item).blockers.get(ended_at=None)
    assert (fresh(item).status, blocker.kind) == (Status.LIVE, "decision")
    assert fresh(item).is_blocked(world.t(5))
    event = Event.objects.get(verb="rule_mode")
    assert (event.data["from"], event.data["to"], event.actor) == ("watch", "enforce", world.hse)


def test_a_rule_may_be_stricter_at_a_place(world):
    here, there = factories.planned_item(world), factories.planned_item(world, place_id=world.l4.pk)
    rule = create(world)

    rules.set_mode(
        actor=world.hse, at=world.t(1), rule_id=rule.pk, mode="enforce", place_id=world.l3.pk
    )
    assert (fresh(here).is_ready(world.t(1)), fresh(there).is_ready(world.t(1))) == (False, True)

    rules.end_mode(actor=world.hse, at=world.t(2), rule_id=rule.pk, place_id=world.l3.pk)
    assert fresh(here).is_ready(world.t(2))
    with pytest.raises(Refused) as caught:
        rules.end_mode(actor=world.hse, at=world.t(3), rule_id=rule.pk, place_id=world.l3.pk)
    assert codes(caught) == ["mode_not_set_here"]


def test_a_changed_rule_leaves_what_it_no_longer_reaches(world):
    here, there = factories.planned_item(world), factories.planned_item(world, place_id=world.l4.pk)
    rule = create(world, mode=Mode.ENFORCE, place_id=world.l3.pk)
    assert (fresh(here).unmet_start, fresh(there).unmet_start) == (1, 0)

    rules.change_rule(actor=world.site_admin, at=world.t(1), rule_id=rule.pk, place_id=world.l4.pk)

    assert (fresh(here).unmet_start, fresh(there).unmet_start) == (0, 1)
    assert Event.objects.get(verb="changed").data == {"fields": ["place_id"]}


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ({}, ["crit", "plain", "pump"]),
        ({"safety_critical_only": True}, ["crit"]),
        ({"place": "process"}, ["pump"]),
        ({"asset_class": True}, ["pump"]),
    ],
)
def test_touched_are_the_items_that_a_rule_reaches(world, reach, expected):
    made = {
        "plain": factories.planned_item(world),
        "crit": factories.planned_item(world, safety_critical=True),
        "pump": factories.planned_item(
            world,
            place_id=world.p301.pk,
            asset_ids=[world.pump.pk],
            plan={"executor_ids": [world.second_technician.pk]},
        ),
    }
    reach = dict(reach)
    if place := reach.pop("place", ""):
        reach["place_id"] = getattr(world, place).pk
    if reach.pop("asset_class", False):
        reach["asset_class_id"] = world.pump.asset_class_id

    rule = create(world, mode=Mode.ENFORCE, **reach)

    touched = rules.touched(rule)
    assert sorted(name for name, item in made.items() if item.pk in touched) == expected
    standing = {name for name, item in made.items() if fresh(item).unmet_start}
    assert sorted(standing) == expected


def test_an_ended_rule_requires_nothing_more(world):
    item = factories.planned_item(world)
    rule = create(world, mode=Mode.ENFORCE)

    rules.end_rule(actor=world.site_admin, at=world.t(1), rule_id=rule.pk)

    assert fresh(item).is_ready(world.t(1))
    assert item.prerequisites.get(rule=rule).withdrawn_at == world.t(1)
    with pytest.raises(Refused) as again:
        rules.end_rule(actor=world.site_admin, at=world.t(2), rule_id=rule.pk)
    assert codes(again) == ["rule_ended"]


def test_a_rule_that_begins_later_is_applied_when_it_has_begun(world):
    item = factories.planned_item(world)
    create(world, mode=Mode.ENFORCE, starts=world.t(60))
    assert fresh(item).is_ready(world.at)

    assert rules.apply_begun(since=world.at, at=world.t(59)) == 0
    assert rules.apply_begun(since=world.t(59), at=world.t(60)) == 1

    assert not fresh(item).is_ready(world.t(60))


def test_a_rule_that_has_not_begun_is_called_off_and_never_in_force(world):
    item = factories.planned_item(world, plan={"planned_start": world.t(10)})
    rule = create(world, mode=Mode.ENFORCE, starts=world.t(60))
    assert (fresh(item).ready_until, fresh(item).blocked_from) == (world.t(60), world.t(60))

    with pytest.raises(Refused) as caught:
        rules.end_rule(actor=None, at=world.t(1), rule_id=rule.pk, ends=world.t(0))
    assert codes(caught) == ["ends_in_the_past"]
    ended = rules.end_rule(actor=world.site_admin, at=world.t(1), rule_id=rule.pk)

    assert ended.starts == ended.ends == world.t(1)
    event = Event.objects.get(verb="rule_ended")
    assert event.data == {
        "ends": world.t(1).isoformat(),
        "withdrawn": world.t(60).isoformat(),
    }
    assert (fresh(item).ready_until, fresh(item).blocked_from) == (None, None)
    for minute in (60, 61):
        rules.apply_begun(since=world.t(minute - 1), at=world.t(minute))
        assert clock.settle_due(world.t(minute)) == 0
    assert not item.prerequisites.filter(rule=rule).exists()
    with pytest.raises(Refused) as again:
        rules.end_rule(actor=None, at=world.t(2), rule_id=rule.pk)
    assert codes(again) == ["rule_ended"]


def test_what_was_cut_off_before_it_reached_its_work_is_gone_on_with(world, monkeypatch):
    """The rule stands and enforces; whoever set it was killed before open work was told."""
    item = factories.live_item(world)
    made = create(world, mode=Mode.WATCH)

    def killed(**given):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(rules, "apply_rule", killed)
        with pytest.raises(KeyboardInterrupt):
            rules.set_mode(actor=world.hse, at=world.t(5), rule_id=made.pk, mode=Mode.ENFORCE)
    assert not fresh(item).blockers.exists()

    assert rules.apply_begun(since=world.t(5), at=world.t(6)) == 0
    assert rules.apply_begun(since=world.t(4), at=world.t(5)) == 1

    assert fresh(item).blockers.get(ended_at=None).prerequisite.rule == made


def test_a_rule_that_stands_is_not_said_to_be_refused_where_its_work_is_busy(world, monkeypatch):
    item = factories.planned_item(world)

    def busy(**given):
        raise Busy

    with monkeypatch.context() as held:
        held.setattr(rules, "apply_rule", busy)
        made = create(world, mode=Mode.ENFORCE)
    assert not item.prerequisites.filter(rule=made).exists()
    assert rules.apply_begun(since=world.t(-1), at=world.at) == 1
    assert item.prerequisites.get(rule=made).answer == "unmet"


@pytest.mark.parametrize(
    "given",
    [
        {"gate": Gate.CLOSE, "mode": Mode.ENFORCE},
        {"gate": Gate.COMPLETE, "mode": Mode.ENFORCE},
        {"mode": Mode.WARN},
        {"mode": Mode.WATCH},
    ],
)
def test_what_turns_nothing_by_the_clock_stands_all_the_same_before_its_gate_asks(world, given):
    """The page says what will be missing, or warns; an enforced rule of the start needs no task."""
    item = factories.planned_item(world)
    made = create(world, starts=world.t(60), **given)

    assert clock.settle_due(world.t(61)) == 0
    assert not item.prerequisites.filter(rule=made).exists()
    assert rules.apply_begun(since=world.t(59), at=world.t(61)) == 1

    row = item.prerequisites.get(rule=made)
    assert (row.answer, row.withdrawn_at, row.mode) == ("unmet", None, given["mode"])
    assert fresh(item).is_ready(world.t(61))


def test_a_rule_that_ended_is_taken_away_by_the_clock(world):
    item = factories.planned_item(world)
    made = create(world, mode=Mode.WATCH, gate=Gate.CLOSE, ends=world.t(60))

    assert rules.apply_begun(since=world.t(59), at=world.t(61)) == 0
    assert clock.settle_due(world.t(61)) == 1

    assert item.prerequisites.get(rule=made).withdrawn_at == world.t(61)


def test_applying_again_changes_nothing(world):
    item = factories.planned_item(world)
    rule = create(world, mode=Mode.ENFORCE)
    before, events = fresh(item), Event.objects.count()

    assert rules.apply_rule(rule_id=rule.pk, at=world.t(1)) == 1

    after = fresh(item)
    assert (after.unmet_start, after.version) == (before.unmet_start, before.version)
    assert Event.objects.count() == events


def test_a_rule_is_applied_in_chunks(world, monkeypatch):
    monkeypatch.setattr("work.services._chunks.CHUNK", 2)
    made = [factories.planned_item(world) for _ in range(3)]

    rule = create(world, mode=Mode.ENFORCE)

    assert [fresh(item).unmet_start for item in made] == [1, 1, 1]
    assert rules.apply_rule(rule_id=rule.pk, at=world.t(1)) == 3


def test_nobody_waits_for_more_than_some_of_the_work_and_the_rest_follows(world, monkeypatch):
    monkeypatch.setattr(rules, "AT_ONCE", 2)
    planned = [factories.planned_item(world) for _ in range(2)]
    live = factories.live_item(world)

    rule = create(world, mode=Mode.ENFORCE)

    assert [fresh(item).unmet_start for item in (live, *planned)] == [1, 1, 0]
    assert rules.apply_begun(since=world.t(-1), at=world.at) == 3
    assert [fresh(item).unmet_start for item in (live, *planned)] == [1, 1, 1]
    assert set(rules.touched(rule)[:1]) == {live.pk}


def test_the_check_that_a_rule_asks_clears_the_start(world):
    item = factories.planned_item(world)
    create(world, mode=Mode.ENFORCE)
    row = fresh(item).prerequisites.get(rule__isnull=False)

    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)

    assert fresh(item).is_ready(world.t(1))
