"""A type of work copied, exported to a file and imported from one."""

import json
from datetime import timedelta

import pytest

from tests import factories
from tests.work.everything import nothing_written
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event, RequirementRule, WorkType, WorkTypeVersion
from work.permissions import scope
from work.services import rules, type_files, types
from work.services.type_files import PartChange

WHOLE = {
    "settings": {"four_eyes": True, "due_days": 14, "accept_role": "quality", "stop_minutes": 5},
    "fields": [
        {"key": "mode", "label": "Wijze", "kind": "choice", "choices": ["lek", "slijtage"]},
        {"key": "bar", "label": "Druk é", "kind": "number", "unit": "bar", "required_at": "start",
         "filterable": True, "column": True},
    ],
    "stages": [{"key": "loading", "label": "Loading", "status": "live"}],
    "criteria": [
        {"key": "ok", "text": "It works", "quality": True},
        {"key": "seen", "text": "Seen", "evidence": True, "needed_at": "complete"},
    ],
    "lines": [
        {"key": "safe", "text": "Safe?", "kind": "pass_fail", "hold_point": True},
        {"key": "oil", "text": "Oil", "kind": "reading", "unit": "mm", "low": "2.5", "high": "40",
         "na_allowed": True},
    ],
}  # fmt: skip


@pytest.fixture
def kind(world) -> WorkType:
    made = types.create_type(
        actor=world.site_admin,
        at=world.at,
        site_id=world.site.pk,
        code="INS",
        name="Inspection",
        category="Checks",
        icon="search",
    )
    draft = types.create_draft(actor=world.site_admin, at=world.at, type_id=made.pk)
    types.write_draft(actor=world.site_admin, at=world.at, version_id=draft.pk, **WHOLE)
    types.publish(actor=world.site_admin, at=world.at, version_id=draft.pk)
    return made


@pytest.fixture
def ruled(world, kind) -> WorkType:
    factories.rule(
        world.site,
        "iso",
        type_id=kind.pk,
        gate="hold_point",
        line_key="safe",
        lead=timedelta(hours=2),
        waivable_by="hse",
        asset_class_id=world.pump.asset_class_id,
    )
    factories.rule(world.site, "all")
    ended = factories.rule(world.site, "ended", type_id=kind.pk)
    rules.end_rule(actor=world.site_admin, at=world.at, rule_id=ended.pk)
    return kind


def newest(kind) -> WorkTypeVersion:
    return kind.versions.order_by("-number").first()


def export(world, version, who=None, **given) -> str:
    who = scope(who or world.site_admin, world.t(1))
    return type_files.export(who, version_id=version.pk, at=world.t(1), **given)


def bring(world, data, site=None, actor=None, **given) -> WorkTypeVersion:
    return type_files.import_type(
        actor=actor or world.site_admin,
        at=world.t(2),
        site_id=(site or world.site).pk,
        data=data if isinstance(data, bytes) else data.encode(),
        **given,
    )


def preview(world, data, site=None, who=None, **given) -> type_files.ImportNote:
    reader = scope(who or world.site_admin, world.t(2))
    data = data if isinstance(data, bytes) else data.encode()
    with nothing_written():
        return type_files.preview(reader, site_id=(site or world.site).pk, data=data, **given)


def told(faults) -> list[tuple[str, str]]:
    """Of each fault where it is and what it is."""
    return [
        (each.params["path"], each.params["reason"]["code"])
        if each.code == "in_file"
        else ("", each.code)
        for each in faults
    ]


def document(**changes) -> dict:
    whole = {
        "format": "vinkey.work-type",
        "version": 1,
        "type": {"code": "NEW", "name": "New"},
        "criteria": [{"key": "ok", "text": "It works"}],
    }
    return whole | changes


# --- copy -------------------------------------------------------------------------------------


