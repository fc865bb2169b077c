"""The work list: what it shows, to whom, how it is narrowed and ordered."""

import re
from datetime import timedelta

import pytest
from django.db.models import Q

from tests.factories import (
    asset,
    asset_class,
    closed_item,
    done_item,
    live_item,
    person,
    planned_item,
    requested_item,
    rule,
    waiting_item,
    work_type,
)
from work.models import Prerequisite, WorkItem
from work.reads import kept
from work.reads.lapses import unmet_and_due
from work.services import acceptance, blockers, items
from work.states import BlockerKind, FieldKind, Role

LIST = "/s/hvk/work/"


def shown(response) -> list[str]:
    """The numbers of the rows, in order."""
    assert response.status_code == 200
    return re.findall(r'class="wno" href="/s/hvk/work/(W-\d+)/"', response.text)


def labels(*items: WorkItem) -> list[str]:
    return [f"W-{item.number}" for item in items]


def total(response) -> str:
    return response.context["pager"].total_text


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def test_open_work_is_listed_newest_first(world, planner):
    made = [requested_item(world), planned_item(world), live_item(world)]
    closed_item(world)
    page = planner.get(LIST)
    assert shown(page) == labels(*reversed(made))
    assert total(page) == "3"


def test_a_row_says_what_where_who_and_until_when(world, planner):
    item = live_item(world, what="Check the <guard>", due=world.t(-60), safety_critical=True)
    page = planner.get(LIST)
    text = page.text[page.text.index("<tbody>") :]
    assert "Check the &lt;guard&gt;" in text
    assert "Maintenance follow-up" in text
    assert "Pouches" in text
    assert "Shift lead, Packaging" in text
    assert 'data-s="live"' in text
    assert "Overdue: " in text
    assert "Safety-critical" in text
    assert shown(page) == labels(item)


def test_without_a_role_at_the_site_there_is_no_list(world, nrd, sign_in):
    assert sign_in(nrd.supervisor).get(LIST).status_code == 404
    assert sign_in(world.planner).get("/s/none/work/").status_code == 404


def test_who_is_signed_out_goes_to_the_login(world, client):
    assert client.get(LIST).headers["Location"] == f"/login/?next={LIST}"


def test_a_role_for_a_part_of_the_site_shows_that_part(world, sign_in):
    here, elsewhere = requested_item(world), requested_item(world, place_id=world.p301.pk)
    page = sign_in(world.technician).get(LIST)
    assert shown(page) == labels(here)
    assert shown(sign_in(world.planner).get(LIST)) == labels(elsewhere, here)
    assert [view["count"] for view in page.context["views"]][:1] == ["1"]


@pytest.fixture
def contractors(world):
    """An item of each company, and one of nobody's. The second has a host of its own."""
    host = person(world.site, Role.PLANNER, name="Mara Okafor")
    ours = planned_item(
        world,
        what="Weld the bracket",
        plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]},
    )
    theirs = planned_item(
        world,
        what="Clean the bund",
        plan={
            "team_id": world.hydrex.pk,
            "executor_ids": [world.other_contractor.pk],
            "owner_user_id": host.pk,
        },
    )
    return ours, theirs, planned_item(world)


def test_a_contractor_sees_the_own_company_alone(world, contractors, sign_in):
    ours, _theirs, _own = contractors
    page = sign_in(world.contractor).get(LIST)
    assert shown(page) == labels(ours)
    assert total(page) == "1"
    assert [view["count"] for view in page.context["views"]] == ["1", "0", "0", "0"]
    assert "Hydrex" not in page.text
    assert "Clean the bund" not in page.text
    assert world.other_contractor.name not in page.text
    assert "Okafor" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "owner=user:{host}",
        "owner=Okaf",
        "owner=user:999999",
        "executor=user:{other_contractor}",
        "executor=Other",
        "team=hydrex",
        "team=nobody",
        "clears=user:{planner}",
        "asset=PUMP-0301",
    ],
)
def test_a_contractor_cannot_tell_what_is_hidden_from_what_is_not_there(
    world, contractors, sign_in, query
):
    _ours, theirs, _own = contractors
    ids = {name: each.pk for name, each in world.people.items()} | {"host": theirs.owner_user_id}
    visitor = sign_in(world.contractor)
    page = visitor.client.get(f"{LIST}?{query.format(**ids)}")
    assert shown(page) == []
    assert page.context["trouble"]["kind"] == "refused"
    assert "Okafor" not in page.text
    assert "Hydrex" not in page.text


