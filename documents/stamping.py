"""The line on each page of a PDF that is handed out: which revision it is, and as of when.

What is kept is not touched. The line is put in front of what a page shows and changes none of it.
"""

import io
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
)

PDF = "application/pdf"
# Beyond these a file is handed out as it is, and the page says so.
MOST_PAGES = 500
MOST_OBJECTS = 20_000
_FONT, _SIZE, _LEAST = "/VinkeyLine", 7.0, 3.5
# In points, on a page so wide: of the edge what printers leave white.
_LEFT, _ABOVE, _PAGE = 18.0, 12.0, 595.0
_WIDE = 0.56  # of a letter in this font, at the size of 1, as a rule
_log = logging.getLogger(__name__)


def stamped(path: Path, line: str) -> io.BytesIO | None:
    """The PDF with a line on each page; None where it is locked, damaged or too much."""
    try:
        with path.open("rb") as kept:
            reader = PdfReader(kept)
            if reader.is_encrypted or _objects(reader) > MOST_OBJECTS:
                return None
            if not 0 < len(reader.pages) <= MOST_PAGES:
                return None
            writer = PdfWriter(clone_from=reader)
            _put(writer, line.encode("cp1252", "replace"))
            drawn = io.BytesIO()
            writer.write(drawn)
    except Exception as error:  # what is damaged fails in any way
        _log.info("no line was put on %s: %s", path.name, type(error).__name__)
        return None
    drawn.seek(0)
    return drawn


def _objects(reader: PdfReader) -> int:
    return sum(map(len, reader.xref.values())) + len(reader.xref_objStm)


def _put(writer: PdfWriter, text: bytes) -> None:
    font = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    )
    before = _stream(writer, b"q\n")
    for page in writer.pages:
        fonts = _within(_resources(page), "/Font")
        fonts[NameObject(_FONT)] = font
        after = _stream(writer, b"\nQ\n" + _drawn(page, text))
        page[NameObject("/Contents")] = ArrayObject([before, *_contents(page), after])


def _stream(writer: PdfWriter, content: bytes) -> IndirectObject:
    made = DecodedStreamObject()
    made.set_data(content)
    return writer._add_object(made)


def _contents(page: PageObject) -> Iterable[Any]:
    """The streams of a page, as they are."""
    held = page.get("/Contents")
    if held is None or (whole := held.get_object()) is None:
        return []
    return list(whole) if isinstance(whole, ArrayObject) else [page.raw_get("/Contents")]


def _resources(page: PageObject) -> DictionaryObject:
    """What a page draws with: its own, or that of the pages above it."""
    found = page.get_inherited("/Resources")
    if found is None:
        return _within(page, "/Resources")
    assert isinstance(found.get_object(), DictionaryObject)
    return found.get_object()


def _within(held: DictionaryObject, name: str) -> DictionaryObject:
    if name not in held:
        held[NameObject(name)] = DictionaryObject()
    found = held[name].get_object()
    assert isinstance(found, DictionaryObject)
    return found


def _drawn(page: PageObject, text: bytes) -> bytes:
    """The line at the foot of the page as it is looked at: dark, with white around each letter."""
    box = page.cropbox
    left, low, right, high = (float(each) for each in (*box.lower_left, *box.upper_right))
    turned = int(page.rotation) % 360
    across = high - low if turned in (90, 270) else right - left
    # A large drawing is printed smaller than it is.
    times = max(1.0, across / _PAGE)
    room = (across - 2 * _LEFT * times) / (_WIDE * len(text))
    size = max(_LEAST, min(_SIZE * times, room))
    along, above = _LEFT * times, _ABOVE * times
    matrix = {
        0: f"1 0 0 1 {left + along:.2f} {low + above:.2f}",
        90: f"0 1 -1 0 {right - above:.2f} {low + along:.2f}",
        180: f"-1 0 0 -1 {right - along:.2f} {high - above:.2f}",
        270: f"0 -1 1 0 {left + above:.2f} {high - along:.2f}",
    }[turned]
    shown = b"".join(b"\\" + bytes([each]) if each in b"()\\" else bytes([each]) for each in text)
    begin = f"/Artifact BMC\nq BT {_FONT} {size:.2f} Tf {matrix} Tm\n"
    white = f"1 Tr {size / 3.5:.2f} w 1 J 1 j 1 G (".encode() + shown + b") Tj\n"
    # Shown again from where the first began.
    again = f"{matrix} Tm 0 Tr 0.1 g (".encode()
    return begin.encode() + white + again + shown + b") Tj\nET Q\nEMC\n"
