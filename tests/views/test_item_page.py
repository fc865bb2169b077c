"""The page of an item: its states, its queries, its one clock, and what wrong addresses answer."""

import itertools
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.ui.markup import Markup
from tests.views import cases
from tests.views.conftest import weight
from work import ports
from work.models import Acceptance, WorkItem
from work.services import blockers, checklist, execution, holds, items, proof, requirements, types
from work.states import BlockerKind
from work.views import _site
from work.views._acts import SPECS

# session, user, scope, site, and whether anything is new: what every live page of a site asks.
FRAME = 5


@pytest.mark.parametrize(
    "make",
    [
        factories.requested_item,
        factories.planned_item,
        factories.live_item,
        factories.waiting_item,
        factories.done_item,
        factories.closed_item,
    ],
)
def test_page_of_every_status(world, sign_in, make):
    item = make(world)
    answer = sign_in(world.shift_lead).see(item)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Replace the guard switch" in text
    assert item.get_status_display() in text


def test_a_type_is_called_as_it_is_called_now(world, sign_in):
    """Its version never changes, and is kept by the process; its name may."""
    item, reader = factories.requested_item(world), sign_in(world.shift_lead)
    reader.see(item)
    to = {"type_id": item.type_id, "name": "Called otherwise"}
    types.change_type(actor=world.site_admin, at=world.t(1), **to)
    assert "Called otherwise" in reader.see(item).content.decode()


def _queries(visitor, item, **more) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = visitor.see(item, **more)
    assert answer.status_code == 200
    return [each["sql"] for each in asked]


@pytest.fixture
def empty_item(world):
    return factories.requested_item(world)


@pytest.fixture
def full_item(world):
    """30 lines, 30 prerequisites, 30 evidence, 30 blockers, children, a hold, a long history."""
    kind = factories.work_type(
        world.site,
        "FULL",
        criteria=[{"key": f"c{n}", "text": f"Criterion {n}", "evidence": n % 2} for n in range(30)],
        lines=[{"key": f"l{n}", "text": f"Line {n}?", "kind": "pass_fail"} for n in range(30)],
    )
    other = factories.planned_item(world)
    item = factories.planned_item(
        world, type_id=kind.pk, place_ids=[world.l4.pk], asset_ids=[world.pump.pk]
    )
    for n in range(15):
        requirements.require(
            actor=world.planner,
            at=world.at,
            item_id=item.pk,
            gate="complete",
            kind="decision",
            supplier="work.check",
            params={"role": "hse"},
            what=f"Check {n}",
            waivable_by="quality",
        )
        other = factories.planned_item(world, what=f"Other {n}")
        requirements.require(
            actor=world.planner,
            at=world.at,
            item_id=item.pk,
            gate="close",
            kind="work",
            supplier="work.item",
            source_id=other.pk,
        )
        items.request(
            actor=world.planner,
            at=world.at,
            site_id=world.site.pk,
            type_id=world.mnt.pk,
            place_id=world.l4.pk,
            what=f"Child {n}",
            parent_id=item.pk,
            mandatory=True,
        )
    holds.place(
        actor=world.shift_lead, at=world.at, item_id=item.pk, kind="restart", place_id=item.place_id
    )
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    for n in range(30):
        proof.attach(
            actor=world.technician, at=world.at, item_id=item.pk, kind="signature", said=f"Seen {n}"
        )
        blocker = blockers.raise_(
            actor=world.technician,
            at=world.at,
            item_id=item.pk,
            kind="material",
            what=f"Part {n}",
            clears=f"user:{world.planner.pk}",
            expected=world.t(60),
        )
    blockers.promise(actor=world.planner, at=world.at, blocker_id=blocker.pk, expected=world.t(90))
    checklist.answer(
        actor=world.technician, at=world.at, line_id=item.lines.first().pk, answer="fail"
    )
    with pytest.raises(Exception, match="line_open"):
        execution.complete(actor=world.technician, at=world.at, item_id=item.pk)
    return item


