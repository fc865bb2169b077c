"""How a page is looked at: by axe, light and dark, wide and on a phone; no sideways scrolling."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# The machine that runs the tests may be busy.
expect.set_options(timeout=20_000)
WIDE, PHONE = (1440, 900), (390, 844)
# All that a theme can change; and that of it which takes axe longer than all the rest.
_HUES, _CONTRAST = ["color-contrast", "link-in-text-block"], "color-contrast"
_OPEN = "for (const each of document.querySelectorAll('main details')) each.open = true"
_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_ASK = """async (options) => {
  const found = (await axe.run(document, options)).violations;
  return found.flatMap((one) => one.nodes.map((node) => (
    `${one.id}: ${node.target} ${node.failureSummary}`)));
}"""
_LOOKS = (Path(__file__).parent / "contrast.js").read_text()
# Of these looks, what axe finds, and which it passes.
_READ = """async (looks) => {
  const nodes = looks.flatMap((each) => window.texts.get(each));
  const asked = { runOnly: ["color-contrast"], elementRef: true };
  const { violations, passes } = await axe.run({ include: nodes }, asked);
  const passed = new Set(passes.flatMap((one) => one.nodes.map((node) => node.element)));
  return [
    violations.flatMap((one) => one.nodes.map((node) => (
      `${one.id}: ${node.target} ${node.failureSummary}`))),
    looks.filter((each) => window.texts.get(each).some((node) => passed.has(node))),
  ];
}"""
# What was read well on a page is read as well on the next.
_well_read: set[str] = set()


def findings(page: Page, **options) -> list[str]:
    """What axe finds, the size of targets included, which it leaves out by itself.

    On the whole page: who has seen a word of it may have seen its beginning alone.
    """
    page.wait_for_load_state()
    _bring(page)
    asked = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, **options}
    return _said(page, page.evaluate(_ASK, asked))


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page that is open, all of it unfolded, in both themes and widths."""
    page.wait_for_load_state()
    page.evaluate(_OPEN)
    found = []
    rest = {"target-size": {"enabled": True}, _CONTRAST: {"enabled": False}}
    for width, height in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(_WIDER):
            found.append(f"{page.url}: scrolls sideways at {width}")
        page.emulate_media(color_scheme="dark")
        found += findings(page, runOnly=[each for each in _HUES if each != _CONTRAST])
        found += badly_read(page)
        page.emulate_media(color_scheme="light")
        found += findings(page, rules=rest)
        found += badly_read(page)
    return found


def badly_read(page: Page) -> list[str]:
    """The texts of too little contrast; axe is asked of those that look as none did before."""
    _bring(page)
    new = [each for each in page.evaluate(_LOOKS) if each not in _well_read]
    if not new:
        return []
    found, passed = page.evaluate(_READ, new)
    if not found:
        _well_read.update(each for each in passed if each)
    return _said(page, found)


def _bring(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)


def _said(page: Page, found: list[str]) -> list[str]:
    where = f"{page.url} at {page.viewport_size['width']}"
    return [f"{where}: {one}" for one in found]
