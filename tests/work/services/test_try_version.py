"""A draft tried on real work: what it would be asked, with nothing written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import done_item, live_item, planned_item, requested_item
from tests.work.everything import nothing_written
from work.exceptions import Forbidden, Unknown
from work.models import WorkType, WorkTypeVersion
from work.permissions import scope
from work.services import checklist, execution, proof, requirements, types, versions
from work.states import Status, Verb

GUARD = {"key": "guard", "text": "Guard on?", "kind": "pass_fail"}
OIL = {"key": "oil", "text": "Oil level", "kind": "reading", "unit": "mm", "low": 10, "high": 40}


@pytest.fixture
def kind(world) -> WorkType:
    return factories.work_type(
        world.site,
        "INS",
        fields=[
            {"key": "mode", "label": "Mode", "kind": "choice", "choices": ["leak", "wear"]},
            {"key": "order", "label": "Order", "kind": "text"},
        ],
        stages=[
            {"key": "strip", "label": "Stripping", "status": "live"},
            {"key": "build", "label": "Building", "status": "live"},
        ],
        criteria=[{"key": "ok", "text": "It works"}, {"key": "tidy", "text": "Tidy"}],
        lines=[GUARD, OIL],
    )


def draft_of(world, kind, **parts) -> WorkTypeVersion:
    """A draft that says what the last version says, but for the parts that are given."""
    newest = kind.versions.order_by("-number").first()
    draft = types.copy_version(actor=world.site_admin, at=world.at, version_id=newest.pk)
    return types.write_draft(actor=world.site_admin, at=world.at, version_id=draft.pk, **parts)


def tried(world, version, item, minutes=5, who=None) -> versions.Trial:
    at = world.t(minutes)
    with nothing_written():
        return versions.try_version(
            scope(who or world.site_admin, at), version_id=version.pk, item_id=item.pk, at=at
        )


def fates(parts) -> list[tuple[str, str]]:
    return [(part.key, str(part.fate)) for part in parts]


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


def test_what_work_in_progress_would_be_asked(world, kind):
    item = live_item(world, type_id=kind.pk, values={"mode": "wear", "order": "4711"})
    execution.stage(actor=world.technician, at=world.t(1), item_id=item.pk, stage="build")
    for line, given in zip(item.lines.all(), ({"answer": "pass"}, {"value": "38"}), strict=True):
        checklist.answer(actor=world.technician, at=world.t(1), line_id=line.pk, **given)
    proof.add_criterion(actor=world.planner, at=world.t(1), item_id=item.pk, text="No drip")
    draft = draft_of(
        world,
        kind,
        fields=[
            {"key": "mode", "label": "Mode", "kind": "choice", "choices": ["leak", "crack"]},
            {"key": "cause", "label": "Cause", "kind": "text", "required_at": "start"},
            {"key": "hours", "label": "Hours", "kind": "number", "required_at": "complete"},
        ],
        stages=[{"key": "build", "label": "Building up", "status": "live"}],
        criteria=[{"key": "ok", "text": "It runs ten minutes", "evidence": True}],
        lines=[
            {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True},
            GUARD | {"text": "Guard on and locked?"},
            OIL | {"high": 35},
        ],
    )
    factories.rule(world.site, "iso", gate="hold_point", line_key="energy", type_id=kind.pk)

    trial = tried(world, draft, item)

    assert trial.values == {}
    assert [(each.code, each.params["key"]) for each in trial.dropped] == [
        ("field_invalid", "mode"),
        ("field_unknown", "order"),
    ]
    missing = trial.missing.items()
    assert {step: [each.params["key"] for each in found] for step, found in missing} == {
        "start": ["cause"],
        "complete": ["hours"],
    }
    assert (trial.stage, [each.label for each in trial.stages]) == ("build", ["Building up"])
    own = item.criteria.get(text="No drip").key
    assert fates(trial.criteria) == [("ok", "kept"), ("tidy", "withdrawn"), (own, "stays")]
    assert fates(trial.lines) == [("energy", "new"), ("guard", "kept"), ("oil", "again")]
    guard = trial.lines[1]
    assert (guard.text, guard.row.answer) == ("Guard on and locked?", "pass")
    held = [each for each in trial.requirements if each.gate == "hold_point"]
    assert [(each.line, each.mode, each.answer, each.holds) for each in held] == [
        ("energy", "enforce", "unmet", False)
    ]
    assert held[0].what.params == {"text": "Checked by HSE"}
    assert sorted(trial.refusals) == [Verb.COMPLETE, Verb.STOP, Verb.WAIT]
    assert trial.refusals[Verb.WAIT] == trial.refusals[Verb.STOP] == []
    complete = trial.refusals[Verb.COMPLETE]
    assert [(each.code, each.params.get("text", each.params.get("key"))) for each in complete] == [
        ("line_open", "Isolated?"),
        ("line_open", "Oil level"),
        ("field_missing", "cause"),
        ("field_missing", "hours"),
    ]
    assert [each.about for each in complete[:2]] == [None, None]
    assert not trial.four_eyes


def test_what_planned_work_would_be_asked_before_start(world, kind):
    rule = factories.rule(world.site, "hse", type_id=kind.pk)
    item = planned_item(world, type_id=kind.pk)
    row = item.prerequisites.get(rule=rule)
    draft = draft_of(
        world,
        kind,
        settings={"takes_out": True},
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "plan"}],
    )

    trial = tried(world, draft, item)
    assert codes(trial.refusals[Verb.START]) == ["requirement_unmet", "field_missing"]
    assert trial.refusals[Verb.START][0].about == ("prerequisite", row.pk)
    assert trial.four_eyes
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)
    trial = tried(world, draft, item)

    assert codes(trial.refusals[Verb.START]) == ["field_missing"]
    found = {(each.gate, each.supplier, each.answer, each.holds) for each in trial.requirements}
    assert ("start", "work.check", "met", True) in found


def test_the_first_draft_of_a_type_is_tried_on_work_of_another(world, kind):
    """Nothing of the old one counts, and the rules that name the new type are asked."""
    item = planned_item(world, type_id=kind.pk, values={"order": "4711", "mode": "leak"})
    new = types.create_type(
        actor=world.site_admin, at=world.at, site_id=world.site.pk, code="NEW", name="New"
    )
    draft = types.create_draft(actor=world.site_admin, at=world.at, type_id=new.pk)
    draft = types.write_draft(
        actor=world.site_admin,
        at=world.at,
        version_id=draft.pk,
        fields=[{"key": "order", "label": "Order", "kind": "number"}],
        criteria=[{"key": "ok", "text": "It works"}],
        lines=[GUARD],
    )
    for named, key in ((new, "of-new"), (kind, "of-old")):
        factories.rule(world.site, key, type_id=named.pk)

    trial = tried(world, draft, item)

    assert trial.values == {"order": 4711.0}
    assert [(each.code, each.params["key"]) for each in trial.dropped] == [
        ("field_unknown", "mode")
    ]
    assert fates(trial.criteria) == [("ok", "again"), ("tidy", "withdrawn")]
    assert fates(trial.lines) == [("guard", "again"), ("oil", "withdrawn")]
    asked = [each.rule_id for each in trial.requirements if each.rule_id]
    assert asked == [new.rules.get().pk]
    assert codes(trial.refusals[Verb.START]) == ["requirement_unmet"]


def test_work_to_accept_keeps_what_its_acceptance_looks_at(world):
    kind = factories.work_type(
        world.site, criteria=[{"key": "swab", "text": "Swab clean", "quality": True}]
    )
    item = done_item(world, type_id=kind.pk)
    draft = draft_of(world, kind, criteria=[{"key": "ok", "text": "It works"}])

    trial = tried(world, draft, item)

    assert fates(trial.criteria) == [("ok", "new"), ("swab", "stays")]
    assert [
        (each.code, each.params["text"], each.about) for each in trial.refusals[Verb.ACCEPT]
    ] == [
        ("criterion_open", "Swab clean", ("criterion", item.criteria.get().pk)),
        ("criterion_open", "It works", None),
    ]
    assert trial.four_eyes


@pytest.mark.parametrize(
    ("make", "verbs"),
    [
        (requested_item, [Verb.CANCEL, Verb.PLAN]),
        (factories.waiting_item, [Verb.CANCEL, Verb.RESUME, Verb.STOP]),
        (factories.closed_item, [Verb.REOPEN]),
    ],
)
def test_it_may_be_tried_in_any_status(world, kind, make, verbs):
    item = make(world, type_id=kind.pk)

    trial = tried(world, draft_of(world, kind, criteria=[]), item)

    assert sorted(trial.refusals) == verbs
    expected = {
        Status.REQUESTED: ["owner_needed", "criteria_needed"],
        Status.WAITING: ["blocker_open"],
        Status.CLOSED: [],
    }
    [first] = [verb for verb in verbs if verb in (Verb.PLAN, Verb.RESUME, Verb.REOPEN)]
    assert codes(trial.refusals[first]) == expected[item.status]


def test_it_is_tried_by_who_sets_the_site_up(world, nrd, kind):
    item, draft = planned_item(world, type_id=kind.pk), draft_of(world, kind)

    for who in (world.planner, world.hse, world.shift_lead):
        with pytest.raises(Forbidden):
            tried(world, draft, item, who=who)
    with pytest.raises(Unknown):
        tried(world, draft, item, who=nrd.admin)
    with pytest.raises(Unknown):
        tried(world, nrd.mnt.versions.get(), item)
    with pytest.raises(Unknown):
        versions.try_version(
            scope(world.site_admin, world.at), version_id=0, item_id=item.pk, at=world.at
        )


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, count):
    lines = [GUARD | {"key": f"line-{each}"} for each in range(count)]
    kind = factories.work_type(world.site, lines=lines)
    for each in range(count):
        factories.rule(world.site, f"rule-{each}", type_id=kind.pk)
    item = planned_item(world, type_id=kind.pk)
    draft = draft_of(world, kind)
    who = scope(world.site_admin, world.at)

    with CaptureQueriesContext(connection) as asked:
        versions.try_version(who, version_id=draft.pk, item_id=item.pk, at=world.at)

    assert len(asked) == 32  # 16 of them are the savepoints around what suppliers say
