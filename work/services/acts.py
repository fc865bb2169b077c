"""Doors: the outermost wrapper of every verb.

A door opens one durable transaction, takes one clock, makes the act idempotent by its id, retries
on a deadlock, and after a refusal leaves one event. Doors never call doors; inner functions take
the open act and never commit.
"""

import functools
import json
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate

from django.apps import apps
from django.db import Error, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from work import events, ports
from work.exceptions import Busy, Forbidden, Reason, Refused, Stale, Unknown
from work.models import Act, Event, Note, Place, Site, User
from work.permissions import Scope, scope, system
from work.prepared import GONE, add, by_key, given, prepared
from work.services import _locks
from work.services._savepoint import Anew, of_reads, savepoint

_log = logging.getLogger(__name__)

_TRIES = 3
# A deadlock, what another changed meanwhile, and a plan that a new table has overtaken.
_AGAIN = {"40P01", "40001", *GONE}
_BUSY = {"55P03"}
_LISTENER_DEPTH = 3
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


def kept_by_act() -> dict[str, Any] | None:
    """What reads keep for the rest of the act that is being done; None outside of one.

    It goes with the transaction of the act: what was read in another is never found here.
    """
    return _kept.get()


@contextmanager
def _transaction() -> Iterator[None]:
    kept = _kept.set({})
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        _kept.reset(kept)


@dataclass
class OpenAct:
    """The act that is being done: who, when, and what it has touched so far."""

    id: uuid.UUID
    door: str
    actor: User | None
    at: datetime
    happened_at: datetime
    subject: Model | None = None
    item_id: int | None = None
    site_id: int | None = None
    changes: list[ports.ItemChange] = field(default_factory=list)
    # Events of this act, in order; written together at its end.
    history: list[Event] = field(default_factory=list)
    # Run in the transaction of a refusal's event: the roll-back took what the gate had heard.
    after_refusal: Callable[["OpenAct"], None] | None = None
    _reach: Scope | None = None
    _sites: set[int] = field(default_factory=set)

    @property
    def scope(self) -> Scope:
        """What the actor may reach: read when first asked for, and anew once a site is held."""
        if self._reach is None:
            self._reach = scope(self.actor, self.at) if self.actor else system(self.at)
        return self._reach

    def control(self, *site_ids: int) -> None:
        """Take the control of these sites; what was known of the actor's reach is forgotten.

        Whoever held a site before may have taken or given a duty or a role.
        """
        _locks.control(*site_ids)
        self._held(*site_ids)

    def control_of(self, item_id: int) -> int | None:
        """The same of the site of an item; its id, or None where there is no such item."""
        site_id = _locks.control_of(item_id)
        if site_id is not None:
            self._held(site_id)
        return site_id

    def _held(self, *site_ids: int) -> None:
        if not self._sites.issuperset(site_ids):
            self._reach = None
            self._sites.update(site_ids)

    def begin_again(self) -> None:
        """Forget what was found and said: the transaction begins anew."""
        self.changes.clear()
        self.history.clear()
        self._sites.clear()
        self._reach = self.after_refusal = None

    def about(self, subject: Model, *, item_id: int | None = None) -> None:
        """Name what a refusal of this act is about."""
        self.subject, self.item_id = subject, item_id
        self.site_id = (
            subject.pk if isinstance(subject, Site) else getattr(subject, "site_id", None)
        )

    def happened(self, moment: datetime) -> None:
        """All of this act counts as done at that moment, what it has recorded already too."""
        self.happened_at = moment
        for event in self.history:
            event.happened_at = moment

    @property
    def person(self) -> User:
        """Who acts, where a name is asked for: the system has none, and is refused."""
        if self.actor is None:
            raise Forbidden(Reason("denied"))
        return self.actor

    def record(
        self, verb: str, subject: Model, /, *, item_id: int | None = None, **data: Any
    ) -> Event:
        """Say what happened; the events of an act are written together when it ends."""
        event = events.build(
            verb=verb,
            subject=subject,
            actor=self.actor,
            at=self.at,
            happened_at=self.happened_at,
            act=self.id,
            item_id=item_id,
            place_id=subject.pk
            if isinstance(subject, Place)
            else getattr(subject, "place_id", None),
            site_id=getattr(subject, "site_id", None) or self.site_id,
            data=data,
        )
        self.history.append(event)
        return event

    def write_history(self) -> None:
        """Write the events recorded so far."""
        add(self.history)
        self.history = []

    def note(
        self,
        text: str,
        kind: str,
        *,
        item_id: int | None = None,
        subject: Model | None = None,
        mentions: list[int] | None = None,
    ) -> Note | None:
        """Keep words typed in this act; None where there are none."""
        if not text or not text.strip() or self.actor is None:
            return None
        return events.note(
            text=text.strip(),
            author=self.actor,
            at=self.at,
            kind=kind,
            site_id=self.site_id,
            item_id=item_id,
            subject=subject,
            mentions=mentions,
        )


