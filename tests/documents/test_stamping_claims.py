"""A PDF that claims to be PDF/A or PDF/UA: its copy with a line does not.

What draws the line is not embedded, as both need every font to be.
"""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject

from documents import stamping
from documents.stamping_claims import give_up, without
from tests.documents.test_stamping import LINE, once
from tests.factories.documents import written

_SHOWN = "BT /F1 12 Tf 72 720 Td (Shut the guard) Tj ET"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# As elements, one with others inside and one empty, and as an attribute; by another prefix too.
CLAIMING = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
 <pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:ua='http://www.aiim.org/pdfua/ns/id/'
 xmlns:dc="http://purl.org/dc/elements/1.1/" ua:part = '1' dc:source="> ua:part='1'">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">The guard &lt;ua:part></rdf:li></rdf:Alt>
 </dc:title><ua:amd><rdf:Bag><rdf:li>2005</rdf:li></rdf:Bag></ua:amd><ua:rev/></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_CLAIMS = (
    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>",
    " ua:part = '1'",
    "<ua:amd><rdf:Bag><rdf:li>2005</rdf:li></rdf:Bag></ua:amd><ua:rev/>",
)
PLAIN = CLAIMING
for claim in _CLAIMS:
    PLAIN = PLAIN.replace(claim, "")
# What is no XML, and what has words that stand for others.
BROKEN = CLAIMING.replace("</rdf:RDF>", "")
TYPED = CLAIMING.replace("<x:xmpmeta", '<!DOCTYPE x [<!ENTITY a "b">]>\n<x:xmpmeta', 1)


def _copy(tmp_path, said: str, *packed: str) -> PdfReader:
    """A PDF that says this of itself, packed so, with the line on its page."""
    parts = [
        "<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(_SHOWN)} >>\nstream\n{_SHOWN}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Metadata /Subtype /XML {' '.join(packed)} /Length {len(said)} >>"
        f"\nstream\n{said}\nendstream",
    ]
    path = tmp_path / "claims.pdf"
    path.write_bytes(written(parts))
    with stamping.stamped(path, LINE) as drawn:
        content = drawn.read()
    assert (b"<pdfaid:part>" in content) == (b"<pdfaid:part>" in _said(content))
    pdf = PdfReader(BytesIO(content))
    assert once(pdf.pages[0])
    return pdf


def _said(content: bytes) -> bytes:
    return PdfReader(BytesIO(content)).root_object["/Metadata"].get_data()


def test_the_copy_claims_nothing_that_it_is_not(tmp_path):
    pdf = _copy(tmp_path, CLAIMING)
    held = pdf.root_object["/Metadata"]
    assert held.get_data().decode() == PLAIN
    assert (held["/Type"], held["/Subtype"]) == ("/Metadata", "/XML")
    assert pdf.xmp_metadata.dc_title == {"x-default": "The guard <ua:part>"}


@pytest.mark.parametrize("said", [PLAIN, BROKEN, TYPED, "", "PDF/A"])
def test_what_claims_nothing_or_cannot_be_read_stays_as_it_is(tmp_path, said):
    assert _copy(tmp_path, said).root_object["/Metadata"].get_data().decode() == said


def test_what_cannot_be_unpacked_stays(tmp_path):
    pdf = _copy(tmp_path, "no such thing", "/Filter /FlateDecode")
    assert pdf.root_object["/Metadata"]["/Filter"] == "/FlateDecode"


@pytest.mark.parametrize("filters", ["/FlateDecode", "[/FlateDecode]"])
def test_what_is_packed_is_read(filters):
    """As `give_up` is handed it: a file written by hand holds no bytes."""
    made = PdfWriter()
    made.add_blank_page(200, 200)
    held = DecodedStreamObject()
    held.set_data(CLAIMING.encode())
    packed = held.flate_encode()
    if filters[0] == "[":
        packed[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")])
    made.root_object[NameObject("/Metadata")] = made._add_object(packed)
    give_up(made)
    assert made.root_object["/Metadata"].get_data().decode() == PLAIN


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-8"])
def test_in_letters_of_other_lands(coding):
    claiming, plain = (each.replace("The guard", "Skjerm på") for each in (CLAIMING, PLAIN))
    assert without(claiming.encode(coding)) == plain.encode(coding)
