"""How the list is shown: custom fields as filters, orders and columns; columns that are kept."""

import re
import uuid

import pytest

from tests.factories import live_item, person, planned_item, requested_item, waiting_item, work_type
from tests.views.test_lists import labels, shown, total
from work.models import Duty, Event, ItemExecutor, ListChoice, Membership, User, WorkItem
from work.reads import kept
from work.states import FieldKind, Role

LIST = "/s/hvk/work/"
FIELDS = [
    {"key": "hours", "label": "Hours", "kind": FieldKind.NUMBER, "unit": "h", "column": True},
    {"key": "on", "label": "Seen on", "kind": FieldKind.DATE, "filterable": True},
    {"key": "when", "label": "Tried at", "kind": FieldKind.MOMENT},
    {"key": "grade", "label": "Grade", "kind": FieldKind.CHOICE, "choices": ["a", "b"]},
    {"key": "ok", "label": "In order", "kind": FieldKind.YES_NO},
]


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


@pytest.fixture
def measured(world):
    """Items of a type with fields of every sort; the last has none of them filled in."""
    kind = work_type(world.site, "CAL", fields=FIELDS)
    values = [
        {"hours": "4", "on": "2026-11-02", "when": "2026-11-24T04:30:00+01:00", "grade": "b",
         "ok": "yes"},
        {"hours": "-2.5", "on": "2026-11-20", "when": "2026-11-24T22:59:00+00:00", "grade": "a",
         "ok": "no"},
        {"hours": "30", "on": "2026-10-30", "when": "2026-11-25T10:00:00+00:00", "grade": "a"},
        {},
    ]  # fmt: skip
    return [requested_item(world, type_id=kind.pk, values=each) for each in values]


def test_every_custom_field_is_compared(world, planner, measured):
    four, minus, thirty, _none = measured
    # Another type that has the key as a word is not compared with numbers.
    other = work_type(
        world.site, "OWN", fields=[{"key": "hours", "label": "Hours", "kind": FieldKind.TEXT}]
    )
    words = requested_item(world, type_id=other.pk, values={"hours": "many"})

    def found(**asked):
        page = planner.get(LIST, **{f"f.{name}": value for name, value in asked.items()})
        assert page.context["trouble"] is None
        assert total(page) == str(len(shown(page)))
        return sorted(shown(page))

    def those(*wanted):
        return sorted(labels(*wanted))

    assert found(**{"hours.from": "4"}) == those(four, thirty)
    assert found(**{"hours.to": "4,0"}) == those(four, minus)
    assert found(**{"hours.from": "-3", "hours.to": "29.9"}) == those(four, minus)
    assert found(hours="many") == those(words)
    assert found(**{"on.from": "2026-11-02", "on.to": "2026-11-20"}) == those(four, minus)
    assert found(**{"on.to": "2026-11-01"}) == those(thirty)
    # A day has all its hours at the site: 23:59 of the 24th is in it, 11:00 of the 25th is not.
    assert found(**{"when.from": "2026-11-24", "when.to": "2026-11-24"}) == those(four, minus)
    assert found(**{"when.from": "2026-11-25T00:00"}) == those(thirty)
    assert found(grade="a") == those(minus, thirty)
    assert found(ok="0") == those(minus)


@pytest.mark.parametrize(
    "query",
    ["f.hours.from=x", "f.on.to=2026-02-30", "f.grade.from=a", "f.none.to=1", "f.hours.from=%00"],
)
def test_ends_that_cannot_be_are_said(world, planner, measured, query):
    page = planner.client.get(f"{LIST}?{query}")
    assert shown(page) == []
    assert page.context["trouble"]["kind"] == "refused"


def test_an_end_is_said_in_a_chip_and_in_the_form(world, planner, measured):
    page = planner.get(LIST, **{"f.hours.from": "4", "f.on.to": "2026-11-20", "f.ok": "1"})
    assert [(chip.label, chip.value) for chip in page.context["chips"]] == [
        ("Hours (h), from", "4"),
        ("Seen on, to", "20 Nov 2026"),
        ("In order", "Yes"),
    ]
    assert page.context["chips"][0].remove_url == "?f.on.to=2026-11-20&f.ok=1"
    form = page.context["filters"]
    assert {"f.hours.from", "f.hours.to", "f.on.from", "f.on.to", "f.ok"} <= set(form.fields)
    assert "f.hours" not in form.fields
    assert form["f.hours.from"].value() == "4"


def test_orders_by_custom_fields_page_by_key(world, planner, measured, monkeypatch):
    four, minus, thirty, none = measured
    for sort, order in {
        "f.hours": [minus, four, thirty, none],
        "-f.hours": [none, thirty, four, minus],
        "f.on": [thirty, four, minus, none],
        "f.grade": [thirty, minus, four, none],
        "-f.ok": [thirty, none, four, minus],
    }.items():
        assert shown(planner.get(LIST, sort=sort)) == labels(*order), sort
    monkeypatch.setattr("work.filters.pages.SIZE", 1)
    monkeypatch.setattr("work.views.lists.SIZE", 1)
    monkeypatch.setattr("work.filters.pages.LAST_PAGE", 1)
    for sort in ("f.hours", "-f.hours", "f.grade", "-f.grade", "f.ok", "-f.when"):
        url, seen = f"?sort={sort}", []
        while url:
            page = planner.client.get(LIST + url)
            seen += shown(page)
            url = page.context["pager"].next_url
        assert sorted(seen) == sorted(labels(*measured)), sort
    assert "after=%22" in page.request["QUERY_STRING"]
    note = {"key": "note", "label": "Note", "kind": FieldKind.TEXT}
    noted = work_type(world.site, "NTE", fields=[note]).pk
    long = [requested_item(world, type_id=noted, values={"note": n + "n" * 900}) for n in "ab"]
    page = planner.get(LIST, sort="f.note")
    assert shown(page) == labels(long[0])
    assert shown(planner.client.get(LIST + page.context["pager"].next_url)) == labels(long[1])
    for after in ("NaN", "-Infinity", "1e999", '"\\u0000"', '"\\ud800"', "[1]", "null", "x"):
        page = planner.get(LIST, sort="f.hours", after=f"{after}~5")
        assert page.context["trouble"]["kind"] == "refused", after


