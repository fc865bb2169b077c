"""The line on each page of a PDF that is handed out, and the files that come back without it."""

import subprocess
import zlib
from io import BytesIO
from signal import SIGKILL

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
)

from documents import stamping
from documents.stamping import Bare, Limits
from tests.factories import documents as papers

LINE = "SOP-1 · revision 1 · Effective · as of 2026-11-24 07:01"
# Of a processor: enough to start, and for a page.
SHORT = Limits(cpu=1, wall=6)


@pytest.fixture
def put(tmp_path):
    """Puts the line on a PDF; gives its pages, or why there is none."""

    def put(content: bytes, line: str = LINE, limits: Limits = stamping.LIMITS):
        path = tmp_path / "one.pdf"
        path.write_bytes(content)
        drawn = stamping.stamped(path, line, limits)
        assert path.read_bytes() == content
        if isinstance(drawn, Bare):
            return drawn
        with drawn:
            return PdfReader(BytesIO(drawn.read())).pages

    return put


def changed(change) -> bytes:
    """The PDF of one page, after `change` had its writer and its page."""
    writer = PdfWriter(clone_from=BytesIO(papers.pdf("Shut the guard")))
    change(writer, writer.pages[0])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(writer: PdfWriter, content: bytes):
    made = DecodedStreamObject()
    made.set_data(content)
    return writer._add_object(made)


def place(page: PageObject) -> bytes:
    """How the line is turned, and where it begins."""
    drawn = page["/Contents"][-1].get_object().get_data()
    return drawn.split(b" Tf ")[1].split(b" Tm")[0]


def once(page: PageObject, line: str = LINE) -> bool:
    """The line is drawn in white and over that in dark, and no second time."""
    return page.extract_text().count(line) == 2


def bomb(inside: bytes) -> bytes:
    """A small PDF whose catalogue lies in an object stream that is large once it is read."""
    table = zlib.compress(b"1 0 " + inside, 9)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(table)
    made = b"%PDF-1.5\n"
    place = len(made)
    made += b"2 0 obj\n" + head + b"\nstream\n" + table + b"\nendstream\nendobj\n"
    start = len(made)
    rows = [(0, 0, 255), (2, 2, 0), (1, place, 0), (1, start, 0)]
    cells = b"".join(bytes([kind]) + at.to_bytes(4) + bytes([last]) for kind, at, last in rows)
    said = b"<< /Type /XRef /Size 4 /W [1 4 1] /Root 1 0 R /Length %d >>" % len(cells)
    made += b"3 0 obj\n" + said + b"\nstream\n" + cells + b"\nendstream\nendobj\n"
    return made + b"startxref\n%d\n%%%%EOF\n" % start


def test_a_small_file_that_asks_for_minutes_comes_back_bare_and_is_not_tried_again(
    put, caplog, monkeypatch
):
    caplog.set_level("INFO", "documents.stamping")
    rows = b"[" + b"0 " * 10_000 + b"]"
    made = bomb(b"<< /Type /Catalog /A [" + rows * 800 + b"] >>")
    assert len(made) < 50_000
    assert put(made, limits=SHORT) == Bare.OTHER
    # It was stopped: it did not end by itself.
    stopped = f"ended with -{int(SIGKILL)}" in caplog.text
    assert stopped or "TimeoutExpired" in caplog.text
    if stopped:
        # And nobody waits for it again.
        monkeypatch.setattr(subprocess, "run", None)
        assert put(made, limits=SHORT) == Bare.OTHER


@pytest.mark.parametrize(
    "limits",
    [Limits(wall=0.01), Limits(memory=8 * 1024 * 1024), Limits(written=100)],
    ids=["wall", "memory", "written"],
)
def test_each_limit_holds(put, limits):
    assert put(papers.pdf("Shut the guard"), limits=limits) == Bare.OTHER


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\n", b"\x00" * 5000, papers.pdf("A")[:300]])
def test_what_is_damaged_comes_back_bare(put, content):
    assert put(content) == Bare.OTHER


def test_what_is_locked_comes_back_bare(put):
    assert put(changed(lambda writer, page: writer.encrypt("secret", algorithm="RC4-128"))) == (
        Bare.OTHER
    )


def test_the_corners_of_a_page_may_be_swapped(put):
    def swap(writer, page):
        page[NameObject("/MediaBox")] = ArrayObject(map(NumberObject, (0, 842, 595, 0)))

    [page] = put(changed(swap))
    assert place(page) == b"1 0 0 1 18.00 12.00"


def test_what_is_cut_out_may_be_larger_than_the_page(put):
    def cut(writer, page):
        page.cropbox = RectangleObject((-500, -500, 2000, 2000))

    [page] = put(changed(cut))
    assert place(page) == b"1 0 0 1 18.00 12.00"


@pytest.mark.parametrize(
    "left", [b"q 0 0 1 1 re W n", b"Q Q Q", b"BT /F1 9 Tf", b"0 0 0 0 0 0 cm q", b"(", b"<<"]
)
def test_what_a_page_leaves_open_does_not_reach_the_line(put, left):
    def leave(writer, page):
        held = ArrayObject([page.raw_get("/Contents"), stream(writer, left)])
        page[NameObject("/Contents")] = held

    [page] = put(changed(leave))
    # What it showed is one thing that is drawn whole; the line is a stream after it.
    shown, line = (each.get_object().get_data() for each in page["/Contents"])
    assert shown == b"q /VinkeyWas Do Q\n"
    assert LINE.encode("cp1252") in line
    form = page["/Resources"]["/XObject"]["/VinkeyWas"].get_object()
    assert form.get_data().endswith(b" Tj ET\n" + left)
    assert form["/BBox"] == [0, 0, 595, 842]
    assert "/F1" in form["/Resources"]["/Font"]


def test_a_stream_that_two_pages_share_is_drawn_on_both(put):
    def share(writer, page):
        second = writer.add_blank_page(595, 842)
        second[NameObject("/Contents")] = page.raw_get("/Contents")
        second[NameObject("/Resources")] = DictionaryObject(page.get_inherited("/Resources"))
        writer.add_blank_page(595, 842)

    one, two, blank = put(changed(share))
    for page in (one, two):
        assert page.extract_text().startswith("Shut the guard")
        assert once(page)
    assert once(blank)


def test_a_line_of_ours_from_before_gives_way(put, tmp_path):
    path = tmp_path / "before.pdf"
    path.write_bytes(papers.pdf("Shut the guard"))
    for label in "123":
        with stamping.stamped(path, f"SOP-1 · revision {label} ·") as drawn:
            again = drawn.read()
        path.write_bytes(again)
    [page] = put(again)
    assert "Shut the guard" in page.extract_text()
    assert "revision 2" not in page.extract_text()
    assert once(page)


def test_a_page_too_small_for_the_line_leaves_the_file_bare(put):
    for size in ((100, 842), (595, 14)):
        made = changed(lambda writer, page, size=size: writer.add_blank_page(*size))
        assert put(made) == Bare.SMALL


def test_what_is_signed_comes_back_bare(put):
    def flagged(flags):
        return lambda writer, page: writer.root_object.update(
            {
                NameObject("/AcroForm"): writer._add_object(
                    DictionaryObject({NameObject("/SigFlags"): NumberObject(flags)})
                )
            }
        )

    def allowed(writer, page):
        writer.root_object[NameObject("/Perms")] = DictionaryObject()

    assert put(changed(flagged(3))) == put(changed(allowed)) == Bare.SIGNED
    assert once(*put(changed(flagged(0))))
