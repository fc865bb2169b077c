"""Names told apart no finer than the database does (`lower`), whatever their case."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from unicodedata import category, normalize

from django.db import connection

_DOT_ABOVE = "\u0307"


def folded(name: str) -> str:
    """What two names have in common that are one: nothing is two here and one in the database.

    There a capital I with a dot is an i like another; casefold leaves it a dot of its own. A letter
    that is newer than Python's tables has its two cases in the database alone.
    """
    name = normalize("NFC", name)
    if any(category(each) == "Cn" for each in name):
        name = _lower(name)
    return normalize("NFC", name.casefold().replace(_DOT_ABOVE, ""))


@lru_cache(maxsize=1000)
def _lower(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(%s)", [name])
        [lower] = cursor.fetchone()
    return str(lower)


def theirs(rows: Iterable[Any], name: str) -> list[Any]:
    """Those of some rows of one person, or of all whom the site does not know, by this name."""
    called = folded(name)
    return [each for each in rows if folded(each.name) == called]
