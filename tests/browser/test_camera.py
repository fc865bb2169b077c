"""A printed label before a camera: what our label page shows is filmed, and the page reads it.

Chromium plays a film of ours where it would ask a camera. It knows no bar codes on this system, so
that the one part which a phone brings along is lent: who reads a picture of the film.
"""

import base64
import io
import os
from pathlib import Path

import pytest
import qrcode
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Window, note, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILM = Path(os.environ["VINKEY_DATA"]) / f"{os.environ.get('PYTEST_XDIST_WORKER', 'one')}.y4m"
SIZE = (640, 480)
LENT = """
window.BarcodeDetector = class {
  async detect(film) {
    const seen = document.createElement("canvas");
    [seen.width, seen.height] = [film.videoWidth, film.videoHeight];
    seen.getContext("2d").drawImage(film, 0, 0);
    const text = await window.readPicture(seen.toDataURL("image/png"));
    return text ? [{ rawValue: text }] : [];
  }
};
"""


@pytest.fixture
def page(browser_type, browser_type_launch_args, live_server, settings):
    """A browser of its own, whose camera shows the film."""
    settings.SECURE_SSL_REDIRECT = False
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={FILM}",
    ]
    args = [*browser_type_launch_args["args"], *camera]
    browser = browser_type.launch(**(browser_type_launch_args | {"args": args}))
    page = browser.new_page(base_url=live_server.url)
    page.set_default_timeout(20_000)
    yield page
    browser.close()


def filmed(picture: bytes) -> None:
    """Half a second of what somebody holds before the camera, a little away and aslant."""
    paper = Image.open(io.BytesIO(picture)).convert("L")
    paper.thumbnail((560, 400))
    view = Image.new("L", SIZE, 110)
    view.paste(paper, (40, 30))
    view = view.rotate(7, resample=Image.Resampling.BICUBIC, fillcolor=110)
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    frame = b"FRAME\n" + view.tobytes() + grey
    head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F30:1 Ip A1:1 C420jpeg\n".encode()
    FILM.write_bytes(head + frame * 15)


def read(address: str) -> str:
    """What stands on a picture of the film, as a data address; empty where nothing is read."""
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return found[0].text if found else ""


def printed(address: str) -> bytes:
    """A code of somebody else's."""
    held = io.BytesIO()
    qrcode.make(address).save(held)
    return held.getvalue()


def test_a_label_of_ours_is_read_from_the_film_of_a_camera(transactional_db, page, live_server):
    hvk = factories.make_world()
    window = Window(page, live_server.url)
    page.on("console", lambda said: note(window, said))
    page.on("pageerror", lambda error: window.complaints.append(str(error)))
    signed_in(page.context, hvk.operator, window.address)
    window.go(f"/s/hvk/places/{hvk.l3.code}/?label")
    label = page.locator(".qr-label").screenshot()

    page.expose_function("readPicture", read)
    page.add_init_script(LENT)
    filmed(printed("https://elsewhere.example/s/hvk-2/places/L3/"))
    window.go("/s/hvk/work/new/")
    scan, place = page.get_by_role("button", name="Scan"), page.locator("#id_place")
    scan.click()
    expect(page.locator("#id_place-scanned")).to_have_text("This label is of another site.")
    # The film is put away: the next press plays the next one.
    expect(page.locator("dialog.scan")).to_have_count(0)
    expect(place).to_have_value("")

    filmed(label)
    scan.click()
    expect(place).to_have_value(hvk.l3.code)
    expect(page.locator("dialog.scan")).to_have_count(0)
    expect(page.locator("#id_place-scanned")).to_have_text("")
    assert window.complaints == []