def test_a_copied_type_begins_as_a_draft_with_everything(world, ruled):
    made = types.copy_type(
        actor=world.site_admin,
        at=world.t(1),
        version_id=newest(ruled).pk,
        code="INS2",
        name="Second inspection",
    )

    assert (made.number, made.published_at) == (1, None)
    of = (made.type.code, made.type.name, made.type.category, made.type.icon)
    assert of == ("INS2", "Second inspection", "Checks", "search")
    was, now = (json.loads(export(world, each)) for each in (newest(ruled), made))
    assert was | {"type": now["type"]} == now
    assert not made.type.rules.exists()
    with pytest.raises(Refused) as caught:
        types.copy_type(
            actor=world.site_admin, at=world.at, version_id=made.pk, code="INS", name="Again"
        )
    assert [each.code for each in caught.value.reasons] == ["code_taken"]
    with pytest.raises(Forbidden):
        types.copy_type(
            actor=world.planner, at=world.at, version_id=made.pk, code="INS3", name="Third"
        )


# --- export -----------------------------------------------------------------------------------


def test_what_a_file_says(world, ruled):
    text = export(world, newest(ruled), with_rules=True)

    found = json.loads(text)
    assert list(found) == [
        "format", "version", "type", "settings", "fields", "stages", "criteria", "lines", "rules",
    ]  # fmt: skip
    assert (found["format"], found["version"]) == ("vinkey.work-type", 1)
    assert found["type"] == {
        "code": "INS", "name": "Inspection", "category": "Checks", "icon": "search",
    }  # fmt: skip
    assert found["settings"] == {
        "accept_role": "quality", "four_eyes": True, "sample_percent": 0, "takes_out": False,
        "on_it_now": False, "default_priority": "3", "due_days": 14, "stop_minutes": 5,
    }  # fmt: skip
    assert found["fields"][1] == {
        "key": "bar", "label": "Druk é", "kind": "number", "choices": [], "unit": "bar",
        "required_at": "start", "filterable": True, "column": True,
    }  # fmt: skip
    assert found["lines"][1] == {
        "key": "oil", "text": "Oil", "kind": "reading", "unit": "mm", "low": "2.5", "high": "40",
        "choices": [], "hold_point": False, "na_allowed": True,
    }  # fmt: skip
    assert found["rules"] == [
        {
            "key": "iso", "what": "Checked by HSE", "supplier": "work.check",
            "params": {"role": "hse"}, "kind": "decision", "gate": "hold_point",
            "line_key": "safe", "place": "", "asset_class": "pump",
            "safety_critical_only": False, "one_time": False, "lead": 7200, "waivable_by": "hse",
        }
    ]  # fmt: skip
    assert "Druk é" in text
    assert "rules" not in json.loads(export(world, newest(ruled)))


def test_it_is_exported_by_who_sets_the_site_up(world, nrd, kind):
    with pytest.raises(Forbidden):
        export(world, newest(kind), who=world.planner)
    with pytest.raises(Unknown):
        export(world, newest(kind), who=nrd.admin)


# --- there and back ---------------------------------------------------------------------------


def test_a_file_goes_to_another_site_and_back_as_it_was(world, nrd, ruled):
    factories.asset_class(nrd.site, "pump")
    text = export(world, newest(ruled), with_rules=True)

    told = preview(world, text, nrd.site, who=nrd.admin)
    draft = bring(world, text, nrd.site, actor=nrd.admin, with_rules=True)

    assert (told.type_id, told.against, told.faults) == (None, None, ())
    assert told.rules_new == {"iso": "watch"}
    assert told.parts["lines"] == PartChange(new=("safe", "oil"))
    assert (draft.type.site, draft.number, draft.published_at) == (nrd.site, 1, None)
    assert export(world, draft, who=nrd.admin, with_rules=True) == text
    rule = RequirementRule.objects.get(site=nrd.site)
    assert (rule.mode, rule.type, rule.starts, rule.ends) == ("watch", draft.type, world.t(2), None)
    event = Event.objects.get(verb="imported")
    assert (event.subject_id, event.data, event.actor) == (
        draft.pk,
        {"rules": [rule.pk]},
        nrd.admin,
    )


def test_rules_are_made_only_where_they_are_asked_for(world, nrd, ruled):
    factories.asset_class(nrd.site, "pump")
    text = export(world, newest(ruled), with_rules=True)

    bring(world, text, nrd.site, actor=nrd.admin)

    assert not RequirementRule.objects.filter(site=nrd.site).exists()