def door[**P, R](inner: Callable[Concatenate[OpenAct, P], R]) -> Callable[..., R]:
    """Make a door of an inner function `inner(act, *, …)`.

    The door takes besides: actor (None: the system), act (UUID born with the form), at (tests and
    the demo alone give one) and happened_at (said by the person, never in the future). Raises
    Refused, Forbidden, Stale, Busy or Unknown; then nothing was changed but the event.
    """
    name = f"{inner.__module__.removeprefix('work.services.')}.{inner.__name__}"

    @functools.wraps(inner)
    def enter(
        *,
        actor: User | None,
        act: uuid.UUID | None = None,
        at: datetime | None = None,
        happened_at: datetime | None = None,
        **given: Any,
    ) -> R:
        at = at or timezone.now()
        opened = OpenAct(
            id=act or uuid.uuid4(),
            door=name,
            actor=actor,
            at=at,
            happened_at=happened_at or at,
        )
        try:
            return _attempt(opened, inner, given)
        except (Refused, Forbidden) as refusal:
            _leave(opened, refusal)
            raise

    return enter


def _attempt(opened: OpenAct, inner: Callable[..., Any], given: dict[str, Any]) -> Any:
    """Without savepoints around what only reads; where one was needed, all of it anew with them.

    That a supplier's read breaks is rare, and four statements of a start would be for that alone.
    """
    try:
        with of_reads(made=False):
            return _tried(opened, inner, given)
    except Anew:
        with of_reads(made=True):
            return _tried(opened, inner, given)


def _tried(opened: OpenAct, inner: Callable[..., Any], given: dict[str, Any]) -> Any:
    for tries_left in reversed(range(_TRIES)):
        opened.begin_again()
        try:
            with _transaction():
                return _once(opened, inner, given)
        except Error as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state in _BUSY or (state in _AGAIN and not tries_left):
                raise Busy from error
            if state not in _AGAIN:
                raise
    raise Busy


def _once(opened: OpenAct, inner: Callable[..., Any], given: dict[str, Any]) -> Any:
    context = {"actor": opened.actor.pk if opened.actor else None, "door": opened.door}
    _locks.act(str(opened.id), json.dumps(context))
    if known := _acts(id=opened.id):
        return _result_again(opened, known[0])
    result = inner(opened, **given)
    # Looked at last, when it is known what the act is about and that it is the actor's to do.
    if opened.happened_at > opened.at:
        raise Refused(Reason("future"))
    _tell_listeners(opened)
    opened.write_history()
    done = Act(
        id=opened.id,
        actor=opened.actor,
        door=opened.door,
        at=opened.at,
        result=_stored(result),
    )
    add([done])
    return result


@prepared
def _acts() -> QuerySet[Act]:
    """The act with this id, if it was done."""
    return Act.objects.filter(pk=given("id"))


def _stored(result: Any) -> dict[str, Any]:
    if isinstance(result, Model):
        return {"model": events.label(type(result)), "pk": result.pk}
    return {"value": result}


