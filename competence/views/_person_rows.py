"""The rows of a person's page: gaps for the work, records by kind, inductions, exemptions.

What they say is drawn apart from what can be done, since it is kept and drawn once: a form of an
act is born with each page.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from competence.models import Exemption, Induction, Record
from competence.permissions import Action, may
from competence.reads.people import Gaps
from competence.services._enter import acts_for
from competence.states import RecordState
from competence.views import _shown
from competence.views._person_deeds import DEEDS
from work.exceptions import Reason
from work.pages import Failed, Guest, Offer, guest_at, offered
from work.permissions import Scope

# A row with what the page says of it.
type Said[T] = tuple[T, dict[str, Any]]


def gap_rows(site: Any, who: Scope, at: datetime, gaps: Sequence[Gaps]) -> str:
    """What is asked for each item, what is lacking first: drawn."""
    names = _shown.named(site, [verdict for each in gaps for verdict in each.verdicts], who)
    rows = []
    for each in gaps:
        end = each.item.planned_end
        asked = [
            _shown.gap(verdict, each.supervised, at, who, names, end) for verdict in each.verdicts
        ]
        rows.append(
            {
                "item": _shown.item_row(site, each.item),
                "asked": _shown.sorted_gaps(asked),
            }
        )
    return render_to_string("competence/_gap_rows.html", {"gaps": rows}) if rows else ""


def said_of_records(
    site: Any, who: Scope, records: Sequence[Record], at: datetime
) -> list[Said[Record]]:
    """Each record with what the page says of it to this reader."""
    guest = guest_at(who, site.pk)
    return [
        (
            record,
            {
                "kind": record.competence.kind,
                "what": str(record.competence),
                "state": _state(record, at),
                "says": render_to_string(
                    "competence/_record_says.html", {"record": _record(site, record, guest)}
                ),
            },
        )
        for record in records
    ]


def record_rows(
    site: Any,
    who: Scope,
    person: Any,
    records: Sequence[Said[Record]],
    url: str,
    failed: Failed | None,
) -> list[dict[str, Any]]:
    """Each record with what may be done with it now."""
    acts = acts_for(who, Action.RECORD, site.pk, company_id=person.here_for)
    offers = [_offers(site, who, person, record, acts=acts) for record, _said in records]
    drawn = iter(offered([each for some in offers for each in some], url, who, None, failed))
    return [
        said | {"acts": [next(drawn) for _ in some]}
        for (_record, said), some in zip(records, offers, strict=True)
    ]


def _record(site: Any, record: Record, guest: Guest | None) -> dict[str, Any]:
    levels = record.competence.levels
    level = ""
    if record.level:
        word = levels[record.level - 1] if record.level <= len(levels) else ""
        level = _("Level %(n)s of %(of)s") % {"n": record.level, "of": len(levels)}
        level = f"{level} · {word}" if word else level
    return {
        "level": level,
        "planned_on": record.planned_on if record.state == RecordState.PLANNED else None,
        "obtained_on": record.obtained_on,
        "until": record.valid_until,
        "reference": record.reference,
        "file_name": record.file_name or (_("File") if record.blob_id else ""),
        "file_url": resolve_url("competence:record_file", site.slug, record.pk)
        if record.blob_id
        else "",
        "by": _shown.called(record.recorded_by, guest),
        "verified_by": _shown.called(record.verified_by, guest),
        "note": record.note.text if record.note else "",
    }


def _state(record: Record, at: datetime) -> dict[str, str]:
    ended = record.valid_until is not None and record.valid_until <= at
    if record.state == RecordState.VERIFIED and ended:
        return {"tone": "stop", "text": _("Ended")}
    if record.state == RecordState.VERIFIED:
        soon = record.valid_until is not None and record.valid_until - at <= _shown.SOON
        return (
            {"tone": "late", "text": _("Ends soon")}
            if soon
            else {
                "tone": "calm",
                "text": record.get_state_display(),
            }
        )
    tone = {RecordState.OBTAINED: "late", RecordState.REVOKED: "stop"}.get(
        RecordState(record.state), "calm"
    )
    return {"tone": tone, "text": record.get_state_display()}


def _offers(site: Any, who: Scope, person: Any, record: Record, *, acts: bool) -> list[Offer]:
    kind = record.competence.kind

    def offer(verb: str, *against: Reason) -> Offer:
        return Offer(DEEDS[verb], against, of=record.pk, seen=record.version)

    offers = []
    if (
        acts
        and record.state == RecordState.PLANNED
        and may(who, Action.RECORD, site.pk, kind=kind, company_id=person.here_for)
    ):
        offers.append(offer("obtain"))
    if record.state == RecordState.OBTAINED and may(who, Action.VERIFY, site.pk, kind=kind):
        own = who.user_id in (record.person_id, record.recorded_by_id)
        offers.append(offer("verify", *([Reason("competence.another_verifies")] if own else [])))
    if record.state != RecordState.REVOKED and may(who, Action.REVOKE, site.pk):
        offers.append(offer("revoke"))
    return offers


def said_of[T: (Induction, Exemption)](rows: Sequence[T], at: datetime) -> list[Said[T]]:
    """Each induction or exemption with what the page says of it."""
    found = []
    for row in rows:
        said = {
            "done_on": row.done_on if isinstance(row, Induction) else row.at,
            "until": row.until,
            "by": row.by.name,
            "why": row.note.text if isinstance(row, Exemption) else "",
        }
        found.append(
            (
                row,
                {
                    "what": str(row.place if isinstance(row, Induction) else row.competence),
                    "ended": row.until is not None and row.until <= at,
                    "says": render_to_string("competence/_told_says.html", {"each": said}),
                },
            )
        )
    return found


def told_rows(
    who: Scope,
    site: Any,
    rows: Sequence[Said[Induction]] | Sequence[Said[Exemption]],
    url: str,
    failed: Failed | None,
    verb: str,
) -> list[dict[str, Any]]:
    """Inductions or exemptions, each with its end by hand."""
    offers = [
        Offer(DEEDS[verb], of=row.pk, seen=row.version) if _may_end(who, site, row) else None
        for row, _said in rows
    ]
    drawn = iter(offered([each for each in offers if each], url, who, None, failed))
    return [
        said | {"acts": [next(drawn)] if offer else []}
        for (_row, said), offer in zip(rows, offers, strict=True)
    ]


def _may_end(who: Scope, site: Any, row: Induction | Exemption) -> bool:
    if isinstance(row, Induction):
        return bool(may(who, Action.INDUCT, site.pk, path=row.place.path))
    return bool(may(who, Action.EXEMPT, site.pk))