def test_a_site_without_what_the_rules_name_takes_the_type_without_them(world, nrd, ruled):
    text = export(world, newest(ruled), with_rules=True)
    asked = {"who": nrd.admin, "with_rules": True}
    assert told(preview(world, text, nrd.site, **asked).faults) == [
        ("rules[0]", "asset_class_unknown")
    ]
    assert preview(world, text, nrd.site, who=nrd.admin).faults == ()

    draft = bring(world, text, nrd.site, actor=nrd.admin)

    assert draft.lines.count() == 2
    assert not RequirementRule.objects.filter(site=nrd.site).exists()


def test_an_import_of_what_is_there_changes_nothing(world, ruled):
    text = export(world, newest(ruled), with_rules=True)

    told = preview(world, text)

    assert (told.type_id, told.against, told.draft) == (ruled.pk, 1, False)
    assert (told.stays, told.settings, told.rules_new) == ((), {}, {})
    assert told.rules_stay == {"iso": ()}
    assert all(each == PartChange() for each in told.parts.values())


def test_an_import_changes_only_the_draft(world, ruled):
    item = factories.planned_item(world, type_id=ruled.pk)
    published = newest(ruled)
    found = json.loads(export(world, published, with_rules=True))
    found["type"] |= {"name": "Inspectie", "icon": "eye"}
    found["settings"] |= {"due_days": None}
    found["fields"] = [{"key": "hours", "label": "Hours", "kind": "number"}, found["fields"][0]]
    found["lines"].reverse()
    found["lines"][0] |= {"high": 35.5}
    found["rules"][0] |= {"lead": None}
    text = json.dumps(found)

    told = preview(world, text)
    draft = bring(world, text, with_rules=True)

    assert (told.against, told.draft, told.stays) == (1, False, ("name", "icon"))
    assert told.settings == {"due_days": (14, None)}
    assert told.parts["fields"] == PartChange(new=("hours",), gone=("bar",))
    assert told.parts["lines"] == PartChange(changed={"oil": ("high",)}, moved=True)
    assert told.rules_stay == {"iso": ("lead",)}
    ruled.refresh_from_db()
    assert (ruled.name, ruled.icon, draft.type, draft.number) == ("Inspection", "search", ruled, 2)
    assert list(draft.fields.values_list("key", flat=True)) == ["hours", "mode"]
    assert (draft.published_at, draft.due_days) == (None, None)
    item.refresh_from_db()
    assert item.type_version == published
    assert ruled.rules.get(key="iso").lead == timedelta(hours=2)

    found["lines"] = []
    told = preview(world, json.dumps(found))
    again = bring(world, json.dumps(found))
    assert (told.against, told.draft, told.parts["lines"].gone) == (2, True, ("oil", "safe"))
    assert (again.pk, again.lines.count()) == (draft.pk, 0)


def test_it_may_be_brought_in_under_another_code(world, kind):
    text = export(world, newest(kind))

    draft = bring(world, text, code="INS2")

    assert (draft.type.code, draft.type.name, draft.number) == ("INS2", "Inspection", 1)
    assert draft.type != kind


def test_an_imported_type_works_once_it_is_published(world):
    found = document(lines=[{"key": "a", "text": "A?", "kind": "pass_fail", "hold_point": True}])
    draft = bring(world, json.dumps(found))
    types.publish(actor=world.site_admin, at=world.t(3), version_id=draft.pk)

    item = factories.planned_item(world, type_id=draft.type_id, at=world.t(4))

    assert list(item.lines.values_list("key", "hold_point")) == [("a", True)]


def test_a_draft_that_was_written_since_it_was_looked_at_is_not_written_over(world, kind):
    text = export(world, newest(kind))
    looked = preview(world, text)
    assert looked.writing == 0
    begun = types.copy_version(actor=None, at=world.at, version_id=newest(kind).pk)
    with pytest.raises(Stale):
        bring(world, text, seen=looked.writing)

    looked = preview(world, text)
    types.write_draft(actor=None, at=world.at, version_id=begun.pk, lines=[])
    with pytest.raises(Stale):
        bring(world, text, seen=looked.writing)
    assert not begun.lines.exists()

    assert bring(world, text, seen=preview(world, text).writing).pk == begun.pk
    assert begun.lines.count() == 2


