"""Names told apart no finer than the database does (`lower`), whatever their case."""

from collections.abc import Iterable
from typing import Any
from unicodedata import normalize

_DOT_ABOVE = "\u0307"


def folded(name: str) -> str:
    """What two names have in common that are one: nothing is two here and one in the database.

    There a capital I with a dot is an i like another; casefold leaves it a dot of its own.
    """
    return normalize("NFC", normalize("NFC", name).casefold().replace(_DOT_ABOVE, ""))


def theirs(rows: Iterable[Any], name: str) -> list[Any]:
    """Those of some rows of one person, or of all whom the site does not know, by this name."""
    called = folded(name)
    return [each for each in rows if folded(each.name) == called]
