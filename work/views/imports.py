"""The imports of a site: the list of runs, a new one, the page of one and its acts."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from work.exceptions import NotDone, Reason, Refused, Unknown
from work.forms.imports import NewImport
from work.models import Site
from work.models.imports import ImportRun, ImportState
from work.permissions import Scope
from work.reads import imports as read
from work.services import imports
from work.services.import_ import peek, report, shelf, uploads
from work.services.import_.faults import FileFault, ImportFault, MappingFault
from work.views import _kept
from work.views._import_page import mapping_of, run_page
from work.views._importing import act_of, answered, import_view, kept, run_of, seen_of
from work.views._refusals import INVALID
from work.views._site import number_in, see_other


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
    return run_page(request, site, run_of(site, run))


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
        return run_page(request, site, run_of(site, run), refusal, status)
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
    mapping = mapping_of(run) if run.state == ImportState.DRAFT else None
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
