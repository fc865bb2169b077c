"""What a PDF claims of itself that it keeps no more once our line is on it. In the child alone.

Our font is not embedded, as an archive's file (PDF/A) and an accessible one (PDF/UA) need every
font to be. So the copy does not say that it is one; everything else that it says of itself stays.
"""

import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from pypdf import PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, IndirectObject, NameObject, StreamObject

# The names of what is claimed stand in these; as which prefix, each file says for itself.
_CLAIMS = frozenset({"http://www.aiim.org/pdfa/ns/id/", "http://www.aiim.org/pdfua/ns/id/"})
_PACKED = (None, "/FlateDecode", ["/FlateDecode"])
_KEPT = ("/Type", "/Subtype")
# What is longer stays as it is.
_MOST = 1_000_000
_TAG = re.compile(rb"""<(?:"[^"]*"|'[^']*'|[^"'>])*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_CODINGS = {BOM_UTF16_BE: "utf-16-be", BOM_UTF16_LE: "utf-16-le", BOM_UTF8: "utf-8"}


def give_up(writer: PdfWriter) -> None:
    """Take the claims out of what the file says of itself; where that cannot be read, it stays."""
    root = writer.root_object
    place = root.raw_get("/Metadata") if "/Metadata" in root else None
    if not isinstance(place, IndirectObject):
        return
    held = place.get_object()
    if not isinstance(held, StreamObject) or held.get("/Filter") not in _PACKED:
        return
    try:
        said = held.get_data()
        left = without(said)
    except (PyPdfError, ValueError, expat.ExpatError, zlib.error):
        return
    if left != said:
        made = DecodedStreamObject()
        made.set_data(left)
        made.update({NameObject(name): held.raw_get(name) for name in _KEPT if name in held})
        writer._replace_object(place, made)


def without(said: bytes) -> bytes:
    """The XML without the claims, but for that letter by letter. Raises where it is none."""
    if len(said) > _MOST:
        return said
    mark = next((each for each in _CODINGS if said.startswith(each)), b"")
    coding = _CODINGS.get(mark, "utf-8")
    text = said.removeprefix(mark).decode(coding).encode()
    left = _Found(text).cut()
    return said if left == text else mark + left.decode().encode(coding)


@dataclass
class _Found:
    """Where the claims are in some XML, as elements and as attributes of others."""

    text: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)
    # What each prefix stands for, the innermost last; the elements around, each with where its tag
    # begins and ends.
    prefixes: dict[str, list[str]] = field(default_factory=dict)
    around: list[tuple[int, int]] = field(default_factory=list)
    inside: int = 0

    def cut(self) -> bytes:
        """The XML without them."""
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.StartNamespaceDeclHandler = self._declared
        parser.EndNamespaceDeclHandler = lambda prefix: self.prefixes[prefix or ""].pop()
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(self.text, True)
        left, begin = b"", 0
        for start, end in sorted(self.spans):
            left, begin = left + self.text[begin:start], end
        return left + self.text[begin:]

    def _refuse(self, *_given: Any) -> None:
        """Whose words could stand for others."""
        raise ValueError("a type of document")

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        self.prefixes.setdefault(prefix or "", []).append(uri or "")

    def _begins(self, name: str, _attributes: dict[str, str]) -> None:
        start = self.parser.CurrentByteIndex
        tag = _TAG.match(self.text, start)
        if tag is None:
            raise ValueError("no tag")
        self.around.append(tag.span())
        if self.inside or name.rpartition(" ")[0] in _CLAIMS:
            self.inside += 1
            return
        for each in _ATTRIBUTE.finditer(self.text, *tag.span()):
            prefix, colon, _local = each[1].decode().partition(":")
            if colon and self._stands_for(prefix) in _CLAIMS:
                self.spans.append(each.span())

    def _ends(self, _name: str) -> None:
        start, end = self.around.pop()
        if not self.inside:
            return
        self.inside -= 1
        if self.inside:
            return
        if not self.text.endswith(b"/>", start, end):
            end = self.text.index(b">", self.parser.CurrentByteIndex) + 1
        self.spans.append((start, end))

    def _stands_for(self, prefix: str) -> str:
        known = self.prefixes.get(prefix)
        return known[-1] if known else ""
