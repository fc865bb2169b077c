"""The list in a spreadsheet and back: compared, looked at, done item by item, once."""

import csv
import io
import uuid
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from tests.factories import person, planned_item, requested_item, second_site
from tests.views.conftest import weight
from work.exceptions import Busy
from work.models import Event, Sheet, WorkItem
from work.services import items, sheets
from work.states import Role

NEW = "/s/hvk/work/sheet/"
EDIT = "?edit=1&columns=what,owner"


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def _taken(visitor, query=EDIT) -> list[dict[str, str]]:
    body = b"".join(visitor.client.get(f"/s/hvk/work/export.csv{query}").streaming_content)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def _csv(rows, *, encoding="utf-8", delimiter=",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def _bring(visitor, content: bytes, name="back.csv", act=None):
    known = {"act": str(act or uuid.uuid4()), "file": SimpleUploadedFile(name, content)}
    return visitor.post(NEW, known)


def _look(visitor, answer):
    assert answer.status_code == 303, answer.context["form"].errors
    return visitor.get(answer.headers["Location"])


def _apply(visitor, answer):
    url = answer.headers["Location"]
    assert visitor.post(url, {"act": str(uuid.uuid4())}).status_code == 303
    return visitor.get(url)


def _by(rows, item) -> dict[str, str]:
    return next(row for row in rows if row["id"] == str(item.pk))


def test_what_was_not_changed_changes_nothing(world, planner):
    requested_item(world, what="=1+1;-2", due=datetime(2026, 12, 1, 13, 0, 37, 9, tzinfo=UTC))
    planned_item(world, plan={"planned_start": world.t(5), "planned_end": world.t(65)})
    rows = _taken(planner)
    assert {row["what"][:2] for row in rows} >= {"'="}
    every = "?edit=1&columns=what,type,place,owner,executor,team,status,kind,waiting,age"
    for content in (
        _csv(rows),
        _csv(rows, encoding="cp1252", delimiter=";"),
        _csv(_taken(planner, every)),
    ):
        page = _look(planner, _bring(planner, content))
        assert (page.context["same"], page.context["many"]) == (2, 0)
        assert (page.context["ignored"], page.context["many_faults"]) == ({}, 0)
    # A spreadsheet that takes the apostrophe for its own, and the seconds away.
    bare = [row | {"what": row["what"].replace("'", ""), "due": row["due"][:16]} for row in rows]
    page = _look(planner, _bring(planner, _csv(bare)))
    assert (page.context["same"], page.context["ignored"]) == (2, {})
    assert "This file changes nothing" in page.text


def test_changes_are_shown_and_done_item_by_item_and_once(world, planner, sign_in):
    first, second, third = [planned_item(world) for _each in range(3)]
    rows = _taken(planner)
    _by(rows, first).update(
        owner=world.supervisor.name, priority="1", due="2026-12-01", what="Other words"
    )
    _by(rows, second).update(planned_start="1-12-2026 06:00", planned_end="2026-12-01 05:00")
    _by(rows, third).update(owner="Supervisor, site")
    act = uuid.uuid4()
    brought = _bring(planner, _csv(rows), act=act)
    page = _look(planner, brought)
    # Beyond the last page stands the last one, and not that it changes nothing.
    beyond = planner.get(brought.headers["Location"], page="99")
    assert beyond.context["wanted"] == page.context["wanted"]
    other = _bring(planner, _csv(rows[:1]), act=act)
    assert planner.get(other.headers["Location"]).context["total"] == 1
    assert _bring(planner, _csv(rows), act=act).headers["Location"] == brought.headers["Location"]
    assert (page.context["many"], page.context["ignored"]) == (3, {"what": 1})
    said = {each["label"]: each["fields"] for each in page.context["wanted"]}
    fields = {each["label"]: (each["was"], each["becomes"]) for each in said[f"W-{first.number}"]}
    assert fields == {
        "Owner": ("Shift lead, Packaging", "Supervisor"),
        "Priority": ("3 · This week", "1 · Now"),
        "Due": (None, datetime(2026, 11, 30, 23, tzinfo=UTC)),
    }
    assert WorkItem.objects.filter(due=None).count() == 3
    page = _apply(planner, brought)
    kinds = {each.label: each.kind for group in page.context["groups"] for each in group["items"]}
    assert kinds == {
        f"W-{first.number}": "",
        f"W-{second.number}": "refused",
        f"W-{third.number}": "",
    }
    first.refresh_from_db()
    assert (first.owner_user, first.owner_post, first.priority) == (world.supervisor, None, "1")
    assert first.what != "Other words"
    assert WorkItem.objects.get(pk=second.pk).planned_start is None
    events = Event.objects.filter(item=first, verb__in=["edit", "assign"]).count()
    refused = Event.objects.filter(item=second, verb="refused").count()
    assert (events, refused) == (2, 1)
    again = _apply(planner, brought)
    assert (again.context["done"], again.context["not_done"], again.context["many"]) == (2, 1, 0)
    assert Event.objects.filter(item=first, verb__in=["edit", "assign"]).count() == events
    # The same file once more: what was done stands, the other one can be tried.
    page = _look(planner, _bring(planner, _csv(rows)))
    assert (page.context["same"], page.context["many"]) == (2, 1)
    # It is nobody else's to see.
    for visitor in (sign_in(world.supervisor), sign_in(second_site().supervisor)):
        assert visitor.get(brought.headers["Location"]).status_code == 404
        assert visitor.post(brought.headers["Location"]).status_code == 404


def test_what_somebody_changed_meanwhile_is_said_and_left(world, planner, clock):
    before, between, other = [planned_item(world) for _each in range(3)]
    rows = _taken(planner)
    items.edit(actor=world.supervisor, at=world.at, item_id=before.pk, priority="2")
    for item in (before, between, other):
        _by(rows, item)["priority"] = "1"
    _by(rows, other)["priority"] = "3"
    brought = _bring(planner, _csv(rows))
    page = _look(planner, brought)
    (stale,) = page.context["stale"]
    assert stale["label"] == f"W-{before.number}"
    assert [(each["was"], each["becomes"]) for each in stale["fields"]] == [
        ("2 · This shift", "1 · Now")
    ]
    assert (page.context["many"], page.context["same"], page.context["many_stale"]) == (1, 1, 1)
    items.edit(actor=world.supervisor, at=world.at, item_id=between.pk, why="Because")
    page = planner.get(brought.headers["Location"])
    assert page.context["wanted"][0]["moved"]
    page = _apply(planner, brought)
    assert [group["kind"] for group in page.context["groups"]] == ["stale"]
    assert set(WorkItem.objects.values_list("priority", flat=True)) == {"2", "3"}
    clock.move_to(world.t(8 * 24 * 60))
    assert sheets.drop_old(world.t(8 * 24 * 60)) == Sheet.objects.count() + 1 == 1


def test_each_wrong_cell_is_named_with_its_reason(world, planner):
    for _each in range(8):
        planned_item(world)
    nrd = second_site()
    there = items.request(
        actor=nrd.supervisor, at=world.at, site_id=nrd.site.pk, place_id=nrd.root.pk,
        type_id=nrd.mnt.pk, what="Not theirs",
    )  # fmt: skip
    for _twin in range(2):
        person(world.site, Role.PLANNER, name="Twin")
    rows = _taken(planner)
    wrong = [
        {"owner": "Nobody"}, {"owner": ""}, {"owner": "TWIN"}, {"priority": "7"},
        {"due": "31/12/2026"}, {"planned_start": "2026-02-30"}, {"version": "x"},
        {"number": "W-999"},
    ]  # fmt: skip
    for row, change in zip(rows, wrong, strict=True):
        row.update(change)
    rows += [rows[0] | {"id": str(there.pk), "version": "1"}, rows[0] | {"id": "abc"}]
    page = _look(planner, _bring(planner, _csv(rows)))
    found = [(each["line"], each["column"], each["value"]) for each in page.context["faults"]]
    assert found == [
        (2, "owner", "Nobody"), (3, "owner", ""), (4, "owner", "TWIN"), (5, "priority", "7"),
        (6, "due", "31/12/2026"), (7, "planned_start", "2026-02-30"), (8, "version", "x"),
        (9, "id", rows[7]["id"]), (10, "id", str(there.pk)), (11, "id", "abc"),
    ]  # fmt: skip
    reasons = {each["reason"] for each in page.context["faults"][-2:]}
    assert reasons == {"There is no such item here, or it is not yours to know."}
    assert "user:" in page.context["faults"][2]["reason"]
    assert page.context["many"] == 0
    twice = _taken(planner)[:1] * 2
    page = _look(planner, _bring(planner, _csv(twice)))
    assert [each["line"] for each in page.context["faults"]] == [3]


def test_an_xlsx_comes_back_with_days_and_never_with_formulas(world, planner):
    dated, counted = planned_item(world), planned_item(world)
    book = load_workbook(
        io.BytesIO(b"".join(planner.client.get(f"/s/hvk/work/export.xlsx{EDIT}").streaming_content))
    )
    page = book["work"]
    due = next(cell.column for cell in page[1] if cell.value == "due")
    for row in page.iter_rows(min_row=2):
        is_dated = row[0].value == dated.pk
        page.cell(row[0].row, due).value = datetime(2026, 12, 1, 14) if is_dated else "=TODAY()+7"  # noqa: DTZ001
    out = io.BytesIO()
    book.save(out)
    brought = _bring(planner, out.getvalue(), "back.xlsx")
    look = _look(planner, brought)
    assert [(each["column"], each["value"]) for each in look.context["faults"]] == [
        ("due", "=TODAY()+7")
    ]
    _apply(planner, brought)
    dated.refresh_from_db()
    assert dated.due == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert WorkItem.objects.get(pk=counted.pk).due is None


def test_files_that_are_not_taken(world, planner, sign_in, monkeypatch):
    planned_item(world)
    planned_item(world)
    rows = _taken(planner)

    def refused(content, name="back.csv"):
        answer = _bring(planner, content, name)
        return answer.status_code, str(answer.context["form"].errors["file"][0])

    assert refused(b"a,b\n1,2\n")[0] == 422
    assert "The column is missing" in refused(b"a,b\n1,2\n")[1]
    assert "Files of this kind are not read" in refused(b"x", "back.ods")[1]
    assert "The file is empty." in refused(b"")[1]
    assert "not a whole XLSX" in refused(b"PK\x03\x04", "back.xlsx")[1]
    monkeypatch.setattr("work.reads.returned.MOST_CHANGED", 1)
    changed = [row | {"priority": "1"} for row in rows]
    assert "More than 1 rows were changed." in refused(_csv(changed))[1]
    monkeypatch.setattr("work.reads.returned.MOST_ROWS", 1)
    assert "The file has more than 1 rows." in refused(_csv(rows))[1]
    monkeypatch.setattr("work.views.sheets.MAX_BYTES", 10)
    assert refused(_csv(rows))[0] == 413
    assert not Sheet.objects.exists()
    for who in (world.technician, world.viewer, world.contractor):
        assert sign_in(who).get(NEW).status_code == 403
        assert _bring(sign_in(who), _csv(rows)).status_code == 403


def test_pages_ask_no_more_for_more_rows(world, planner, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("work.views.sheets.MOST", 20)
    monkeypatch.setattr("work.views._chosen.LONGEST", 600)

    def brought(number):
        for _each in range(number):
            planned_item(world)
        every = {"priority": "1", "owner": world.supervisor.name, "due": "2026-12-01"}
        every |= {"planned_start": "2026-12-01 06:00", "planned_end": "2026-12-01 07:00"}
        rows = [row | every for row in _taken(planner)]
        return _bring(planner, _csv(rows))

    one = brought(1)
    with django_assert_num_queries(6):
        page = planner.get(one.headers["Location"])
    many = brought(29)
    with django_assert_num_queries(6):
        page = planner.get(many.headers["Location"])
    assert page.context["many"] == 30
    assert weight(page) < 70_000
    page = _apply(planner, many)
    assert (page.context["done"], page.context["many"], page.context["begun"]) == (20, 10, True)
    assert "Go on with the other 10" in page.text
    page = _apply(planner, many)
    assert (page.context["done"], page.context["many"]) == (30, 0)
    with django_assert_num_queries(6):
        planner.get(many.headers["Location"])


def test_a_busy_site_is_said_and_the_rest_is_left(world, planner, monkeypatch):
    def busy(**given):
        raise Busy

    item = planned_item(world)
    brought = _bring(planner, _csv([row | {"priority": "1"} for row in _taken(planner)]))
    with monkeypatch.context() as patched:
        patched.setattr("work.services.chosen.change", busy)
        page = _apply(planner, brought)
    assert (page.context["begun"], page.context["many"]) == (False, 1)
    assert "The site is busy. Go on with the rest in a moment." in page.text
    assert _apply(planner, brought).context["done"] == 1
    assert WorkItem.objects.get(pk=item.pk).priority == "1"
