"""The menu of a card: which moves, for whom, at once or by their page, held with the reason."""

import re
import uuid

import pytest

from tests import factories
from tests.ui.markup import Markup
from tests.views import cases
from tests.work.outcomes import left_unchanged
from work.models import Event, WorkItem
from work.permissions import scope
from work.reads import cards
from work.reads import item as read
from work.services import checklist, requirements
from work.services.guards import refusals
from work.states import BlockerKind, Gate, Mode, Verb

BOARD = "/s/hvk/board/"


def menu(visitor, item) -> dict:
    """The moves of the item's card, by their verbs."""
    page = visitor.get(BOARD)
    shown = [row for column in page.context["columns"] for row in column["items"]]
    return {move.verb: move for row in shown if row.pk == item.pk for move in row.moves}


def press(visitor, item, verb, board=BOARD):
    """Press an entry of the menu as a browser without a script does."""
    page = Markup(visitor.client.get(board).content.decode())
    button = next(
        tag
        for tag in page.by_id(f"menu-W-{item.number}").inside
        if f"/{verb}/" in tag.attrs.get("formaction", "")
    )
    form = page.by_id(button.attrs["form"])
    hidden = {tag.attrs["name"]: tag.attrs["value"] for tag in form.inside if tag.name == "input"}
    return visitor.client.post(button.attrs["formaction"], hidden)


def told(item):
    return list(Event.objects.filter(item=item).order_by("pk").values_list("verb", flat=True))


MENUS = {
    # by the shift lead, who has the duty here: at once, then by a page of their own
    factories.requested_item: ([], ["plan", "cancel"]),
    factories.planned_item: (["start"], ["return", "cancel"]),
    factories.live_item: (["complete"], ["wait", "stop"]),
    factories.waiting_item: (["resume"], ["stop", "cancel"]),
    factories.done_item: ([], ["accept", "give-back"]),
}


@pytest.mark.parametrize("make", MENUS)
def test_the_moves_of_each_status(world, sign_in, make):
    item = make(world)
    visitor = sign_in(world.shift_lead)
    found, (at_once, by_page) = menu(visitor, item), MENUS[make]
    assert {verb for verb, move in found.items() if move.at_once} == set(at_once)
    assert {verb for verb, move in found.items() if not move.at_once} == set(by_page)
    url = f"/s/hvk/work/W-{item.number}/"
    for verb in at_once:
        assert found[verb].url == f"{url}{verb}/?seen={item.version}"
    for verb in by_page:
        assert (found[verb].url, found[verb].allowed) == (f"{url}{verb}/", True)
        assert visitor.get(found[verb].url).status_code == 200


def test_every_entry_is_named_with_its_item(world, sign_in):
    item = factories.planned_item(world)
    page = Markup(sign_in(world.shift_lead).get(BOARD).text)
    opener = next(
        tag
        for tag in page.all("button")
        if tag.attrs.get("popovertarget") == f"menu-W-{item.number}"
    )
    assert opener.attrs["aria-label"] == f"Move W-{item.number}"
    entries = page.by_id(f"menu-W-{item.number}").inside
    names = [" ".join(tag.text.split()) for tag in entries if tag.name in ("a", "button")]
    assert names == [
        f"Start W-{item.number}",
        f"Return to requested W-{item.number}",
        f"Cancel it W-{item.number}",
    ]


def test_a_move_is_done_from_the_menu_and_leads_back_to_the_card(world, sign_in):
    item = factories.planned_item(world)
    board = f"{BOARD}?place=40"
    answer = press(sign_in(world.technician), item, "start", board)
    assert answer.status_code == 303
    assert answer["Location"] == f"{board}#card-W-{item.number}"
    item.refresh_from_db()
    assert (item.status, item.started_at) == ("live", world.at)
    assert told(item)[-1] == "start"


def test_pressed_twice_it_is_done_once(world, sign_in):
    item = factories.planned_item(world)
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["start"]
    page = {"page": str(uuid.uuid4())}
    assert visitor.post(move.url, page).status_code == 303
    count = Event.objects.count()
    assert visitor.post(move.url, page).status_code == 303
    assert told(item).count("start") == 1
    assert Event.objects.count() == count


