"""A database is emptied after a test that committed: of the rows that are there, and of no more.

Django truncates every table, which makes each of its files anew, and then stores content types and
permissions again; that takes longer than most of these tests.
"""

from django.db import connection
from django.test import TransactionTestCase

from tests.factories import kept

# What is larger, in bytes, would make the tests after it slower by its dead rows.
_LARGE = 1 << 20
_flush = TransactionTestCase._fixture_teardown
_reloads = TransactionTestCase._should_reload_connections


def begin() -> None:
    """From here on tests end this way, where the server is ours."""
    TransactionTestCase._fixture_teardown = _end
    TransactionTestCase._should_reload_connections = _reload


def _end(case: TransactionTestCase) -> None:
    if not kept.may_leave_out_triggers():
        _flush(case)
        return
    try:
        _empty()
    except BaseException:
        # The next test has a connection of its own.
        connection.close()
        raise


def _empty() -> None:
    with connection.cursor() as cursor:
        filled = kept.filled(cursor)
        if not filled:
            return
        emptied = ";".join(f"DELETE FROM {name}" for name in filled)
        cursor.execute(f"BEGIN;{kept.PUTS_BACK};{emptied};COMMIT")
        large_ones = "SELECT n FROM unnest(%s::text[]) n WHERE pg_relation_size(n::regclass) > %s"
        cursor.execute(large_ones, [filled, _LARGE])
        if large := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"VACUUM (SKIP_LOCKED) {', '.join(large)}")
        # Somebody who is left over from the test has written meanwhile.
        if late := kept.filled(cursor):
            raise AssertionError(f"written after the test had ended: {late}")


def _reload(case: TransactionTestCase) -> bool:
    """A connection that stays knows its tables; what was set in it is as at its beginning."""
    if not kept.may_leave_out_triggers() or connection.connection is None:
        return bool(_reloads(case))
    with connection.cursor() as cursor:
        cursor.execute(
            "RESET ROLE; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP"
        )
    return False