# --- what is wrong ----------------------------------------------------------------------------

LINE = {"key": "a", "text": "A", "kind": "text"}


def deep(levels: int) -> dict:
    """An object in an object in an object."""
    made: dict = {}
    for _level in range(levels):
        made = {"a": made}
    return made


RULE = {
    "key": "r", "what": "Checked", "supplier": "work.check", "params": {"role": "hse"},
    "kind": "decision", "gate": "start",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"format": "other"}, [("", "file_of_other_kind")]),
        ({"version": 2}, [("version", "file_version_unknown")]),
        ({"version": True}, [("version", "file_version_unknown")]),
        ({"extra": 1}, [("extra", "file_key_unknown")]),
        ({"type": []}, [("type", "file_shape")]),
        ({"type": {"code": "X"}}, [("type.name", "file_key_missing")]),
        ({"type": {"code": " ", "name": "x" * 121}}, [
            ("type.code", "name_needed"), ("type.name", "name_too_long"),
        ]),
        ({"type": {"code": "X", "name": "X", "id": 7}}, [("type.id", "file_key_unknown")]),
        ({"settings": {"four_eyes": 1}}, [("settings.four_eyes", "file_shape")]),
        ({"settings": {"due_days": True}}, [("settings.due_days", "file_shape")]),
        ({"settings": {"sample_percent": 101}}, [
            ("settings.sample_percent", "choice_not_known"),
        ]),
        ({"settings": {"accept_role": "king"}}, [("settings.accept_role", "choice_not_known")]),
        ({"lines": {}}, [("lines", "file_shape")]),
        ({"lines": [LINE, 7]}, [("lines[1]", "file_shape")]),
        ({"lines": [LINE, LINE]}, [("lines[1].key", "key_twice")]),
        ({"lines": [LINE | {"kind": "song"}]}, [("lines[0].kind", "choice_not_known")]),
        ({"lines": [LINE | {"kind": []}]}, [("lines[0].kind", "file_shape")]),
        ({"lines": [LINE | {"low": [1]}]}, [("lines[0].low", "file_shape")]),
        ({"lines": [LINE | {"kind": "reading", "low": "warm"}]}, [
            ("lines[0].low", "limit_unfit"),
        ]),
        ({"lines": [LINE | {"kind": "reading", "low": 3, "high": 2}]}, [
            ("lines[0].low", "limits_crossed"),
        ]),
        ({"lines": [LINE | {"kind": "choice", "choices": [{}]}]}, [
            ("lines[0].choices", "file_shape"),
        ]),
        ({"fields": [{"key": "A b", "label": " ", "kind": "text", "required_at": "noon"}]}, [
            ("fields[0].key", "key_unfit"), ("fields[0].label", "name_needed"),
            ("fields[0].required_at", "choice_not_known"),
        ]),
        ({"stages": [{"key": "a", "label": "A", "status": "flying"}]}, [
            ("stages[0].status", "choice_not_known"),
        ]),
        ({"criteria": [{"key": "a", "text": "A", "needed_at": "start"}]}, [
            ("criteria[0].needed_at", "choice_not_known"),
        ]),
        ({"lines": [LINE | {"text": "A\x00"}]}, [("lines[0].text", "text_unfit")]),
        ({"lines": [LINE | {"text": "\ud800"}]}, [("lines[0].text", "text_unfit")]),
        ({"rules": [RULE, RULE]}, [("rules[1].key", "key_twice")]),
        ({"rules": [RULE | {"key": "A b"}]}, [("rules[0].key", "key_unfit")]),
        ({"rules": [RULE | {"place": "ZZ"}]}, [("rules[0]", "place_unknown")]),
        ({"rules": [RULE | {"asset_class": "ZZ"}]}, [("rules[0]", "asset_class_unknown")]),
        ({"rules": [RULE | {"supplier": "nobody"}]}, [("rules[0]", "supplier_missing")]),
        ({"rules": [RULE | {"gate": "hold_point"}]}, [("rules[0]", "rule_hold_point_line")]),
        ({"rules": [RULE | {"gate": "hold_point", "line_key": "energy"}]}, [
            ("rules[0]", "rule_line_unknown"),
        ]),
        ({"rules": [RULE | {"key": f"r{n}"} for n in range(201)]}, [("rules", "rows_too_many")]),
        ({"lines": [LINE | {"key": f"l{n}"} for n in range(501)]}, [("lines", "rows_too_many")]),
        ({"lines": [LINE | {"kind": "choice", "choices": ["a", "b", "b"]}]}, [
            ("lines[0].choices", "choices_unfit"),
        ]),
        ({"lines": [LINE | {"text": "A\u2028B"}]}, [("lines[0].text", "text_unfit")]),
        ({"rules": [RULE | {"params": deep(3000)}]}, [
            ("rules[0].params.a.a.a.a.a.a", "file_too_deep"),
        ]),
        ({"rules": [RULE | {"lead": -1}]}, [("rules[0]", "lead_negative")]),
        ({"rules": [RULE | {"lead": 10**30}]}, [("rules[0].lead", "choice_not_known")]),
        ({"rules": [RULE | {"mode": "enforce"}]}, [("rules[0].mode", "file_key_unknown")]),
    ],
)  # fmt: skip
def test_a_file_is_refused_with_every_fault_and_its_place(world, changes, expected):
    data = json.dumps(document(**changes))

    assert told(preview(world, data, with_rules=True).faults) == expected
    before = set(WorkType.objects.values_list("code", flat=True))
    with pytest.raises(Refused) as caught:
        bring(world, data, with_rules=True)
    assert told(caught.value.reasons) == expected
    assert set(WorkType.objects.values_list("code", flat=True)) == before
    assert Event.objects.latest("pk").verb == "refused"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "file_not_json"),
        (b"\xff\xfe{}", "file_not_json"),
        (b'{"format": NaN}', "file_not_json"),
        (b"[" * 100_000, "file_not_json"),
        (b'{"format": ' + b"9" * 5000 + b"}", "file_not_json"),
        (b'{"format": 1, "format": 1}', "key_twice"),
        (b"[]", "file_of_other_kind"),
        (b"null", "file_of_other_kind"),
        (b" " * (type_files.LARGEST + 1), "file_too_large"),
        (b" " * type_files.LARGEST, "file_not_json"),
    ],
)
def test_what_is_no_such_file(world, data, expected):
    assert told(preview(world, data).faults) == [("", expected)]


