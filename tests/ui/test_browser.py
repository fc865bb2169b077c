"""The pages in a real Chromium: axe, content policy, no sideways scroll, usable without script."""

import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from tests.browser.looks import PHONE, WIDE, badly_read, findings, looked_at
from tests.ui.pages import PAGES

pytestmark = pytest.mark.browser

# Pages that differ from these in their words alone are not looked at again.
ALIKE = (
    "list-refused",
    "list-busy",
    "list-error",
    "item-busy",
    "item-stale",
    "mfa-off",
    "mfa-reauthenticate",
    "competence-none",
    "matrix-none",
    "person-refused",
    "company-new",
    "companies",
    "companies-none",
    "gate-none",
    "of-item",
    "of-nobody",
)
LOOKED_AT = [
    name for name in PAGES if name not in ALIKE and not name.startswith(("error-4", "error-5"))
] + ["error-422"]


def _note(complaints: list[str], said) -> None:
    if said.type in ("error", "warning"):
        complaints.append(f"{said.type}: {said.text}")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gallery():
    """A server of the gallery's pages, on a free port, without a database."""

    class Server(WSGIServer):
        daemon_threads = True

    with make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/gallery"
        server.shutdown()
        thread.join()


@pytest.fixture
def look(gallery, browser):
    """Open a page of the gallery; what the console complained of comes along."""
    contexts = []

    def open_page(name: str, *, size=WIDE, theme="light", script=True, touch=False):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            java_script_enabled=script,
            has_touch=touch,
            is_mobile=touch,
        )
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: _note(complaints, said))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{gallery}/{name}/", wait_until="load")
        return page, complaints

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def tab(browser):
    """One page that goes from one to the next, which is quicker than a browser for each."""
    with browser.new_context(color_scheme="light") as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda said: _note(complaints, said))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, complaints


@pytest.mark.parametrize("name", LOOKED_AT)
def test_page_passes_axe_breaks_no_policy_and_never_scrolls_sideways(gallery, tab, name):
    page, complaints = tab
    complaints.clear()
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.goto(f"{gallery}/{name}/", wait_until="load")
    assert looked_at(page) == []
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_menu_button_opens_the_places_to_go_without_a_script(look):
    page, _ = look("list", size=PHONE, script=False)
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Open menu").click()
    expect(page.locator("#side").get_by_role("link", name="Board")).to_be_visible()


def test_card_menu_lies_over_the_board_without_a_script(look):
    page, _ = look("board", script=False)
    page.get_by_role("button", name="Move W-1042").click()
    menu = page.locator("#menu-W-1042")
    expect(menu).to_be_visible()
    box = menu.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDE[0]


def test_theme_is_chosen_and_kept(look):
    page, _ = look("list")
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_lost_server_is_said_and_nothing_typed_is_lost(look):
    page, _ = look("item")
    page.get_by_text("Stop and wait").first.click()
    page.get_by_label("What exactly").fill("Valve kit")
    page.get_by_label("Condition it is left in").fill("Locked and tagged")
    page.get_by_label("Stopped and safe").check()
    page.route("**/wait/", lambda route: route.abort())
    page.locator("#do-wait").click()
    page.locator("#act-wait").get_by_role("button", name="Send again").wait_for()
    assert page.get_by_label("What exactly").input_value() == "Valve kit"


def test_a_refusal_is_swapped_in_and_a_foreign_page_is_only_told(look):
    page, _ = look("item")
    answer = '<div id="item" class="stack"><h1>Newer</h1></div>'
    page.route("**/complete/", lambda route: route.fulfill(status=409, body=answer))
    page.locator("#do-complete").click()
    page.get_by_role("heading", name="Newer").wait_for()

    page, _ = look("item")
    whole = "<!DOCTYPE html><html><body><h1>The site is busy</h1></body></html>"
    page.route("**/complete/", lambda route: route.fulfill(status=503, body=whole))
    page.locator("#do-complete").click()
    page.locator("#toasts").get_by_text("The site is busy").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == "Inspect line 3 before restart"


