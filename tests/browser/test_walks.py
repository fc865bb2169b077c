"""Work from asked for to closed on its own pages: by keyboard alone, without a script, by thumb."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.conftest import Window, note, signed_in
from tests.browser.looks import PHONE
from work.models import Event, Site, User, WorkItem
from work.states import PlaceKind, Role

pytestmark = pytest.mark.browser

FILE = {"name": "torque.txt", "mimeType": "text/plain", "buffer": b"22 Nm, 12 of 12"}
# How far the upload has come, and what its bar says of it.
_SENDING = """() => {
  window.told = [];
  const said = ({ detail, target }) => {
    const part = target.querySelector?.("[data-part=sending]");
    if (!part || detail.total < 50000) return;
    const come = Math.round((100 * detail.loaded) / detail.total);
    window.told.push([
      come, part.querySelector("progress").value, part.textContent.includes("torque.txt"),
    ]);
  };
  document.addEventListener("htmx:xhr:progress", said);
  document.addEventListener("htmx:xhr:loadend", said);
}"""


@pytest.fixture
def lead(transactional_db, settings, tmp_path) -> User:
    """A shift lead on duty at a small site; its type of work asks for a check and for proof."""
    settings.MEDIA_ROOT = tmp_path
    hvk = factories.site("hvk", name="Havenkade")
    packaging = factories.place(hvk, "40", name="Packaging")
    factories.place(hvk, "L3", parent=packaging, kind=PlaceKind.LINE, name="Pouches")
    lead = factories.person(hvk, Role.SHIFT_LEAD, username="leif", name="Leif Dahl")
    since = timezone.now() - timedelta(hours=2)
    factories.post_with_duty(packaging, lead, name="Shift lead, Packaging", at=since)
    kind = factories.work_type(
        hvk,
        "FLD",
        name="Field issue",
        criteria=[{"key": "shown", "text": "Torque is recorded", "evidence": True}],
        lines=[
            {"key": "guard", "text": "Guard on?", "kind": "pass_fail"},
            {"key": "bar", "text": "Pressure", "kind": "reading", "unit": "bar", "high": "8"},
        ],
    )
    Site.objects.filter(pk=hvk.pk).update(triage_type=kind)
    return lead


_STEPS = """node => {
  const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')];
  const seen = stops.filter((each) => each.checkVisibility() && !each.disabled);
  return seen.indexOf(node) - seen.indexOf(document.activeElement);
}"""


class Keys:
    """Everything by Tab, Enter and typing."""

    def __init__(self, page: Page):
        self.page = page

    def reach(self, spot: Locator) -> None:
        spot.wait_for(state="attached")
        # Most of the way is not looked at, which is quicker; the end of it is.
        for _ in range(spot.evaluate(_STEPS) - 3):
            self.page.keyboard.press("Tab")
        for _ in range(120):
            if spot.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by Tab: {spot}")

    def press(self, spot: Locator) -> None:
        self.reach(spot)
        self.page.keyboard.press("Enter")

    def write(self, spot: Locator, text: str) -> None:
        self.reach(spot)
        self.page.keyboard.type(text)

    def choose(self, spot: Locator, label: str) -> None:
        self.reach(spot)
        self.page.keyboard.type(label)

    def where(self, spot: Locator) -> None:
        """Found by its name, taken by Enter."""
        self.write(spot, "pouch")
        expect(self.page.get_by_role("option", name="L3 Pouches")).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".around")).to_contain_text("Nothing is open here.")

    def act(self, verb: str) -> None:
        self.press(self.page.locator(f"#do-{verb}"))

    def unfold(self, verb: str) -> None:
        self.press(self.page.locator(f"#ask-{verb}"))


class Plain(Keys):
    """Clicks, and no script on the page."""

    def press(self, spot: Locator) -> None:
        spot.click()

    def write(self, spot: Locator, text: str) -> None:
        spot.fill(text)

    def choose(self, spot: Locator, label: str) -> None:
        spot.select_option(label=label)

    def where(self, spot: Locator) -> None:
        """Looked for by its name, and chosen among what is offered."""
        spot.fill("pouch")
        self.page.get_by_role("button", name="Find").click()
        self.page.get_by_role("radio", name="L3 Pouches").check()


class Thumb(Plain):
    """Taps."""

    def press(self, spot: Locator) -> None:
        spot.tap()

    def where(self, spot: Locator) -> None:
        spot.fill("pouch")
        self.page.get_by_role("option", name="L3 Pouches").tap()
        expect(self.page.locator(".around")).to_contain_text("Nothing is open here.")


class Signal:
    """A phone of long ago with a poor signal, which it may lose."""

    def __init__(self, page: Page):
        self._session = page.context.new_cdp_session(page)
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        self.lost(False)

    def lost(self, so: bool = True) -> None:
        line = {"latency": 400, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
        self._session.send("Network.emulateNetworkConditions", {"offline": so, **line})


@pytest.fixture
def walk(lead, browser, live_server):
    """A browser of the lead, and how its pages are worked."""
    contexts = []

    def start(how: str) -> Keys:
        width, height = PHONE if how == "thumb" else (1440, 900)
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=how != "plain",
            has_touch=how == "thumb",
            is_mobile=how == "thumb",
            base_url=live_server.url,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        signed_in(context, lead, live_server.url)
        window = Window(context.new_page(), live_server.url)
        window.page.on("console", lambda said: note(window, said))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        hand = {"keys": Keys, "plain": Plain, "thumb": Thumb}[how](window.page)
        hand.complaints = window.complaints
        return hand

    yield start
    for context in contexts:
        context.close()


def _status(page: Page, word: str) -> None:
    expect(page.locator(".q-status .status")).to_have_text(word)


@pytest.mark.parametrize("how", ["keys", "plain", "thumb"])
def test_work_is_raised_planned_started_blocked_completed_and_accepted(walk, lead, how):
    hand = walk(how)
    page = hand.page
    page.goto("/s/hvk/work/new/")
    if how == "thumb":
        Signal(page)
    hand.write(page.get_by_label("What must happen"), "Tighten the guard")
    hand.where(page.get_by_label("Where", exact=True))
    hand.press(page.get_by_role("button", name="Request work"))
    _status(page, "Requested")
    item = WorkItem.objects.get()
    number = f"W-{item.number}"

    hand.press(page.locator(".item-bar" if how == "thumb" else ".actions").get_by_text("Plan"))
    page.wait_for_url("**/plan/")
    hand.choose(page.get_by_label("Owner", exact=True), "Shift lead, Packaging")
    hand.write(page.get_by_label("Why", exact=True), "It rattles")
    hand.choose(page.get_by_label("Executors"), "Leif Dahl")
    if how == "keys":
        page.keyboard.press("Space")
    hand.act("plan")
    _status(page, "Planned")
    hand.act("start")
    _status(page, "In progress")

    hand.unfold("raise-blocker")
    hand.write(page.get_by_label("What blocks it"), "A bolt is missing")
    hand.act("raise-blocker")
    expect(page.locator(".q-blocks")).to_contain_text("A bolt is missing")
    blocker = item.blockers.get()
    hand.unfold(f"clear-{blocker.pk}")
    hand.write(page.get_by_label("A word"), "Found one")
    hand.act(f"clear-{blocker.pk}")
    expect(page.locator(".q-blocks")).to_contain_text("Nothing blocks the next step")

    # One line after the other, in place.
    hand.press(page.get_by_role("button", name="Pass", exact=True))
    expect(page.locator("#checklist .count")).to_have_text("1/2")
    reading = page.get_by_label("Reading, bar")
    if how == "keys":
        expect(reading).to_be_focused()
        page.keyboard.type("7.5\n")
    else:
        hand.write(reading, "7.5")
        hand.press(page.get_by_role("button", name="Save"))
    expect(page.locator("#checklist .count")).to_have_text("2/2")
    hand.press(page.locator("#evidence").get_by_role("link", name="Torque is recorded"))
    # The page before has such a form too.
    page.wait_for_url("**/evidence/?shows=*")
    page.get_by_label("Choose a file or photo").first.set_input_files(FILE)
    hand.act("evidence")
    expect(page.locator("#evidence figure a", has_text="torque.txt")).to_be_visible()
    hand.act("complete")
    _status(page, "To accept")
    hand.act("accept")
    _status(page, "Closed")

    assert page.url.partition("#")[0].endswith(f"/s/hvk/work/{number}/")
    assert hand.complaints == []
    verbs = ["request", "plan", "start", "blocked", "unblocked", "line", "evidence", "complete"]
    done = Event.objects.filter(item=item, actor=lead, verb__in=[*verbs, "accept", "refused"])
    told = list(done.order_by("pk").values_list("verb", flat=True))
    assert told == [*verbs[:6], "line", *verbs[6:], "accept"]


def test_a_phone_has_the_page_in_two_seconds_and_loses_nothing_with_the_signal(walk, lead):
    hand = walk("thumb")
    page = hand.page
    lead_post = lead.duties.get().post_id
    from work.services import execution, items

    site, place = Site.objects.get(), lead.duties.get().post.place
    asked = {"site_id": site.pk, "place_id": place.pk, "type_id": site.triage_type_id}
    item = items.request(actor=lead, what="Tighten the guard", why="It rattles", **asked)
    given = {"owner_post_id": lead_post, "executor_ids": [lead.pk]}
    items.plan(actor=lead, item_id=item.pk, **given)
    execution.start(actor=lead, item_id=item.pk)
    path = f"/s/hvk/work/W-{item.number}/"

    page.goto(path)
    signal = Signal(page)
    page.goto(path)
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    assert timing["domContentLoadedEventEnd"] < 2000
    bar = page.locator(".item-bar")
    expect(bar.get_by_role("link", name="Line 1 of 2")).to_be_in_viewport()
    expect(page.locator("main .btn.primary:visible")).to_have_count(1)

    hand.unfold("evidence")
    page.evaluate(_SENDING)
    large = FILE | {"buffer": b"22 Nm, 12 of 12\n" * 4000}
    page.get_by_label("Choose a file or photo").set_input_files(large)
    page.get_by_label("In words").fill("All twelve")
    signal.lost()
    expect(page.locator("#connection")).to_contain_text("No connection")
    hand.act("evidence")
    lost = page.locator("#act-evidence").get_by_role("alert")
    expect(lost).to_contain_text("torque.txt")
    expect(page.locator("#connection")).to_contain_text("Not sent from this device yet: 1")
    assert page.get_by_label("In words").input_value() == "All twelve"
    assert not item.evidence.exists()

    # Back, and sent again by a press; an answer that is lost on its way is asked for once more.
    signal.lost(False)
    page.route(re.compile("/evidence/$"), lambda route: (route.fetch(), route.abort()), times=1)
    with page.expect_event("requestfailed", lambda sent: sent.url.endswith("/evidence/")):
        lost.get_by_role("button", name="Send again").tap()
    expect(lost).to_be_visible()
    lost.get_by_role("button", name="Send again").tap()
    expect(page.locator("#evidence figure a", has_text="torque.txt")).to_be_visible()
    assert item.evidence.count() == 1
    expect(page.locator("#connection")).to_be_hidden()
    # While it was on its way its bar said how far, and of what.
    told = page.evaluate("window.told")
    assert told[0][0] < 100
    assert [said for said in told if said != [said[0], said[0], True]] == []
    assert told[-1][0] == 100
    expect(page.locator("[data-part=sending]")).to_have_count(0)


def test_what_was_unfolded_stays_while_others_act_and_the_focus_goes_on(walk, lead):
    from work.services import items, proof

    site, duty = Site.objects.get(), lead.duties.get()
    asked = {"site_id": site.pk, "place_id": duty.post.place_id, "type_id": site.triage_type_id}
    item = items.request(actor=lead, what="Tighten the guard", why="It rattles", **asked)
    items.plan(actor=lead, item_id=item.pk, owner_post_id=duty.post_id)
    for n in range(20):
        proof.attach(actor=lead, item_id=item.pk, kind="signature", said=f"Seen {n}")
    hand = walk("keys")
    page = hand.page
    page.goto(f"/s/hvk/work/W-{item.number}/")
    proofs = page.locator("#evidence figure:not(.missing)")
    hand.press(page.locator("#evidence").get_by_role("link", name="8 more"))
    expect(proofs).to_have_count(20)
    items.comment(actor=lead, item_id=item.pk, text="Somebody else says this")
    page.evaluate("document.dispatchEvent(new CustomEvent('vinkey:refresh'))")
    expect(page.locator("#history")).to_contain_text("Somebody else says this")
    expect(proofs).to_have_count(20)

    hand.unfold("evidence")
    hand.write(page.get_by_label("In words"), "Seen once more")
    hand.act("evidence")
    expect(page.locator("#h-evidence")).to_be_focused()
    expect(page.locator("#evidence")).to_contain_text("Seen once more")
    expect(proofs).to_have_count(21)
    assert hand.complaints == []
