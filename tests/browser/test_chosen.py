"""Chosen rows and spreadsheets in a browser: by keyboard without a script; axe on each page."""

import csv
import io

import pytest
from playwright.sync_api import expect

from tests.browser.looks import PHONE, WIDE, findings
from work.models import WorkItem

pytestmark = pytest.mark.browser


def _seen(page, size=WIDE) -> list[str]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return findings(page)


def test_chosen_rows_and_a_file_that_comes_back(demo, open_window):
    found = []
    still = open_window(script=False)
    still.sign_in("supervisor", "demo-supervisor")
    still.go("/s/hvk/work/?status=planned&sort=number")
    boxes = still.page.get_by_role("checkbox", name="Choose W-")
    label = boxes.first.get_attribute("aria-label").removeprefix("Choose ")
    expect(still.page.locator("form.bulk")).to_be_hidden()
    boxes.first.focus()
    still.page.keyboard.press("Space")
    due = still.page.locator("form.bulk").get_by_role("button", name="Due")
    due.focus()
    still.page.keyboard.press("Enter")
    expect(still.page.get_by_role("heading", level=1)).to_have_text("Chosen work: Due")
    # Enter sends what is there of a form.
    expect(still.page.get_by_role("button", name="Do it to this one")).to_be_visible()
    still.page.get_by_label("Not due at any time").focus()
    still.page.keyboard.press("Space")
    still.page.keyboard.press("Enter")
    expect(still.page.get_by_text("1 done")).to_be_visible()
    number = int(label.removeprefix("W-"))
    assert WorkItem.objects.get(site__slug="hvk", number=number).due is None

    window = open_window()
    window.sign_in("supervisor", "demo-supervisor")
    window.go("/s/hvk/work/?status=planned&status=closed&since=2020-01-01&place=60")
    page = window.page
    page.get_by_role("checkbox", name="Choose W-").first.check()
    page.get_by_role("button", name="Choose all on this page").click()
    expect(page.locator("form.bulk [role=status]")).not_to_have_text("1 chosen")
    found += _seen(page)
    page.locator("form.bulk").get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chosen work: Plan")
    found += _seen(page, PHONE)
    page.get_by_label("Planned start").fill("2031-01-02T06:00")
    page.get_by_role("button", name="Do it to these").click()
    expect(page.get_by_text("“Edit” is not possible while").first).to_be_visible()
    found += _seen(page)

    window.go("/s/hvk/work/sheet/?status=planned")
    with page.expect_download() as taken:
        page.get_by_role("link", name="As CSV").click()
    text = taken.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows[:-2]:
        row.update(priority="1", due="2031-02-03 14:00", what=row["what"] + "!")
    rows[-1]["owner"] = "Nobody"
    rows[-2].update(version="99", priority="4" if rows[-2]["priority"] != "4" else "3")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    back = {"name": "back.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}
    page.get_by_label("File").set_input_files(files=[back])
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("back.csv")
    found += _seen(page, PHONE)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.get_by_role("button", name="Change these").click()
    expect(page.get_by_text(f"{len(rows) - 2} done")).to_be_visible()
    assert found == []
    assert window.complaints == []
