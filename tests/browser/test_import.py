"""An export of another system comes in by clicks alone: its mapping written, tried, loaded."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser import looks
from tests.browser.conftest import PASSWORD
from work.models import WorkItem
from work.services.import_ import queue
from work.states import Role

pytestmark = pytest.mark.browser

ORDERS = """Order;Text;State;Where;Wanted by
1;Check the pump;OPEN;HALL;24.12.2026
2;Grease the fan;DONE;HALL;01.11.2026
3;Look at it;HOLD;HALL;
4;=1+1;OPEN;NOWHERE;
5;Mend the door;PLAN;HALL;
"""


@pytest.fixture
def site(transactional_db, settings, tmp_path):
    """A site with a hall, one type of work, and Ada, who imports and plans."""
    settings.MEDIA_ROOT = tmp_path / "kept"
    made = factories.setup.site("val", time_zone="Europe/Oslo", name="Valhall")
    factories.work_type(made, "maintenance", name="Maintenance")
    factories.place(made, "HALL", name="Hall")
    ada = factories.person(made, Role.SITE_ADMIN, username="ada", password=PASSWORD)
    factories.setup.people.grant_role(
        actor=None, user_id=ada.pk, site_id=made.pk, role=Role.PLANNER,
        starts=factories.setup.LONG_BEFORE,
    )  # fmt: skip
    return made


def looked_at(window) -> list[str]:
    """What is wrong with the page as it stands, in both themes and widths."""
    found = looks.looked_at(window.page)
    window.page.set_viewport_size({"width": looks.WIDE[0], "height": looks.WIDE[1]})
    return found


def upload(window, name="orders.csv") -> None:
    page = window.page
    window.go("/s/val/import/")
    page.get_by_role("link", name="New import").first.click()
    page.get_by_role("radio", name="Work").check()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": ORDERS.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def write(window) -> None:
    """Write the mapping of what was uploaded."""
    page = window.page
    page.get_by_role("link", name="Write a mapping").click()
    page.get_by_label("Source system").fill("cmms")
    page.get_by_label("Column with the record's key").first.select_option("Order")

    def field(name: str, part: str):
        return page.locator(f"[name='fields.{name}.{part}']")

    field("type", "constant").select_option("maintenance")
    field("what", "column").select_option("Text")
    field("status", "column").select_option("State")
    field("place", "column").select_option("Where")
    field("due", "column").select_option("Wanted by")
    page.get_by_role("button", name="Fill in the codes found").click()
    expect(field("status", "map")).to_have_value("OPEN = \nDONE = \nHOLD = \nPLAN = ")
    field("status", "map").fill("OPEN = requested\nDONE = closed\nPLAN = planned")
    expect(field("place", "map")).to_have_value("")  # a place is found by its own code
    page.locator("#g-fields\\.due summary").click()
    field("due", "date").fill("%d.%m.%Y")
    page.get_by_role("button", name="Use this mapping").click()
    expect(page.get_by_text("It is read by the mapping “orders”.")).to_be_visible()


def send(page, button: str) -> None:
    """Press what gives the import to a worker; from then on it waits for one."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("A worker does one import at a time")).to_be_visible()


def counts(page) -> dict[str, str]:
    """What an import found. A page that is still coming has its first figures alone."""
    expect(page.locator(".found .stat").first).to_be_visible()
    page.wait_for_load_state()
    stats = page.locator(".found .stat").all()
    return {one.locator(".label").inner_text(): one.locator(".big").inner_text() for one in stats}


def test_an_export_comes_in_by_clicks(site, open_window):
    window = open_window()
    window.sign_in("ada", PASSWORD)
    page = window.page
    upload(window)
    write(window)
    send(page, "Dry run")
    queue.take_up()
    expect(page.get_by_role("button", name="Load")).to_be_visible()  # without a click of ours
    found = counts(page)
    assert (found["New"], found["Refused"], found["Incomplete"]) == ("3", "2", "1")
    assert not WorkItem.objects.exists()
    page.get_by_role("link", name="There is no … with this code at the site.").click()
    expect(page.locator("#faults tbody tr")).to_have_count(1)
    send(page, "Load")
    queue.take_up()
    expect(page.get_by_role("link", name="Its dry run")).to_be_visible()
    assert counts(page)["New"] == "3"
    with page.expect_download() as download:
        page.get_by_role("link", name="Errors file").click()
    told = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert download.value.suggested_filename == "orders.errors.csv"
    assert [line.split(",")[1] for line in told] == ["line", "4", "5"]
    page.get_by_role("link", name="It does not say why").click()
    page.get_by_role("checkbox", name="W-").check()
    page.locator("[name=why]").fill("It has come off its hinges")
    page.get_by_label("Owner").select_option(label="Ada")
    page.get_by_label("Plan them as well").check()
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator("#results")).to_contain_text("Done")
    assert WorkItem.objects.get(external_key="5").status == "planned"
    assert window.complaints == []


def test_it_comes_in_without_a_script_too(site, open_window):
    window = open_window(script=False)
    window.sign_in("ada", PASSWORD)
    page = window.page
    upload(window)
    write(window)
    send(page, "Dry run")
    queue.take_up()
    page.get_by_role("link", name="Refresh").click()
    send(page, "Load")
    queue.take_up()
    page.get_by_role("link", name="Refresh").click()
    assert counts(page)["New"] == "3"


def test_the_pages_of_an_import_pass_axe(site, open_window, monkeypatch):
    window = open_window()
    window.sign_in("ada", PASSWORD)
    page = window.page
    window.go("/s/val/import/")
    found = looked_at(window)
    window.go("/s/val/import/incomplete/")
    found += looked_at(window)
    window.go("/s/val/import/new/")
    found += looked_at(window)
    upload(window)
    found += looked_at(window)
    page.get_by_role("link", name="Write a mapping").click()
    page.get_by_role("button", name="Use this mapping").evaluate(
        "node => node.form.noValidate = true"
    )
    page.get_by_role("button", name="Use this mapping").click()
    expect(page.get_by_text("Not taken: the mapping cannot be used like this.")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found += looked_at(window)
    page.get_by_role("link", name="As TOML").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mapping as TOML")
    found += looked_at(window)
    page.get_by_role("link", name="orders.csv").click()
    write(window)
    found += looked_at(window)
    send(page, "Dry run")
    found += looked_at(window)
    queue.take_up()
    expect(page.get_by_role("button", name="Load")).to_be_visible()
    found += looked_at(window)
    send(page, "Load")
    with monkeypatch.context() as patch:
        patch.setattr(queue, "carry_out", lambda *_given: 1 / 0)
        queue.take_up()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    found += looked_at(window)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("How far it is")).to_be_visible()
    queue.take_up()
    for path in ("/s/val/import/", "/s/val/import/incomplete/?cause=why"):
        window.go(path)
        found += looked_at(window)
    assert found == []
    assert window.complaints == []
