"""Takes the pictures of docs/pictures from the demo: `make pictures`.

Not collected with the tests. Ten pages, each wide and on a phone, light and dark.
"""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.conftest import signed_in
from tests.browser.looks import PHONE, WIDE
from tests.factories import demo
from work.models import Place, User, WorkItem

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST, IN_ALL = 200_000, 4_000_000
FORMS = [(name, theme) for name in ("wide", "phone") for theme in ("light", "dark")]


def _pages() -> dict[str, dict[str, str]]:
    """Of each person the pages that show what they do."""
    live = WorkItem.objects.filter(site__slug="hvk", status="live")
    held = live.filter(open_blockers__gt=0).order_by("number").first()
    own = live.filter(executors__username="technician").order_by("number").first()
    place = Place.objects.get(site__slug="hvk", code="L3")
    return {
        "supervisor": {
            "site-picture": "",
            "board": "board/",
            "list": "work/",
            "item": f"work/W-{(held or own).number}/",
            "why": "why/",
            "place": f"places/{place.code}/",
            "search": "search/?q=line+3",
        },
        "shiftlead": {"my-work": "mine/", "end-of-shift": "mine/end/"},
        "technician": {"raise-work": "work/new/?place=L3"},
    }


def _context(browser, address: str, form: str, theme: str):
    width, height = WIDE if form == "wide" else PHONE
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        has_touch=form == "phone",
        is_mobile=form == "phone",
        device_scale_factor=1 if form == "wide" else 2,
        base_url=address,
    )


def _save(path: Path, shot: bytes) -> int:
    """With as many colours as a calm page has, which is a quarter of the weight."""
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


def test_take_pictures(transactional_db, live_server, browser, settings):
    settings.SECURE_SSL_REDIRECT = False
    demo.load(None)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    sizes = []
    for username, pages in _pages().items():
        user = User.objects.get(username=username)
        for form, theme in FORMS:
            context = _context(browser, live_server.url, form, theme)
            signed_in(context, user, live_server.url)
            page = context.new_page()
            for name, path in pages.items():
                answer = page.goto(f"/s/hvk/{path}", wait_until="load")
                assert answer.status == 200, path
                size = _save(FOLDER / f"{name}-{form}-{theme}.png", page.screenshot())
                assert size < LARGEST, (name, form, theme)
                sizes.append(size)
            context.close()
    assert len(sizes) == 40
    assert sum(sizes) < IN_ALL
