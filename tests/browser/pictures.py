"""Takes the pictures of the README from the demo: `python -m pytest tests/browser/pictures.py`.

Not collected with the tests: it writes docs/pictures/board.png and item.png.
"""

from pathlib import Path

import pytest

from work.models import WorkItem

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST = 300_000


def test_take_pictures(demo, open_window):
    window = open_window()
    window.sign_in("supervisor", "demo-supervisor")
    item = WorkItem.objects.filter(status="live", site__slug="hvk", open_blockers__gt=0).first()
    item = item or WorkItem.objects.filter(status="live", site__slug="hvk").first()
    FOLDER.mkdir(exist_ok=True)
    for name, path in {"board": "board/", "item": f"work/W-{item.number}/"}.items():
        window.go(f"/s/hvk/{path}")
        window.page.screenshot(path=FOLDER / f"{name}.png")
        assert (FOLDER / f"{name}.png").stat().st_size < LARGEST
