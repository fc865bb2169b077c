"""Pass three: the staged records are loaded in chunks, each an act of its own.

A chunk's rows are marked in the act that loads them, so that a run that was killed goes on where it
stood and loads nothing twice.
"""

import time
import uuid
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from work.exceptions import Busy
from work.models import User
from work.models.imports import ImportPart, ImportRow, ImportRun, ImportState, ImportVerdict
from work.services import _locks
from work.services.acts import OpenAct, door
from work.services.import_.faults import GivenUp, NotNow
from work.services.import_.load_assets import AssetLoader
from work.services.import_.load_places import PlaceLoader
from work.services.import_.load_ported import PortedLoader
from work.services.import_.load_work import WorkLoader
from work.services.import_.loader import Loader, Outcome, gather
from work.services.import_.mapping import ImportMapping, Kind
from work.services.import_.stage import Progress
from work.states import OPEN

CHUNK = 200
_OPEN_WEIGHT = 5  # that of open work: its requirements are derived and asked in the chunk as well
_LEAST = 50  # below that a chunk takes no shorter, for what it costs itself
_LONG, _SHORT = 0.4, 0.2  # seconds: a chunk over the one is halved, one below the other doubled
BUSY_PAUSE = 0.2
_BUSY_TRIES = 20

LOADERS: dict[str, type[Loader]] = {
    Kind.PLACES: PlaceLoader,
    Kind.ASSETS: AssetLoader,
    Kind.WORK: WorkLoader,
}


def load(run: ImportRun, mapping: ImportMapping, actor: User | None, progress: Progress) -> None:
    """Load, or in a trial compare, everything that is staged and not refused."""
    done, most = _rows(run).filter(done=True).count(), CHUNK
    while ids := _next(run, most):
        begun = time.monotonic()
        if run.dry_run:
            patiently(_compare, run=run, mapping=mapping, ids=ids)
        else:
            _load(run, mapping, actor, ids)
        most = sized(most, time.monotonic() - begun)
        done += len(ids)
        progress("", done)


def _compare(*, run: ImportRun, mapping: ImportMapping, ids: list[int]) -> None:
    """A chunk of a trial. Busy where it waited too long for somebody's act."""
    try:
        with transaction.atomic():
            _chunk(None, run, mapping, ids)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55P03":
            raise
        raise Busy from error


def to_load(run: ImportRun) -> int:
    """How many records there are to load, those that are loaded already among them."""
    return _rows(run).count()


def sized(most: int, seconds: float) -> int:
    """How much a chunk may hold after one that took so long: nobody waits for an import."""
    if seconds > _LONG:
        return max(most // 2, _LEAST)
    return min(most * 2, CHUNK) if seconds < _SHORT else most


def _rows(run: ImportRun) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(run=run, part=ImportPart.RECORD, refused=False)


def _next(run: ImportRun, most: int = CHUNK) -> list[int]:
    """The next chunk: never of two depths, because those below need those above."""
    found = _rows(run).filter(done=False).order_by("depth", "pk")
    rows = list(found.values_list("pk", "depth", "data__f__status")[:most])
    held = accumulate(_OPEN_WEIGHT if status in OPEN else 1 for _pk, _depth, status in rows)
    return [
        pk
        for (pk, depth, _status), weight in zip(rows, held, strict=True)
        if depth == rows[0][1] and weight <= most
    ]


def _load(run: ImportRun, mapping: ImportMapping, actor: User | None, ids: list[int]) -> None:
    act = uuid.uuid5(uuid.NAMESPACE_OID, f"import {run.pk} {ids[0]}")
    patiently(load_chunk, actor=actor, act=act, run=run, mapping=mapping, ids=ids)


def patiently(do: Callable[..., object], **given: Any) -> None:
    """Do it, and wait for whoever holds the site: an import is in no hurry. Raises NotNow."""
    for tries_left in reversed(range(_BUSY_TRIES)):
        try:
            do(**given)
            return
        except Busy:
            if not tries_left:
                raise NotNow(
                    _("The site is busy. What was loaded stays; the same command goes on from it.")
                ) from None
            time.sleep(BUSY_PAUSE)


def _load_chunk(act: OpenAct, *, run: ImportRun, mapping: ImportMapping, ids: list[int]) -> None:
    act.site_id = run.site_id
    _locks.control(run.site_id)
    _chunk(act, run, mapping, ids)


load_chunk = door(_load_chunk)


def _chunk(act: OpenAct | None, run: ImportRun, mapping: ImportMapping, ids: list[int]) -> None:
    rows = list(ImportRow.objects.filter(pk__in=ids, done=False).order_by("pk"))
    incoming = gather(run, rows)
    outcomes = LOADERS.get(mapping.kind, PortedLoader)(run, mapping, act).load(incoming)
    _mark(rows, outcomes)
    _count(run, [outcomes[row.pk] for row in rows])


def _mark(rows: list[ImportRow], outcomes: dict[int, Outcome]) -> None:
    """Say on the staged rows what became of them: a statement a verdict, one more a finding."""
    for verdict in ImportVerdict:
        ids = [row.pk for row in rows if outcomes[row.pk].verdict == verdict]
        refused = verdict == ImportVerdict.REFUSED
        ImportRow.objects.filter(pk__in=ids).update(done=True, verdict=verdict, refused=refused)
    for row in rows:
        if found := outcomes[row.pk].faults:
            faults = [*row.faults, *(fault.as_json() for fault in found)]
            ImportRow.objects.filter(pk=row.pk).update(faults=faults)


def _count(run: ImportRun, outcomes: list[Outcome]) -> None:
    """Add a chunk to the counts of the run, in the act that loads it. Raises GivenUp."""
    stands = ImportRun.objects.values_list("state", "counts")
    counts: dict[str, Any]
    state, counts = stands.get(pk=run.pk)
    if state == ImportState.DROPPED:
        raise GivenUp
    causes, made = counts.setdefault("causes", {}), counts.setdefault("made", {})
    for outcome in outcomes:
        _add(counts, str(outcome.verdict))
        if outcome.written:
            _add(counts, "written")
        if outcome.moved:
            counts.setdefault("moved", []).append(outcome.moved)
        if outcome.closed_in_source:
            _add(counts, "closed_in_source")
        if outcome.incomplete:
            _add(counts, "incomplete")
        for cause in outcome.incomplete:
            _add(causes, cause)
        for name, number in outcome.made.items():
            _add(made, name, number)
    run.counts = counts
    run.save(update_fields=["counts"])


def _add(counts: dict[str, Any], name: str, number: int = 1) -> None:
    counts[name] = counts.get(name, 0) + number