def test_two_pages_are_two_acts_and_a_page_that_is_none_does_nothing(world, sign_in):
    """Each page that was sent has its own identity, whatever of it was drawn before."""
    item = factories.planned_item(world)
    pages = []
    for reader in (world.shift_lead, world.shift_lead, world.technician):
        form = Markup(sign_in(reader).get(BOARD).text).by_id("move")
        pages += [tag.attrs["value"] for tag in form.inside if tag.attrs.get("name") == "page"]
    assert len({*pages}) == 3
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["start"]
    for wrong in ("x", "", "\x00"):
        assert visitor.post(move.url, {"page": wrong}).status_code == 422
    assert visitor.post(move.url, {"page": pages[2]}).status_code == 303
    with left_unchanged(item):
        assert sign_in(world.shift_lead).post(move.url, {"page": pages[0]}).status_code == 409


def test_a_card_that_somebody_changed_since_is_stale(world, sign_in):
    item = factories.planned_item(world)
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["start"]
    WorkItem.objects.filter(pk=item.pk).update(version=item.version + 1)
    with left_unchanged(item):
        answer = visitor.post(move.url, {"page": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "somebody changed this while you were looking" in answer.text


def test_a_page_that_stays_is_told_that_it_is_done_or_why_not(world, sign_in):
    """What the script of the board sends: the same entry, and no page is wanted in answer."""
    done = factories.live_item(world)
    factories.rule(world.site, "checked", what="Air measured", place_id=world.l4.pk)
    held = factories.planned_item(world, place_id=world.l4.pk)
    visitor = sign_in(world.shift_lead)
    moves = menu(visitor, done) | menu(visitor, held)
    known = {"back": BOARD, "seen": "", "page": str(uuid.uuid4())}
    answer = visitor.post(moves["complete"].url, known, htmx=True)
    assert (answer.status_code, answer.content) == (204, b"")
    done.refresh_from_db()
    assert done.status == "done"
    answer = visitor.post(moves["start"].url, known, htmx=True)
    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.status == "planned"
    assert answer.text.lstrip().startswith("<section")
    assert "Air measured: Not checked yet by: HSE." in answer.text
    assert f'href="/s/hvk/work/W-{held.number}/#requirement-' in answer.text


def test_a_form_that_was_asked_from_the_board_leads_back_to_it(world, sign_in):
    item = factories.live_item(world)
    visitor = sign_in(world.technician)
    url = menu(visitor, item)["stop"].url
    here = f"{BOARD}?lanes=area"
    page = visitor.get(url, back=here)
    assert Markup(page.text).by_id("act-stop").inside
    assert '<input type="hidden" name="back" value="/s/hvk/board/?lanes=area">' in page.text
    known = {"back": here, "seen": item.version, "act": str(uuid.uuid4())}
    empty = visitor.post(url, known)
    assert empty.status_code == 422
    assert 'name="back" value="/s/hvk/board/?lanes=area"' in empty.text
    answer = visitor.post(url, known | {"condition": "Guard on"})
    assert answer["Location"] == f"{here}#card-W-{item.number}"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "x", ""])
def test_it_leads_back_to_pages_of_ours_alone(world, sign_in, back):
    item = factories.planned_item(world)
    answer = sign_in(world.technician).act(item, "start", back=back)
    assert answer["Location"] == f"/s/hvk/work/W-{item.number}/"


def test_a_held_move_says_why_and_pressing_it_is_refused_on_the_page_of_the_item(world, sign_in):
    factories.rule(world.site, "checked", what="Air measured")
    factories.rule(world.site, "again", what="Air measured again")
    item = factories.planned_item(world)
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["start"]
    assert (move.allowed, move.at_once, move.more) == (False, True, 1)
    assert move.reason == "Air measured: Not checked yet by: HSE."
    text = visitor.get(BOARD).text
    assert re.search(r'class="held" aria-disabled="true">.*?Air measured.*?\+1 more', text, re.S)
    count = len(told(item))
    answer = press(visitor, item, "start")
    assert answer.status_code == 422
    assert 'id="item"' in answer.text
    assert "Air measured again: Not checked yet by: HSE." in answer.text
    assert told(item)[count:] == ["refused", "blocked", "blocked"]
    item.refresh_from_db()
    assert item.status == "planned"


def test_what_is_left_to_do_holds_completion_and_then_it_is_done_at_once(world, sign_in):
    item = cases.live(world)
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["complete"]
    assert (move.allowed, move.reason) == (False, "Checklist: “Guard on?” has no answer.")
    checklist.answer(
        actor=world.technician, at=world.at, line_id=item.lines.get().pk, answer="pass"
    )
    assert menu(visitor, item)["complete"].allowed
    assert press(visitor, item, "complete").status_code == 303
    item.refresh_from_db()
    assert item.status == "done"


