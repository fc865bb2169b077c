"""A type of work made in the admin, worked with, and a rule of it made strict: by clicks alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import PASSWORD
from work.models import Event, User, WorkItem
from work.states import Role

pytestmark = pytest.mark.browser

RULE = "Gas measured by HSE"
HSE_ROLE = {"supplier": "A check by name, of a role", "p_work_check_role": "HSE"}


@pytest.fixture
def plant(transactional_db):
    """A site with places and people, and twelve types short of its thirteenth."""
    site = factories.site("hvk", name="Havenkade")
    root = factories.place(site, "HVK", kind="site")
    line = factories.place(site, "L3", parent=root, kind="line", name="Pouches")
    since = timezone.now() - timedelta(days=1)
    known = {"password": PASSWORD, "starts": since}
    for name, role in (
        ("admin", Role.SITE_ADMIN),
        ("hse", Role.HSE),
        ("technician", Role.TECHNICIAN),
    ):
        factories.person(site, role, username=name, name=name.capitalize(), **known)
    lead = factories.person(site, Role.SHIFT_LEAD, username="lead", name="Lead", **known)
    factories.post_with_duty(line, lead, name="Shift lead, L3", at=since)
    return site


class Person:
    """Somebody at a browser."""

    def __init__(self, window, name: str):
        self.window, self.page, self.name = window, window.page, name
        window.sign_in(name, PASSWORD)

    def type_in(self, **answers: str | bool) -> None:
        """Fill controls by their names; in the admin a list may hide behind its search box."""
        for name, value in answers.items():
            control = (
                self.page.locator(f"[name='{name}']")
                .locator("visible=true")
                .or_(self.page.locator(f"select[name='{name}']"))
            )
            control = control.first
            if isinstance(value, bool):
                control.set_checked(value)
            elif control.evaluate("node => node.tagName") == "SELECT":
                control.select_option(label=value, force=True)
            else:
                control.fill(value)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).first.click()
        self.page.wait_for_load_state()

    def told(self, words: str) -> None:
        """On a page that is there whole, with the scripts that the next press may need."""
        expect(self.page.get_by_text(words).first).to_be_visible()
        self.page.wait_for_load_state()

    # --- at work --------------------------------------------------------------------------------

    def open(self, item: WorkItem) -> None:
        self.window.go(f"/s/hvk/work/W-{item.number}/")

    def do(self, item: WorkItem, verb: str, **answers: str) -> None:
        """Open the item, fill the form of an act and send it."""
        self.open(item)
        form = self.page.locator(f"#act-{verb}")
        if not form.is_visible():
            self.page.locator(f"#ask-{verb}").click()
        for name, value in answers.items():
            control = form.locator(f"[name='{name}']")
            if control.evaluate("node => node.type").startswith("select"):
                control.select_option(label=value)
            else:
                control.fill(value)
        part = f"/{verb.split('-')[0]}"
        with self.page.expect_response(lambda answer: part in answer.url) as sent:
            self.page.locator(f"#do-{verb}").click()
        assert sent.value.ok, verb

    def is_held(self, item: WorkItem, verb: str, words: str) -> None:
        """Press a button that will not do; the server says why."""
        self.open(item)
        self.page.locator(f"#act-{verb} button").click(force=True)
        expect(self.page.locator(".refusal")).to_contain_text(words)

    def sees(self, status: str) -> None:
        expect(self.page.locator(".q-status .status")).to_have_text(status)


def _draft(admin: Person) -> None:
    """The type, and all that its first version says."""
    admin.window.go("/admin/work/worktype/add/")
    admin.type_in(code="SEAL", name="Sealing", category="Logistics", icon="Lock")
    admin.press("Save")
    admin.follow("Begin a draft")
    admin.press("Begin")
    admin.told("The draft is begun.")
    admin.type_in(**{"fields-0-label": "Seal number", "fields-0-required_at": "complete"})
    admin.type_in(**{"stages-0-label": "Loading", "stages-0-status": "In progress"})
    admin.page.locator("[data-add='stages']").click()
    admin.type_in(**{"stages-1-label": "Sealed", "stages-1-status": "In progress"})
    admin.type_in(**{"criteria-0-text": "The seal is whole"})
    admin.type_in(**{"lines-0-text": "Doors closed?", "lines-0-hold_point": True})
    admin.press("Save and publish…")
    admin.told("The first version")
    admin.press("Publish")
    admin.told("Published: new work is of version 1.")


def _rule(admin: Person) -> None:
    """A check before the start of that work, which begins in watch."""
    admin.window.go("/admin/work/requirementrule/add/")
    admin.type_in(what=RULE, **HSE_ROLE, gate="before start", type="Sealing")
    admin.press("Look at what it touches")
    admin.told("No open work that you may see.")
    admin.press("Make the rule")
    admin.told("The rule is made. Its mode is “Watch: would have stopped”.")


def _planned(lead: Person, what: str) -> WorkItem:
    lead.window.go("/s/hvk/work/new/")
    lead.type_in(what=what, place="L3", type="Sealing", why="It leaves tonight")
    lead.press("Request work")
    expect(lead.page.locator(".q-status .status")).to_have_text("Requested")
    item = WorkItem.objects.get(what=what)
    lead.do(item, "plan", owner="Shift lead, L3", executors="Technician")
    lead.sees("Planned")
    return item


def test_a_thirteenth_type_from_nothing_to_a_rule_that_refuses(plant, open_window):
    admin = Person(open_window(), "admin")
    _draft(admin)
    _rule(admin)

    # An item is taken through it: the rule watches, the field is asked at complete.
    lead, technician = Person(open_window(), "lead"), Person(open_window(), "technician")
    item = _planned(lead, "Seal container 4417")
    technician.do(item, "start")
    technician.sees("In progress")
    technician.do(item, "stage", stage="Sealed")
    line = item.lines.get()
    assert line.hold_point
    technician.open(item)
    technician.page.get_by_role("button", name="Pass", exact=True).click()
    expect(technician.page.locator(f"#line-{line.pk}.answered")).to_be_visible()
    technician.is_held(item, "complete", "Seal number")
    lead.do(item, "edit", **{"f.seal-number": "NL-20931"})
    technician.do(item, "complete")
    technician.sees("To accept")
    lead.do(item, "accept", **{f"judged-{item.criteria.get().pk}": "Seen"})
    lead.sees("Closed")

    # What it would have stopped is told, and HSE makes it strict.
    second = _planned(lead, "Seal container 4418")
    hse = Person(open_window(), "hse")
    hse.window.go("/admin/work/requirementrule/")
    hse.follow("What the last 30 days would have stopped")
    hse.told("Would have stopped once.")
    hse.window.go("/admin/work/requirementrule/")
    hse.follow(RULE)
    hse.follow("Set the mode")
    hse.type_in(mode="Enforce")
    hse.press("Look at what it touches")
    hse.told("Would be stopped")
    hse.press("Set it")
    hse.told("The mode is set.")

    technician.is_held(second, "start", RULE)
    technician.sees("Planned")

    item.refresh_from_db()
    assert (item.status, item.values) == ("closed", {"seal-number": "NL-20931"})
    moved = Event.objects.get(item=item, verb="stage")
    assert moved.data == {"from": "loading", "to": "sealed"}
    refused = Event.objects.filter(item=second, verb="refused").get()
    assert refused.actor == User.objects.get(username="technician")
    for person in (admin, lead, technician, hse):
        assert person.window.complaints == []
