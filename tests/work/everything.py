"""How tests say that nothing at all was written."""

import contextlib
from collections.abc import Iterator

from django.db import connection

_TABLES = """
SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""


def digest() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all that stands in them."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                f" FROM {name} t"
            )
            found[name] = cursor.fetchone()
    return found


@contextlib.contextmanager
def nothing_written() -> Iterator[None]:
    """Inside it no table changes."""
    before = digest()
    yield
    after = digest()
    assert after == before, sorted(name for name in after if after[name] != before[name])
