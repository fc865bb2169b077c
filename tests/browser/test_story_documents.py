"""A revision comes into force while four pieces of work depend on it; by clicks (story 10)."""

import pytest
from playwright.sync_api import expect

from documents.services import acknowledging
from tests import factories
from tests.browser.conftest import PASSWORD
from tests.factories import documents as papers
from tests.factories import live_item, make_world, planned_item

pytestmark = pytest.mark.browser

LINES = ["Vent first", "Lock the valve", "Try it"]
UNREAD = "SOP-CIP-004 revision 3 is not acknowledged."
UNSIGNED = "The lines of SOP-CIP-004 revision 3 are not read and signed."


@pytest.fixture
def story(transactional_db):
    """Revision 2 was read; two items wait under it, two are under way; then comes revision 3."""
    world = make_world()
    hold = {"key": "vent", "text": "Vented", "kind": "pass_fail", "hold_point": True}
    strict = factories.work_type(world.site, lines=[hold])
    document = papers.document(world, "SOP-CIP-004", title="Clean in place")
    for kind in (world.mnt, strict):
        papers.applies(world, document, work_type_id=kind.pk, acknowledge=True)
    two = papers.in_force(world, document, "2")
    acknowledging.acknowledge(actor=world.technician, at=world.t(1), revision_id=two.pk)
    known = {"at": world.t(2)}
    items = {
        "first": planned_item(world, **known),
        "second": planned_item(world, **known),
        "lenient": live_item(world, **known),
        "strict": live_item(world, type_id=strict.pk, **known),
    }
    three = {"bearing": "hold_point", "key_lines": LINES}
    papers.in_force(world, document, "3", at=world.t(5), **three)
    world.technician.set_password(PASSWORD)
    world.technician.save()
    paths = {name: f"/s/hvk/work/W-{item.number}/" for name, item in items.items()}
    return paths | {"person": f"/s/hvk/competence/people/{world.technician.pk}/"}


def test_a_revision_meets_live_work(story, open_window):
    window = open_window()
    page = window.page
    window.sign_in("technician", PASSWORD)

    # Its people are told; work under way goes on, and nothing blocks it.
    window.go("/")
    expect(page.locator("main")).to_contain_text("SOP-CIP-004 has revision 3")
    for name in ("lenient", "strict"):
        window.go(story[name])
        expect(page.locator(".q-status .status")).to_have_text("In progress")
        expect(page.locator(".q-blocks")).not_to_contain_text("SOP-CIP-004")
    expect(page.locator("main")).to_contain_text(UNSIGNED)
    window.go(story["lenient"])
    expect(page.locator("main")).not_to_contain_text("SOP-CIP-004 revision 3")
    # What has not begun asks for the new one, and says who clears it.
    for name in ("second", "first"):
        window.go(story[name])
        expect(page.locator("main")).to_contain_text(UNREAD)
    # So does the page of who has it to read.
    unread = page.locator("#panel-documents-of_person")
    window.go(story["person"])
    unread.scroll_into_view_if_needed()
    expect(unread).to_contain_text("SOP-CIP-004")
    expect(unread).to_contain_text("Revision 3 in force since")
    window.go(story["first"])
    page.get_by_role("link", name="SOP-CIP-004").first.click()

    expect(page.locator(".revision-now")).to_contain_text("Revision 3")
    page.locator("#in-force summary").click()
    for line in LINES:
        page.get_by_label(line).check()
    page.get_by_label("Your password, to sign").fill(PASSWORD)
    page.get_by_role("button", name="I have read it").click()
    expect(page.locator("#in-force")).to_contain_text("You read it")

    window.go(story["first"])
    expect(page.locator("main")).not_to_contain_text(UNREAD)
    page.locator("#do-start").click()
    expect(page.locator(".q-status .status")).to_have_text("In progress")
    window.go(story["person"])
    expect(unread).to_have_count(0)
    window.go(story["strict"])
    expect(page.locator("main")).not_to_contain_text(UNSIGNED)
    page.get_by_role("button", name="Pass", exact=True).click()
    expect(page.locator(".checks > li:not(.answered)")).to_have_count(0)
    assert window.complaints == []
