"""The line on each page of a PDF: which revision it is, and as of when. Runs in the child alone.

What a page shows becomes one thing that is drawn whole, a form, and the line comes after it: so
nothing that it leaves open or closes too often reaches the line.
"""

from collections.abc import Sequence
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from documents import stamping_claims, stamping_tags

# Beyond these a file is handed out as it is, and the page says so.
MOST_PAGES = 500
MOST_OBJECTS = 20_000
# Of our own: the font, what the page showed, and the mark of the stream that draws the line.
_FONT, _WAS, _OURS = "/VinkeyLine", "/VinkeyWas", "/VinkeyMark"
_SIZE, _LEAST = 7.0, 3.5
# In points, on a page so wide: of the edge what printers leave white.
_LEFT, _ABOVE, _PAGE = 18.0, 12.0, 595.0
_WIDE = 0.56  # of a letter in this font, at the size of 1, as a rule

Box = tuple[float, float, float, float]


class Unfit(Exception):
    """No line can be put on it."""


class Signed(Unfit):
    """Any change would break the signature that it carries."""


class TooSmall(Unfit):
    """A page has no room for the line."""


def put(kept: BinaryIO, text: bytes) -> PdfWriter:
    """The PDF with the line on each page."""
    reader = PdfReader(kept)
    if reader.is_encrypted or _objects(reader) > MOST_OBJECTS:
        raise Unfit
    if _is_signed(reader):
        raise Signed
    if not 0 < len(reader.pages) <= MOST_PAGES:
        raise Unfit
    writer = PdfWriter(clone_from=reader)
    pages = list(writer.pages)
    lines = [_drawn(page, text) for page in pages]
    font, forms = writer._add_object(_font()), Forms(writer)
    now: dict[int, IndirectObject] = {}
    for page, line in zip(pages, lines, strict=True):
        form, place = _put(writer, forms, page, font, line), _at(page)
        if form is not None and place is not None:
            now[place.idnum] = form
    stamping_tags.follow(writer, now)
    stamping_claims.give_up(writer)
    if forms.joined:
        writer.compress_identical_objects(remove_duplicates=False)
    return writer


def _objects(reader: PdfReader) -> int:
    return sum(map(len, reader.xref.values())) + len(reader.xref_objStm)


def _is_signed(reader: PdfReader) -> bool:
    """Whether it carries a signature, or what a signature allows."""
    root = reader.root_object
    if "/Perms" in root:
        return True
    fields = root["/AcroForm"].get_object() if "/AcroForm" in root else None
    return isinstance(fields, DictionaryObject) and bool(int(fields.get("/SigFlags", 0)) & 1)


def _font() -> DictionaryObject:
    said = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    return _named(said | {"/Encoding": "/WinAnsiEncoding"})


def _named(values: dict[str, str]) -> DictionaryObject:
    made = {NameObject(name): NameObject(value) for name, value in values.items()}
    return DictionaryObject(made)


def _put(
    writer: PdfWriter, forms: "Forms", page: PageObject, font: IndirectObject, line: bytes
) -> IndirectObject | None:
    """What the page showed as one form, and the line after it; that form, if it showed anything."""
    shown = _contents(page)
    before = page.get_inherited("/Resources")
    held = before.get_object() if before is not None else DictionaryObject()
    now = DictionaryObject(held)
    now[NameObject("/Font")] = _with(held, "/Font", _FONT, font)
    drawn, form = [_stream(writer, line, ours=True)], None
    if shown:
        form = forms.of(page, shown, held)
        now[NameObject("/XObject")] = _with(held, "/XObject", _WAS, form)
        drawn.insert(0, _stream(writer, f"q {_WAS} Do Q\n".encode()))
    page[NameObject("/Resources")] = now
    page[NameObject("/Contents")] = ArrayObject(drawn)
    return form


def _with(held: DictionaryObject, kind: str, name: str, added: IndirectObject) -> DictionaryObject:
    """A copy of the fonts, or of the forms, of a page with one of ours."""
    found: Any = held[kind].get_object() if kind in held else {}
    copy = DictionaryObject(found if isinstance(found, DictionaryObject) else {})
    copy[NameObject(name)] = added
    return copy


