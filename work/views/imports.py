"""The imports of a site: the list of runs, a new one, the page of one and its acts."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from work.exceptions import NotDone, Reason, Refused, Unknown
from work.forms.imports import NewImport, mapping_choices
from work.models import Site
from work.models.imports import ImportRun, ImportState
from work.permissions import Scope
from work.reads import imports as read
from work.services import imports
from work.services.import_ import mapping_toml, peek, report, shelf, uploads
from work.services.import_.faults import FileFault, ImportFault, MappingFault
from work.services.import_.mapping import ImportMapping
from work.services.import_.run import is_worked_on
from work.views import _kept
from work.views._importing import act_of, answered, import_view, kept, run_of, seen_of
from work.views._refusals import INVALID
from work.views._site import fragment, number_in, see_other

_FAULTS = 50


@require_safe
@import_view
def import_list(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The runs of the site, the newest first, and what earlier ones left to do."""
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, 10_000))
    runs = read.runs(site)
    total, begin = runs.count(), (page - 1) * read.SIZE
    rows = [read.row(site, run) for run in runs[begin : begin + read.SIZE]]
    incomplete, closed = read.open_counts(site)
    values = {
        "site": site,
        "runs": rows,
        "incomplete": read.number(incomplete) if incomplete else "",
        "closed": read.number(closed) if closed else "",
        "pager": _pager(page, begin, len(rows), total, "?page="),
    }
    return render(request, "work/import_list.html", values)