def test_queries_do_not_grow_with_what_stands_around(world, sign_in, empty_item, full_item):
    visitor = sign_in(world.shift_lead)
    visitor.see(full_item), visitor.see(empty_item)  # the types are kept from now on
    few, many = _queries(visitor, empty_item), _queries(visitor, full_item)
    # One of them counts the sections of all domains.
    assert (len(few) - FRAME, len(many) - FRAME) == (6, 13), "\n".join(q[:180] for q in many)
    few, many = (_queries(visitor, each, htmx=True) for each in (empty_item, full_item))
    assert (len(few) - FRAME, len(many) - FRAME) == (6, 13)


def test_the_page_stays_light_with_thirty_of_everything(world, sign_in, full_item):
    """For who may do the most."""
    visitor = sign_in(world.shift_lead)
    assert weight(visitor.see(full_item)) < 100_000
    assert weight(visitor.see(cases.CASES["accept"].make(world))) < 30_000


def _trail(page) -> list[str]:
    history = Markup(page.text).by_id("history")
    return [" ".join(tag.text.split()) for tag in history.inside if tag.name == "li"]


def _older(page) -> str:
    history = Markup(page.text).by_id("history")
    links = {tag.text.strip(): tag.attrs["href"] for tag in history.inside if tag.name == "a"}
    return links.get("Older", "")


def test_refusals_push_nothing_out_of_the_history(world, sign_in):
    """One line a person and a verb, which says what was refused, how often, and where each is."""
    item = factories.requested_item(world)
    visitor = sign_in(world.shift_lead)
    for _again in range(33):
        assert visitor.act(item, "complete").status_code == 422
    assert visitor.act(item, "accept").status_code == 422
    page = visitor.see(item)
    refused = [line for line in _trail(page) if "was refused" in line]
    assert len(_trail(page)) == 3
    assert "was refused “Accept” “Accept” is not possible" in refused[0]
    assert "was refused “Complete” 33 times" in refused[1]
    assert "asked for it" in _trail(page)[-1]
    links = [tag.attrs.get("href", "") for tag in Markup(page.text).by_id("history").inside]
    each = next(link for link in links if "all=history" in link)
    first = visitor.get(each)
    assert len(_trail(first)) == 30
    last = visitor.get(_older(first))
    assert len(_trail(last)) == 4
    assert (_older(last), "asked for it" in _trail(last)[-1]) == ("", True)


def test_the_whole_history_is_a_few_links_away(world, sign_in):
    item = factories.requested_item(world)
    visitor = sign_in(world.shift_lead)
    for n in range(61):
        visitor.act(item, "comment", text=f"Note {n}")
    shown, page = [], visitor.see(item)
    while True:
        shown += _trail(page)
        if not _older(page):
            break
        page = visitor.get(_older(page), htmx=True)
    assert len(shown) == 62
    assert ("Note 60" in shown[0], "asked for it" in shown[-1]) == (True, True)
    assert all(f"Note {n}" in shown[60 - n] for n in range(61))
    assert visitor.get(f"/s/hvk/work/W-{item.number}/?before=x").status_code == 200


def _ids(page: Markup) -> set[str]:
    return {tag.attrs["id"] for tag in page.tags if "id" in tag.attrs}


def _rows(page: Markup, kind: str) -> int:
    return len([each for each in _ids(page) if re.fullmatch(rf"{kind}-\d+", each)])


