"""An open order of a real plant, taken by three people from requested to closed, by clicks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import PASSWORD
from tests.imports.files import load_valhall, make_site
from work.models import Event, Place, User, WorkItem
from work.states import Role

pytestmark = pytest.mark.browser

ORDER = "FAO-154523"  # one operation, a purge unit's filters
EVIDENCE = {"name": "measured.txt", "mimeType": "text/plain", "buffer": "0,2 bar, før 0,9".encode()}


@pytest.fixture
def valhall(transactional_db):
    """The extract, and the three people: who plans, who does it, who leads on duty."""
    site = make_site()
    load_valhall(site)
    since = timezone.now() - timedelta(days=1)
    known = {"password": PASSWORD, "starts": since}
    factories.person(site, Role.PLANNER, username="ingrid", name="Ingrid Moe", **known)
    factories.person(site, Role.TECHNICIAN, username="tor", name="Tor Aas", **known)
    lead = factories.person(site, Role.SHIFT_LEAD, username="leif", name="Leif Dahl", **known)
    root = Place.objects.get(code="WMT:VAL")
    factories.post_with_duty(root, lead, name="Shift lead, Valhall", at=since)
    return site


class Person:
    """Somebody before the page of the order."""

    def __init__(self, window, name: str, item: WorkItem):
        self.page, self.window, self.item = window.page, window, item
        self.path = f"/s/val/work/W-{item.number}/"
        window.sign_in(name, PASSWORD)

    def open(self) -> None:
        self.window.go(self.path)

    def fill(self, verb: str, **answers: str) -> None:
        """Open the form of an act and fill it."""
        form = self.page.locator(f"#act-{verb}")
        if not form.is_visible():
            self.page.locator(f"#ask-{verb}").click()
        for name, value in answers.items():
            control = form.locator(f"[name='{name}']")
            kind = control.evaluate("node => node.type")
            if kind == "checkbox":
                control.check()
            elif kind.startswith("select"):
                control.select_option(label=value)
            else:
                control.fill(value)

    def do(self, verb: str, **answers: str) -> None:
        """Open the item, fill the form of an act and send it."""
        self.open()
        self.fill(verb, **answers)
        self.page.locator("#item").evaluate("node => { node.dataset.before = '' }")
        part = f"/{verb.split('-')[0]}"
        with self.page.expect_response(lambda answer: part in answer.url) as sent:
            self.page.locator(f"#do-{verb}").click()
        assert sent.value.ok, verb
        # The page shows what was answered.
        expect(self.page.locator("#item[data-before]")).to_have_count(0)
        expect(self.page.locator(".refusal")).to_have_count(0)

    def answers(self) -> None:
        """Answer one line after the other where it stands."""
        self.open()
        for left in range(self.item.lines.filter(answer="").count(), 0, -1):
            expect(self.page.locator(".checks > li:not(.answered)")).to_have_count(left)
            self.page.get_by_role("button", name="Pass", exact=True).click()
        expect(self.page.locator(".checks > li:not(.answered)")).to_have_count(0)

    def press_held(self, verb: str) -> None:
        """Press a button that is held; the server says why."""
        self.open()
        button = self.page.locator(f"#act-{verb} button")
        expect(button).to_have_attribute("aria-disabled", "true")
        button.click(force=True)  # it may be pressed although it says that it will not do

    def sees(self, status: str) -> None:
        expect(self.page.locator(".q-status .status")).to_have_text(status)

    def is_refused(self, words: str) -> None:
        expect(self.page.locator(".refusal")).to_contain_text(words)


def _part(item: WorkItem, name: str) -> int:
    """The newest open part of the item."""
    rows = {
        "blocker": item.blockers.filter(ended_at=None, prerequisite=None),
        "check": item.prerequisites.filter(supplier="work.check", withdrawn_at=None),
    }
    return rows[name].latest("pk").pk


def test_an_open_order_is_taken_to_closed_and_again(valhall, open_window):
    item = WorkItem.objects.get(external_key=ORDER)
    assert item.status == "requested"
    ingrid, tor, leif = (Person(open_window(), name, item) for name in ("ingrid", "tor", "leif"))
    page = ingrid.page

    # Found by its number, not to be planned without a criterion, and then planned.
    page.get_by_role("link", name="Valhall").first.click()
    page.get_by_role("searchbox", name="Find work, places, assets, people").fill(f"W-{item.number}")
    with page.expect_navigation(url="**/search/?q=*"):
        page.keyboard.press("Enter")
    page.locator(f"a[href='{ingrid.path}']").first.click()
    ingrid.sees("Requested")
    ingrid.open()
    page.locator("#ask-plan").click()
    page.locator("[name='owner']").select_option(label="Shift lead, Valhall")
    page.locator("[name='executors']").select_option(label="Tor Aas")
    page.locator("[name='why']").fill("Årlig kontroll av filtre")
    page.locator("#do-plan").click()
    ingrid.is_refused("It needs at least one acceptance criterion.")
    assert page.locator("[name='why']").input_value() == "Årlig kontroll av filtre"

    ingrid.open()
    page.locator("#ask-criterion").click()
    page.locator("[name='text']").fill("Trykkfall målt under 0,5 bar")
    page.locator("[name='evidence']").check()
    page.locator("#do-criterion").click()
    expect(page.locator("#criteria")).to_contain_text("Trykkfall målt under 0,5 bar")
    page.locator("#ask-require").click()
    page.locator("[name='supplier']").select_option(label="A named check")
    page.locator("[name='role']").select_option(label="Shift lead")
    page.locator("[name='what']").fill("Området er gassfritt")
    page.locator("#do-require").click()
    expect(page.locator("#requirements")).to_contain_text("Området er gassfritt")
    page.locator("#ask-plan").click()
    page.locator("[name='owner']").select_option(label="Shift lead, Valhall")
    page.locator("[name='executors']").select_option(label="Tor Aas")
    page.locator("[name='why']").fill("Årlig kontroll av filtre")
    page.locator("#do-plan").click()
    ingrid.sees("Planned")

    # Refused at start; then the check is passed by the role that it names.
    tor.press_held("start")
    tor.is_refused("Området er gassfritt: Not checked yet by: Shift lead.")
    tor.sees("Planned")
    expect(tor.page.locator(".q-blocks")).to_contain_text("Området er gassfritt")
    leif.do(f"check-{_part(item, 'check')}", passed="Passed")
    expect(leif.page.locator(".q-blocks")).to_contain_text("Nothing blocks the next step")

    # Started, stopped for a part, resumed when it came.
    tor.do("start")
    tor.sees("In progress")
    tor.do(
        "wait",
        condition="Ventil stengt og låst",
        kind="Material",
        what="Filterinnsats",
        clears="Planner",
    )
    tor.sees("Stopped, waiting")
    expect(tor.page.locator(".q-blocks")).to_contain_text("Filterinnsats")
    tor.press_held("resume")
    tor.is_refused("Blocked: Filterinnsats")
    ingrid.do(f"clear-{_part(item, 'blocker')}", word="Kom med båt")
    tor.do("resume")
    tor.sees("In progress")

    # Done, with its lines and its evidence; not accepted by who completed it.
    tor.answers()
    _prove(tor)
    tor.do("complete")
    tor.sees("To accept")
    tor.press_held("accept")
    tor.is_refused("Only these roles may do this here")
    tor.sees("To accept")
    leif.do("accept", remark="Sett i felt")
    leif.sees("Closed")

    # Reopened: the old proof and the old check prove nothing more.
    leif.do("reopen", reason="Lekker igjen")
    leif.sees("Planned")
    expect(leif.page.locator("#evidence")).to_contain_text("before it was reopened")
    leif.do(f"check-{_part(item, 'check')}", passed="Passed")
    tor.do("start")
    tor.answers()
    _prove(tor)
    tor.do("complete")
    leif.do("accept")
    leif.sees("Closed")

    item.refresh_from_db()
    assert item.status == "closed"
    people = dict(User.objects.values_list("username", "pk"))
    moves = Event.objects.filter(
        item=item,
        verb__in=["plan", "start", "wait", "resume", "complete", "accept", "reopen", "refused"],
    )
    named = {pk: name for name, pk in people.items()}
    assert [
        (named[actor], verb) for actor, verb in moves.order_by("pk").values_list("actor", "verb")
    ] == [
        ("ingrid", "refused"),
        ("ingrid", "plan"),
        ("tor", "refused"),
        ("tor", "start"),
        ("tor", "wait"),
        ("tor", "refused"),
        ("tor", "resume"),
        ("tor", "complete"),
        ("tor", "refused"),
        ("leif", "accept"),
        ("leif", "reopen"),
        ("tor", "start"),
        ("tor", "complete"),
        ("leif", "accept"),
    ]
    for person in (ingrid, tor, leif):
        assert person.window.complaints == []


def _prove(person: Person) -> None:
    person.open()
    person.fill("evidence", shows="Trykkfall målt under 0,5 bar")
    person.page.locator("#act-evidence [name='file']").set_input_files(EVIDENCE)
    person.page.locator("#do-evidence").click()
    expect(
        person.page.locator("#evidence figure:not(.struck) a", has_text="measured.txt")
    ).to_be_visible()
