"""The page of one import: what it will read, how far it is, or what it found."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from work.forms.imports import mapping_choices
from work.models import Site
from work.models.imports import ImportRun, ImportState
from work.reads import imports as read
from work.services.import_ import mapping_toml, peek, report, shelf, uploads
from work.services.import_.alone import is_worked_on
from work.services.import_.faults import MappingFault
from work.services.import_.mapping import ImportMapping
from work.views._site import fragment, number_in

_FAULTS = 50


def run_page(
    request: HttpRequest,
    site: Site,
    run: ImportRun,
    refusal: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a run, or the part of it that asks again while it moves."""
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
    mapping = mapping_of(run)
    first = run.files[0]
    form = mapping.form if mapping else peek.guess(first)
    mappings = [each for each in shelf.choices(site.pk) if each.kind == run.kind]
    return {
        "draft": True,
        "files": [
            {
                "name": each["name"],
                "size_text": filesizeformat(each["size"]),
                "lines": each.get("lines", 0),
                "lines_text": read.number(each.get("lines", 0)),
            }
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
        "faults": read.fault_rows(rows, code),
        "several_files": len(run.files) > 1,
        "all_faults_url": f"{page}#faults",
        "narrowed": bool(code),
        "first_faults_url": f"{page}?{narrowed}" if after else "",
        "more_faults_url": f"{page}?{narrowed}after={rows[-1].pk}#faults" if more else "",
        "errors_url": reverse("work:import_errors", args=[site.slug, run.pk]) if rows else "",
        "load": read.row(site, load) if load else None,
        "trial_url": reverse("work:import_run", args=[site.slug, run.trial_id])
        if run.trial_id
        else "",
        "may_load": run.uploaded and run.dry_run and run.state == ImportState.DONE and not load,
    }


def mapping_of(run: ImportRun) -> ImportMapping | None:
    """The mapping of a run; None where it has none, or none that is understood any more."""
    try:
        return mapping_toml.parse(run.mapping_text, name=run.mapping_name or "mapping")
    except MappingFault:
        return None