def test_numbers_of_others_are_not_found_by_a_contractor(world, contractors, sign_in):
    ours, theirs, _own = contractors
    visitor = sign_in(world.contractor)
    assert shown(visitor.get(LIST, q=f"W-{ours.number}")) == labels(ours)
    assert shown(visitor.get(LIST, q=f"W-{theirs.number}")) == []
    assert shown(visitor.get(LIST, q="bund")) == []


def test_each_filter_finds_its_own(world, planner):
    kind = work_type(
        world.site,
        "CAL",
        fields=[
            {
                "key": "severity",
                "label": "Severity",
                "kind": FieldKind.CHOICE,
                "choices": ["low", "high"],
                "filterable": True,
                "column": True,
            },
            {"key": "hours", "label": "Hours", "kind": FieldKind.NUMBER, "filterable": True},
        ],
    )
    plain = requested_item(world, what="Look at the door")
    there = requested_item(world, place_id=world.p301.pk, asset_ids=[world.pump.pk])
    typed = requested_item(
        world, type_id=kind.pk, values={"severity": "high", "hours": "4"}, priority="1"
    )
    late = live_item(world, due=world.t(-1), plan={"team_id": world.lasteam.pk})
    stopped = waiting_item(
        world,
        plan={
            "owner_user_id": world.supervisor.pk,
            "executor_ids": [world.second_technician.pk],
        },
    )
    done = done_item(world)
    closed = closed_item(world)

    def found(**query):
        page = planner.get(LIST, **query)
        assert page.context["trouble"] is None, query
        rows = shown(page)
        assert total(page) == str(len(rows))
        return sorted(rows)

    def those(*wanted):
        return sorted(labels(*wanted))

    assert found(status="requested") == those(plain, there, typed)
    assert found(status=["live", "done"]) == those(late, done)
    assert found(status="closed") == those(closed)
    assert found(status="all") == those(plain, there, typed, late, stopped, done, closed)
    assert found(type="CAL") == those(typed)
    assert found(place="30") == those(there)
    assert found(place="P-301") == those(there)
    assert found(owner=f"user:{world.supervisor.pk}") == those(stopped)
    assert found(owner="superv") == those(stopped)
    assert found(owner=f"post:{world.lead_post.pk}") == those(late, done)
    assert found(owner="lead, pack") == those(late, done)
    assert found(team="lasteam") == those(late)
    assert found(executor=f"user:{world.second_technician.pk}") == those(stopped)
    assert found(executor="second tech") == those(stopped)
    assert found(asset="PUMP-0301") == those(there)
    assert found(priority=["1", "2"]) == those(typed)
    assert found(kind="material") == those(stopped)
    assert found(kind="permit") == []
    assert found(clears="me") == those(stopped)
    assert found(clears=f"user:{world.planner.pk}") == those(stopped)
    assert found(clears="role:hse") == []
    assert found(blocked="1") == those(stopped)
    assert found(blocked="0") == those(plain, there, typed, late, done)
    assert found(overdue="1") == those(late)
    assert found(overdue="0") == those(plain, there, typed, stopped, done)
    assert found(due_before="2026-11-25") == those(late)
    assert found(due_before="2026-11-24") == []
    assert found(waiting_days="0") == those(stopped)
    assert found(waiting_days="1") == []
    assert found(q="DOOR look") == those(plain)
    assert found(q="door%") == []
    assert found(q="p-301") == those(there)
    # A tag is no number of work, although work has that number.
    tagged = requested_item(world, what=f"Seal of P-{closed.number}")
    assert found(q=f"P-{closed.number}") == those(tagged)
    assert found(q=f"w-{closed.number}") == those(closed)
    assert found(q=str(plain.number), status="live") == []
    assert found(**{"f.severity": "high"}) == those(typed)
    assert found(**{"f.hours": "4,0"}) == those(typed)
    assert found(**{"f.hours": "5"}) == []
    assert found(place="40", type="MNT", status="live", team="lasteam") == those(late)


