"""The board by keyboard alone, and live before two people."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import factories
from tests.factories import browsers
from work.models import Blocker
from work.services import blockers, execution, items

pytestmark = pytest.mark.browser

BOARD = "/s/hvk/board/"


@pytest.fixture
def hvk(transactional_db):
    """The small site, long before now."""
    return factories.make_world()


@pytest.fixture
def enter(open_window):
    """Open the window of a person who signed in before."""

    def start(user, path: str):
        window = open_window()
        client = browsers.signed_in(Client(), user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": window.address}
        window.page.context.add_cookies([cookie])
        window.go(path)
        return window

    return start


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("at => document.activeElement.matches(at)", selector):
            return
    raise AssertionError(f"Tab does not come to {selector}")


def column(page: Page, status: str):
    return page.locator(f"section[data-status={status}]")


def menu(page: Page, label: str, entry: str) -> None:
    """Open the menu of the card that has the focus and choose an entry with the arrows."""
    page.keyboard.press("m")
    chosen = page.get_by_role("button", name=f"{entry} {label}")
    for _ in range(5):
        if chosen.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(chosen).to_be_focused()
    page.keyboard.press("Enter")


def refresh(page: Page) -> None:
    """Look for news now, and not within the next seconds."""
    page.evaluate("document.dispatchEvent(new CustomEvent('vinkey:refresh'))")


def form(page: Page, label: str, entry: str) -> None:
    """Choose an entry that leads to its form."""
    with page.expect_navigation(url="**/?back=*"):
        menu(page, label, entry)


def test_work_is_planned_blocked_started_completed_and_accepted_by_keyboard(hvk, enter):
    item = factories.requested_item(hvk)
    factories.requested_item(hvk, priority="4", what="Sweep the floor")
    label, title = f"W-{item.number}", f"#card-W-{item.number} .title"
    window = enter(hvk.shift_lead, BOARD)
    page = window.page

    # One card can be reached by Tab, the arrows go on; each act stands in the menu of the card.
    tab_to(page, ".card .title")
    expect(page.locator(title)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Sweep the floor")).to_be_focused()
    page.keyboard.press("ArrowUp")
    form(page, label, "Plan")
    tab_to(page, "[name=owner]")
    page.keyboard.type("Shift lead, Packaging")
    tab_to(page, "[name=executors]")
    page.keyboard.type("Shift lead")
    tab_to(page, "#do-plan")
    page.keyboard.press("Enter")
    expect(column(page, "planned").locator(title)).to_be_focused()

    # A blocker refuses the start, on the card, with who clears it.
    with page.expect_navigation(url="**/raise-blocker/?back=*"):
        page.keyboard.press("b")
    tab_to(page, "[name=what]")
    page.keyboard.type("Scaffold")
    tab_to(page, "[name=clears]")
    page.keyboard.type("Planner")
    tab_to(page, "#do-raise-blocker")
    page.keyboard.press("Enter")
    expect(page.locator(f"#card-{label} .blockline")).to_contain_text("Scaffold")
    expect(page.locator(title)).to_be_focused()
    menu(page, label, "Start")
    refusal = page.locator(f"#card-{label} .refusal")
    expect(refusal).to_contain_text("Blocked: Scaffold")
    expect(refusal).to_contain_text("Planner")
    expect(refusal).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(title)).to_be_focused()
    found = Blocker.objects.get(item=item, ended_at=None)
    blockers.clear(actor=hvk.planner, at=timezone.now(), blocker_id=found.pk, word="It stands")
    refresh(page)
    expect(page.locator(f"#card-{label} .blockline")).to_have_count(0)

    # Done from the menu, and the focus goes along with the card.
    menu(page, label, "Start")
    expect(column(page, "live").locator(title)).to_be_focused()
    menu(page, label, "Complete")
    expect(column(page, "done").locator(title)).to_be_focused()
    form(page, label, "Accept")
    tab_to(page, "[name^=judged-]")
    page.keyboard.type("Seen in the field")
    tab_to(page, "#do-accept")
    page.keyboard.press("Enter")
    expect(page.locator(".col.folded")).to_contain_text("Closed today 1")
    item.refresh_from_db()
    assert (item.status, item.planned_at is not None) == ("closed", True)
    assert window.complaints == []


def test_two_people_see_each_other_s_acts_and_keep_what_they_typed(hvk, enter):
    """And a drag is refused with the reason; and a lost server is said."""
    item, other = factories.planned_item(hvk), factories.planned_item(hvk, what="Grease the chain")
    label, title = f"W-{item.number}", f"#card-W-{item.number} .title"
    lead = enter(hvk.shift_lead, BOARD)
    technician = enter(hvk.technician, f"/s/hvk/work/{label}/")
    page = lead.page
    page.locator("#filter-q").fill("not sent yet")

    # Seen within five seconds; what was typed stays, with the focus.
    technician.page.locator("#act-start button").click()
    expect(technician.page.locator(".q-status .status")).to_have_text("In progress")
    expect(column(page, "live").locator(title)).to_be_visible(timeout=7_000)
    expect(page.locator("#news")).to_contain_text(f"{label}: In progress.")
    expect(page.locator("#filter-q")).to_be_focused()
    assert page.locator("#filter-q").input_value() == "not sent yet"
    page.locator("#filter-q").fill("")

    # A card whose menu is open stays where it is, and says where it went.
    page.locator(title).focus()
    page.keyboard.press("m")
    execution.complete(actor=hvk.technician, at=timezone.now(), item_id=item.pk)
    refresh(page)
    expect(page.locator(f"#card-{label}")).to_have_attribute("data-past", "Meanwhile: To accept")
    expect(page.locator(f"#menu-{label}")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    expect(column(page, "done").locator(title)).to_be_visible()

    # Its menu speaks of the newer state once it is closed, with nothing newer to come.
    page.locator(f"#card-W-{other.number} .title").focus()
    page.keyboard.press("m")
    items.edit(actor=hvk.planner, at=timezone.now(), item_id=other.pk, what="Oil the chain")
    with page.expect_response("**/board/"):
        refresh(page)
    expect(page.locator("#news")).to_contain_text(f"W-{other.number} was changed.")
    start = page.locator(f"#menu-W-{other.number} button[formaction*='/start/']")
    before = start.get_attribute("formaction")
    page.keyboard.press("Escape")
    expect(start).not_to_have_attribute("formaction", before)

    # No step leads from planned to accept: said, and nothing is done.
    page.locator(f"#card-W-{other.number} .line").drag_to(column(page, "done"))
    expect(page.locator("#toasts")).to_contain_text(f"W-{other.number} cannot go from Planned")
    page.locator(f"#card-W-{other.number} .line").drag_to(column(page, "live"))
    expect(column(page, "live").locator(f"#card-W-{other.number}")).to_be_visible()

    page.route("**/board/", lambda route: route.abort())
    refresh(page)
    expect(page.locator("#lost")).to_contain_text("Not updated since")
    page.unroute("**/board/")
    refresh(page)
    expect(page.locator("#lost")).to_be_hidden()
    assert [each for each in lead.complaints if "ERR_FAILED" not in each] == []


def test_an_answer_from_before_an_act_is_not_shown_and_a_hidden_page_rests(hvk, enter):
    """And what the server answers is said as what it is."""
    item = factories.planned_item(hvk)
    window = enter(hvk.technician, f"/s/hvk/work/W-{item.number}/")
    page, held, looks = window.page, [], []
    of_page = re.compile(rf"/W-{item.number}/$")
    news, lost = page.locator("#news"), page.locator("#lost")

    def hold(route):
        if held or "x-live" not in route.request.headers:
            route.fallback()
            return
        held.append((route, route.fetch()))
        page.evaluate("document.body.dataset.held = ''")

    # It was asked for before, and comes after: what the act showed stays.
    page.route(of_page, hold)
    refresh(page)
    expect(page.locator("body")).to_have_attribute("data-held", "")
    page.locator("#act-start button").click()
    expect(page.locator(".q-status .status")).to_have_text("In progress")
    page.evaluate(
        """() => new MutationObserver(() => {
          const now = document.querySelector(".q-status .status").textContent.trim();
          document.body.dataset.went = `${document.body.dataset.went || ""}${now};`;
        }).observe(document.querySelector("main"), { subtree: true, childList: true })"""
    )
    ((route, before),) = held
    assert "In progress" not in before.text()
    # It is dropped, and asked again.
    with page.expect_response(of_page) as late:
        route.fulfill(response=before)
    with page.expect_response(lambda answer: of_page.search(answer.url) and answer != late.value):
        refresh(page)
    assert "Planned" not in (page.locator("body").get_attribute("data-went") or "")

    # Nobody looks: nothing is asked, but what was on its way when they turned away.
    hide = "off => Object.defineProperty(document, 'hidden', { value: off, configurable: true })"
    page.evaluate(hide, True)
    page.evaluate("fetch('/healthz/')")
    page.on("request", lambda sent: looks.append(sent.url) if of_page.search(sent.url) else None)
    refresh(page)
    page.evaluate("fetch('/healthz/')")
    assert looks == []
    page.evaluate(hide, False)
    with page.expect_request(of_page):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def answered(status):
        return lambda route: route.fulfill(status=status)

    for status, words in (
        (500, "The server cannot answer: not updated since"),
        (404, "This page is not open to you any more"),
    ):
        page.route(of_page, answered(status))
        refresh(page)
        expect(lost).to_contain_text(words)
    looks.clear()
    refresh(page)
    page.evaluate("fetch('/healthz/')")
    assert looks == []
    expect(news).not_to_contain_text("Up to date again.")


def test_a_card_is_dragged_to_another_stage_and_what_is_not_mine_is_said_on_it(hvk, enter):
    kind = factories.work_type(
        hvk.site,
        "TRIP",
        stages=[
            {"key": key, "label": key.title(), "status": "live"} for key in ("loading", "sealed")
        ],
    )
    item = factories.live_item(hvk, type_id=kind.pk)
    window = enter(hvk.technician, f"{BOARD}?type=TRIP")
    page, card = window.page, window.page.locator(f"#card-W-{item.number}")
    sealed = page.locator("[data-stage=sealed]")
    card.locator(".line").drag_to(sealed.locator("h3"))
    expect(page.locator("#toasts")).to_have_text(f"W-{item.number}: Sealed")
    expect(sealed.locator(f"#card-W-{item.number}")).to_be_visible()
    item.refresh_from_db()
    assert (item.stage, item.status) == ("sealed", "live")

    card.locator(".title").focus()
    page.keyboard.press("o")
    expect(card.locator(".refusal")).to_contain_text("Only these roles may do this here")
    assert page.url.endswith(f"{BOARD}?type=TRIP")
    assert [each for each in window.complaints if "403" not in each] == []
