"""What a worker does: the next run that waits, one at a time in the whole installation.

No message carries a run: a periodic task looks for those whose state says that something is left to
do. So a run whose worker was killed is taken up where it stood, by whichever worker looks next.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from work import events
from work.models.imports import UNDER_WAY, ImportPass, ImportRun, ImportState
from work.services.import_ import mapping_toml
from work.services.import_.alone import alone, only_one
from work.services.import_.faults import Fault, FileFault, GivenUp, MappingFault, NotNow
from work.services.import_.run import carry_out, end, forget, give_up_left
from work.services.import_.uploads import laid_out

# One for all sites, so that a worker is always left for what must be told each minute.
_QUEUE = 7004
MAX_TRIES = 5  # a worker that dies of a run again and again is not sent to it for ever
_log = logging.getLogger(__name__)


def take_up() -> ImportRun | None:
    """Carry out the run that has waited longest, to its end; None where there is none to do now.

    What fails for reasons of its own ends as *failed* and is kept as it stood; where the database
    was lost the run is left for the next look.
    """
    with only_one(_QUEUE, 0) as first:
        if not first:
            return None
        for run in _next():
            try:
                with alone(run.site_id):
                    _work_off(run)
            except NotNow:
                continue
            return run
    return None


def _next() -> Iterator[ImportRun]:
    """The oldest run of each site that has one."""
    seen: set[int] = set()
    rows = ImportRun.objects.filter(uploaded=True, state__in=UNDER_WAY)
    for run in rows.select_related("site", "started_by").order_by("started_at", "pk"):
        if run.site_id not in seen:
            seen.add(run.site_id)
            yield run


def _work_off(run: ImportRun) -> None:
    try:
        if not _begin(run):
            return
        mapping = mapping_toml.parse(run.mapping_text, name=run.mapping_name)
        with laid_out(run, mapping) as files, _telling(run) as told:
            carry_out(run, mapping, files, run.started_by, told.count, told.enter)
    except FileFault:
        pass  # the run says so
    except GivenUp:
        forget(run)
        return  # who did it has said so
    except MappingFault as unfit:
        begun = run.state == ImportState.LOADING
        state = ImportState.FAILED if begun else ImportState.REFUSED
        _stop(run, state, Fault("mapping_unfit", params={"error": str(unfit)}))
    except NotNow:
        ImportRun.objects.filter(pk=run.pk).update(tries=0)
        raise
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _log.exception("import %s failed", run.pk)
        _stop(run, ImportState.FAILED, Fault("broke_off"))
    _write_end(run)


def _begin(run: ImportRun) -> bool:
    """Note that a worker begins with it, unless it was given up meanwhile."""
    with transaction.atomic():
        now = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if now.state not in UNDER_WAY:
            return False
        run.state, run.counts, run.tries = now.state, now.counts, now.tries + 1
        if run.state == ImportState.WAITING:
            run.state = ImportState.STAGING
        run.save(update_fields=["state", "tries"])
    if run.tries > MAX_TRIES:
        _stop(run, ImportState.FAILED, Fault("tried_out", params={"tries": MAX_TRIES}))
        _write_end(run)
        return False
    if run.state == ImportState.STAGING:
        give_up_left(run)
    return True


def _stop(run: ImportRun, state: ImportState, fault: Fault) -> None:
    stands = ImportRun.objects.values("counts").get(pk=run.pk)
    run.state, run.fault, run.counts = state, fault.as_json(), stands["counts"]
    end(run)


def _write_end(run: ImportRun) -> None:
    """One event for the end of a run; its numbers stand on the run."""
    events.record(
        verb=f"import_{run.state}",
        subject=run,
        actor=run.started_by,
        at=timezone.now(),
        site_id=run.site_id,
        data={"dry_run": run.dry_run},
    )


class _Told:
    """Writes how far a run is, through a connection of its own: reading is one transaction.

    Raises GivenUp where somebody gave the run up.
    """

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.own = connection.copy()
        self.file, self.number, self.before = "", 0, 0

    def enter(self, at_pass: ImportPass, total: int) -> None:
        """Another pass begins."""
        self.file, self.number, self.before = "", 0, 0
        self._write(at_pass=at_pass.value, rows_done=0, rows_total=total)

    def count(self, file: str, number: int) -> None:
        """So many rows of a file are done, after those of the files before; or so many records."""
        if not file:
            self._write(rows_done=number, tries=0)
            return
        if file != self.file or number < self.number:
            self.file, self.before = file, self.before + self.number
        self.number = number
        self._write(rows_done=self.before + number)

    def _write(self, **fields: int | str) -> None:
        names = ", ".join(f"{name} = %s" for name in fields)
        statement = f"UPDATE work_importrun SET {names} WHERE id = %s RETURNING state"
        values = [*fields.values(), self.run.pk]
        try:
            with self.own.cursor() as cursor:
                cursor.execute(statement, values)
                found = cursor.fetchone()
        except DatabaseError:
            _log.warning("progress of import %s was not written", self.run.pk, exc_info=True)
            return
        if found == (ImportState.DROPPED,):
            raise GivenUp


@contextmanager
def _telling(run: ImportRun) -> Iterator[_Told]:
    told = _Told(run)
    try:
        yield told
    finally:
        told.own.close()


__all__ = ["take_up"]