def _stream(writer: PdfWriter, content: bytes, *, ours: bool = False) -> IndirectObject:
    made = DecodedStreamObject()
    made.set_data(content)
    if ours:
        made[NameObject(_OURS)] = BooleanObject(True)
    return writer._add_object(made)


def _contents(page: PageObject) -> list[StreamObject]:
    """The streams of a page but a line of ours from before."""
    held = page.get("/Contents")
    if held is None:
        return []
    whole: Any = held.get_object()
    parts = [each.get_object() for each in (whole if isinstance(whole, ArrayObject) else [held])]
    return [each for each in parts if isinstance(each, StreamObject) and _OURS not in each]


class Forms:
    """What pages show, as forms. A stream becomes one itself, so that it is not written twice."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._known: dict[tuple[Any, ...], IndirectObject] = {}
        self.joined = False

    def of(
        self, page: PageObject, shown: Sequence[StreamObject], held: DictionaryObject
    ) -> IndirectObject:
        """Those streams of a page as one form, with what they draw with; the same for the same."""
        box = _span(_rectangle(page.mediabox), _rectangle(page.cropbox))
        key = (*map(id, shown), id(held), box, stamping_tags.pieces_of(page))
        if key not in self._known:
            self._known[key] = self._made(shown, held, box)
            stamping_tags.share(page, self._known[key].get_object())
        return self._known[key]

    def _made(
        self, shown: Sequence[StreamObject], held: DictionaryObject, box: Box
    ) -> IndirectObject:
        form = shown[0] if len(shown) == 1 else self._join(shown)
        if "/Subtype" in form or _at(form) is None:
            form = self._copy(form)
        form.update(_named({"/Type": "/XObject", "/Subtype": "/Form"}))
        form[NameObject("/BBox")] = ArrayObject([FloatObject(each) for each in box])
        form[NameObject("/Resources")] = _at(held) or held
        place = _at(form)
        assert place is not None
        return place

    def _join(self, shown: Sequence[StreamObject]) -> StreamObject:
        self.joined = True
        joined = DecodedStreamObject()
        joined.set_data(b"\n".join(each.get_data() for each in shown))
        return joined.flate_encode()

    def _copy(self, form: StreamObject) -> StreamObject:
        copy = StreamObject()
        copy._data = form._data
        for name in ("/Filter", "/DecodeParms"):
            if name in form:
                copy[NameObject(name)] = form.raw_get(name)
        self._writer._add_object(copy)
        return copy


def _at(thing: DictionaryObject) -> IndirectObject | None:
    """Where it is by itself; None for what lies within another."""
    return getattr(thing, "indirect_reference", None)


def _rectangle(box: Sequence[Any]) -> Box:
    """A box by its lower left and its upper right corner, whichever two were said."""
    one, two, three, four = (float(each) for each in box)
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _span(one: Box, two: Box) -> Box:
    return *map(min, one[:2], two[:2]), *map(max, one[2:], two[2:])  # type: ignore[return-value]


def _visible(page: PageObject) -> Box:
    """What is looked at of a page: what is cut out of it, as far as it is there."""
    media, crop = _rectangle(page.mediabox), _rectangle(page.cropbox)
    left, low = max(media[0], crop[0]), max(media[1], crop[1])
    right, high = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, low, right, high) if left < right and low < high else media


def _drawn(page: PageObject, text: bytes) -> bytes:
    """The line at the foot of the page as it is looked at: dark, with white around each letter."""
    left, low, right, high = _visible(page)
    turned = int(page.rotation) % 360
    across, up = right - left, high - low
    if turned in (90, 270):
        across, up = up, across
    # A large drawing is printed smaller than it is.
    times = max(1.0, across / _PAGE)
    along, above = _LEFT * times, _ABOVE * times
    size = min(_SIZE * times, (across - 2 * along) / (_WIDE * len(text)))
    if size < _LEAST or up < above + size:
        raise TooSmall
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
