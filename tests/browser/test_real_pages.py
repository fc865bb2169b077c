"""The real pages over the demo: axe, content policy, without a script, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import PHONE, findings, looked_at
from work.models import Asset, WorkItem

pytestmark = pytest.mark.browser


def _pages() -> list[str]:
    """Every kind of page; of the item page one in each status."""
    pages = [
        "/",
        "/s/hvk/",
        "/s/hvk/board/",
        "/s/hvk/work/",
        "/s/hvk/work/?status=live&blocked=yes",
    ]
    pages += ["/s/hvk/work/?q=nothing-is-called-this", "/s/hvk/work/new/", "/s/hvk/places/"]
    items = WorkItem.objects.filter(site__slug="hvk").order_by("status", "-open_blockers", "number")
    first = _one_of_each(items)
    pages += [f"/s/hvk/work/W-{item.number}/" for item in first.values()]
    planned = first["planned"].number
    pages += [f"/s/hvk/work/W-{planned}/{verb}/" for verb in ("edit", "assign", "raise-blocker")]
    pages += [f"/s/hvk/work/W-{first['requested'].number}/plan/"]
    pages += [f"/s/hvk/work/W-{first['live'].number}/evidence/", "/s/hvk/work/new/?place=L3"]
    place = first["live"].place.code
    pages += [f"/s/hvk/{path}" for path in _OF_THE_LIST]
    asset = Asset.objects.filter(site__slug="hvk").order_by("pk").first()
    pages += ["/s/hvk/mine/", "/s/hvk/mine/end/", "/s/hvk/search/?q=pump", "/account/"]
    pages += [f"/s/hvk/assets/{asset.code}/", f"/s/hvk/assets/{asset.code}/?label"]
    return [*pages, f"/s/hvk/places/{place}/", "/account/password/"]


_OF_THE_LIST = ("why/", "work/?group=clears&columns=what,kind", "views/new/?place=40&status=live")
_OF_THE_LIST += ("work/sheet/?place=40", "documents/", "competence/", "competence/companies/")
_OF_THE_LIST += ("permits/", "permits/new/", "permits/stop/", "permits/board/?lanes=area")
_OF_THE_LIST += ("permits/wall/", "permits/crew/")
_OF_THE_LIST += ("isolations/", "isolations/new/", "isolations/own/")


def _one_of_each(items) -> dict[str, WorkItem]:
    found: dict[str, WorkItem] = {}
    for item in items.select_related("place"):
        found.setdefault(item.status, item)
    return found


def test_every_page_passes_axe_and_breaks_no_policy(demo, open_window):
    """Light and dark, wide and on a phone; nothing scrolls sideways."""
    window = open_window()
    window.go("/login/")
    found = looked_at(window.page)
    window.sign_in("supervisor", "demo-supervisor")
    for path in _pages():
        window.go(path)
        found += looked_at(window.page)
    assert found == []
    assert window.complaints == []


def test_signing_in(demo, open_window):
    window = open_window()
    window.go("/s/hvk/board/")
    expect(window.page).to_have_url(f"{window.address}/login/?next=/s/hvk/board/")
    window.page.get_by_label("Username").fill("technician")
    window.page.get_by_label("Password").fill("wrong")
    window.page.get_by_role("button", name="Sign in").click()
    expect(window.page.get_by_role("alert")).to_be_visible()
    window.page.get_by_label("Password").fill("demo-technician")
    window.page.get_by_role("button", name="Sign in").click()
    expect(window.page).to_have_url(f"{window.address}/s/hvk/board/")


def test_work_is_raised_without_a_script(demo, open_window):
    window = open_window(script=False)
    window.sign_in("technician", "demo-technician")
    window.go("/s/hvk/work/new/?place=L3")
    page = window.page
    page.get_by_role("button", name="Request work").click()
    page.get_by_label("What must happen").fill("Grease the infeed bearing")
    page.get_by_label("Where").fill("NOWHERE")
    page.get_by_label("Immediate danger").select_option("No")
    page.get_by_role("button", name="Request work").click()
    expect(page.locator(".refusal")).to_contain_text("The place is not of this site")
    assert page.get_by_label("What must happen").input_value() == "Grease the infeed bearing"
    place = (
        WorkItem.objects.filter(site__slug="hvk", executors__username="technician").first().place
    )
    page.get_by_label("Where").fill(place.code)
    page.get_by_role("button", name="Request work").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grease the infeed bearing")
    assert WorkItem.objects.get(what="Grease the infeed bearing").status == "requested"


def test_work_is_started_by_keyboard_alone(demo, open_window):
    item = (
        WorkItem.objects.filter(executors__username="technician", ready=True, blocked_from=None)
        .order_by("number")
        .first()
    )
    window = open_window()
    window.sign_in("technician", "demo-technician")
    window.go(f"/s/hvk/work/W-{item.number}/")
    page = window.page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate("document.activeElement.getAttribute('form')")
        if focus == "act-start":
            break
    assert focus == "act-start"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.locator(".q-status .status")).to_have_text("In progress")
    item.refresh_from_db()
    assert item.status == "live"
    assert window.complaints == []


def _ready_to_start() -> WorkItem:
    ready = WorkItem.objects.filter(
        executors__username="technician", ready=True, blocked_from=None, site__slug="hvk"
    )
    return ready.order_by("priority", "-number").first()


def test_a_card_is_moved_by_its_menu_with_the_keyboard_and_without_a_script(demo, open_window):
    item = _ready_to_start()
    window = open_window(script=False)
    window.sign_in("technician", "demo-technician")
    window.go("/s/hvk/board/?q=" + str(item.number))
    page = window.page
    opener = page.get_by_role("button", name=f"Move W-{item.number}", exact=True)
    menu = page.locator(f"#menu-W-{item.number}")
    expect(menu).to_be_hidden()
    opener.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=f"Start W-{item.number}")).to_be_focused()
    page.keyboard.press("Enter")
    live = page.locator("section[aria-labelledby=col-live]")
    expect(live.locator(f"#card-W-{item.number}")).to_be_visible()
    assert page.url.endswith(f"/s/hvk/board/?q={item.number}#card-W-{item.number}")
    item.refresh_from_db()
    assert item.status == "live"


def test_an_open_menu_passes_axe_and_a_held_move_is_refused_on_the_page_of_the_item(
    demo, open_window
):
    held = (
        WorkItem.objects.filter(site__slug="hvk", status="waiting", open_blockers__gt=0)
        .order_by("priority", "-number")
        .first()
    )
    window = open_window()
    window.sign_in("supervisor", "demo-supervisor")
    window.go(f"/s/hvk/board/?q={held.number}")
    page = window.page
    opener = page.get_by_role("button", name=f"Move W-{held.number}", exact=True)
    resume = page.get_by_role("button", name=f"Resume W-{held.number}")
    opener.click()
    expect(resume).to_have_attribute("aria-disabled", "true")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert findings(page) == []
    page.keyboard.press("Escape")
    expect(resume).to_be_hidden()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    opener.click()
    expect(resume).to_be_visible()
    assert findings(page) == []
    box = page.locator(f"#menu-W-{held.number}").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    resume.click(force=True)
    expect(page.locator(".refusal")).to_contain_text("a rule refuses it")
    held.refresh_from_db()
    assert held.status == "waiting"
    assert window.complaints == []
