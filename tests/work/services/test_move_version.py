"""Open work moved to a newer version of its type, one by one and in chunks."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import done_item, live_item, planned_item, requested_item, waiting_item
from tests.work.everything import nothing_written
from tests.work.outcomes import forbidden, left_unchanged, refused, stale, unknown
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Act, Event, WorkItem, WorkType, WorkTypeVersion
from work.permissions import scope
from work.services import (
    acceptance,
    blockers,
    checklist,
    clock,
    execution,
    items,
    proof,
    requirements,
    types,
    versions,
)
from work.services.versions import MOVED, REFUSED, THERE
from work.states import Status

GUARD = {"key": "guard", "text": "Guard on?", "kind": "pass_fail"}
OIL = {"key": "oil", "text": "Oil level", "kind": "reading", "unit": "mm", "low": 10, "high": 40}
OK = {"key": "ok", "text": "It works"}


@pytest.fixture
def kind(world) -> WorkType:
    return factories.work_type(
        world.site,
        "INS",
        fields=[{"key": "order", "label": "Order", "kind": "text"}],
        stages=[
            {"key": "strip", "label": "Stripping", "status": "live"},
            {"key": "build", "label": "Building", "status": "live"},
        ],
        criteria=[OK],
        lines=[GUARD, OIL],
    )


def newer(world, kind, *, publish=True, **parts) -> WorkTypeVersion:
    """What the last version says, but for the parts that are given."""
    newest = kind.versions.order_by("-number").first()
    draft = types.copy_version(actor=world.site_admin, at=world.at, version_id=newest.pk)
    types.write_draft(actor=world.site_admin, at=world.at, version_id=draft.pk, **parts)
    if publish:
        return types.publish(actor=world.site_admin, at=world.at, version_id=draft.pk)
    return draft


def move(world, item, version, minutes=5, actor=None, **given) -> WorkItem:
    return versions.move_to_version(
        actor=actor or world.site_admin,
        at=world.t(minutes),
        item_id=item.pk,
        version_id=version.pk,
        **given,
    )


def move_all(world, version, minutes=5, actor=None, **given) -> list[versions.Outcome]:
    return versions.move_open_items(
        actor=actor or world.site_admin, at=world.t(minutes), version_id=version.pk, **given
    )


def preview(world, version, who=None, **given) -> list[versions.Outcome]:
    reader = scope(who or world.site_admin, world.t(5))
    with nothing_written():
        return versions.preview_move(reader, version_id=version.pk, **given)


def answer(world, item, key, minutes=1, **given):
    line = item.lines.get(key=key, withdrawn_at=None)
    checklist.answer(actor=world.technician, at=world.t(minutes), line_id=line.pk, **given)
    return line


def standing(item, rows, *columns):
    return list(getattr(item, rows).filter(withdrawn_at=None).values_list(*columns))


def codes(told) -> list[str]:
    return [reason.code for reason in told.reasons]


def fresh(item) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


# --- what becomes of an item ------------------------------------------------------------------


def test_what_is_answered_stays_where_keys_are_equal(world, kind):
    item = live_item(world, type_id=kind.pk, values={"order": "4711"})
    answer(world, item, "guard", answer="pass")
    answer(world, item, "oil", value="38")
    ok = item.criteria.get()
    proof.judge(actor=world.shift_lead, at=world.t(2), criterion_id=ok.pk, word="Fine")
    own = proof.add_criterion(actor=world.planner, at=world.t(2), item_id=item.pk, text="No drip")
    before = fresh(item)
    guard, oil = item.lines.order_by("position")
    version = newer(
        world,
        kind,
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "complete"}],
        criteria=[OK | {"text": "It runs"}, {"key": "tidy", "text": "Tidy"}],
        lines=[
            {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True},
            GUARD | {"text": "Guard on and locked?"},
            OIL | {"high": 35},
        ],
    )

    [told] = preview(world, version)
    item = move(world, item, version)

    item.refresh_from_db()
    assert (item.type_version, item.version) == (version, before.version + 1)
    assert (item.status, item.values, item.stage) == (Status.LIVE, {}, "strip")
    assert standing(item, "lines", "key", "text", "answer", "position", "version") == [
        ("energy", "Isolated?", "", 0, 1),
        ("guard", "Guard on and locked?", "pass", 1, 3),
        ("oil", "Oil level", "", 2, 1),
    ]
    assert item.lines.get(key="guard").pk == guard.pk
    oil.refresh_from_db()
    assert (oil.answer, oil.high, oil.withdrawn_at) == ("pass", 40, world.t(5))
    judged = standing(item, "criteria", "key", "text", "judged_by")
    assert judged == [
        ("ok", "It runs", world.shift_lead.pk),
        ("tidy", "Tidy", None),
        (own.key, "No drip", None),
    ]
    event = Event.objects.get(item=item, verb="version")
    assert (event.actor, event.data) == (
        world.site_admin,
        {
            "from": before.type_version_id,
            "to": version.pk,
            "criteria": [],
            "lines": [oil.pk],
            "values": ["order"],
        },
    )
    assert (told.result, told.becomes) == (
        MOVED,
        {
            "values": ["order"],
            "criteria_new": ["tidy"],
            "lines_new": ["energy"],
            "lines_again": ["oil"],
        },
    )


@pytest.mark.parametrize(
    ("given", "change", "kept"),
    [
        ({"answer": "pass"}, {"text": "Guard locked?"}, True),
        ({"answer": "pass"}, {"na_allowed": True}, True),
        ({"answer": "pass"}, {"hold_point": True}, False),
        ({"answer": "pass"}, {"kind": "text"}, False),
        ({"answer": "fail"}, {"text": "Guard locked?"}, True),
        ({"answer": "could_not", "said": "Locked"}, {"text": "Guard locked?"}, True),
    ],
)
def test_an_answer_that_no_longer_says_what_is_asked_is_asked_anew(
    world, kind, given, change, kept
):
    item = live_item(world, type_id=kind.pk)
    answer(world, item, "guard", **given)

    move(world, item, newer(world, kind, lines=[GUARD | change]))

    [(said, text)] = standing(item, "lines", "answer", "text")
    assert said == (given["answer"] if kept else "")
    assert text == change.get("text", "Guard on?")


@pytest.mark.parametrize(
    ("line", "given", "change", "kept"),
    [
        (OIL, {"value": "38"}, {"high": 38}, True),
        (OIL, {"value": "38"}, {"high": 37}, False),
        (OIL, {"value": "38"}, {"unit": "cm"}, False),
        (OIL, {"value": "45"}, {"high": 50}, True),
        (
            {"key": "how", "text": "How?", "kind": "choice", "choices": ["dry", "wet"]},
            {"said": "wet"},
            {"choices": ["wet", "steam"]},
            True,
        ),
        (
            {"key": "how", "text": "How?", "kind": "choice", "choices": ["dry", "wet"]},
            {"said": "wet"},
            {"choices": ["dry", "steam"]},
            False,
        ),
        (GUARD | {"na_allowed": True}, {"answer": "not_applicable"}, {"na_allowed": False}, False),
    ],
)
def test_readings_and_choices_are_kept_within_what_is_asked(world, line, given, change, kept):
    kind = factories.work_type(world.site, lines=[line])
    item = live_item(world, type_id=kind.pk)
    answer(world, item, line["key"], **given)

    move(world, item, newer(world, kind, lines=[line | change]))

    [(said,)] = standing(item, "lines", "answer")
    assert bool(said) == kept


@pytest.mark.parametrize(
    ("stages", "left"),
    [
        ([{"key": "build", "label": "Building up", "status": "live"}], "build"),
        ([{"key": "build", "label": "Building", "status": "waiting"}], ""),
        ([{"key": "other", "label": "Other", "status": "live"}], ""),
    ],
)
def test_a_stage_stays_inside_its_status(world, kind, stages, left):
    item = live_item(world, type_id=kind.pk)
    execution.stage(actor=world.technician, at=world.t(1), item_id=item.pk, stage="build")

    move(world, item, newer(world, kind, stages=stages))

    assert fresh(item).stage == left
    event = Event.objects.filter(item=item, verb="stage").last()
    assert event.data == (
        {"from": "build", "to": ""} if not left else {"from": "strip", "to": left}
    )


def test_its_requirements_are_derived_anew(world, kind):
    """At a hold point that the version adds, and no more at one that it takes away."""
    held = {"text": "Sure?", "kind": "pass_fail", "hold_point": True}
    at_point = {"gate": "hold_point", "type_id": kind.pk}
    first = newer(world, kind, lines=[held | {"key": "gone"}])
    factories.rule(world.site, "gone", line_key="gone", **at_point)
    item = live_item(world, type_id=kind.pk)
    assert item.type_version == first
    was = item.prerequisites.get(gate="hold_point", withdrawn_at=None)

    second = newer(world, kind, lines=[held | {"key": "energy"}])
    factories.rule(world.site, "energy", line_key="energy", **at_point)
    move(world, item, second)

    row = item.prerequisites.get(gate="hold_point", withdrawn_at=None)
    assert (row.rule.key, row.line.key, row.answer) == ("energy", "energy", "unmet")
    was.refresh_from_db()
    assert was.withdrawn_at == world.t(5)
    with refused(item, "requirement_unmet"):
        checklist.answer(actor=world.technician, at=world.t(6), line_id=row.line_id, answer="pass")
    assert clock.reconcile(world.t(6)) == []


def test_requested_work_is_asked_when_it_is_planned(world, kind):
    item = requested_item(world, type_id=kind.pk)
    version = newer(world, kind, lines=[GUARD])

    [told] = preview(world, version)
    item = move(world, item, version)

    assert told.becomes == {}
    assert (item.lines.count(), item.criteria.count(), item.prerequisites.count()) == (0, 0, 0)
    item = items.plan(
        actor=world.planner, at=world.t(6), item_id=item.pk, owner_post_id=world.lead_post.pk
    )
    assert standing(item, "lines", "key") == [("guard",)]


def test_moved_work_goes_on_to_its_end(world, kind):
    item = waiting_item(world, type_id=kind.pk)
    version = newer(world, kind, lines=[GUARD])
    move(world, item, version)
    blocker = item.blockers.get()
    blockers.clear(actor=world.planner, at=world.t(6), blocker_id=blocker.pk, word="Here")
    execution.resume(actor=world.technician, at=world.t(7), item_id=item.pk)
    answer(world, item, "guard", minutes=8, answer="pass")
    execution.complete(actor=world.technician, at=world.t(9), item_id=item.pk)
    judged = {item.criteria.get().pk: "Fine"}
    item = acceptance.accept(actor=world.shift_lead, at=world.t(10), item_id=item.pk, judged=judged)
    assert (item.status, item.type_version) == (Status.CLOSED, version)


# --- what has begun ---------------------------------------------------------------------------


def test_what_has_begun_keeps_its_quality_criteria(world):
    kind = factories.work_type(
        world.site,
        criteria=[
            {"key": "swab", "text": "Swab clean", "quality": True},
            {"key": "seen", "text": "Seen", "quality": True, "evidence": True},
            {"key": "tidy", "text": "Tidy"},
        ],
    )
    made = {make: make(world, type_id=kind.pk) for make in (planned_item, live_item, done_item)}
    version = newer(world, kind, criteria=[{"key": "seen", "text": "Seen"}])

    found = move_all(world, version)

    assert [each.result for each in found] == [MOVED] * 3
    asked = {
        make: standing(item, "criteria", "key", "quality", "evidence")
        for make, item in made.items()
    }
    assert asked == {
        planned_item: [("seen", False, False)],
        live_item: [("swab", True, False), ("seen", True, True)],
        done_item: [("swab", True, False), ("seen", True, True)],
    }
    item = made[done_item]
    with refused(item, "criterion_open") as caught:
        acceptance.accept(actor=world.shift_lead, at=world.t(6), item_id=item.pk)
    assert caught.value.reasons[0].params == {"text": "Swab clean"}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ({"four_eyes": True}, {"four_eyes": False}, ["four_eyes_stays"]),
        ({"takes_out": True}, {"takes_out": False}, ["handback_stays"]),
        ({"sample_percent": 100}, {"sample_percent": 0}, ["four_eyes_stays"]),
        ({"four_eyes": True}, {"four_eyes": False, "sample_percent": 100}, []),
        ({"accept_role": "quality"}, {"accept_role": ""}, ["accepter_stays"]),
        ({"accept_role": ""}, {"accept_role": "quality"}, []),
        ({"four_eyes": False}, {"four_eyes": True, "takes_out": True}, []),
    ],
)
@pytest.mark.parametrize("make", [live_item, waiting_item, done_item])
def test_what_has_begun_is_accepted_as_it_began(world, make, first, second, codes):
    kind = factories.work_type(world.site, **first)
    item = make(world, type_id=kind.pk)
    version = newer(world, kind, settings=second)

    if codes:
        with refused(item, *codes):
            move(world, item, version)
    else:
        assert move(world, item, version).type_version == version


def test_what_has_not_begun_follows_the_version(world):
    kind = factories.work_type(world.site, four_eyes=True, accept_role="quality")
    item = planned_item(world, type_id=kind.pk)
    version = newer(world, kind, settings={"four_eyes": False, "accept_role": ""})

    assert move(world, item, version).type_version == version


def test_complete_work_is_not_asked_what_only_work_under_way_answers(world, kind):
    item = done_item(world, type_id=kind.pk)
    more = {"key": "lid", "text": "Lid on?", "kind": "pass_fail"}
    version = newer(world, kind, lines=[GUARD, OIL, more])

    with refused(item, "complete_asks_more") as caught:
        move(world, item, version)
    [reason] = caught.value.reasons
    assert (reason.params, reason.clears) == ({"lines": ["Lid on?"]}, ("role", "shift_lead"))

    acceptance.give_back(actor=world.shift_lead, at=world.t(6), item_id=item.pk, missing="The lid")
    assert move(world, item, version, 7).type_version == version


def test_a_failed_line_stays_until_it_is_said_what_becomes_of_it(world, kind):
    item = live_item(world, type_id=kind.pk)
    line = answer(world, item, "guard", answer="fail")

    move(world, item, newer(world, kind, lines=[OIL]))

    assert standing(item, "lines", "key", "answer") == [("guard", "fail"), ("oil", "")]
    with refused(item, "line_open", "line_undisposed"):
        execution.complete(actor=world.technician, at=world.t(6), item_id=item.pk)
    checklist.dispose(
        actor=world.technician,
        at=world.t(6),
        line_id=line.pk,
        disposition="put_right",
        word="Bent back",
    )
    move(world, item, newer(world, kind, lines=[OIL]), 7)
    assert standing(item, "lines", "key") == [("guard",), ("oil",)]


# --- who, and what refuses --------------------------------------------------------------------


def test_planned_work_keeps_a_criterion(world, kind):
    item, asked = planned_item(world, type_id=kind.pk), requested_item(world, type_id=kind.pk)
    version = newer(world, kind, criteria=[])

    with refused(item, "criteria_needed"):
        move(world, item, version)
    assert move(world, asked, version).type_version == version


def test_only_to_a_newer_published_version_of_its_type(world, kind):
    item = planned_item(world, type_id=kind.pk)
    first = item.type_version
    draft = newer(world, kind, publish=False)
    with refused(item, "version_not_published"):
        move(world, item, draft)
    with refused(item, "version_of_other_type"):
        move(world, item, world.mnt.versions.get())
    second = types.publish(actor=world.site_admin, at=world.at, version_id=draft.pk)
    move(world, item, second)
    with refused(item, "version_older"):
        move(world, item, first, 6)
    with left_unchanged(item):
        assert move(world, item, second, 6).version == fresh(item).version


def test_ended_work_stays_as_it_ended(world, kind):
    item = factories.closed_item(world, type_id=kind.pk)
    version = newer(world, kind)

    with refused(item, "not_from"):
        move(world, item, version)


def test_it_is_moved_by_who_sets_the_site_up(world, nrd, kind):
    item = planned_item(world, type_id=kind.pk)
    version = newer(world, kind)

    with forbidden(item, "role_needed"):
        move(world, item, version, actor=world.planner)
    with unknown(item):
        move(world, item, version, actor=nrd.admin)
    with unknown(item):
        move(world, item, nrd.mnt.versions.get())
    with stale(item):
        move(world, item, version, seen=item.version - 1)
    with forbidden(item, "role_needed"):
        move_all(world, version, actor=world.planner)
    with unknown(item):
        move_all(world, version, actor=nrd.admin)
    with pytest.raises(Forbidden):
        preview(world, version, who=world.planner)
    with pytest.raises(Unknown):
        preview(world, version, who=nrd.admin)


# --- many -------------------------------------------------------------------------------------


def test_each_item_has_its_result(world, nrd, kind):
    other = factories.planned_item(world)
    old = {
        "planned": planned_item(world, type_id=kind.pk),
        "done": done_item(world, type_id=kind.pk),
        "asked": requested_item(world, type_id=kind.pk),
        "closed": factories.closed_item(world, type_id=kind.pk),
    }
    version = newer(
        world, kind, lines=[GUARD, {"key": "lid", "text": "Lid on?", "kind": "pass_fail"}]
    )
    there = planned_item(world, type_id=kind.pk)
    foreign = items.request(
        actor=nrd.supervisor,
        at=world.at,
        site_id=nrd.site.pk,
        place_id=nrd.root.pk,
        type_id=nrd.mnt.pk,
        what="Theirs",
    )

    told = preview(world, version)
    found = move_all(world, version)

    expected = [
        (old["planned"].pk, MOVED, []),
        (old["done"].pk, REFUSED, ["complete_asks_more"]),
        (old["asked"].pk, MOVED, []),
        (there.pk, THERE, []),
    ]
    for each in (told, found):
        assert [
            (one.item_id, one.result, [r.code for r in one.reasons]) for one in each
        ] == expected
    assert told == found
    assert [fresh(item).type_version.number for item in old.values()] == [2, 1, 2, 1]
    ids = [other.pk, old["closed"].pk, foreign.pk, 0]
    named = {
        one.item_id: (one.number, codes(one)) for one in move_all(world, version, item_ids=ids)
    }
    assert named == {
        0: (0, ["unknown"]),
        other.pk: (other.number, ["version_of_other_type"]),
        old["closed"].pk: (old["closed"].number, ["not_from"]),
        foreign.pk: (0, ["unknown"]),
    }
    assert not Event.objects.filter(item=foreign, verb="version").exists()


def test_the_same_act_sent_again_goes_on_where_it_was_cut_off(world, kind, monkeypatch):
    monkeypatch.setattr(versions, "CHUNK", 2)
    made = [planned_item(world, type_id=kind.pk) for _ in range(5)]
    version, act = newer(world, kind, lines=[GUARD]), uuid.uuid4()
    whole, done = versions._move_chunk, []

    def cut_off(**given):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(whole(**given))
        return done[-1]

    monkeypatch.setattr(versions, "_move_chunk", cut_off)
    with pytest.raises(KeyboardInterrupt):
        move_all(world, version, act=act)
    assert [fresh(item).type_version.number for item in made] == [2, 2, 2, 2, 1]
    monkeypatch.setattr(versions, "_move_chunk", whole)

    found = move_all(world, version, minutes=6, act=act)

    assert [(one.item_id, one.result) for one in found] == [(item.pk, MOVED) for item in made]
    assert Event.objects.filter(verb="version").count() == 5
    again = move_all(world, version, minutes=7, act=act)
    assert again == found
    assert Act.objects.filter(door="versions._move_many").count() == 3
    assert {one.result for one in move_all(world, version, minutes=8)} == {THERE}
    assert Event.objects.filter(verb="version").count() == 5


def test_a_draft_is_previewed_and_not_moved_to(world, kind):
    item = planned_item(world, type_id=kind.pk)
    draft = newer(world, kind, publish=False, lines=[GUARD])

    [told] = preview(world, draft)

    assert (told.item_id, told.result, told.becomes) == (
        item.pk,
        MOVED,
        {"lines_withdrawn": ["oil"]},
    )
    with left_unchanged(item, "refused"), pytest.raises(Refused) as caught:
        move_all(world, draft)
    assert codes(caught.value) == ["version_not_published"]


def test_a_lapse_before_the_move_leaves_its_blocker(world, kind):
    """What time alone brought by then began at its own second, and not with the move."""
    factories.rule(world.site, "hse", at=world.at, starts=world.t(3), type_id=kind.pk)
    item = live_item(world, type_id=kind.pk)
    version = newer(world, kind)

    [told] = move_all(world, version)

    assert told.result == MOVED
    assert item.blockers.get(ended_at=None).since == world.t(3)


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, kind, count):
    factories.rule(world.site, "hse", type_id=kind.pk)
    for _ in range(count):
        planned_item(world, type_id=kind.pk)
    lines = [GUARD | {"text": "Guard locked?"}, OIL | {"key": "level"}]
    version = newer(world, kind, lines=lines)
    who = scope(world.site_admin, world.t(5))
    move_all(world, version, item_ids=[])

    with CaptureQueriesContext(connection) as looked:
        versions.preview_move(who, version_id=version.pk)
    with CaptureQueriesContext(connection) as asked:
        found = move_all(world, version)

    assert [one.result for one in found] == [MOVED] * count
    assert (len(looked), len(asked)) == (6, 36)


HELD = {"key": "hp", "text": "Seen", "kind": "pass_fail", "hold_point": True}
AFTER = {"key": "z", "text": "After", "kind": "pass_fail"}


def test_what_was_required_by_hand_at_a_line_that_goes_is_withdrawn(world):
    kind = factories.work_type(world.site, lines=[HELD, AFTER])
    item = live_item(world, type_id=kind.pk)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="hold_point",
        kind="permit",
        supplier="work.check",
        params={"role": "hse"},
        what="Ask HSE",
        line_id=item.lines.get(key="hp").pk,
    )
    version = newer(world, kind, lines=[AFTER])
    tried = versions.try_version(
        scope(world.site_admin, world.t(5)), version_id=version.pk, item_id=item.pk, at=world.t(5)
    )
    assert "Ask HSE" not in str(tried)

    move(world, item, version)

    row.refresh_from_db()
    assert row.withdrawn_at is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"four_eyes": True}, {"four_eyes": False}),
        ({"accept_role": "quality"}, {"accept_role": ""}),
    ],
)
def test_begun_and_stopped_work_keeps_who_accepts_it(world, first, second):
    criteria = [{"key": "swab", "text": "Swab", "quality": True}, {"key": "t", "text": "T"}]
    kind = factories.work_type(world.site, criteria=criteria, **first)
    item = live_item(world, type_id=kind.pk)
    execution.stop(actor=world.technician, at=world.t(2), item_id=item.pk, condition="Safe")
    version = newer(world, kind, settings=second, criteria=criteria[1:])

    with pytest.raises(Refused):
        move(world, item, version)

    assert standing(item, "criteria", "key") == [("swab",), ("t",)]
