"""Work types: drafted, published, copied; a published version never changes."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tests import factories
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, TypeField, TypeLine, WorkType, WorkTypeVersion
from work.services import items, types

TEXT = {"key": "a", "label": "A", "kind": "text"}
LINE = {"key": "a", "text": "A?", "kind": "pass_fail"}


def codes(caught) -> list[str]:
    return [reason.code for reason in caught.value.reasons]


@pytest.fixture
def kind(world) -> WorkType:
    return types.create_type(
        actor=world.site_admin, at=world.at, site_id=world.site.pk, code="INS", name="Inspection"
    )


@pytest.fixture
def draft(world, kind) -> WorkTypeVersion:
    return types.create_draft(actor=world.site_admin, at=world.at, type_id=kind.pk)


def write(world, version, **parts) -> WorkTypeVersion:
    return types.write_draft(actor=world.site_admin, at=world.at, version_id=version.pk, **parts)


def publish(world, version) -> WorkTypeVersion:
    return types.publish(actor=world.site_admin, at=world.at, version_id=version.pk)


def test_a_draft_says_what_it_is_given(world, draft):
    write(
        world,
        draft,
        settings={"four_eyes": True, "due_days": 14, "accept_role": "quality"},
        fields=[
            {"key": "mode", "label": "Mode", "kind": "choice", "choices": ["leak", "wear"]},
            {"key": "order", "label": "Order", "kind": "text", "required_at": "plan"},
        ],
        stages=[{"key": "loading", "label": "Loading", "status": "live"}],
        criteria=[{"key": "ok", "text": "It works", "quality": True}],
        lines=[
            {"key": "bar", "text": "Pressure", "kind": "reading", "low": "2,5", "high": 4},
            {"key": "safe", "text": "Safe?", "kind": "pass_fail", "hold_point": True},
        ],
    )

    version = WorkTypeVersion.objects.get(pk=draft.pk)
    assert (version.four_eyes, version.due_days, version.accept_role) == (True, 14, "quality")
    fields = version.fields.values_list("key", "position", "required_at", "filterable")
    assert list(fields) == [("mode", 0, "", False), ("order", 1, "plan", False)]
    lines = version.lines.values_list("key", "low", "high", "hold_point")
    assert list(lines) == [
        ("bar", Decimal("2.5"), Decimal(4), False),
        ("safe", None, None, True),
    ]
    assert version.criteria.get().quality
    assert version.stages.get().label == "Loading"


def test_a_part_that_is_given_replaces_that_part_alone(world, draft):
    write(world, draft, criteria=[{"key": "ok", "text": "It works"}])
    write(world, draft, lines=[{"key": "a", "text": "A?", "kind": "pass_fail"}])
    write(world, draft, lines=[{"key": "b", "text": "B?", "kind": "pass_fail"}])

    assert list(draft.lines.values_list("key", flat=True)) == ["b"]
    assert list(draft.criteria.values_list("key", flat=True)) == ["ok"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"fields": [{"key": "a", "label": "A", "kind": "text"}] * 2},
            ["key_twice"],
        ),
        ({"fields": [{"key": "A b", "label": "A", "kind": "text"}]}, ["key_unfit"]),
        ({"fields": [{"key": "a", "label": " ", "kind": "text"}]}, ["name_needed"]),
        ({"fields": [{"key": "a", "label": "A", "kind": "song"}]}, ["choice_not_known"]),
        ({"fields": [{"key": "a", "label": "A", "kind": "choice"}]}, ["choices_needed"]),
        (
            {"fields": [{"key": "a", "label": "A", "kind": "text", "required_at": "noon"}]},
            ["choice_not_known"],
        ),
        ({"stages": [{"key": "a", "label": "A", "status": "flying"}]}, ["choice_not_known"]),
        (
            {"criteria": [{"key": "a", "text": "A", "needed_at": "start"}]},
            ["choice_not_known"],
        ),
        (
            {"lines": [{"key": "a", "text": "A", "kind": "reading", "low": 3, "high": 2}]},
            ["limits_crossed"],
        ),
        (
            {"lines": [{"key": "a", "text": "A", "kind": "reading", "low": "warm"}]},
            ["limit_unfit"],
        ),
        (
            {"lines": [{"key": "a", "text": "A", "kind": "text", "low": 1}]},
            ["limits_of_readings_only"],
        ),
        ({"fields": [TEXT | {"label": "A\nB"}]}, ["text_unfit"]),
        ({"fields": [TEXT | {"label": "A\u202eB", "unit": "\x07"}]}, ["text_unfit"] * 2),
        ({"fields": [TEXT | {"label": "\u200b"}]}, ["text_unfit"]),
        ({"fields": [TEXT | {"kind": "choice", "choices": ["a", "b", "a"]}]}, ["choices_unfit"]),
        ({"fields": [TEXT | {"kind": "choice", "choices": ["a", " b"]}]}, ["choices_unfit"]),
        ({"fields": [TEXT | {"kind": "choice", "choices": ["a", ""]}]}, ["choices_unfit"]),
        ({"fields": [TEXT | {"kind": "choice", "choices": ["a", "b" * 121]}]}, ["choices_unfit"]),
        ({"fields": [TEXT | {"choices": list(map(str, range(201)))}]}, ["rows_too_many"]),
        ({"fields": [TEXT | {"key": f"f{n}"} for n in range(201)]}, ["rows_too_many"]),
        ({"lines": [LINE | {"key": f"l{n}"} for n in range(501)]}, ["rows_too_many"]),
        ({"settings": {"sample_percent": 101}}, ["choice_not_known"]),
        ({"settings": {"four_eyes": "yes"}}, ["choice_not_known"]),
        ({"settings": {"accept_role": "auditor"}}, ["choice_not_known"]),
        ({"settings": {"accept_role": "contractor"}}, ["choice_not_known"]),
        (
            {
                "lines": [
                    {"key": "", "text": "", "kind": "x"},
                    {"key": "b", "text": "x" * 251, "kind": "text"},
                ]
            },
            ["key_unfit", "name_needed", "choice_not_known", "name_too_long"],
        ),
    ],
)
def test_a_draft_is_refused_with_every_fault(world, draft, parts, expected):
    write(world, draft, lines=[{"key": "kept", "text": "Kept?", "kind": "pass_fail"}])

    with pytest.raises(Refused) as caught:
        write(world, draft, **parts)

    assert codes(caught) == expected
    assert list(draft.lines.values_list("key", flat=True)) == ["kept"]


def test_as_much_as_a_version_may_say_is_kept(world, draft):
    write(
        world,
        draft,
        fields=[TEXT | {"key": f"f{n}"} for n in range(200)],
        lines=[LINE | {"key": f"l{n}"} for n in range(500)],
        criteria=[{"key": "ok", "text": "It works"}],
    )
    version = publish(world, draft)
    item = factories.planned_item(world, type_id=version.type_id)
    assert (version.fields.count(), item.lines.count()) == (200, 500)


def test_a_limit_is_kept_as_it_is_said_again(world, draft):
    line = LINE | {"kind": "reading", "low": "1.00006", "high": "1e3"}
    write(world, draft, lines=[line])
    assert (draft.lines.get().low, draft.lines.get().high) == (Decimal("1.0001"), Decimal(1000))


def test_new_work_is_of_the_newest_published_version(world, kind, draft):
    given = {"actor": world.operator, "site_id": world.site.pk, "place_id": world.l3.pk}
    with pytest.raises(Refused) as caught:
        items.request(at=world.at, type_id=kind.pk, what="Look", **given)
    assert codes(caught) == ["type_unknown"]

    published = publish(world, draft)
    first = items.request(at=world.at, type_id=kind.pk, what="Look", **given)
    second_version = types.copy_version(
        actor=world.site_admin, at=world.at, version_id=published.pk
    )
    second = items.request(at=world.at, type_id=kind.pk, what="Look", **given)
    publish(world, second_version)
    third = items.request(at=world.at, type_id=kind.pk, what="Look", **given)

    assert [item.type_version.number for item in (first, second, third)] == [1, 1, 2]
    first.refresh_from_db()
    assert first.type_version == published
    event = Event.objects.filter(verb="published").last()
    assert event.data == {"type": kind.pk, "number": 2}


def test_a_published_version_never_changes(world, draft):
    write(world, draft, lines=[{"key": "a", "text": "A?", "kind": "pass_fail"}])
    version = publish(world, draft)

    with pytest.raises(Refused) as written:
        write(world, version, lines=[])
    with pytest.raises(Refused) as again:
        publish(world, version)
    assert [codes(written), codes(again)] == [["version_published"]] * 2
    for change in (
        lambda: WorkTypeVersion.objects.filter(pk=version.pk).update(four_eyes=True),
        lambda: TypeLine.objects.filter(version=version).update(text="B?"),
        lambda: TypeLine.objects.filter(version=version).delete(),
        lambda: TypeField.objects.create(version=version, key="x", label="X", kind="text"),
    ):
        with pytest.raises(DatabaseError, match="never changes|Cannot"), transaction.atomic():
            change()


def test_a_copy_says_what_its_source_says(world, draft):
    write(
        world,
        draft,
        settings={"takes_out": True, "stop_minutes": 5},
        fields=[{"key": "mode", "label": "Mode", "kind": "text"}],
        lines=[{"key": "a", "text": "A?", "kind": "reading", "unit": "bar", "high": 4}],
    )
    copy = types.copy_version(
        actor=world.site_admin, at=world.at, version_id=publish(world, draft).pk
    )

    assert (copy.number, copy.published_at, copy.takes_out, copy.stop_minutes) == (2, None, True, 5)
    assert copy.fields.get().key == "mode"
    assert (copy.lines.get().unit, copy.lines.get().high) == ("bar", Decimal(4))
    assert TypeLine.objects.filter(key="a").count() == 2
    with pytest.raises(Refused) as caught:
        types.copy_version(actor=world.site_admin, at=world.at, version_id=draft.pk)
    assert codes(caught) == ["draft_exists"]


def test_a_key_keeps_its_kind_over_versions(world, kind, draft):
    write(world, draft, fields=[{"key": "mode", "label": "Mode", "kind": "text"}])
    publish(world, draft)
    after = types.create_draft(actor=world.site_admin, at=world.at, type_id=kind.pk)

    with pytest.raises(Refused) as caught:
        write(world, after, fields=[{"key": "mode", "label": "Mode", "kind": "number"}])

    assert codes(caught) == ["field_kind_changed"]


def test_a_type_out_of_use_takes_no_new_work(world):
    types.change_type(actor=world.site_admin, at=world.at, type_id=world.mnt.pk, is_active=False)

    with pytest.raises(Refused) as caught:
        factories.requested_item(world)

    assert codes(caught) == ["type_unknown"]


def test_category_and_icon_are_short(world, kind):
    types.change_type(actor=None, at=world.at, type_id=kind.pk, category=" Checks ", icon="eye")
    kind.refresh_from_db()
    assert (kind.category, kind.icon) == ("Checks", "eye")
    for name in ("category", "icon"):
        with pytest.raises(Refused) as caught:
            types.change_type(actor=None, at=world.at, type_id=kind.pk, **{name: "x" * 61})
        assert codes(caught) == ["name_too_long"]


def test_types_are_the_administrators_of_their_site(world, nrd, draft):
    with pytest.raises(Forbidden):
        types.publish(actor=world.planner, at=world.at, version_id=draft.pk)
    with pytest.raises(Unknown):
        types.publish(actor=nrd.admin, at=world.at, version_id=draft.pk)
    with pytest.raises(Refused) as caught:
        types.create_type(
            actor=world.site_admin, at=world.at, site_id=world.site.pk, code="MNT", name="Again"
        )
    assert codes(caught) == ["code_taken"]