def test_columns_of_the_address_come_before_those_kept(world, planner, measured):
    live_item(world, plan={"team_id": world.lasteam.pk})
    waiting_item(world)

    def heads(page):
        # That of the boxes is only read out.
        return re.findall(r"<th scope=\"col\"[^>]*>\s*(?:<a[^>]*>)?([^<\s][^<]*?)\s*<", page.text)

    page = planner.get(LIST, columns="what,f.hours,executor,team,kind,planned_end,nonsense,f.none")
    assert heads(page) == ["What", "Done by", "Team", "Blocked by", "Planned end", "Hours (h)"]
    body = page.text.split("<tbody>")[1]
    assert "<td>Technician</td><td>LasTeam BV</td>" in body
    assert "Material</span>" in body
    assert "<td>4</td></tr>" in body
    assert page.context["columns"][-1].url == (
        "?sort=f.hours&columns=what,f.hours,executor,team,kind,planned_end,nonsense,f.none"
    )
    known = {"act": str(uuid.uuid4()), "columns": ["what", "team"], "do": "keep", "type": "MNT"}
    answer = planner.post("/s/hvk/views/columns/", known)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}?type=MNT")
    assert ListChoice.objects.get().columns == ["what", "team"]
    assert heads(planner.get(LIST)) == ["What", "Team"]
    assert heads(planner.get(LIST, columns="number,what")) == ["Number", "What"]
    usual = {"act": str(uuid.uuid4()), "do": "usual", "columns": ["what"]}
    planner.post("/s/hvk/views/columns/", usual)
    assert ListChoice.objects.get().columns == []
    assert len(heads(planner.get(LIST))) == 9
    assert Event.objects.filter(verb="list_chosen").count() == 2
    assert heads(planner.get(LIST, type="CAL"))[-1] == "Hours (h)"


def test_columns_are_shown_without_being_kept(world, planner):
    asked = {"columns": ["what", "due"], "do": "show", "sort": "due", "place": "40"}
    answer = planner.post("/s/hvk/views/columns/", asked)
    assert answer.headers["Location"] == f"{LIST}?place=40&sort=due&columns=what,due"
    assert not ListChoice.objects.exists()
    damaged = planner.post("/s/hvk/views/columns/", {"do": "keep", "columns": "what"})
    assert damaged.status_code == 422
    assert not ListChoice.objects.exists()


def test_a_list_with_every_column_asks_no_more(world, planner, measured, django_assert_num_queries):
    every = "number,what,executor,team,kind,planned_start,planned_end,waiting,f.hours,f.on"
    with django_assert_num_queries(9):
        planner.get(LIST, columns=every)
    waiting_item(world)
    with django_assert_num_queries(9):
        planner.get(LIST, columns=every)


def test_what_lacks_somebody_is_found(world, planner, clock):
    leaver = person(world.site, Role.PLANNER, name="Leaver")
    moved = person(world.site, Role.PLANNER, name="Moved on")
    left = planned_item(world, plan={"owner_user_id": leaver.pk})
    elsewhere = planned_item(world, plan={"owner_user_id": moved.pk})
    stays = planned_item(world, plan={"owner_user_id": world.supervisor.pk})
    post = planned_item(world, plan={"planned_start": world.t(10)})
    running = live_item(world, plan={"owner_user_id": world.supervisor.pk})
    every = [left, elsewhere, stays, post, running]

    def found(**asked):
        page = planner.get(LIST, **asked)
        assert page.context["trouble"] is None
        assert total(page) == str(len(shown(page)))
        return shown(page)

    assert found(owner_left="1") == found(no_duty="1") == found(nobody="1") == []
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    Membership.objects.filter(user=moved).update(ends=world.at)
    kept.forget()
    assert found(owner_left="1") == labels(elsewhere, left)
    assert found(owner_left="1", status="all") == labels(elsewhere, left)

    Duty.objects.filter(post=world.lead_post).update(ends=world.at)
    kept.forget()
    assert found(no_duty="1") == labels(post)
    Duty.objects.filter(post=world.lead_post).update(ends=None)
    kept.forget()
    assert found(no_duty="1") == []
    Membership.objects.filter(user=world.shift_lead).update(ends=world.at)
    kept.forget()
    assert found(no_duty="1") == labels(post)

    ItemExecutor.objects.filter(item__in=every).delete()
    kept.forget()
    assert found(nobody="1") == labels(running)
    clock.move_to(world.t(10))
    assert found(nobody="1") == labels(running, post)
    ItemExecutor.objects.create(item=running, user=leaver, named_at=world.at)
    kept.forget()
    assert found(nobody="1") == labels(running, post)
    assert planner.get(LIST, nobody="0").context["trouble"]["kind"] == "refused"
    assert WorkItem.objects.count() == len(every)