def _pager(page: int, begin: int, shown: int, total: int, base: str) -> dict[str, Any]:
    return {
        "first": begin + 1 if shown else 0,
        "last": begin + shown,
        "total_text": read.number(total),
        "pages": [],
        "previous_url": f"{base}{page - 1}" if page > 1 else "",
        "next_url": f"{base}{page + 1}" if begin + shown < total else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@import_view
def import_new(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Upload files and say what they hold; the mapping may be chosen here or later."""
    mappings = shelf.choices(site.pk)
    sent = request.method == "POST"
    data = request.POST if sent else _kept.typed_before(request)
    form = NewImport(data, request.FILES if sent else None, mappings=mappings)
    if not sent:
        if data is not None:
            form.errors.clear()
        return _new(request, site, form, None, 200)
    _kept.forget(request)
    if not form.is_valid():
        return _new(request, site, form, None, INVALID[0])
    typed = form.cleaned_data
    name, text = shelf.find(site.pk, typed["mapping"]) or ("", "")
    try:
        files = [_keep(form, "file", typed["file"])]
        files += [_keep(form, "more", each) for each in typed["more"]]
        run = imports.make(
            **act_of(request),
            site_id=site.pk,
            kind=typed["kind"],
            files=files,
            mapping_name=name,
            mapping_text=text,
        )
    except FileFault:
        return _new(request, site, form, None, INVALID[0])
    except Unknown:
        raise Http404 from None
    except (NotDone, MappingFault) as error:
        refusal, status = answered(error, who)
        return _new(request, site, form, refusal, status)
    return see_other(request, "work:import_run", site.slug, run.pk)


def _keep(form: NewImport, field: str, upload: Any) -> dict[str, Any]:
    try:
        return kept(upload)
    except FileFault as refusal:
        form.add_error(field, str(refusal))
        raise


def _new(
    request: HttpRequest, site: Site, form: NewImport, refusal: dict[str, Any] | None, status: int
) -> HttpResponse:
    values = {
        "site": site,
        "form": form,
        "refusal": refusal,
        "kept_note": _kept.note(request),
        "limit": uploads.MAX_BYTES // 1024**2,
    }
    return render(request, "work/import_new.html", values, status=status)


@require_safe
@import_view
def import_run(
    request: HttpRequest, site: Site, who: Scope, at: datetime, run: int
) -> HttpResponse:
    """One run: what it will read, how far it is, or what it found. Asks again while it moves."""
    return _page(request, site, run_of(site, run))


@require_POST
@import_view
def import_act(
    request: HttpRequest, site: Site, who: Scope, at: datetime, run: int, verb: str
) -> HttpResponse:
    """Choose a mapping, attach files, try, load, go on, begin anew, give up."""
    found = run_of(site, run)
    do = _ACTS.get(verb)
    if do is None:
        raise Http404
    try:
        known = act_of(request) | {"run_id": found.pk, "seen": seen_of(request.POST)}
        done = do(request, found, known)
    except Unknown:
        raise Http404 from None
    except (NotDone, ImportFault) as error:
        refusal, status = answered(error, who)
        return _page(request, site, run_of(site, run), refusal, status)
    return see_other(request, "work:import_run", site.slug, done.pk)


def _choose(request: HttpRequest, run: ImportRun, known: dict[str, Any]) -> ImportRun:
    found = shelf.find(run.site_id, request.POST.get("mapping", ""))
    if found is None:
        raise Refused(Reason("import_mapping_needed"))
    return imports.describe(**known, name=found[0], text=found[1])


def _attach(request: HttpRequest, run: ImportRun, known: dict[str, Any]) -> ImportRun:
    files = [
        kept(upload, name.removeprefix("file:"))
        for name, upload in request.FILES.items()
        if name.startswith("file:")
    ]
    if not files:
        raise Refused(Reason("import_file_needed"))
    return imports.attach(**known, files=files)


def _try(request: HttpRequest, run: ImportRun, known: dict[str, Any]) -> ImportRun:
    mapping = _mapping(run) if run.state == ImportState.DRAFT else None
    if mapping and not uploads.missing(run, mapping):
        peek.check_fit(run, mapping)
    return imports.try_(**known)


_ACTS: dict[str, Callable[[HttpRequest, ImportRun, dict[str, Any]], ImportRun]] = {
    "choose": _choose,
    "attach": _attach,
    "try": _try,
    "load": lambda _request, _run, known: imports.load(**known),
    "again": lambda _request, _run, known: imports.again(**known),
    "go-on": lambda _request, _run, known: imports.go_on(**known),
    "give-up": lambda _request, _run, known: imports.give_up(**known),
}


def _mapping(run: ImportRun) -> ImportMapping | None:
    """The mapping of a run; None where it has none, or none that is understood any more."""
    try:
        return mapping_toml.parse(run.mapping_text, name=run.mapping_name or "mapping")
    except MappingFault:
        return None


def _page(
    request: HttpRequest,
    site: Site,
    run: ImportRun,
    refusal: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    worked_on = run.state in read.UNDER_WAY and is_worked_on(site.pk)
    values: dict[str, Any] = {
        "site": site,
        "run": read.row(site, run),
        "version": run.version,
        "uploaded": run.uploaded,
        "refusal": refusal,
        "progress": read.progress(run, worked_on),
        "problem": read.refusal_of(run),
    }
    if run.state == ImportState.DRAFT:
        values |= _draft(site, run)
    elif run.state in (ImportState.DONE, ImportState.DROPPED, ImportState.FAILED):
        values |= _report(request, site, run)
    name = "work/import_run.html#run" if fragment(request) else "work/import_run.html"
    return render(request, name, values, status=status)


def _draft(site: Site, run: ImportRun) -> dict[str, Any]:
    """What it will read: the files, their first rows, the mapping and the files that this joins."""
    mapping = _mapping(run)
    first = run.files[0]
    form = mapping.form if mapping else peek.guess(first)
    mappings = [each for each in shelf.choices(site.pk) if each.kind == run.kind]
    return {
        "draft": True,
        "files": [
            each
            | {"size_text": read.number(-(-each["size"] // 1024)), "lines": each.get("lines", 0)}
            for each in run.files
        ],
        "preview": peek.preview(first, form),
        "has_mapping": mapping is not None,
        "mappings": mapping_choices(mappings)[1:],
        "missing": [uploads.joined_name(join) for join in uploads.missing(run, mapping)]
        if mapping
        else [],
    }


def _report(request: HttpRequest, site: Site, run: ImportRun) -> dict[str, Any]:
    """What it found, and a page of its faults."""
    code = request.GET.get("fault", "")[:40]
    code = code if code in run.counts.get("faults", {}) else ""
    after = number_in(request.GET.get("after", "")) or 0
    rows = list(report.faulty(run, code).filter(pk__gt=after)[: _FAULTS + 1])
    more, rows = len(rows) > _FAULTS, rows[:_FAULTS]
    narrowed = f"fault={code}&" if code else ""
    page = reverse("work:import_run", args=[site.slug, run.pk])
    load = run.loads.exclude(state__in=[ImportState.REFUSED, ImportState.DROPPED]).first()
    return {
        "report": run.state == ImportState.DONE,
        "figures": read.figures(run, site),
        "records": read.number(run.counts.get("records", 0)),
        "causes": read.causes(run, site),
        "made": read.made(run),
        "nothing": run.state == ImportState.DONE
        and not (run.counts.get("new") or run.counts.get("written")),
        "fault_counts": read.fault_counts(run, code),
        "faults": read.fault_rows(rows),
        "first_faults_url": f"{page}?{narrowed}" if after else "",
        "more_faults_url": f"{page}?{narrowed}after={rows[-1].pk}#faults" if more else "",
        "errors_url": reverse("work:import_errors", args=[site.slug, run.pk]) if rows else "",
        "load": read.row(site, load) if load else None,
        "trial_url": reverse("work:import_run", args=[site.slug, run.trial_id])
        if run.trial_id
        else "",
        "may_load": run.uploaded and run.dry_run and run.state == ImportState.DONE and not load,
    }


class _Echo:
    """What csv writes into: it gives the line back."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


@require_safe
@import_view
def import_errors(
    request: HttpRequest, site: Site, who: Scope, at: datetime, run: int
) -> HttpResponse:
    """All errors of a run as CSV, streamed; no cell is a formula."""
    found = run_of(site, run)
    response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    stem = found.files[0]["name"].rpartition(".")[0] if found.files else "import"
    name = content_disposition_header(True, f"{stem}.errors.csv")
    response["Content-Disposition"] = name or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Echo())  # type: ignore[arg-type]
    yield "\ufeff"  # so that a spreadsheet knows that it is UTF-8
    for row in report.error_rows(run):
        yield writer.writerow(row)
