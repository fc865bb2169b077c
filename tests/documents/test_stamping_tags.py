"""A tagged PDF that is handed out with its line: what reads it aloud still finds what it says."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, NumberObject

from documents import stamping
from tests.documents.test_stamping import LINE
from tests.factories.documents import written

_ONE = """/H1 <</MCID 0>> BDC BT /F1 12 Tf 72 720 Td (Shut the guard) Tj ET EMC
/Figure <</MCID 1>> BDC 72 600 50 50 re f EMC
/Artifact BMC BT /F1 8 Tf 500 20 Td (Page 1) Tj ET EMC"""
_TWO = "/P <</MCID 0>> BDC BT /F1 12 Tf 72 720 Td (Open it) Tj ET EMC"
_PARTS = [
    "<< /Type /Catalog /Pages 2 0 R /Lang (nl-NL) /MarkInfo << /Marked true >>"
    " /ViewerPreferences << /DisplayDocTitle true >> /StructTreeRoot 9 0 R /Outlines 15 0 R >>",
    "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /StructParents 0"
    " /Tabs /S /Resources 7 0 R /Annots [17 0 R] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /StructParents 1"
    " /Tabs /S /Resources 7 0 R >>",
    f"<< /Length {len(_ONE)} >>\nstream\n{_ONE}\nendstream",
    f"<< /Length {len(_TWO)} >>\nstream\n{_TWO}\nendstream",
    "<< /Font << /F1 8 0 R >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /StructTreeRoot /K 10 0 R /ParentTree 14 0 R /ParentTreeNextKey 3 >>",
    "<< /Type /StructElem /S /Document /P 9 0 R /K [11 0 R 12 0 R 13 0 R 18 0 R] >>",
    "<< /Type /StructElem /S /H1 /P 10 0 R /Pg 3 0 R /K 0 >>",
    "<< /Type /StructElem /S /Figure /P 10 0 R /Pg 3 0 R /Alt (A guard, shut) /K [1] >>",
    # Whose page is said with the piece alone.
    "<< /Type /StructElem /S /P /P 10 0 R /K [<< /Type /MCR /Pg 4 0 R /MCID 0 >>] >>",
    "<< /Nums [0 [11 0 R 12 0 R] 1 [13 0 R] 2 18 0 R] >>",
    "<< /Type /Outlines /First 16 0 R /Last 16 0 R /Count 1 >>",
    "<< /Title (Open it) /Parent 15 0 R /Dest [4 0 R /Fit] >>",
    "<< /Type /Annot /Subtype /Link /Rect [72 700 200 740] /StructParent 2 /Dest [4 0 R /Fit]"
    " /Contents (To the next page) >>",
    "<< /Type /StructElem /S /Link /P 10 0 R /K << /Type /OBJR /Pg 3 0 R /Obj 17 0 R >> >>",
]


@pytest.fixture
def put(tmp_path):
    """Puts the line on a PDF as it is handed out."""

    def put(content: bytes) -> PdfReader:
        path = tmp_path / "tagged.pdf"
        path.write_bytes(content)
        with stamping.stamped(path, LINE) as drawn:
            return PdfReader(BytesIO(drawn.read()))

    return put


def _pieces(content: bytes) -> dict[int, bytes]:
    """What a stream draws, by the number of the piece."""
    found = re.findall(rb"/\w+ <</MCID (\d+)>> BDC (.*?) EMC", content, re.S)
    return {int(number): drawn for number, drawn in found}


def _aloud(pdf: PdfReader) -> list[tuple[str, str, list[bytes]]]:
    """Each element with its text and what it leads to, read as a reader of tags does."""
    pages = {page.indirect_reference.idnum: page for page in pdf.pages}
    told = []

    def leads_to(kid, page) -> list[bytes]:
        if isinstance(kid, NumberObject):
            content = b"\n".join(each.get_object().get_data() for each in _streams(page))
            return [_pieces(content)[int(kid)]]
        if kid.get("/Type") != "/MCR":
            return []
        if "/Pg" in kid:
            page = pages[kid.raw_get("/Pg").idnum]
        if "/Stm" not in kid:
            return leads_to(kid["/MCID"], page)
        assert kid["/Stm"] in _shown(page)
        return [_pieces(kid["/Stm"].get_data())[int(kid["/MCID"])]]

    def walk(element: DictionaryObject) -> None:
        kids = element["/K"] if isinstance(element["/K"], list) else [element["/K"]]
        kids = [each.get_object() for each in kids]
        page = pages[element.raw_get("/Pg").idnum] if "/Pg" in element else None
        inner = [each for each in kids if isinstance(each, dict) and "/S" in each]
        if "/S" in element:
            own = [found for kid in kids if kid not in inner for found in leads_to(kid, page)]
            told.append((element["/S"], element.get("/Alt", ""), own))
        for each in inner:
            walk(each)

    walk(pdf.root_object["/StructTreeRoot"])
    return told


def _streams(page) -> list[IndirectObject]:
    held = page.raw_get("/Contents")
    return page["/Contents"] if isinstance(page["/Contents"], list) else [held]


def _forms(page) -> list[IndirectObject]:
    return list(page["/Resources"].get("/XObject", {}).values())


def _shown(page) -> list[DictionaryObject]:
    """The forms of a page, and those within them."""
    forms = [each.get_object() for each in _forms(page)]
    return forms + [inner for each in forms for inner in _shown(each)]


_SAID = [
    ("/Document", "", []),
    ("/H1", "", [b"BT /F1 12 Tf 72 720 Td (Shut the guard) Tj ET"]),
    ("/Figure", "A guard, shut", [b"72 600 50 50 re f"]),
    ("/P", "", [b"BT /F1 12 Tf 72 720 Td (Open it) Tj ET"]),
    ("/Link", "", []),
]


def test_every_tag_leads_to_what_it_led_to(put):
    kept = written(_PARTS)
    assert _aloud(PdfReader(BytesIO(kept))) == _SAID
    now = put(kept)
    assert _aloud(now) == _SAID
    # And back: a form says under which number its pieces are known, and so does its page still.
    parents = now.root_object["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    by_number = dict(zip(parents[::2], parents[1::2], strict=True))
    for page, tags in zip(now.pages, (["/H1", "/Figure"], ["/P"]), strict=True):
        [form] = _forms(page)
        found = by_number[form.get_object()["/StructParents"]].get_object()
        assert [each.get_object()["/S"] for each in found] == tags
        assert page["/StructParents"] == form.get_object()["/StructParents"]
    [link] = now.pages[0]["/Annots"]
    assert by_number[link.get_object()["/StructParent"]].get_object()["/S"] == "/Link"


def test_what_a_reader_asks_of_the_document_stays(put):
    now = put(written(_PARTS))
    root = now.root_object
    assert root["/Lang"] == "nl-NL"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert [each.title for each in now.outline] == ["Open it"]
    assert now.get_destination_page_number(now.outline[0]) == 1
    assert [page["/Tabs"] for page in now.pages] == ["/S", "/S"]


def test_the_line_is_no_part_of_what_is_read(put):
    for page in put(written(_PARTS)).pages:
        shown, line = (each.get_object().get_data() for each in page["/Contents"])
        assert shown == b"q /VinkeyWas Do Q\n"
        assert line.startswith(b"/Artifact BMC\n")
        assert line.endswith(b"\nEMC\n")
        assert line.count(b"BMC") == line.count(b"EMC") == 1


def test_two_pages_that_show_one_stream_keep_their_tags_apart(put):
    parts = list(_PARTS)
    parts[3] = parts[3].replace("/Contents 6 0 R", "/Contents 5 0 R")
    now = put(written(parts))
    [one], [two] = map(_forms, now.pages)
    assert one.get_object()["/StructParents"] == 0
    assert two.get_object()["/StructParents"] == 1
    first = [b"BT /F1 12 Tf 72 720 Td (Shut the guard) Tj ET"]
    assert [own for _tag, _alt, own in _aloud(now) if own] == [
        first,
        [b"72 600 50 50 re f"],
        first,
    ]


def test_what_was_handed_out_and_kept_again_reads_the_same(put):
    once = put(written(_PARTS))
    assert _aloud(put(once.stream.getvalue())) == _SAID


@pytest.mark.parametrize(
    "kids",
    ["10 0 R", "[10 0 R 10 0 R]", "[null 99 0 R (x) -1]", "<< /MCID 0 >>", "[[0]]", "true"],
)
def test_a_damaged_structure_costs_no_line(put, kids):
    parts = list(_PARTS)
    parts[12] = f"<< /Type /StructElem /S /P /P 10 0 R /K {kids} >>"
    now = put(written(parts))
    assert all(LINE in page.extract_text() for page in now.pages)