def _result_again(opened: OpenAct, before: Act) -> Any:
    """The result of the same act sent again; the id of another act is refused."""
    same_actor = before.actor_id == (opened.actor.pk if opened.actor else None)
    if not same_actor or before.door != opened.door:
        raise Refused(Reason("act_used"))
    if "model" in before.result:
        return apps.get_model(before.result["model"])._base_manager.get(pk=before.result["pk"])
    return before.result.get("value")


def _tell_listeners(opened: OpenAct) -> None:
    for _depth in range(_LISTENER_DEPTH):
        changes, opened.changes = opened.changes, []
        if not changes:
            return
        _tell_each(ports.item_listeners.all(), changes, opened)
    if opened.changes:
        ids = sorted({change.item_id for change in opened.changes})
        _log.error("listeners of %s go on changing items; not told of: %s", opened.door, ids)


def _tell_each(
    listeners: Sequence[ports.ItemListener], changes: list[ports.ItemChange], opened: OpenAct
) -> None:
    """Tell all; where one tries to refuse, each is told anew by itself."""
    history, further = list(opened.history), list(opened.changes)
    try:
        with savepoint(of_writes=True):
            for listener in listeners:
                listener.items_changed(changes, opened)
    except (Refused, Forbidden, Stale, Unknown):
        opened.history, opened.changes = history, further
        for listener in listeners:
            _tell(listener, changes, opened)


def _tell(listener: ports.ItemListener, changes: list[ports.ItemChange], opened: OpenAct) -> None:
    """Tell one listener; it cannot refuse. What one did that tries to is taken back, and logged."""
    history, further = list(opened.history), list(opened.changes)
    try:
        with savepoint(of_writes=True):
            listener.items_changed(changes, opened)
    except (Refused, Forbidden, Stale, Unknown):
        opened.history, opened.changes = history, further
        _log.exception("item listener %s tried to refuse %s", listener.key, opened.door)


def _leave(opened: OpenAct, refusal: Refused | Forbidden) -> None:
    """Write the one event of a refusal, and what a refused start brings with it.

    Where the site stays busy the event is kept all the same; the next refusal or the plan's own
    lead makes the requirements due.
    """
    follow = opened.after_refusal if isinstance(refusal, Refused) else None
    for attempt in range(_TRIES):
        try:
            with _transaction():
                _write_refusal(opened, refusal, follow if attempt < _TRIES - 1 else None)
            return
        except Error as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in _AGAIN | _BUSY:
                raise
            if state in _BUSY:
                follow = None
    raise Busy


def _write_refusal(
    opened: OpenAct,
    refusal: Refused | Forbidden,
    follow: Callable[[OpenAct], None] | None,
) -> None:
    _locks.act(str(opened.id), "{}")
    opened.begin_again()
    opened.happened_at = min(opened.happened_at, opened.at)
    reasons = [reason.as_event() for reason in refusal.reasons]
    if opened.subject is not None and not _said(opened, opened.subject, reasons):
        said: dict[str, Any] = {"door": opened.door, "reasons": reasons}
        if judged := ports.told_against(refusal.reasons):
            said["judged"] = judged
        opened.record("refused", opened.subject, item_id=opened.item_id, **said)
    if follow is not None:
        follow(opened)
        _tell_listeners(opened)
    opened.write_history()


def _said(opened: OpenAct, subject: Model, reasons: list[dict[str, Any]]) -> bool:
    """Whether this very refusal was written before, or is about what it rolled back itself."""
    if _refusals(act=opened.id):
        before = Event.objects.filter(
            act=opened.id,
            verb="refused",
            actor=opened.actor,
            data__door=opened.door,
            data__reasons=reasons,
        )
        if before.exists():
            return True
    return by_key(type(subject), subject.pk) is None


@prepared
def _refusals() -> QuerySet[Event]:
    """The refusals of an act."""
    return Event.objects.filter(act=given("act"), verb="refused")