def test_it_is_told_in_which_line_a_file_breaks_off(world):
    [fault] = preview(world, '{\n"format": "vinkey.work-type",\n').faults
    assert (fault.code, fault.params) == ("file_not_json", {"line": 3})


def test_a_file_with_the_mark_of_its_encoding_is_read(world):
    assert preview(world, b"\xef\xbb\xbf" + json.dumps(document()).encode()).faults == ()


def test_a_field_keeps_its_kind(world, kind):
    found = json.loads(export(world, newest(kind)))
    found["fields"][1]["kind"] = "text"

    assert told(preview(world, json.dumps(found)).faults) == [
        ("fields[1].kind", "field_kind_changed")
    ]


def test_no_more_faults_are_told_than_somebody_reads(world):
    data = json.dumps(document(lines=[LINE | {"key": "A b"}] * 200))

    assert len(preview(world, data).faults) == 50
    with pytest.raises(Refused) as caught:
        bring(world, data)
    assert len(caught.value.reasons) == 50


def test_it_is_imported_by_who_sets_the_site_up(world, nrd):
    data = json.dumps(document())
    for who, expected in ((world.planner, Forbidden), (nrd.admin, Unknown)):
        with pytest.raises(expected):
            bring(world, data, actor=who)
        with pytest.raises(expected):
            preview(world, data, who=who)
    assert not WorkType.objects.filter(code="NEW").exists()
