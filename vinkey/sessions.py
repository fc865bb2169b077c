"""Sessions in the database that end when nobody uses them.

Their end is the row's own `expire_date`, so that an ended one is found by nobody and is removed by
`clearsessions`. A request puts it off, or nearer where less is allowed now: by an update of that
column alone, so that it overwrites nothing that another request writes into the session, and at
most once in five minutes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from work.prepared import given, prepared

STEP = timedelta(minutes=5)
_SIGNED_IN_AT = "signed_in_at"


@prepared
def _known() -> QuerySet[Session]:
    """The session of that key, unless it has ended."""
    return Session.objects.filter(session_key=given("key"), expire_date__gt=given("now"))


class SessionStore(DatabaseSessions):
    """Ends `SESSION_IDLE` after its last use, and `SESSION_COOKIE_AGE` after signing in.

    only_looks: a page keeps itself up to date, which nobody may be there to see.
    """

    only_looks = False

    def load(self) -> dict[str, Any]:
        row = next(iter(_known(key=self.session_key, now=timezone.now())), None)
        if row is None:
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        end = _end(data)
        if not self.only_looks and not timedelta(0) <= end - row.expire_date < STEP:
            same = self.model.objects.filter(pk=row.pk, expire_date=row.expire_date)
            same.update(expire_date=end)
        return data

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        if SESSION_KEY in data:
            data.setdefault(_SIGNED_IN_AT, int(timezone.now().timestamp()))
        row = super().create_model_instance(data)
        row.expire_date = _end(data)
        return row


def _end(data: Mapping[str, Any]) -> datetime:
    """When a session that is used now ends."""
    now = timezone.now()
    began = datetime.fromtimestamp(data.get(_SIGNED_IN_AT, now.timestamp()), UTC)
    return min(now + settings.SESSION_IDLE, began + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def end_others(user_id: int, here: str | None) -> int:
    """End the sessions of a person but the one here; how many.

    Whose one is stands inside it, so that all are looked at: there are as many as people at work.
    """
    store, ended = SessionStore(), []
    known = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=here or "")
    for row in known.iterator(chunk_size=500):
        if str(store.decode(row.session_data).get(SESSION_KEY)) == str(user_id):
            ended.append(row.pk)
    return Session.objects.filter(pk__in=ended).delete()[0]