def test_a_question_opens_and_closes_by_keyboard_without_a_script(look):
    page, _ = look("components", script=False)
    opener = page.get_by_role("button", name="Accept W-1038", exact=True)
    question = page.locator("#dialog-a")
    opener.focus()
    page.keyboard.press("Enter")
    expect(question).to_be_visible()
    expect(page.locator(":focus")).to_have_text("Not yet")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.locator(":focus")).to_have_text("Accept W-1038")


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_question_passes_axe_and_stands_within_the_screen(look, size):
    page, _ = look("components", size=size)
    page.get_by_role("button", name="Cancel W-1042", exact=True).last.click()
    question = page.locator("#dialog-b")
    expect(question).to_be_visible()
    box = question.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert findings(page, runOnly=["color-contrast", "target-size", "aria-dialog-name"]) == []


def test_chosen_rows_are_counted_and_all_are_taken(look):
    page, _ = look("components")
    bar, told = page.locator("#bulk-a"), page.locator("#bulk-a [role=status]")
    expect(told).to_have_text("1 chosen")
    page.get_by_label("Choose W-0977").check()
    expect(told).to_have_text("2 chosen")
    page.get_by_role("button", name="Choose all on this page").click()
    expect(told).to_have_text("3 chosen")
    page.get_by_role("button", name="Choose none").click()
    page.get_by_label("Choose W-1044").uncheck()
    expect(bar).to_be_hidden()


def test_acts_on_chosen_rows_show_without_a_script(look):
    page, _ = look("components", script=False)
    assert page.locator("#bulk-a").get_by_role("button", name="Assign").is_visible()
    assert not page.get_by_role("button", name="Choose all on this page").is_visible()
    page.get_by_label("Choose W-1044").uncheck()
    expect(page.locator("#bulk-a")).to_be_hidden()


@pytest.mark.parametrize(
    ("typed", "steps", "said"), [("8.9", 2, "9.1"), ("8,9", -1, "8.8"), ("", 1, "0.1")]
)
def test_a_reading_is_stepped(look, typed, steps, said):
    page, _ = look("components")
    page.locator("#entry-a").fill(typed)
    button = page.get_by_role("button", name=f"{'Raise' if steps > 0 else 'Lower'} by 0.1").first
    for _each in range(abs(steps)):
        button.click()
    expect(page.locator("#entry-a")).to_have_value(said)


def test_a_reading_is_typed_without_a_script(look):
    page, _ = look("components", script=False)
    assert page.get_by_role("button", name="Raise by 0.1").count() == 0
    page.locator("#entry-a").fill("8.9")
    assert page.locator("#entry-a").input_value() == "8.9"


def test_what_is_pressed_in_the_field_is_large_enough_and_apart(look):
    page, _ = look("components", size=PHONE)
    pressed = page.locator(".m :is(.bar .btn, .entry .btn, .choice, .photo)")
    boxes = [each.bounding_box() for each in pressed.all()]
    assert len(boxes) == 11
    assert [box for box in boxes if box["height"] < 64 or box["width"] < 64] == []
    for part, least in ((".choices", 12), (".bar", 12), (".entry", 12)):
        gap = page.locator(f".m {part}").first.evaluate(
            "e => parseFloat(getComputedStyle(e).columnGap)"
        )
        assert gap >= least


def test_acts_are_large_enough_and_apart_for_a_finger(look):
    page, complaints = look("item", size=PHONE, touch=True)
    heights = page.locator("#acts .btn").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert heights
    assert min(heights) >= 64
    tops = page.locator("#acts .acts > li").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).map((box) => [box.top, box.bottom])"
    )
    gaps = [below[0] - above[1] for above, below in zip(tops, tops[1:], strict=False)]
    assert min(gaps) >= 12
    assert complaints == []


_SET = """([style, value]) => {
  document.querySelector('main p').style.setProperty(style, value);
}"""


@pytest.mark.parametrize(
    "worse",
    [
        ("color", "rgb(200, 200, 200)"),
        ("background-color", "rgb(60, 60, 60)"),
        ("opacity", "0.3"),
    ],
)
def test_what_looks_worse_than_all_that_was_read_well_is_found_each_time(look, worse):
    """axe is not asked again of what looks as something that it passed."""
    page, _ = look("components")
    assert badly_read(page) == []
    page.evaluate(_SET, list(worse))
    found = badly_read(page)
    assert "color-contrast: " in found[0]
    assert badly_read(page) == found
