"""One run from files and a mapping to a report: for the commands, and for what a page queued."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from work import ports
from work.models import Site, User
from work.models.imports import (
    UNDER_WAY,
    ImportPart,
    ImportPass,
    ImportRow,
    ImportRun,
    ImportState,
)
from work.permissions import Action, can_at, scope
from work.services.import_ import mapping_toml
from work.services.import_.alone import alone
from work.services.import_.faults import FileFault, GivenUp, MappingFault, NotNow
from work.services.import_.gone import remark_gone
from work.services.import_.load import load, patiently, to_load
from work.services.import_.mapping import ImportMapping, Kind
from work.services.import_.report import by_fault, check_target
from work.services.import_.rows import name_of, sha256
from work.services.import_.stage import Files, Progress, stage
from work.services.import_.uploads import lines_in
from work.services.import_.validate import validate
from work.services.places import apply_move, tell_moved

# Faults of rows that the mapping has loaded, or left out, without refusing their record.
_REPORTED = (
    Q(faults__contains=[{"code": "unknown_reference"}])
    | Q(faults__contains=[{"code": "no_such_record"}])
    | Q(faults__contains=[{"code": "refused_parent"}])
)

# Faults of links and lines without a record that they could refuse.
_LOST = Q(key="") | Q(faults__contains=[{"code": "no_such_record"}])

type Entering = Callable[[ImportPass, int], None]


def quiet(_file: str, _count: int) -> None:
    """Progress that nobody looks at."""


def unseen(_pass: ImportPass, _total: int) -> None:
    """Passes that nobody looks at."""


def run_import(
    *,
    site: Site,
    kind: Kind | None,
    path: Path,
    mapping_path: Path,
    actor: User | None = None,
    dry_run: bool = False,
    errors: Path | None = None,
    progress: Progress = quiet,
) -> ImportRun:
    """Import a file, or with `dry_run` only say what would come of it.

    kind: None takes what the mapping says, of a domain.
    A run of the same files with the same mapping that was killed while it loaded is taken up where
    it stood. errors: where the errors will go. Raises FileFault or MappingFault, and then nothing
    was loaded; or NotNow.
    """
    mapping = mapping_toml.load(mapping_path)
    if mapping.kind != kind if kind else mapping.kind in set(Kind):
        raise MappingFault("kind", _("This mapping is for %(kind)s.") % {"kind": str(mapping.kind)})
    check_brought(site, mapping, actor)
    files = Files.find(path, mapping, mapping_path)
    if errors is not None:
        check_target(errors, [*files, mapping_path])
    with alone(site.pk):
        if ImportRun.objects.filter(site=site, uploaded=True, state__in=UNDER_WAY).exists():
            raise NotNow(_("Another import of this site is running."))
        run = _begun(site, mapping, files, actor, dry_run)
        carry_out(run, mapping, files, actor, progress)
    return run


def check_brought(site: Site, mapping: ImportMapping, actor: User | None) -> None:
    """Refuse what must name who brought it without one who may. Raises MappingFault."""
    importer = ports.importers.get(mapping.kind)
    if importer is None:
        return
    if actor is None and importer.by_person:
        raise MappingFault("kind", _("These records name who brought them: say who does."))
    if actor is not None and not can_at(
        scope(actor, timezone.now()), Action.CONFIGURE, site.pk, ""
    ):
        raise MappingFault("kind", _("Only who sets up the site imports."))


def carry_out(
    run: ImportRun,
    mapping: ImportMapping,
    files: Files,
    actor: User | None,
    progress: Progress,
    entering: Entering = unseen,
) -> None:
    """Take a run from where it stands to its end, alone at its site.

    Raises FileFault, NotNow; GivenUp, and then what was loaded stays.
    """
    try:
        if run.state == ImportState.STAGING:
            with transaction.atomic():
                entering(ImportPass.STAGING, lines_in(run, mapping))
                stage(run, mapping, files, progress)
                entering(ImportPass.VALIDATING, 0)
                validate(run, mapping)
                check_wanted(run)
                run.state = ImportState.LOADING
                run.save(update_fields=["state"])
    except FileFault as refusal:
        run.state, run.fault = ImportState.REFUSED, refusal.fault.as_json()
        end(run)
        raise
    entering(ImportPass.LOADING, to_load(run))
    load(run, mapping, actor, progress)
    follow_moves(run)
    with transaction.atomic():
        _finish(run, mapping, files)


def check_wanted(run: ImportRun) -> None:
    """Raises GivenUp where somebody gave the run up; until the transaction ends nobody can."""
    held = ImportRun.objects.select_for_update(no_key=True).values_list("state", flat=True)
    if held.get(pk=run.pk) == ImportState.DROPPED:
        raise GivenUp


def follow_moves(run: ImportRun) -> None:
    """Bring up to date what stands at places that moved: rules and roles reach by place, and what
    is near is looked for anew.

    Done again when a run is taken up, which does no harm.
    """
    for place_id in run.counts.get("moved", []):
        patiently(tell_moved, actor=None, place_id=place_id)
        patiently(apply_move, place_id=place_id)


def _begun(
    site: Site, mapping: ImportMapping, files: Files, actor: User | None, dry_run: bool
) -> ImportRun:
    """The run to go on with: the one that was killed with the same files, or a new one."""
    try:
        sums = [{"name": name_of(path), "sha256": sha256(path)} for path in files]
    except FileFault as refusal:
        run = new(site, mapping, [], actor, dry_run)
        run.state, run.fault = ImportState.REFUSED, refusal.fault.as_json()
        end(run)
        raise
    fresh = new(site, mapping, sums, actor, dry_run)
    taken_up = None
    if not dry_run:
        again = _left(fresh).filter(
            state=ImportState.LOADING, fingerprint=fresh.fingerprint, dry_run=False
        )
        taken_up = again.order_by("pk").first()
    give_up_left(taken_up or fresh)
    if taken_up is None:
        fresh.save()
        return fresh
    return taken_up


def _left(run: ImportRun) -> QuerySet[ImportRun]:
    """Other runs of the kind that were killed, or that failed, and that no worker takes up."""
    killed = Q(uploaded=False, state__in=[ImportState.STAGING, ImportState.LOADING])
    left = ImportRun.objects.filter(
        killed | Q(state=ImportState.FAILED), site=run.site_id, kind=run.kind
    )
    if run.dry_run:
        left = left.filter(dry_run=True)
    return left.exclude(pk=run.pk) if run.pk else left


def give_up_left(run: ImportRun) -> None:
    """Give up what was left behind before this run loads newer data.

    A trial leaves what was loading as it is.
    """
    for other in _left(run).order_by("pk"):
        give_up(other)


def give_up(run: ImportRun) -> None:
    """End a run where it stands; what it loaded stays."""
    follow_moves(run)
    drop(run)


def drop(run: ImportRun) -> None:
    """End a run and forget what it staged."""
    forget(run)
    run.state = ImportState.DROPPED
    end(run)


def forget(run: ImportRun) -> None:
    """Forget what a run staged."""
    ImportRow.objects.filter(run=run).delete()


def fingerprint(site_id: int, mapping_text: str, sums: list[dict]) -> str:
    """What tells two runs of the same files with the same mapping from all others."""
    marks = [str(site_id), mapping_text, *(each["sha256"] for each in sums)]
    return hashlib.sha256("\0".join(marks).encode()).hexdigest()


def new(
    site: Site, mapping: ImportMapping, sums: list[dict], actor: User | None, dry_run: bool
) -> ImportRun:
    """A run that is about to read, not saved."""
    return ImportRun(
        site=site,
        kind=str(mapping.kind),
        system=mapping.system,
        mapping_name=mapping.name,
        mapping_text=mapping.text,
        files=sums,
        fingerprint=fingerprint(site.pk, mapping.text, sums),
        dry_run=dry_run,
        state=ImportState.STAGING,
        started_by=actor,
        started_at=timezone.now(),
    )


def end(run: ImportRun) -> None:
    """Save a run that has come to its end."""
    run.ended_at = timezone.now()
    fields = ["state", "counts", "fault", "ended_at"]
    run.save(update_fields=fields if run.pk else None)


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
    run.counts["faults"] = by_fault(run)
    check_wanted(run)
    run.state = ImportState.DONE
    end(run)