def test_any_of_several_places_teams_kinds_and_types(world, planner):
    kind = work_type(world.site, "CAL")
    here = requested_item(world)
    there = requested_item(world, place_id=world.p301.pk, type_id=kind.pk)
    ours = planned_item(world, place_id=world.l4.pk, plan={"team_id": world.lasteam.pk})
    theirs = planned_item(world, place_id=world.l4.pk, plan={"team_id": world.hydrex.pk})
    stopped = waiting_item(world, place_id=world.l4.pk)

    def found(**query):
        page = planner.get(LIST, **query)
        assert len(page.context["chips"]) == 2
        return shown(page), page.context["hidden"]

    assert found(place=["L3", "30"]) == (labels(there, here), [{"name": "place", "value": "30"}])
    assert found(team=["lasteam", "hydrex"])[0] == labels(theirs, ours)
    assert found(kind=["plant", "material"])[0] == labels(stopped)
    assert found(type=["CAL", "MNT"])[0] == labels(stopped, theirs, ours, there, here)


def test_what_is_too_much_is_said(world, planner):
    for query, text in (
        ("owner=me&owner=superv", "“superv” is one value too many for Owner."),
        ("team=lasteam&team=zz", "“zz” is not understood as Team."),
        (
            "&".join(f"f.k{n}=1" for n in range(9)),
            "f.k8 is one field too many, or has too long a name.",
        ),
        ("after=garbage", "“garbage” is not understood as Place in the list."),
    ):
        page = planner.client.get(f"{LIST}?{query}")
        assert page.context["trouble"]["text"] == text


def test_a_part_of_a_name_that_too_many_have_is_not_cut(world, planner, monkeypatch):
    monkeypatch.setattr("work.reads.facets.MOST", 2)
    people = [person(world.site, Role.PLANNER, name=f"Jan {n}") for n in range(3)]
    made = [
        planned_item(world, plan={"owner_user_id": each.pk, "executor_ids": [each.pk]})
        for each in people
    ]
    for name, label in (("owner", "Owner"), ("executor", "Done by")):
        page = planner.get(LIST, **{name: "jan"})
        assert shown(page) == []
        assert page.context["trouble"] == {
            "kind": "too_many",
            "text": f"{label}: more than 2 are called “jan”. Type more of the name.",
            "url": "?",
            "action": "Leave it out",
        }
        assert shown(planner.get(LIST, **{name: "jan 1"})) == labels(made[1])
    monkeypatch.setattr("work.reads.facets.MOST", 3)
    kept.forget()
    assert shown(planner.get(LIST, owner="jan")) == labels(*reversed(made))


def test_a_moment_is_found_in_whatever_zone_it_was_said(world, planner):
    fields = [{"key": "seen", "label": "Seen", "kind": FieldKind.MOMENT, "filterable": True}]
    kind = work_type(world.site, "CAL", fields=fields)
    said = ["2026-11-24T04:30:00+01:00", "2026-11-24T03:30:00+00:00"]
    made = [requested_item(world, type_id=kind.pk, values={"seen": each}) for each in said]
    requested_item(world, type_id=kind.pk, values={"seen": "2026-11-24T04:30:00+00:00"})
    assert {item.values["seen"] for item in made} == {"2026-11-24T03:30:00+00:00"}
    for asked in (*said, "2026-11-24T04:30", "2026-11-23T22:30:00-05:00"):
        assert shown(planner.get(LIST, **{"f.seen": asked})) == labels(*reversed(made)), asked


def test_a_chip_says_its_own_field_and_not_one_that_begins_alike(world, planner):
    fields = [
        {"key": "ok", "label": "In order", "kind": FieldKind.YES_NO, "filterable": True},
        {"key": "ok_on", "label": "In order on", "kind": FieldKind.DATE, "filterable": True},
    ]
    kind = work_type(world.site, "CAL", fields=fields)
    requested_item(world, type_id=kind.pk, values={"ok": "yes", "ok_on": "2026-11-02"})
    page = planner.get(LIST, **{"f.ok_on": "2026-11-02", "f.ok_on.from": "2026-11-01"})
    assert [chip.value for chip in page.context["chips"]] == ["2 Nov 2026", "1 Nov 2026"]


def test_clear_to_start_and_not_ready_are_apart(world, planner):
    ready = planned_item(world)
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT, place_id=world.p301.pk)
    waits = planned_item(world, place_id=world.p301.pk)
    assert shown(planner.get(LIST, ready="1")) == labels(ready)
    assert shown(planner.get(LIST, ready="0")) == labels(waits)
    assert shown(planner.get(LIST, blocked="1")) == []


