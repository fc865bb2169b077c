"""What a tagged PDF says of itself goes on reaching what its pages showed, which are forms now.

An element of its structure names pieces of a page by number. Once a form shows what the page
showed, those pieces are the form's, and the element has to say so. Runs in the child alone.
"""

from collections.abc import Mapping
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
)

_KIDS, _PAGE, _STREAM, _NUMBER = "/K", "/Pg", "/Stm", "/MCID"
# Of a page, or a form: where the structure says of which elements its pieces are.
_OF_PIECES = "/StructParents"


def pieces_of(page: PageObject) -> int | None:
    """The number under which the structure knows the pieces of a page; None where it has none."""
    found = page.get(_OF_PIECES, NullObject()).get_object()
    return int(found) if isinstance(found, NumberObject) else None


def share(page: PageObject, form: Any) -> None:
    """The pieces of the page are those of the form. Many readers ask the page all the same."""
    if pieces_of(page) is not None:
        form[NameObject(_OF_PIECES)] = page.raw_get(_OF_PIECES)


def follow(writer: PdfWriter, forms: Mapping[int, IndirectObject]) -> None:
    """Each element names the form in which its pieces are. forms: by the number of the page."""
    root = _dictionary(writer.root_object.get("/StructTreeRoot"))
    if root is None or not forms:
        return
    met: set[int] = set()
    left: list[tuple[DictionaryObject, Any]] = [(root, None)]
    while left:
        element, above = left.pop()
        if id(element) in met:
            continue
        met.add(id(element))
        page = element.raw_get(_PAGE) if _PAGE in element else above
        kids = element.get(_KIDS)
        kids = kids.get_object() if kids is not None else None
        if isinstance(kids, ArrayObject):
            for place, kid in enumerate(kids):
                kids[place] = _named(kid, element, page, forms)
            left += [(each, page) for each in map(_dictionary, kids) if each is not None]
        elif kids is not None:
            element[NameObject(_KIDS)] = kid = _named(element.raw_get(_KIDS), element, page, forms)
            left += [(each, page) for each in [_dictionary(kid)] if each is not None]


def _named(
    kid: Any, element: DictionaryObject, page: Any, forms: Mapping[int, IndirectObject]
) -> Any:
    """A piece with the form in which it is; what is none, or has its stream, as it was."""
    known = kid.get_object()
    if isinstance(known, NumberObject):
        piece = DictionaryObject({NameObject("/Type"): NameObject("/MCR")})
        piece[NameObject(_NUMBER)] = known
    elif isinstance(known, DictionaryObject) and _NUMBER in known and _STREAM not in known:
        piece, page = known, known.raw_get(_PAGE) if _PAGE in known else page
    else:
        return kid
    form = forms.get(page.idnum) if isinstance(page, IndirectObject) else None
    if form is None:
        return kid
    piece[NameObject(_STREAM)] = form
    if _PAGE not in element:
        piece[NameObject(_PAGE)] = page
    return kid if piece is known else piece


def _dictionary(thing: Any) -> DictionaryObject | None:
    found = thing.get_object() if thing is not None else None
    return found if isinstance(found, DictionaryObject) else None