def test_long_lists_are_cut_and_the_rest_is_a_link_away(world, sign_in, full_item):
    visitor = sign_in(world.shift_lead)
    page = Markup(visitor.see(full_item).text)
    assert [_rows(page, kind) for kind in ("blocker", "requirement", "line")] == [12, 12, 30]
    assert page.by_id("requirements").text.count("Part ") == 12
    # What is not met comes first, the newest proof too.
    assert "Met" not in page.by_id("requirements").text.replace("Not met", "")
    # Above the fold the first few stand for all.
    seven = next(tag for tag in page.all("dl") if tag.attrs.get("class") == "seven")
    assert "+27 more" in " ".join(seven.text.split())
    evidence = " ".join(page.by_id("evidence").text.split())
    assert "Seen 29" in evidence
    assert "Seen 17" not in evidence
    url = f"/s/hvk/work/W-{full_item.number}/?all="
    more = {tag.attrs["href"]: " ".join(tag.text.split()) for tag in page.all("a")}
    assert more[f"{url}requirements#requirements"] == "38 more"
    assert more[f"{url}evidence#evidence"] == "18 more"
    whole = Markup(visitor.get(f"{url}requirements").text)
    assert [_rows(whole, kind) for kind in ("blocker", "requirement")] == [30, 32]
    assert " more" not in whole.by_id("requirements").text
    # What was unfolded stays so, at the next link and when the page keeps itself up to date.
    links = [tag for tag in whole.all("a") if tag.attrs["href"].endswith("#evidence")]
    (link,) = [tag for tag in links if "all=" in tag.attrs["href"]]
    assert link.attrs["hx-get"] == f"{url}evidence&all=requirements"
    assert (link.attrs["hx-target"], link.attrs["hx-replace-url"]) == ("#item", "true")
    older = f"/s/hvk/work/W-{full_item.number}/?all=requirements&before="
    assert _older(visitor.get(f"{url}requirements")).startswith(older)
    part = visitor.get(f"{url}evidence", htmx=True).text
    assert all(f"Seen {n}" in part for n in range(30))
    assert len(page.by_id("closure").inside) < len(
        Markup(visitor.get(f"{url}closure").text).by_id("closure").inside
    )


def test_every_reason_leads_to_a_row_that_is_there(world, sign_in, full_item):
    visitor = sign_in(world.shift_lead)
    text = visitor.get(f"/s/hvk/work/W-{full_item.number}/?all=closure").text
    links = {tag.attrs["href"] for tag in Markup(text).by_id("closure").inside if tag.name == "a"}
    known = {"": _ids(Markup(text))}
    assert len(links) > 100
    for link in links:
        path, _hash, anchor = link.partition("#")
        if anchor:
            if path not in known:
                known[path] = _ids(Markup(visitor.client.get(path).text))
            assert anchor in known[path], link
    assert len(known) == 2


def test_the_clock_is_asked_once(world, sign_in, full_item, monkeypatch):
    asked = []

    def now():
        asked.append(1)
        return world.at

    monkeypatch.setattr(_site, "now", now)
    assert sign_in(world.shift_lead).see(full_item).status_code == 200
    assert asked == [1]


def test_a_lapse_is_seen_at_its_second_with_no_task_running(world, sign_in, clock):
    factories.rule(world.site, "air", what="Air measured")
    item = factories.planned_item(world)
    row = item.prerequisites.get(rule__key="air")
    requirements.check(
        actor=world.hse, at=world.at, prerequisite_id=row.pk, passed=True, valid_until=world.t(60)
    )
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    visitor = sign_in(world.technician)
    stored = WorkItem.objects.filter(pk=item.pk).values().get()

    clock.move_to(world.t(60) - timedelta(seconds=1))
    text = visitor.see(item).content.decode()
    assert "Nothing blocks the next step" in text
    assert "Blocked" not in text
    assert 'id="act-confirm-stopped"' not in text

    clock.move_to(world.t(60))
    text = visitor.see(item).content.decode()
    assert "Nothing blocks the next step" not in text
    blocked = text.split("What blocks it")[1].split("Context and safeguards")[0]
    assert "Air measured" in blocked
    assert "Cleared by HSE" in blocked
    assert "Not confirmed stopped, 0 min" in text
    assert "It has run out" in text
    assert 'id="act-confirm-stopped"' in text

    clock.move_to(world.t(72))
    assert "Not confirmed stopped, 12 min" in visitor.see(item).content.decode()
    assert WorkItem.objects.filter(pk=item.pk).values().get() == stored

    answer = visitor.act(item, "confirm-stopped", condition="Valve shut, locked")
    assert answer.status_code == 303
    item.refresh_from_db()
    assert item.status == "waiting"
    assert item.blockers.get().since == world.t(60)


