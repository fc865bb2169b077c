"""The page on which the mapping of an import is written: as a form, or as TOML."""

import uuid
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Unknown
from work.forms.import_toml import Toml
from work.models import Site
from work.models.imports import ImportRun, ImportState
from work.permissions import Scope
from work.reads import imports as read
from work.services import imports, mappings
from work.services.import_.faults import ImportFault
from work.views import _kept
from work.views._importing import act_of, answered, import_view, run_of, seen_of
from work.views._refusals import INVALID
from work.views._site import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@import_view
def import_mapping(
    request: HttpRequest, site: Site, who: Scope, at: datetime, run: int
) -> HttpResponse:
    """Write the mapping of a run that has not begun."""
    found = run_of(site, run)
    if found.state != ImportState.DRAFT:
        return see_other(request, "work:import_run", site.slug, found.pk)
    return _as_toml(request, site, who, found)


def _as_toml(request: HttpRequest, site: Site, who: Scope, run: ImportRun) -> HttpResponse:
    typed = request.POST if request.method == "POST" else _kept.typed_before(request)
    initial = {"text": run.mapping_text, "name": run.mapping_name or run.files[0]["name"]}
    form = Toml(typed, initial=initial)
    if request.method != "POST":
        return _page(request, site, run, form, None, 200)
    _kept.forget(request)
    if not form.is_valid():
        return _page(request, site, run, form, None, INVALID[0])
    try:
        keep(request, site, run, form, form.cleaned_data["text"].replace("\r\n", "\n"))
    except Unknown:
        raise Http404 from None
    except (NotDone, ImportFault) as error:
        refusal, status = answered(error, who)
        return _page(request, site, run, form, refusal, status)
    return see_other(request, "work:import_run", site.slug, run.pk)


def keep(request: HttpRequest, site: Site, run: ImportRun, form: Any, text: str) -> None:
    """Give the run its mapping, and save it at the site where that is asked."""
    known, typed = act_of(request), form.cleaned_data
    if typed["save"]:
        also = known | {"act": uuid.uuid5(known["act"], "save")}
        mappings.save(
            **also, site_id=site.pk, name=typed["name"], text=text, replace=typed["replace"]
        )
    seen = seen_of(request.POST)
    imports.describe(**known, run_id=run.pk, name=typed["name"], text=text, seen=seen)


def _page(
    request: HttpRequest,
    site: Site,
    run: ImportRun,
    form: Toml,
    refusal: dict[str, Any] | None,
    status: int,
) -> HttpResponse:
    values = {
        "site": site,
        "run": read.row(site, run),
        "version": run.version,
        "form": form,
        "refusal": refusal,
        "kept_note": _kept.note(request),
    }
    return render(request, "work/import_toml.html", values, status=status)
