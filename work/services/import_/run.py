"""The door of an import: one run from files and a mapping to a report. It notifies nobody."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from work.models import Site, User
from work.models.imports import ImportPart, ImportRow, ImportRun, ImportState
from work.services.import_ import mapping_toml
from work.services.import_.faults import FileFault, MappingFault, NotNow
from work.services.import_.gone import remark_gone
from work.services.import_.load import load, patiently
from work.services.import_.mapping import ImportMapping, Kind
from work.services.import_.report import check_target
from work.services.import_.rows import name_of, sha256
from work.services.import_.stage import Files, Progress, stage
from work.services.import_.validate import validate
from work.services.places import apply_move

# Key space of the lock that keeps a second import of a site away; `_locks` has its own.
_IMPORT = 7003

# Faults of rows that the mapping has loaded, or left out, without refusing their record.
_REPORTED = (
    Q(faults__contains=[{"code": "unknown_reference"}])
    | Q(faults__contains=[{"code": "no_such_record"}])
    | Q(faults__contains=[{"code": "refused_parent"}])
)

# Faults of links and lines without a record that they could refuse.
_LOST = Q(key="") | Q(faults__contains=[{"code": "no_such_record"}])


def quiet(_file: str, _count: int) -> None:
    """Progress that nobody looks at."""


def run_import(
    *,
    site: Site,
    kind: Kind,
    path: Path,
    mapping_path: Path,
    actor: User | None = None,
    dry_run: bool = False,
    errors: Path | None = None,
    progress: Progress = quiet,
) -> ImportRun:
    """Import a file, or with `dry_run` only say what would come of it.

    A run of the same files with the same mapping that was killed while it loaded is taken up where
    it stood. errors: where the errors will go. Raises FileFault or MappingFault, and then nothing
    was loaded; or NotNow.
    """
    mapping = mapping_toml.load(mapping_path)
    if mapping.kind is not kind:
        raise MappingFault(
            "kind", _("This mapping is for %(kind)s.") % {"kind": mapping.kind.value}
        )
    files = Files.find(path, mapping, mapping_path)
    if errors is not None:
        check_target(errors, [*files, mapping_path])
    with _alone(site):
        run = _begun(site, mapping, files, actor, dry_run)
        try:
            if run.state == ImportState.STAGING:
                with transaction.atomic():
                    stage(run, mapping, files, progress)
                    validate(run, mapping)
                    run.state = ImportState.LOADING
                    run.save(update_fields=["state"])
        except FileFault as refusal:
            run.state, run.fault = ImportState.REFUSED, refusal.fault.as_json()
            _end(run)
            raise
        load(run, mapping, actor, progress)
        _follow_moves(run)
        with transaction.atomic():
            _finish(run, mapping, files)
    return run


def _follow_moves(run: ImportRun) -> None:
    """Bring up to date what stands at places that moved: rules and roles reach by place.

    Done again when a run is taken up, which does no harm.
    """
    for place_id in run.counts.get("moved", []):
        patiently(apply_move, place_id=place_id)


@contextmanager
def _alone(site: Site) -> Iterator[None]:
    """Keep any other import of the site away while this one runs; gone when it is killed.

    The server looks now and then whether the command is still there, also inside a long statement.
    """
    key = [_IMPORT, site.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('client_connection_check_interval', '5s', false)")
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise NotNow(_("Another import of this site is running."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _begun(
    site: Site, mapping: ImportMapping, files: Files, actor: User | None, dry_run: bool
) -> ImportRun:
    """The run to go on with: the one that was killed with the same files, or a new one.

    The others that were killed are given up, but by a trial: that leaves them as they are.
    """
    try:
        sums = [{"name": name_of(path), "sha256": sha256(path)} for path in files]
    except FileFault as refusal:
        run = _new(site, mapping, [], actor, dry_run)
        run.state, run.fault = ImportState.REFUSED, refusal.fault.as_json()
        _end(run)
        raise
    fresh = _new(site, mapping, sums, actor, dry_run)
    left = ImportRun.objects.filter(
        site=site, kind=mapping.kind, state__in=[ImportState.STAGING, ImportState.LOADING]
    )
    if dry_run:
        left = left.filter(dry_run=True)
    taken_up = None
    for run in left.order_by("pk"):
        again = run.state == ImportState.LOADING and run.fingerprint == fresh.fingerprint
        if again and not (run.dry_run or dry_run) and taken_up is None:
            taken_up = run
        else:
            _follow_moves(run)
            ImportRow.objects.filter(run=run).delete()
            run.state = ImportState.DROPPED
            _end(run)
    if taken_up is None:
        fresh.save()
        return fresh
    return taken_up


def _new(
    site: Site, mapping: ImportMapping, sums: list[dict], actor: User | None, dry_run: bool
) -> ImportRun:
    marks = [str(site.pk), mapping.text, *(each["sha256"] for each in sums)]
    return ImportRun(
        site=site,
        kind=mapping.kind.value,
        system=mapping.system,
        mapping_name=mapping.name,
        mapping_text=mapping.text,
        files=sums,
        fingerprint=hashlib.sha256("\0".join(marks).encode()).hexdigest(),
        dry_run=dry_run,
        state=ImportState.STAGING,
        started_by=actor,
        started_at=timezone.now(),
    )


def _end(run: ImportRun) -> None:
    run.ended_at = timezone.now()
    run.save()


def _finish(run: ImportRun, mapping: ImportMapping, files: Files) -> None:
    """Count what was refused and reported, and drop the staged rows that say nothing more."""
    rows = ImportRow.objects.filter(run=run)
    records = rows.filter(part=ImportPart.RECORD)
    lost = rows.filter(_LOST, refused=True).exclude(part=ImportPart.RECORD)
    run.counts |= {
        "records": records.count(),
        "refused": records.filter(refused=True).count(),
        "lost": lost.count(),
        "reported": rows.filter(_REPORTED, refused=False).count(),
    }
    if mapping.complete:
        run.counts["gone"] = remark_gone(run, name_of(files.first), mapping.key)
    rows.filter(faults=[]).delete()
    run.state = ImportState.DONE
    _end(run)