def test_mine_is_what_i_own_and_what_my_posts_own(world, sign_in):
    own = planned_item(world, plan={"owner_user_id": world.supervisor.pk})
    post = planned_item(world, plan={"owner_post_id": world.site_post.pk})
    planned_item(world)
    page = sign_in(world.supervisor).get(LIST, owner="me")
    assert shown(page) == labels(post, own)
    current = [view["label"] for view in page.context["views"] if view["current"]]
    assert current == ["Mine"]


def test_custom_columns_are_those_of_the_one_type(world, planner):
    kind = work_type(
        world.site,
        "CAL",
        fields=[
            {"key": "ok", "label": "In order", "kind": FieldKind.YES_NO, "column": True},
            {"key": "on", "label": "Seen on", "kind": FieldKind.DATE, "column": True},
        ],
    )
    requested_item(world, type_id=kind.pk, values={"ok": "yes", "on": "2026-11-02"})
    page = planner.get(LIST, type="CAL")
    assert [column.key for column in page.context["columns"]][-2:] == ["f.ok", "f.on"]
    assert "<td>Yes</td><td>2 Nov 2026</td></tr>" in page.text
    assert len(planner.get(LIST).context["columns"]) == 9


@pytest.mark.parametrize("custom", [0, 2])
def test_every_column_has_its_cell(world, planner, custom):
    fields = [
        {"key": f"k{n}", "label": f"Own {n}", "kind": FieldKind.TEXT, "column": True}
        for n in range(custom)
    ]
    kind = work_type(world.site, "OWN", fields=fields)
    requested_item(world, type_id=kind.pk)
    requested_item(world, type_id=kind.pk, safety_critical=True)
    text = planner.get(LIST, type="OWN").text
    heads, _rows, tail = text.partition("<tbody>")
    rows = tail.partition("</tbody>")[0].split("<tr ")[1:]
    assert heads.count("<th scope") == 10 + custom  # one of them for the boxes
    assert [row.count("<td") for row in rows] == [10 + custom] * 2


def test_a_lapse_is_seen_at_its_second_with_no_task_run(world, planner, clock):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    item = planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    clock.move_to(world.t(1) - timedelta(seconds=1))
    assert shown(planner.get(LIST, blocked="1")) == []
    assert shown(planner.get(LIST, kind="document")) == []
    assert shown(planner.get(LIST, ready="0")) == labels(item)
    assert "Blocked" not in planner.get(LIST).text.split("<tbody>")[1].split("</tbody>")[0]
    clock.move_to(world.t(1))
    assert shown(planner.get(LIST, blocked="1")) == labels(item)
    assert shown(planner.get(LIST, kind="document")) == labels(item)
    assert shown(planner.get(LIST, clears="role:hse")) == labels(item)
    assert shown(planner.get(LIST, ready="0")) == []
    assert "Blocked" in planner.get(LIST).text.split("<tbody>")[1].split("</tbody>")[0]
    item.refresh_from_db()
    assert item.open_blockers == 0


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", [0, 1, 2, 3]),
        ("-number", [3, 2, 1, 0]),
        ("due", [1, 0, 3, 2]),
        ("-due", [2, 3, 0, 1]),
        ("priority", [2, 1, 3, 0]),
        ("status", [3, 2, 1, 0]),
        ("-status", [0, 1, 2, 3]),
        ("waiting", [0, 3, 2, 1]),
        ("age", [1, 0, 3, 2]),
        ("nonsense", [3, 2, 1, 0]),
    ],
)
def test_orders(world, planner, sort, order):
    made = [
        waiting_item(world, at=world.t(-10), due=world.t(90), priority="4"),
        live_item(world, at=world.t(-20), due=world.t(60), priority="2"),
        planned_item(world, at=world.t(-1), priority="1"),
        requested_item(world, at=world.t(-5), due=world.t(120), priority="3"),
    ]
    page = planner.get(LIST, sort=sort)
    if sort == "number":
        assert page.context["columns"][0].direction == "ascending"
    assert shown(page) == labels(*(made[n] for n in order))


