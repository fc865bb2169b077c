"""Imports by the page: made, described, tried, loaded, given up. A worker does the rest.

Files are kept before their run is made (`import_.uploads`); the doors take what that returned.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from work.exceptions import Reason, Refused, Unknown
from work.models import Site
from work.models.imports import ImportRow, ImportRun, ImportState
from work.services._configure import check_seen, configure, one_of
from work.services.acts import OpenAct, door
from work.services.import_ import mapping_toml, uploads
from work.services.import_.mapping import ImportMapping, kinds
from work.services.import_.run import fingerprint, follow_moves, forget
from work.services.mappings import save_inner

type File = Mapping[str, Any]

_ENDED = (ImportState.DONE, ImportState.REFUSED, ImportState.DROPPED, ImportState.FAILED)
_MOST_FILES = 10


def _make(
    act: OpenAct,
    *,
    site_id: int,
    kind: str,
    files: Sequence[File],
    mapping_name: str = "",
    mapping_text: str = "",
) -> ImportRun:
    """Begin an import of files that are kept; the first holds the records. Nothing is read yet."""
    site = configure(act, site_id)
    one_of(kind, kinds(), "kind")
    if not files:
        raise Refused(Reason("import_file_needed"))
    first, *others = files
    return _made(act, site, kind, [first, *_by_name(others)], mapping_name, mapping_text)


def _by_name(files: Sequence[File]) -> list[dict[str, Any]]:
    """One file of each name, the last: a mapping names what it joins."""
    return [dict(each) for each in {each["name"].casefold(): each for each in files}.values()]


def _made(
    act: OpenAct,
    site: Site,
    kind: str,
    files: Sequence[File],
    mapping_name: str,
    mapping_text: str,
    **more: Any,
) -> ImportRun:
    _check_many(files)
    run = ImportRun(
        site=site,
        kind=kind,
        files=[dict(each) for each in files],
        uploaded=True,
        started_by=act.actor,
        started_at=act.at,
        **{"state": ImportState.DRAFT, "dry_run": True} | more,
    )
    _put_mapping(run, mapping_name, mapping_text)
    run.save()
    act.record("import_made", run, kind=kind, files=len(run.files))
    return run


def _put_mapping(run: ImportRun, name: str, text: str) -> ImportMapping | None:
    """Put a mapping on a run that has not begun. Raises MappingFault."""
    mapping = mapping_toml.parse(text, name=name) if text else None
    run.mapping_name, run.mapping_text = name, text
    if mapping is not None:
        run.kind, run.system = str(mapping.kind), mapping.system
        run.mapping_name = mapping.name
    run.fingerprint = fingerprint(run.site_id, text, run.files)
    return mapping


def _entered(act: OpenAct, run_id: int, seen: int | None) -> ImportRun:
    """A run that came by the page, its site held and the actor allowed."""
    found = ImportRun.objects.filter(pk=run_id, uploaded=True).first()
    if found is None:
        raise Unknown
    configure(act, found.site_id)
    # Not against the keys: reading holds those of the run for as long as it takes.
    rows = ImportRun.objects.select_for_update(of=("self",), no_key=True)
    run = rows.select_related("site").get(pk=run_id)
    check_seen(seen, run.version)
    act.about(run)
    return run


def _draft(act: OpenAct, run_id: int, seen: int | None) -> ImportRun:
    run = _entered(act, run_id, seen)
    if run.state == ImportState.DROPPED:
        raise Refused(Reason("import_ended"))
    if run.state != ImportState.DRAFT:
        raise Refused(Reason("import_begun"))
    return run


def _save(act: OpenAct, run: ImportRun, verb: str, **data: Any) -> ImportRun:
    run.version += 1
    run.save()
    act.record(verb, run, **data)
    return run


def _describe(
    act: OpenAct,
    *,
    run_id: int,
    name: str,
    text: str,
    save: bool = False,
    replace: bool = False,
    seen: int | None = None,
) -> ImportRun:
    """Give a run the mapping that it will be read by, and save that at the site if it is asked.

    Raises MappingFault.
    """
    run = _draft(act, run_id, seen)
    _put_mapping(run, name, text)
    if save:
        save_inner(act, run.site_id, name=name, text=text, replace=replace)
    return _save(act, run, "import_described")


def _attach(
    act: OpenAct, *, run_id: int, files: Sequence[File], seen: int | None = None
) -> ImportRun:
    """Add files that are joined with the first; one of the same name is replaced."""
    run = _draft(act, run_id, seen)
    first, *others = run.files
    run.files = [first, *_by_name([*others, *files])]
    _check_many(run.files)
    run.fingerprint = fingerprint(run.site_id, run.mapping_text, run.files)
    return _save(act, run, "import_attached", files=len(files))


def _check_many(files: Sequence[File]) -> None:
    if len(files) > _MOST_FILES:
        raise Refused(Reason("import_too_many_files", {"most": _MOST_FILES}))


def _try(act: OpenAct, *, run_id: int, seen: int | None = None) -> ImportRun:
    """Have a worker say what would come of it; nothing is loaded."""
    run = _draft(act, run_id, seen)
    if not run.mapping_text:
        raise Refused(Reason("import_mapping_needed"))
    mapping = mapping_toml.parse(run.mapping_text, name=run.mapping_name)
    _check_files(run, mapping)
    run.state, run.started_at, run.started_by = ImportState.WAITING, act.at, act.actor
    return _save(act, run, "import_tried")


def _check_files(run: ImportRun, mapping: ImportMapping) -> None:
    lacking = [uploads.joined_name(join) for join in uploads.missing(run, mapping)]
    if lacking:
        raise Refused([Reason("import_joined_needed", {"name": name}) for name in lacking])
    if not all(uploads.is_kept(each) for each in run.files):
        raise Refused(Reason("import_files_gone"))


def _load(act: OpenAct, *, run_id: int, seen: int | None = None) -> ImportRun:
    """Load what was tried, as a run of its own."""
    trial = _entered(act, run_id, seen)
    if not (trial.dry_run and trial.state == ImportState.DONE):
        raise Refused(Reason("import_not_tried"))
    gone = [ImportState.REFUSED, ImportState.DROPPED]
    if trial.loads.exclude(state__in=gone).exists():
        raise Refused(Reason("import_loaded"))
    _check_files(trial, mapping_toml.parse(trial.mapping_text, name=trial.mapping_name))
    run = _made(
        act,
        trial.site,
        trial.kind,
        trial.files,
        trial.mapping_name,
        trial.mapping_text,
        state=ImportState.WAITING,
        dry_run=False,
        trial=trial,
    )
    act.record("import_started", run)
    return run


def _again(act: OpenAct, *, run_id: int, seen: int | None = None) -> ImportRun:
    """Begin anew with the files and the mapping of a run that ended."""
    run = _entered(act, run_id, seen)
    if run.state not in _ENDED:
        raise Refused(Reason("import_under_way"))
    if not all(uploads.is_kept(each) for each in run.files):
        raise Refused(Reason("import_files_gone"))
    return _made(act, run.site, run.kind, run.files, run.mapping_name, run.mapping_text)


def _go_on(act: OpenAct, *, run_id: int, seen: int | None = None) -> ImportRun:
    """Let a worker go on with a run that failed, from where it stood."""
    run = _entered(act, run_id, seen)
    if run.state != ImportState.FAILED:
        raise Refused(Reason("import_not_failed"))
    staged = ImportRow.objects.filter(run=run).exists()  # what it read stands whole, or not at all
    run.state = ImportState.LOADING if staged else ImportState.WAITING
    run.tries, run.ended_at, run.fault = 0, None, None
    return _save(act, run, "import_gone_on")


def _give_up(act: OpenAct, *, run_id: int, seen: int | None = None) -> ImportRun:
    """End a run; what it loaded stays. A worker that is at it stops before its next record."""
    run = _entered(act, run_id, seen)
    if run.state in _ENDED and run.state != ImportState.FAILED:
        raise Refused(Reason("import_ended"))
    run.state, run.ended_at = ImportState.DROPPED, act.at
    run.version += 1
    run.save(update_fields=["state", "ended_at", "version"])
    act.record("import_given_up", run)
    return run


def give_up(**given: Any) -> ImportRun:
    """End a run, and bring up to date what stands at places that it moved."""
    run = _give_up_door(**given)
    forget(run)  # not while the site is held: it may be much
    follow_moves(run)
    return run


make = door(_make)
describe = door(_describe)
attach = door(_attach)
try_ = door(_try)
load = door(_load)
again = door(_again)
go_on = door(_go_on)
_give_up_door = door(_give_up)

__all__ = ["again", "attach", "describe", "give_up", "go_on", "load", "make", "try_"]
