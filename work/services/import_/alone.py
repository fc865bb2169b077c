"""One import of a site at a time: a lock of the session, gone with the process that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from work.services.import_.faults import NotNow

# Key space of the lock that keeps a second import of a site away; `_locks` has its own.
IMPORT = 7003


@contextmanager
def alone(site_id: int) -> Iterator[None]:
    """Keep any other import of the site away while this one runs; gone when it is killed.

    The server looks now and then whether the command is still there, also inside a long statement.
    Raises NotNow.
    """
    with only_one(IMPORT, site_id) as first:
        if not first:
            raise NotNow(_("Another import of this site is running."))
        yield


@contextmanager
def only_one(space: int, number: int) -> Iterator[bool]:
    """Hold a lock of this session, if nobody holds it: whether it is held."""
    key = [space, number]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('client_connection_check_interval', '5s', false)")
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def is_worked_on(site_id: int) -> bool:
    """Whether a process works on an import of the site at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
            AND classid = %s AND objid = %s AND database = (
                SELECT oid FROM pg_database WHERE datname = current_database()))""",
            [IMPORT, site_id],
        )
        return cursor.fetchone()[0]