def test_ready_ends_at_its_second(world, sign_in, clock):
    factories.rule(world.site, "air", what="Air measured", lead=timedelta(hours=1))
    item = factories.planned_item(world, plan={"planned_start": world.t(300)})
    row = item.prerequisites.get(rule__key="air")
    requirements.check(
        actor=world.hse, at=world.at, prerequisite_id=row.pk, passed=True, valid_until=world.t(60)
    )
    visitor = sign_in(world.technician)
    clock.move_to(world.t(59))
    assert "Clear to start" in visitor.see(item).content.decode()
    clock.move_to(world.t(60))
    text = visitor.see(item).content.decode()
    assert "Clear to start" not in text.replace("Not clear to start yet", "")
    assert "Not clear to start yet" in text
    clock.move_to(world.t(240))
    assert "Blocked" in visitor.see(item).content.decode()


WRONG = [
    "W-99999999999999999999",
    "W-0",
    "W-",
    "0",
    "-1",
    "W-1.0",
    "²",
    "W-²",
    "x",
    "%00",
    "W-1%00",
    "W-1%20OR%201=1",
    "W-%F0%9F%98%80",
    "w" * 300,
    "999999999999999",
]


def test_wrong_numbers_are_not_found(world, sign_in):
    item = factories.planned_item(world)
    visitor = sign_in(world.shift_lead)
    for number in WRONG:
        assert visitor.get(f"/s/hvk/work/{number}/").status_code == 404, number
        assert visitor.post(f"/s/hvk/work/{number}/start/").status_code == 404, number
    for spelling in (
        f"W-{item.number}",
        f"w-{item.number}",
        str(item.number),
        f"W-000{item.number}",
    ):
        assert visitor.get(f"/s/hvk/work/{spelling}/").status_code == 200, spelling


def test_the_page_answers_get_alone(world, sign_in):
    item = factories.planned_item(world)
    visitor = sign_in(world.shift_lead)
    assert visitor.post(f"/s/hvk/work/W-{item.number}/").status_code == 405
    assert visitor.client.delete(f"/s/hvk/work/W-{item.number}/").status_code == 405


HUGE = "x" * 20_000
STRANGE = [
    "",
    " ",
    HUGE,
    "\x00",
    "a\x00b",
    "𝔘",
    "<script>alert(1)</script>",
    "-1",
    "1e999",
    "NaN",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "{}",
    "[]",
    "²",
]


@pytest.mark.parametrize("verb", cases.CASES)
def test_wrong_input_is_never_our_failure(world, sign_in, verb):
    """Fields with things that nobody should type: refused or done, never an error."""
    case, spec = cases.CASES[verb], SPECS[verb]
    item = case.make(world)
    visitor, of, good = sign_in(case.actor(world)), case.of(item), case.typed(world, item)
    fields = list(dict.fromkeys([*(spec.form.base_fields.keys() - {"file"}), *good]))
    strange = itertools.cycle(STRANGE)
    tried = [dict.fromkeys(fields, next(strange)) for _ in range(3)]
    tried += [good | {name: next(strange)} for name in fields for _ in range(2)]
    for typed in tried:
        seen = item.version if not spec.part else ""
        answer = visitor.act(item, verb, of=of, seen=seen, **typed)
        assert answer.status_code in (303, 403, 404, 409, 422), typed
        assert b"<script>alert(1)" not in answer.content
    assert visitor.see(item).status_code == 200