def test_a_warning_asks_why_so_the_move_leads_to_its_page(world, sign_in):
    factories.rule(world.site, "noise", what="Noise measured", mode=Mode.WARN)
    item = factories.planned_item(world)
    visitor = sign_in(world.technician)
    move = menu(visitor, item)["start"]
    assert (move.allowed, move.at_once) == (True, False)
    assert 'name="why"' in visitor.get(move.url).text


def test_what_is_not_of_the_role_is_not_in_the_menu(world, sign_in):
    made = [make(world) for make in MENUS]
    for reader in (world.viewer, world.auditor, world.operator):
        page = sign_in(reader).get(BOARD)
        assert [menu(sign_in(reader), item) for item in made] == [{}] * len(made)
        assert 'popovertarget="menu-' not in page.text
    planned, live, done = made[1], made[2], made[4]
    assert set(menu(sign_in(world.technician), planned)) == {"start"}
    assert set(menu(sign_in(world.technician), live)) == {"complete", "wait", "stop"}
    assert set(menu(sign_in(world.planner), planned)) == {"return", "cancel"}
    held = menu(sign_in(world.second_lead), done)["accept"]
    assert not held.allowed
    assert "while you hold the duty of a post" in held.reason
    assert sign_in(world.second_lead).get(held.url).status_code == 403


def test_a_contractor_moves_the_own_company_s_work_and_reads_nothing_of_other_work(world, sign_in):
    team = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    item = factories.planned_item(world, plan=team)
    assert set(menu(sign_in(world.welder), item)) == {"start"}
    assert menu(sign_in(world.contractor), item) == {}
    assert menu(sign_in(world.other_contractor), item) == {}
    secret = factories.planned_item(world, what="Secret overhaul", place_id=world.p301.pk)
    requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        gate=Gate.START,
        supplier="work.item",
        kind=BlockerKind.WORK,
        source_id=secret.pk,
    )
    mine = menu(sign_in(world.welder), item)["start"]
    assert not mine.allowed
    assert "Other work must be finished first." in mine.reason
    text = sign_in(world.welder).get(BOARD).text
    assert f"W-{secret.number}" not in text
    assert f"W-{secret.number}" in menu(sign_in(world.supervisor), item)["start"].reason


def _everything(world) -> list[WorkItem]:
    factories.rule(world.site, "air", what="Air measured", waivable_by="quality")
    factories.rule(world.site, "noise", what="Noise measured", mode=Mode.WARN)
    factories.rule(world.site, "clean", what="Cleaned", gate=Gate.COMPLETE)
    fields = [{"key": "size", "label": "Size", "kind": "number", "required_at": "start"}]
    sized = factories.work_type(world.site, "SIZED", fields=fields)
    made = [factories.planned_item(world), factories.planned_item(world, type_id=sized.pk)]
    for item in made:
        row = item.prerequisites.get(rule__key="air")
        requirements.waive(
            actor=world.quality, at=world.at, prerequisite_id=row.pk, until=world.t(60), reason="x"
        )
    return made


@pytest.mark.parametrize("minutes", [0, 59, 60])
def test_the_menu_holds_a_move_for_the_same_reasons_as_the_page(world, clock, minutes):
    """The facts of a board and those of the item's page, asked by the one list of guards."""
    made = [make(world) for make in (cases.live, factories.waiting_item, cases._failed_line)]
    made += _everything(world)
    at = world.t(minutes)
    who = scope(world.supervisor, at)
    known = cards.known(item.pk for item in made)
    verbs = {"planned": Verb.START, "waiting": Verb.RESUME, "live": Verb.COMPLETE}
    held = []
    for item in made:
        fresh = read.find(world.site, who, str(item.number))
        facts = read.load(world.site, fresh, who, at).facts
        verb = verbs[item.status]
        on_board = refusals(known[item.pk].facts, verb, at, who=who)
        assert on_board == refusals(facts, verb, at, who=who)
        held += [reason.code for reason in on_board]
    assert {"line_open", "line_undisposed", "blocker_open", "field_missing"} <= set(held)
    assert {"requirement_unmet", "warning_needs_why"} <= set(held)
