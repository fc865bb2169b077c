"""Who has what: people × competences, a page of both at a time."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.facts import Proof
from competence.forms import Narrow
from competence.reads import choices
from competence.reads import people as read
from competence.states import RecordState
from competence.views import _shown
from work.pages import live, number_in, site_view
from work.permissions import Scope
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def matrix(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """People by name, with what each has of the competences in use."""
    if not _shown.may_see(who, site):
        raise PermissionDenied
    form = Narrow(request.GET or None)
    form.fields["team"].choices = [
        *form.fields["team"].choices[:1],
        *for_reader(("competence.teams",), who, lambda: choices.teams(site, who), rows=10),
    ]
    form.fields["place"].choices = [
        *form.fields["place"].choices[:1],
        *for_reader(("competence.places",), who, lambda: choices.places(site, who), rows=10),
    ]
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, 40))
    columns = max(1, min(number_in(request.GET.get("columns", "")) or 1, 40))
    given = {
        "kind": asked.get("kind", ""),
        "team_id": number_in(asked.get("team", "")),
        "path": asked.get("place", ""),
        "code": request.GET.get("competence", "")[:40].replace("\x00", ""),
        "page": page,
        "columns": columns,
    }
    key = ("competence.matrix", *given.values())
    values, found = for_reader(key, who, lambda: _read(site, who, at, given), rows=read.PAGE)
    values = values | {
        "site": site,
        "tabs": _shown.tabs(request, site, who),
        "form": form,
        "pager": _pager(request, page, found),
        "columns_before": _with(request, "columns", columns - 1) if columns > 1 else "",
        "columns_after": _with(request, "columns", columns + 1) if found.more_columns else "",
    }
    return render(request, "competence/matrix.html", values)


def _read(
    site: Any, who: Scope, at: datetime, given: dict[str, Any]
) -> tuple[dict[str, Any], read.Matrix]:
    """The rows and columns of a page, and what they were made of."""
    found = read.matrix(site, who, at, **given)
    values: dict[str, Any] = {
        "columns": [
            {"label": _("Person")},
            *({"label": each.code} for each in found.competences),
        ],
        "legend": [f"{each.code} {each.name}" for each in found.competences],
        "rows": [
            {
                "name": person.name,
                "company": person.company.name if person.company else "",
                "url": resolve_url("competence:person", site.slug, person.pk),
                "cells": [
                    _cell(found.cells.get((person.pk, each.pk)), each, at)
                    for each in found.competences
                ],
            }
            for person in found.people
        ],
    }
    rows, drawn = values.pop("rows"), ""
    if rows:
        drawn = render_to_string("competence/_matrix_rows.html", {"rows": rows})
    return values | {"drawn": drawn}, found


def _cell(proof: Proof | None, competence: Any, at: datetime) -> dict[str, Any]:
    """How one person stands with one competence: a word, and a tone where it is abnormal."""
    if proof is None:
        return {"text": "", "label": competence.code}
    said: dict[str, Any] = {"label": competence.code, "tone": "", "until": proof.until}
    if proof.state == RecordState.OBTAINED:
        return said | {"text": _("To verify"), "tone": "late", "icon": "clock-alert"}
    if proof.until is not None and proof.until <= at:
        return said | {"text": _("Ended"), "tone": "stop", "icon": "octagon-x"}
    text = str(proof.level) if proof.level else _("Yes")
    if proof.until is not None and proof.until - at <= _shown.SOON:
        return said | {"text": text, "tone": "late", "icon": "hourglass"}
    return said | {"text": text, "tone": "plain", "icon": "check"}


def _with(request: HttpRequest, name: str, number: int) -> str:
    asked = request.GET.copy()
    asked[name] = str(number)
    return f"?{asked.urlencode()}"


def _pager(request: HttpRequest, page: int, found: read.Matrix) -> dict[str, Any]:
    first = (page - 1) * read.PAGE
    last = first + len(found.people)
    more = found.total > last and page < 40
    return {
        "first": first + 1 if found.people else 0,
        "last": last if found.people else 0,
        "total_text": "1,000+" if found.total > 1000 else str(found.total),
        "pages": [],
        "previous_url": _with(request, "page", page - 1) if page > 1 else "",
        "next_url": _with(request, "page", page + 1) if more else "",
    }