def test_a_repeated_hour_is_its_first_and_a_skipped_one_moves_on(world, sign_in, clock):
    item = factories.planned_item(world)
    visitor = sign_in(world.planner)
    known = {"what": item.what, "place": "L3", "priority": "3", "why": item.why}
    visitor.act(item, "edit", **known, planned_start="2026-10-25T02:30", due="2026-03-29T02:30")
    item.refresh_from_db()
    assert item.planned_start.isoformat() == "2026-10-25T00:30:00+00:00"
    assert item.due.isoformat() == "2026-03-29T01:30:00+00:00"


def test_an_edit_says_which_places_are_affected(world, sign_in):
    item = factories.planned_item(world, place_ids=[world.l4.pk])
    known = {"what": item.what, "place": "L3", "priority": "3", "why": item.why}
    visitor = sign_in(world.planner)
    form = visitor.get(f"/s/hvk/work/W-{item.number}/edit/").content.decode()
    assert f'name="places" value="{world.l4.code}"' in form

    visitor.act(item, "edit", **known, places=f"{world.p301.code}, {world.u310.code}")
    assert set(item.places.all()) == {world.p301, world.u310}
    answer = visitor.act(item, "edit", **known, places="NO-SUCH")
    assert answer.status_code == 422
    assert set(item.places.all()) == {world.p301, world.u310}


def test_an_edit_leaves_the_seconds_of_a_time_it_did_not_touch(world, sign_in):
    start = world.t(300) + timedelta(seconds=42)
    item = factories.planned_item(world, plan={"planned_start": start})
    known = {"what": "New words", "place": "L3", "priority": "3", "why": item.why}
    sign_in(world.planner).act(item, "edit", **known, planned_start="2026-11-24T10:00")
    item.refresh_from_db()
    assert (item.what, item.planned_start) == ("New words", start)


def test_a_closed_item_says_who_accepted_it_and_when(world, sign_in):
    item = factories.closed_item(world, at=world.t(-60))
    lead = world.shift_lead.name
    page = Markup(sign_in(world.viewer).see(item).text)
    closure = " ".join(page.by_id("closure").text.split())
    assert closure.endswith(f"Accepted by {lead} (Shift lead, Packaging), Today 04:00")
    assert page.all("main")[0].text.count("Accepted by") == 1


def test_what_was_never_accepted_here_claims_no_acceptance(world, sign_in):
    visitor = sign_in(world.viewer)
    cancelled = factories.requested_item(world)
    items.cancel(actor=world.planner, at=world.at, item_id=cancelled.pk, reason="Not needed")
    imported = factories.closed_item(world)
    Acceptance.objects.filter(item=imported).update(kind="source", by=None, post=None, role="")
    WorkItem.objects.filter(pk=imported.pk).update(completed_by=None)
    assert "Accepted by" not in visitor.see(cancelled).text
    page = visitor.see(imported).text
    assert ("Accepted by" in page, "Accepted in the source system" in page) == (False, True)


def test_a_permit_that_is_asked_stands_in_the_head_and_in_the_context(world, sign_in):
    factories.rule(world.site, key="hot", what="Permit for hot work", kind=BlockerKind.PERMIT)
    page = Markup(sign_in(world.viewer).see(factories.planned_item(world)).text)
    head = next(tag for tag in page.all("header") if tag.attrs.get("class") == "page-head")
    context = next(tag for tag in page.all("div") if tag.attrs.get("class") == "q-context")
    assert "Permit" in head.text
    assert "Permit: Permit for hot work" in " ".join(context.text.split())


def test_the_own_place_is_not_touched_besides(world, sign_in):
    item = factories.requested_item(world, place_ids=[world.l3.pk])
    assert "Also touches" not in sign_in(world.viewer).see(item).text
    other = factories.requested_item(world, place_ids=[world.l3.pk, world.l4.pk])
    page = Markup(sign_in(world.viewer).see(other).text)
    where = next(tag for tag in page.all("div") if tag.attrs.get("class") == "q-where")
    assert where.text.count(world.l3.name) == 1
    assert world.l4.name in where.text


