"""Nothing that people or sources write makes a page wider than its screen."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.browser.looks import PHONE, WIDE
from work.models import User, WorkItem
from work.services import files, items, places, proof

pytestmark = pytest.mark.browser


@pytest.fixture
def long_words(demo, settings, tmp_path):
    """A place ten levels down, a title of 240 letters, a file with a name of 200."""
    settings.MEDIA_ROOT = tmp_path
    item = WorkItem.objects.filter(site__slug="hvk", status="live", place__code="L3").first()
    item = item or WorkItem.objects.filter(site__slug="hvk", status="live").first()
    admin = User.objects.get(username="admin")
    boss = User.objects.get(username="supervisor")
    above = item.place
    for n in range(5):
        above = places.create_place(
            actor=admin,
            site_id=item.site_id,
            parent_id=above.pk,
            kind="functional_location",
            code=f"WMT:23-KA-{n}",
            name=f"First stage compressor and its long description {n}",
        )
    deep = items.request(
        actor=boss,
        site_id=item.site_id,
        type_id=item.type_id,
        place_id=above.pk,
        what="x" * 240,
    )
    proof.attach(
        actor=boss,
        item_id=item.pk,
        kind="file",
        blob=files.store(SimpleUploadedFile("a", b"plain words").chunks(), at=item.requested_at),
        name="n" * 200 + ".txt",
    )
    return item, deep, above


def _wider(page, path: str) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    screen = page.evaluate("document.documentElement.clientWidth")
    return [f"{path}: {width} on {screen}"] if width > screen else []


def test_no_page_is_wider_than_the_screen(long_words, open_window):
    item, deep, place = long_words
    window, found = open_window(), []
    window.sign_in("supervisor", "demo-supervisor")
    page = window.page
    for path in (
        f"/s/hvk/places/{place.code}/",
        f"/s/hvk/work/W-{deep.number}/",
        f"/s/hvk/work/W-{item.number}/",
        f"/s/hvk/work/W-{deep.number}/edit/",
        "/s/hvk/work/",
        f"/s/hvk/board/?q={deep.number}",
        "/s/hvk/places/L3/",
    ):
        for size in (WIDE, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            window.go(path)
            found += _wider(page, f"{path} at {size[0]}")
            columns = page.evaluate(
                "[...document.querySelectorAll('.table:not(.cards)')]"
                ".map(t => t.scrollWidth - t.parentElement.clientWidth)"
            )
            if path.endswith("/work/") and size == WIDE:
                box = page.locator("#items .scroll-x")
                assert box.evaluate("e => e.scrollWidth - e.clientWidth") == 0, columns
            figures = page.evaluate(
                "[...document.querySelectorAll('.evidence figure')].map(f => f.offsetWidth)"
            )
            assert all(width < 400 for width in figures)
            shots = os.environ.get("SHOTS")
            if shots:
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    name = path.strip("/").replace("/", "-").replace("?", "-").replace(":", "-")
                    page.screenshot(path=f"{shots}/{name}-{size[0]}-{scheme}.png", full_page=True)
                page.emulate_media(color_scheme="light")
    targets = Axe().run(page, options={"runOnly": ["target-size"]}).response["violations"]
    assert (found, targets) == ([], [])