@pytest.mark.parametrize("sort", ["number", "-number", "due", "-due", "status", "-priority"])
def test_pages_and_keys_show_every_row_once(world, planner, sort, monkeypatch):
    monkeypatch.setattr("work.filters.pages.SIZE", 3)
    monkeypatch.setattr("work.views.lists.SIZE", 3)
    monkeypatch.setattr("work.filters.pages.LAST_PAGE", 2)
    monkeypatch.setattr("work.filters.asked.LAST_PAGE", 2)
    for n in range(11):
        due = world.t(n // 2) if n % 3 else None
        requested_item(world, due=due, priority=str(1 + n % 3))
    url, seen = f"?sort={sort}", []
    while url:
        page = planner.client.get(LIST + url)
        seen += shown(page)
        url = page.context["pager"].next_url
    assert len(seen) == 11
    assert len(set(seen)) == 11
    assert "after=" in page.request["QUERY_STRING"]
    every = WorkItem.objects.filter(site=world.site)
    assert set(seen) == set(labels(*every))


def test_pager_says_where_one_is(world, planner, monkeypatch):
    monkeypatch.setattr("work.filters.pages.SIZE", 2)
    monkeypatch.setattr("work.views.lists.SIZE", 2)
    for _n in range(5):
        requested_item(world)
    pager = planner.get(LIST, page="2").context["pager"]
    assert (pager.first, pager.last, pager.total_text) == (3, 4, "5")
    assert [page.number for page in pager.pages if not page.current] == [1, 3]
    assert (pager.previous_url, pager.next_url) == ("?", "?page=3")
    assert planner.get(LIST, page="9").context["pager"].next_url == ""


def test_above_a_thousand_the_total_is_rounded(world, planner, monkeypatch):
    monkeypatch.setattr("work.reads.counts.CAP", 2)
    for _n in range(4):
        requested_item(world)
    assert total(planner.get(LIST)) == "2+"


NOT_UNDERSTOOD = [
    "status=blue",
    "status=requested&status=blue",
    "type=NONE",
    "place=NOWHERE",
    "place=%00",
    "owner=user:99999999999999999999",
    "owner=user:x",
    "owner=post:٣",
    "owner=Nobody at all",
    "team=nobody",
    "executor=post:1",
    "asset=none",
    "kind=magic",
    "clears=king:1",
    "clears=role:king",
    "blocked=maybe",
    "ready=2",
    "overdue=x",
    "unconfirmed=0",
    "priority=9",
    "due_before=yesterday",
    "due_before=0001-01-01",
    "due_before=2026-02-30",
    "waiting_days=-1",
    "waiting_days=99999",
    "since=2026-13-01",
    "closed_since=x",
    "f.none=1",
    "f.%00=1",
    "f." + "k" * 41 + "=1",
    "&".join(f"f.k{n}=1" for n in range(9)),
    "q=a%00b",
    "team=lasteam&team=zz",
    "place=40&place=NOWHERE",
    "kind=plant&kind=magic",
    "owner=me&owner=superv",
    "executor=me&executor=tech",
    "blocked=0&blocked=1",
    "due_before=2026-11-25&due_before=2026-11-26",
    "after=garbage",
    "after=x~y",
    "sort=due&after=~",
    "sort=due&after=2026-99-99~1",
    "sort=status&after=77~1",
    "sort=priority&after=~1",
    "clears=me:king",
    "clears=me:role:king",
    "clears=me:",
]


def test_what_is_not_understood_shows_nothing_and_says_so(world, planner):
    requested_item(world)
    for query in NOT_UNDERSTOOD:
        page = planner.client.get(f"{LIST}?{query}")
        assert shown(page) == [], query
        assert total(page) == "0", query
        assert page.context["trouble"]["kind"] == "refused", query
        assert any("(not understood)" in chip.value for chip in page.context["chips"]), query
        assert "These filters cannot be answered" in page.text


HARMLESS = [
    "page=x",
    "page=0",
    "page=-3",
    "page=99999999999999999999999",
    "sort=%00",
    "after=%00",
    "sort=due&after=9999-12-31T23:59:59-12:00~999999999999999",
    "unknown=1&csrf=2",
    "q=" + "w" * 5000,
    "q=%25%5f%27%22%5c",
    "q=99999999999999999999999999",
    "q=999999999999999",
    "&".join(f"f.{n}=" for n in range(50)),
    "&".join("status=requested" for _n in range(200)),
    "q=%ff%fe",
]


def test_no_address_breaks_the_list_or_the_board(world, planner):
    requested_item(world)
    for query in [*NOT_UNDERSTOOD, *HARMLESS]:
        for url in (LIST, "/s/hvk/board/"):
            page = planner.client.get(f"{url}?{query}")
            assert page.status_code == 200, query
            assert len(page.content) < 60_000, query


def test_ended_work_with_other_filters_is_asked_for_a_period(world, clock, sign_in):
    old = closed_item(world)
    clock.move_to(world.at + timedelta(days=92))
    planner = sign_in(world.planner)
    assert shown(planner.get(LIST, status="closed")) == labels(old)
    for asked in ({"sort": "due"}, {"priority": "3"}, {"sort": "-age", "status": "all"}):
        assert shown(planner.get(LIST, q=f"W-{old.number}", **asked)) == labels(old)
    page = planner.get(LIST, status="closed", priority="3")
    assert shown(page) == []
    chip = page.context["chips"][-1]
    assert (chip.label, chip.value) == ("Ended work, raised since", "26 Nov 2026")
    assert chip.remove_url == "?priority=3"
    wide = planner.get(LIST, status="closed", priority="3", since="2026-11-24")
    assert shown(wide) == labels(old)
    too_wide = planner.get(LIST, status="closed", priority="3", since="2024-11-01")
    assert too_wide.context["trouble"]["kind"] == "too_many"
    assert too_wide.context["trouble"]["url"] == "?status=closed&priority=3"


def test_a_period_that_is_put_hides_no_open_work(world, clock, sign_in):
    """A period that is asked for is another thing: it is of all work."""
    waits, _old = requested_item(world), closed_item(world)
    clock.move_to(world.at + timedelta(days=92))
    planner = sign_in(world.planner)
    late = {"at": world.at + timedelta(days=92)}
    fresh, ended = requested_item(world, **late), closed_item(world, **late)
    found = planner.get(LIST, status="all", priority="3")
    assert shown(found) == labels(ended, fresh, waits)
    assert [chip.label for chip in found.context["chips"]] == [
        "Status",
        "Priority",
        "Ended work, raised since",
    ]
    assert shown(planner.get(LIST, status="all", sort="due")) == labels(ended, fresh, waits)
    both = planner.get(LIST, status=["requested", "closed"], priority="3")
    assert shown(both) == labels(ended, fresh, waits)
    asked = planner.get(LIST, status="all", priority="3", since="2026-11-26")
    assert shown(asked) == labels(ended, fresh)
    columns = planner.get("/s/hvk/board/", status="all", priority="3").context["columns"]
    assert [column["count"] for column in columns] == ["2", "0", "0", "0", "0"]


def test_closed_since_is_the_period(world, clock, sign_in):
    item = done_item(world)
    clock.move_to(world.at + timedelta(days=400))
    acceptance.accept(
        actor=world.shift_lead,
        at=world.at + timedelta(days=400),
        item_id=item.pk,
        judged=dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen"),
    )
    planner = sign_in(world.planner)
    found = planner.get(LIST, closed_since="2027-12-01", priority="3")
    assert shown(found) == labels(item)
    assert [chip.label for chip in found.context["chips"]] == ["Priority", "Closed since"]
    too_wide = planner.get(LIST, closed_since="2026-12-01", priority="3")
    assert too_wide.context["trouble"]["kind"] == "too_many"
    assert too_wide.context["trouble"]["url"] == "?priority=3&closed_since=2027-09-30"


def test_chips_say_what_narrows_and_lead_back(world, planner):
    requested_item(world)
    page = planner.get(LIST, status=["requested", "planned"], place="40", owner="me", sort="due")
    assert [(chip.label, chip.value) for chip in page.context["chips"]] == [
        ("Status", "Requested"),
        ("Status", "Planned"),
        ("Place", "Packaging"),
        ("Owner", "Me"),
    ]
    assert page.context["chips"][0].remove_url == "?status=planned&place=40&owner=me&sort=due"
    assert page.context["hidden"] == [{"name": "sort", "value": "due"}]
    assert page.context["clear_url"] == LIST


def test_htmx_gets_the_fragment_alone(world, planner):
    requested_item(world)
    part = planner.get(LIST, htmx=True)
    assert part.text.lstrip().startswith('<div class="stack" id="work">')
    assert "<html" not in part.text
    assert {"HX-Request", "Cookie"} <= set(part.headers["Vary"].split(", "))
    boosted = planner.client.get(LIST, headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in boosted.text
    # The ways that stand over it go with it: a file holds what is shown.
    for url, ways in ((LIST, ("work/export.csv", "board/")), ("/s/hvk/board/", ("work/",))):
        part = planner.get(url, htmx=True, place="40").text
        over = part[part.index('<div class="actions" id="acts" hx-swap-oob="true">') :]
        for way in ways:
            assert f'href="/s/hvk/{way}?place=40"' in over
        assert "hx-swap-oob" not in planner.get(url, place="40").text


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, planner, count, django_assert_num_queries):
    waiting_item(world)
    for n in range(count - 1):
        item = requested_item(world, due=world.t(n))
        if n % 3 == 0:
            blockers.raise_(
                actor=world.planner,
                at=world.at,
                item_id=item.pk,
                kind=BlockerKind.PLANT,
                what="Line runs",
            )
    # session, user, scope, site, views, token, facets, counts, rows
    with django_assert_num_queries(9):
        page = planner.get(LIST)
    assert len(shown(page)) == count
    with django_assert_num_queries(9):
        planner.get(
            LIST,
            status="all",
            place="40",
            owner="shift",
            executor="tech",
            clears="me",
            kind="material",
            q="guard",
            sort="due",
        )
    # Asked again while nothing is different: what was found is known.
    with django_assert_num_queries(6):
        planner.get(LIST, htmx=True)


def test_an_asset_without_work_is_known(world, planner):
    asset(asset_class(world.site, "tank"), "TK-1")
    requested_item(world)
    page = planner.get(LIST, asset="TK-1")
    assert shown(page) == []
    assert page.context["trouble"] is None


def test_moved_places_are_found_at_once(world, planner):
    item = requested_item(world, place_id=world.l3.pk)
    items.edit(actor=world.planner, at=world.at, item_id=item.pk, place_id=world.p301.pk)
    assert shown(planner.get(LIST, place="40")) == []
    assert shown(planner.get(LIST, place="U-310")) == labels(item)


def test_what_lapsed_is_what_blocks_before_a_task_has_run(world):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    for days in (2, 3, 4):
        start = world.at + timedelta(days=days, minutes=1)
        planned_item(world, plan={"planned_start": start})
    planned_item(world)
    for moment in (world.t(0), world.t(1), world.t(1 + 1440), world.t(1 + 2880)):
        lapsed = Prerequisite.objects.filter(unmet_and_due(moment)).values("item")
        blocked = set(WorkItem.objects.blocked(moment).values_list("pk", flat=True))
        by_rows = WorkItem.objects.filter(Q(open_blockers__gt=0) | Q(pk__in=lapsed))
        assert blocked == set(by_rows.values_list("pk", flat=True))
        assert len(blocked) == max(0, (moment - world.t(1)).days + 1)
        every = set(WorkItem.objects.open().values_list("pk", flat=True))
        rest = set(WorkItem.objects.not_blocked(moment).values_list("pk", flat=True))
        assert rest == every - blocked


@pytest.mark.parametrize("page", ["2", "20", "21", "9" * 12])
def test_a_page_beyond_the_last_says_so(world, planner, page):
    item = requested_item(world)
    answer = planner.get(LIST, q="guard", page=page)
    assert shown(answer) == []
    assert "This page lies beyond the last" in answer.text
    assert "No open work here" not in answer.text
    link = re.search(r'<a class="btn" href="([^"]+)">To the last page', answer.text)[1]
    assert link == "?q=guard"
    assert shown(planner.client.get(LIST + link)) == labels(item)
    assert shown(planner.get(LIST, page="abc")) == labels(item)


def test_the_last_page_is_not_beyond(world, planner, monkeypatch):
    monkeypatch.setattr("work.filters.pages.SIZE", 1)
    monkeypatch.setattr("work.views.lists.SIZE", 1)
    first, _second = requested_item(world), requested_item(world)
    page = planner.get(LIST, page="2")
    assert shown(page) == labels(first)
    beyond = planner.get(LIST, page="3").context["pager"]
    assert (beyond.beyond_url, beyond.previous_url) == ("?page=2", "?page=2")


def test_what_has_ended_ages_no_more_and_needs_no_owner(world, planner):
    item = requested_item(world)
    items.cancel(actor=world.planner, at=world.at, item_id=item.pk, reason="Long gone")
    WorkItem.objects.filter(pk=item.pk).update(requested_at=world.at - timedelta(days=6422))
    row = planner.get(LIST, status="cancelled").text.split("<tbody>")[1].split("</tbody>")[0]
    assert f"W-{item.number}" in row
    assert ("6422 d" in row, "No owner" in row) == (False, False)
