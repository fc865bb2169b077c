"""Types and versions in the admin: begun, tried, published, moved to, copied, as files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories
from tests.factories import done_item, live_item, planned_item
from tests.work.admin.clients import signed_in
from tests.work.admin.forms import errors, opened, send
from tests.work.everything import nothing_written
from work.models import Event, WorkItem, WorkType, WorkTypeVersion
from work.services import imports, items, rules, types
from work.services._definition import _published
from work.services.import_ import uploads

TYPES = "/admin/work/worktype/"
MAPPING = """
kind = "work"
system = "cmms"
key = "No"

[file]
encoding = "utf-8"

[fields]
status = {constant = "requested"}
type = {TYPE}
what = "What"

[values]
plan = "Plan"
box = "Box"
"""
FILE = f"{TYPES}take-file/"


def page(version, what="change") -> str:
    return f"/admin/work/worktypeversion/{version.pk}/{what}/"


@pytest.fixture
def published(world) -> WorkTypeVersion:
    return WorkTypeVersion.objects.get(type=world.mnt)


@pytest.fixture
def draft(world, published) -> WorkTypeVersion:
    """The next version: it also asks a field, a line, and another criterion."""
    made = types.copy_version(actor=None, version_id=published.pk)
    return types.write_draft(
        actor=None,
        version_id=made.pk,
        settings={"due_days": 3},
        fields=[{"key": "mode", "label": "Mode", "kind": "text", "required_at": "complete"}],
        criteria=[{"key": "clean", "text": "It is clean"}],
        lines=[{"key": "safe", "text": "Safe?", "kind": "pass_fail", "hold_point": True}],
    )


def test_a_type_is_made_and_its_first_draft_begun(world, admin):
    sent = {"site": world.site.pk, "code": "INS", "name": "Inspection", "icon": "search-check"}
    answer = send(admin, f"{TYPES}add/", **sent)
    kind = WorkType.objects.get(code="INS")
    assert answer.url == f"{TYPES}{kind.pk}/change/"
    assert "There is no version yet" in admin.get(answer.url).text

    begun = send(admin, f"{TYPES}{kind.pk}/begin-draft/")
    version = kind.versions.get()
    assert begun.url == page(version)
    again = send(admin, f"{TYPES}{kind.pk}/begin-draft/")
    assert (again.status_code, errors(again)) == (
        422,
        ["There is a draft of Inspection already: finish that one first."],
    )
    assert send(admin, f"{TYPES}add/", **sent).context["adminform"].form.non_field_errors() == [
        "This code is in use already."
    ]


def test_the_page_of_a_type_says_where_it_is_used(world, admin, nrd, published):
    planned_item(world)
    factories.rule(world.site, "gas", type_id=world.mnt.pk)
    shown = admin.get(f"{TYPES}{world.mnt.pk}/change/")
    assert shown.context["versions"] == [(published, 1, 0)]
    assert "Checked by HSE" in shown.text
    assert nrd.site.name not in shown.text


def test_a_draft_is_tried_on_a_real_item_and_nothing_is_written(world, admin, draft):
    item = live_item(world)
    with nothing_written():
        shown = admin.get(page(draft, "try"), {"item": f"W-{item.number}"})
    trial = shown.context["trial"]
    assert trial["missing"] == [("complete", ["Mode"])]
    assert [(text, str(fate)) for text, fate in trial["parts"][1][1]] == [("Safe?", "New")]
    assert [text for text, _fate in trial["parts"][0][1]] == ["It is clean", "It works"]
    complete = dict(trial["verbs"])["Complete"]
    assert any("Mode" in text for text in complete)
    assert any("Safe?" in text for text in complete)
    for typed in ("W-999999", "no number", "9" * 12, "-1", "²"):
        assert (
            "There is no such work item here" in admin.get(page(draft, "try"), {"item": typed}).text
        )


def test_work_of_another_site_is_not_tried_on(world, admin, draft, nrd):
    item = items.request(
        actor=nrd.supervisor,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Theirs",
    )
    shown = admin.get(page(draft, "try"), {"item": str(item.number)})
    assert "Theirs" not in shown.text


def test_what_changes_is_shown_then_it_is_published_once(world, admin, draft):
    planned_item(world)
    look = admin.get(page(draft, "publish"))
    rows = [(row.part, row.kind, row.what, row.how) for row in look.context["compared"].rows]
    assert rows == [
        ("Settings", "Changed", "due after days", "not said → 3"),
        ("Fields", "New", "Mode", ""),
        ("Acceptance criteria", "New", "It is clean", ""),
        ("Acceptance criteria", "Gone", "It works", ""),
        ("Checklist", "New", "Safe?", ""),
    ]
    assert look.context["stay"] == 1
    sent = opened(admin, page(draft, "publish"))

    for _twice in range(2):
        assert admin.post(page(draft, "publish"), sent).status_code == 302

    draft.refresh_from_db()
    assert draft.published_by == world.site_admin
    assert Event.objects.filter(verb="published", subject_id=draft.pk).count() == 1
    again = send(admin, page(draft, "publish"))
    assert (again.status_code, len(errors(again))) == (422, 1)


def test_what_was_written_since_is_not_published_unseen(world, admin, draft):
    sent = opened(admin, page(draft, "publish"))
    types.write_draft(actor=None, version_id=draft.pk, settings={"due_days": 9})
    answer = admin.post(page(draft, "publish"), sent)
    assert (answer.status_code, errors(answer)) == (
        422,
        ["Somebody changed this while you were looking at it."],
    )
    draft.refresh_from_db()
    assert draft.published_at is None
    # The page that came back shows what is there now: that may be published.
    assert ("Settings", "due after days", "not said → 9") in {
        (row.part, row.what, row.how) for row in answer.context["compared"].rows
    }
    seen = {"seen": answer.context["form"].data["seen"]}
    assert admin.post(page(draft, "publish"), sent | seen).status_code == 302


def test_what_names_something_that_the_draft_no_longer_has_is_said(
    world, admin, nrd, settings, tmp_path
):
    line = {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}
    kind = factories.work_type(
        world.site,
        "ISO",
        lines=[line, line | {"key": "stays"}],
        fields=[{"key": key, "label": key, "kind": "text"} for key in ("plan", "box")],
    )
    at_line = {"gate": "hold_point", "line_key": "energy"}
    lost = factories.rule(world.site, "iso", type_id=kind.pk, what="Seen by the lead", **at_line)
    ended = factories.rule(world.site, "over", type_id=kind.pk, what="Over", **at_line)
    rules.end_rule(actor=None, rule_id=ended.pk)
    factories.rule(
        world.site, "kept", type_id=kind.pk, what="Kept", gate="hold_point", line_key="stays"
    )
    settings.MEDIA_ROOT = tmp_path
    given = {"actor": world.site_admin, "site_id": world.site.pk}
    files = [uploads.keep([b"No\n1\n"], "orders.csv")]
    run = imports.make(**given, kind="work", files=files)
    for name, named in (("Ours", "ISO"), ("Other type", "MNT"), ("From a column", None)):
        said = f'constant = "{named}"' if named else 'column = "Type"'
        text = MAPPING.replace("TYPE", said)
        imports.describe(actor=world.site_admin, run_id=run.pk, name=name, text=text, save=True)
    draft = types.copy_version(actor=None, version_id=kind.versions.get().pk)
    shown = admin.get(page(draft, "publish")).context
    assert (shown["rules"], shown["mappings"]) == ([], [])

    types.write_draft(
        actor=None,
        version_id=draft.pk,
        fields=[{"key": "box", "label": "box", "kind": "text"}],
        lines=[line | {"hold_point": False}, line | {"key": "stays"}],
    )

    shown = admin.get(page(draft, "publish"))
    assert shown.context["rules"] == [lost]
    assert [(each.name, keys) for each, keys in shown.context["mappings"]] == [
        ("From a column", ["plan"]),
        ("Ours", ["plan"]),
    ]
    assert "Seen by the lead" in shown.text
    assert "Other type" not in shown.text


def test_what_is_published_works_at_once_whatever_a_process_keeps(world, admin, draft):
    """A process keeps versions by their id, which never changes what it says."""
    planned_item(world)  # so that the definition of the old version is kept
    _published.cache_clear()
    old = planned_item(world)
    kept = _published.cache_info().currsize
    types.publish(actor=None, version_id=draft.pk)

    new = planned_item(world)

    assert (kept, new.type_version_id, old.type_version_id) == (
        1,
        draft.pk,
        WorkTypeVersion.objects.get(type=world.mnt, number=1).pk,
    )
    assert list(new.lines.values_list("key", flat=True)) == ["safe"]


def test_open_items_are_looked_at_and_moved(world, admin, draft):
    planned, live, done = planned_item(world), live_item(world), done_item(world)
    types.publish(actor=None, version_id=draft.pk)
    with nothing_written():
        look = admin.get(page(draft, "move"))
    assert look.context["counts"] == [("Would be moved", 2), ("Would stay", 1)]
    first = look.context["lines"][0]
    assert (first.number, first.refused, len(first.texts)) == (done.number, True, 1)
    assert look.context["lines"][1].texts[:3] == (
        "1 new criterion",
        "1 new line",
        "1 criterion withdrawn",
    )
    sent = opened(admin, page(draft, "move"))

    for _twice in range(2):
        answer = admin.post(page(draft, "move"), sent)
        assert answer.context["counts"] == [("Moved", 2), ("Stays", 1), ("Was there", 0)]

    on = dict(WorkItem.objects.values_list("pk", "type_version"))
    assert (on[planned.pk], on[live.pk]) == (draft.pk, draft.pk)
    assert on[done.pk] != draft.pk
    assert Event.objects.filter(verb="version", act__isnull=False).count() == 2
    left = admin.get(page(draft, "move"))
    assert left.context["counts"] == [("Would be moved", 0), ("Would stay", 1)]


def test_a_value_that_is_dropped_is_called_as_people_know_it(world, admin, published):
    second = types.copy_version(actor=None, version_id=published.pk)
    field = {"key": "mode", "label": "Failure mode", "kind": "text"}
    types.write_draft(actor=None, version_id=second.pk, fields=[field])
    types.publish(actor=None, version_id=second.pk)
    planned_item(world, values={"mode": "leak"})
    third = types.copy_version(actor=None, version_id=second.pk)
    types.write_draft(actor=None, version_id=third.pk, fields=[])
    types.publish(actor=None, version_id=third.pk)

    (line,) = admin.get(page(third, "move")).context["lines"]

    assert line.texts == ("Values dropped: Failure mode",)


def test_where_nothing_can_be_moved_there_is_no_button(world, admin, draft):
    done_item(world)
    types.publish(actor=None, version_id=draft.pk)
    look = admin.get(page(draft, "move"))
    assert look.context["counts"] == [("Would be moved", 0), ("Would stay", 1)]
    assert 'name="items"' not in look.text


def test_a_draft_is_not_moved_to(world, admin, draft):
    item = planned_item(world)
    answer = admin.post(page(draft, "move"), {"act": "", "items": str(item.pk)})
    assert (answer.status_code, len(errors(answer))) == (422, 1)
    assert "Nothing was moved" in answer.text
    assert "are on this version" not in answer.text
    item.refresh_from_db()
    assert item.type_version_id != draft.pk


def test_items_that_are_not_theirs_are_not_moved(world, nrd, other):
    item = planned_item(world)
    version = nrd.mnt.versions.get()
    answer = other.post(page(version, "move"), {"act": "", "items": f"{item.pk},x,{'9' * 30}"})
    assert [(line.number, line.refused) for line in answer.context["lines"]] == [(0, True)]
    assert item.what not in answer.text


def test_a_version_is_copied_to_a_new_type(world, admin, published):
    answer = send(admin, page(published, "copy"), code="MNT2", name="Maintenance, other")
    made = WorkTypeVersion.objects.get(type__code="MNT2")
    assert answer.url == page(made)
    assert list(made.criteria.values_list("key", flat=True)) == ["ok"]
    again = send(admin, page(published, "copy"), code="MNT2", name="Once more")
    assert errors(again) == ["This code is in use already."]


def _file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("type.json", data, "application/json")


def test_a_type_goes_to_a_file_and_comes_from_it(world, admin, nrd, other, published):
    factories.rule(world.site, "gas", type_id=world.mnt.pk)
    links = [url for _title, url in admin.get(page(published)).context["acts"]]
    plain, whole = page(published, "file"), f"{page(published, 'file')}?rules"
    assert [link in links for link in (plain, whole)] == [True, True]
    assert b'"rules"' not in admin.get(plain).content
    given = admin.get(whole)
    assert b'"gas"' in given.content
    assert given["Content-Disposition"] == 'attachment; filename="mnt-v1.json"'
    sent = {"site": nrd.site.pk, "code": "NEW", "with_rules": "on"}
    look = other.post(FILE, opened(other, FILE) | sent | {"file": _file(given.content)})
    assert (look.status_code, look.context["note"].type_id) == (200, None)
    assert not WorkType.objects.filter(code="NEW").exists()
    kept = {name: look.context["form"].data[name] for name in ("said", "act", "looked")}
    # As a browser sends back what stands in a page.
    kept["said"] = kept["said"].replace("\n", "\r\n")

    for _twice in range(2):
        answer = other.post(FILE, sent | kept | {"_take": "1"})
        assert answer.status_code == 302, errors(answer)

    made = WorkTypeVersion.objects.get(type__code="NEW")
    assert (made.type.site, made.published_at) == (nrd.site, None)
    assert answer.url == page(made)
    refused = other.post(FILE, sent | kept | {"site": world.site.pk, "_take": "1"})
    assert list(refused.context["form"].errors) == ["site"]


def test_a_draft_is_made_of_what_was_looked_at_and_of_nothing_else(world, admin, published):
    text = admin.get(page(published, "file")).content.decode()
    look = admin.post(FILE, {"site": world.site.pk, "code": "NEW", "said": text})
    looked = {"said": text, "looked": look.context["form"].data["looked"], "_take": "1"}

    other = admin.post(FILE, looked | {"site": world.site.pk, "code": "MNT"})
    assert (other.status_code, other.context["note"].type_id) == (200, world.mnt.pk)
    rules_too = {"site": world.site.pk, "code": "NEW", "with_rules": "on"}
    assert admin.post(FILE, looked | rules_too).status_code == 200
    assert not WorkTypeVersion.objects.filter(published_at=None).exists()

    looked["looked"] = other.context["form"].data["looked"]
    draft = types.copy_version(actor=None, version_id=published.pk)
    again = admin.post(FILE, looked | {"site": world.site.pk, "code": "MNT"})
    assert (again.status_code, again.context["note"].draft) == (200, True)

    looked["looked"] = again.context["form"].data["looked"]
    taken = admin.post(FILE, looked | {"site": world.site.pk, "code": "MNT"})
    assert taken.url == page(draft)


def test_what_a_file_changes_is_said_in_its_words(world, admin, nrd, other):
    line = {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}
    kind = factories.work_type(world.site, "ISO", lines=[line])
    at_line = {"gate": "hold_point", "line_key": "energy", "type_id": kind.pk}
    factories.rule(world.site, "iso", what="Seen by the lead", **at_line)
    text = admin.get(page(kind.versions.get(), "file"), {"rules": ""}).content.decode()
    look = other.post(FILE, {"site": nrd.site.pk, "said": text})
    said = [(row.part, row.kind, row.what) for row in look.context["would"]]
    assert ("Checklist", "New", "Isolated?") in said
    assert look.context["rules_new"] == [("Seen by the lead", "iso", "Watch: would have stopped")]


def test_every_fault_of_a_file_is_said_by_its_place(world, admin):
    bad = b'{"format": "vinkey.work-type", "version": 1, "type": {"code": "X", "name": ""},'
    bad += b' "fields": [{"key": "a", "label": "A", "kind": "colour"}]}'
    answer = admin.post(FILE, opened(admin, FILE) | {"site": world.site.pk, "file": _file(bad)})
    assert answer.status_code == 422
    places = [text.partition(":")[0] for text in answer.context["faults"]]
    assert places == ["type.name", "fields[0].kind"]
    for data in (b"\xff\xfe\x00", b"[" * 2000, b" " * (1024 * 1024 + 1)):
        answer = admin.post(
            FILE, opened(admin, FILE) | {"site": world.site.pk, "file": _file(data)}
        )
        assert (answer.status_code, len(answer.context["faults"])) == (422, 1)
    assert errors(admin.post(FILE, opened(admin, FILE) | {"site": world.site.pk})) == [
        "Choose a file."
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_queries_for_one_type_as_for_thirty(
    world, admin, draft, django_assert_num_queries, count
):
    for each in range(count - 1):
        types.create_type(actor=None, site_id=world.site.pk, code=f"T{each}", name=f"Type {each}")
    admin.get(TYPES)
    with django_assert_num_queries(8):
        assert len(admin.get(TYPES).context["cl"].result_list) == count


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_queries_for_one_item_as_for_thirty(
    world, admin, draft, django_assert_num_queries, count
):
    for _each in range(count):
        factories.requested_item(world)
    types.publish(actor=None, version_id=draft.pk)
    admin.get(page(draft, "move"))
    with django_assert_num_queries(14):
        look = admin.get(page(draft, "move"))
    assert len(look.context["lines"]) == count


def test_who_has_no_role_at_a_site_may_set_it_up_and_sees_no_work(world, draft):
    from work.models import User

    planned_item(world)
    root = signed_in(User.objects.create_superuser("root"))
    shown = root.get(f"{TYPES}{world.mnt.pk}/change/")
    assert [each[1:] for each in shown.context["versions"]] == [(None, None), (None, None)]
    assert root.get(page(draft, "publish")).context["stay"] == 0
    assert root.get(page(draft, "move")).context["lines"] == []
    assert send(root, page(draft, "publish")).status_code == 302