@pytest.mark.parametrize("page", ["item", "place", "picture"])
def test_a_panel_that_fails_says_so_and_the_page_stands(world, sign_in, page):
    class Failing:
        key = "stub.panel"
        title = "Drawings"

        def count(self, user, thing, at):
            raise RuntimeError("boom")

        def url(self, thing):
            return "/drawings/"

    Failing.page = page
    item = factories.planned_item(world)
    at = {"item": f"work/W-{item.number}/", "place": f"places/{world.l3.code}/", "picture": ""}
    ports.panels.register(Failing())
    try:
        answer = sign_in(world.supervisor).get(f"/s/hvk/{at[page]}")
    finally:
        ports.panels.unregister(Failing.key)

    section = answer.content.decode().partition('id="panel-stub-panel"')[2].partition("</section>")
    assert answer.status_code == 200
    assert "Drawings" in section[0]
    assert "This is not available now." in section[0]
    assert "/drawings/" not in section[0]


def test_a_one_time_check_that_was_waived_says_by_whom(world, sign_in, clock):
    factories.rule(world.site, "brief", waivable_by="hse", one_time=True)
    item = factories.planned_item(world)
    requirements.waive(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=item.prerequisites.get(rule__key="brief").pk,
        until=world.t(20),
        reason="Known crew",
    )
    said = f"waived by {world.hse.name}"
    for minutes in (2, 10, 30):
        clock.move_to(world.t(minutes))
        assert said in sign_in(world.supervisor).see(item).content.decode()
        if minutes == 2:
            execution.start(actor=world.technician, at=world.t(3), item_id=item.pk)


def test_lines_are_answered_one_after_the_other_where_they_stand(world, sign_in):
    kind = factories.work_type(
        world.site,
        "LINES",
        lines=[
            {"key": "guard", "text": "Guard on?", "kind": "pass_fail", "na_allowed": True},
            {"key": "bar", "text": "Pressure", "kind": "reading", "unit": "bar", "high": "8"},
            {"key": "state", "text": "State", "kind": "choice", "choices": ["Clean", "Wet"]},
            {"key": "seen", "text": "What was seen", "kind": "text"},
        ],
    )
    item = factories.live_item(world, type_id=kind.pk)
    visitor, answers = (
        sign_in(world.technician),
        [
            {"answer": "pass"},
            {"answer": "pass", "value": "9,5"},
            {"answer": ["pass", "could_not"], "why_not": "Too dark"},
            {"answer": "pass", "said": "A crack"},
        ],
    )
    page = Markup(visitor.see(item).text)
    for n, (line, typed) in enumerate(zip(item.lines.order_by("position"), answers, strict=True)):
        (form,) = [tag for tag in page.all("form") if tag.attrs.get("class") == "answer"]
        assert form.attrs["id"] == f"act-answer-{line.pk}"
        given = {
            tag.attrs["name"]: tag.attrs["value"]
            for tag in form.inside
            if tag.attrs.get("type") == "hidden"
        }
        focused = [tag for tag in page.tags if "autofocus" in tag.attrs]
        assert (bool(focused) and focused[0] in form.inside) == bool(n)
        answer = visitor.post(form.attrs["action"], given | typed, htmx=True)
        assert answer.status_code == 200
        page = Markup(answer.text)
    assert [tag for tag in page.all("form") if tag.attrs.get("class") == "answer"] == []
    assert "Every line is answered." in answer.text
    told = item.lines.order_by("position").values_list("answer", "value", "said")
    assert list(told) == [
        ("pass", None, ""),
        ("fail", Decimal("9.5"), ""),
        ("could_not", None, "Too dark"),
        ("pass", None, "A crack"),
    ]
