"""How a page is looked at: by axe, light and dark, wide and on a phone; no sideways scrolling."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# The machine that runs the tests may be busy.
expect.set_options(timeout=20_000)
WIDE, PHONE = (1440, 900), (390, 844)
# All that a theme can change.
_HUES = ["color-contrast", "link-in-text-block"]
_OPEN = "for (const each of document.querySelectorAll('main details')) each.open = true"
_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_ASK = """async (options) => {
  const found = (await axe.run(document, options)).violations;
  return found.flatMap((one) => one.nodes.map((node) => (
    `${one.id}: ${node.target} ${node.failureSummary}`)));
}"""


def findings(page: Page, **options) -> list[str]:
    """What axe finds, the size of targets included, which it leaves out by itself.

    On the whole page: who has seen a word of it may have seen its beginning alone.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    asked = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, **options}
    where = f"{page.url} at {page.viewport_size['width']}"
    return [f"{where}: {one}" for one in page.evaluate(_ASK, asked)]


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page that is open, all of it unfolded, in both themes and widths."""
    page.wait_for_load_state()
    page.evaluate(_OPEN)
    found = []
    for width, height in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(_WIDER):
            found.append(f"{page.url}: scrolls sideways at {width}")
        page.emulate_media(color_scheme="dark")
        found += findings(page, runOnly=_HUES)
        page.emulate_media(color_scheme="light")
        found += findings(page)
    return found
