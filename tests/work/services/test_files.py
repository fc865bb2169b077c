"""Files: by their content, once each, written before the row that names them."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from tests.factories import AT
from work.exceptions import Refused
from work.models import Blob
from work.services import files


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def image(format="PNG", size=(2, 2)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, format)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 rest", "application/pdf"),
        (b"Zuurstofgehalte 20,9 %\n", "text/plain"),
        (image("PNG"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("WEBP"), "image/webp"),
    ],
)
def test_the_type_comes_from_the_content(db, world_at, content, kind):
    blob = files.store([content], at=world_at)

    assert (blob.content_type, blob.size, blob.created_at) == (kind, len(content), world_at)
    assert blob.sha256 == hashlib.sha256(content).hexdigest()
    assert files.path_of(blob.sha256).read_bytes() == content


@pytest.fixture
def world_at():
    return AT


def test_the_same_content_is_kept_once(db, world_at):
    first = files.store([b"same ", b"words"], at=world_at)
    again = files.store([b"same words"], at=world_at)

    assert first == again
    assert Blob.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90rest", "file_type"),
        (b"\x7fELF", "file_type"),
        (b"<svg onload=x>", "file_type"),
        (b"  <html>", "file_type"),
        (b"text\x00hidden", "file_type"),
        (b"caf\xe9", "file_type"),
        (b"GIF89a\x01\x00\x01\x00", "file_type"),
        (image()[:-20], "file_type"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(db, world_at, settings, content, code):
    with pytest.raises(Refused) as caught:
        files.store([content], at=world_at)

    assert [reason.code for reason in caught.value.reasons] == [code]
    assert not Blob.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_limits_of_size_and_pixels(db, world_at, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert files.store([b"0123456789"], at=world_at).size == 10
    with pytest.raises(Refused, match="file_too_large"):
        files.store([b"0123456789", b"x"], at=world_at)
    monkeypatch.setattr(files, "MAX_BYTES", 10**6)
    monkeypatch.setattr(files, "MAX_PIXELS", 99)
    with pytest.raises(Refused, match="image_too_large"):
        files.store([image(size=(10, 10))], at=world_at)


def test_a_broken_off_upload_leaves_nothing(db, world_at, settings):
    def chunks():
        yield b"some"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        files.store(chunks(), at=world_at)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: its length, its name, its data and their sum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_an_image_far_too_large_is_called_that(db, world_at):
    """So large that it is not even opened."""
    sized = struct.pack(">II", 50_000, 50_000) + bytes([8, 2, 0, 0, 0])
    chunks = [_chunk(b"IHDR", sized), _chunk(b"IDAT", zlib.compress(b""))]
    with pytest.raises(Refused) as caught:
        files.store([b"\x89PNG\r\n\x1a\n", *chunks], at=world_at)

    assert [reason.code for reason in caught.value.reasons] == ["image_too_large"]


@pytest.mark.parametrize(
    ("name", "content", "handed_out"),
    [
        ("poly.html", image("PNG"), "poly.html.png"),
        ("photo.PNG", image("PNG"), "photo.PNG"),
        ("photo.jpeg", image("JPEG"), "photo.jpeg"),
        ("readings.csv", b"1;2", "readings.csv"),
        ("page.html", b"plain words", "page.html.txt"),
        ("paper", b"%PDF-1.7 rest", "paper.pdf"),
    ],
)
def test_a_name_ends_as_its_content(db, world_at, name, content, handed_out):
    assert files.name_of(name, files.store([content], at=world_at)) == handed_out
