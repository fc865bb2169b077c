"""The item itself in the words of its page: the head, the seven answers, its own fields."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from work.models import WorkItem
from work.reads import causes
from work.reads.item import Page, label, url
from work.reads.item_rows import owner_text
from work.reads.next_step import next_by, next_step
from work.reads.values import said
from work.reasons import moment
from work.services.guards import four_eyes
from work.states import ENDED, BlockerKind, Role, SourceKind, Status


def brief(item: WorkItem) -> dict[str, Any]:
    """What the head of every page of an item says, that of a form too."""
    status = Status(item.status)
    return {
        "label": label(item.number),
        "version": item.version,
        "what": item.what,
        "status": str(status),
        "get_status_display": status.label,
        "type_label": item.type.name,
        "type_icon": item.type.icon,
    }


def header(page: Page) -> dict[str, Any]:
    """The item itself, in the words of its page."""
    item, at, site = page.item, page.at, page.site
    status = Status(item.status)
    stage = page.facts.definition.stage(item.stage)
    owner_note = ""
    if item.owner_post_id:
        found = page.names.named("post", item.owner_post_id)
        holder = found.holder if found else ""
        owner_note = _("now %(name)s") % {"name": holder} if holder else _("nobody on duty")
    return brief(item) | {
        "why": item.why,
        "stage_label": stage.label if stage else "",
        "since": item.status_since,
        "status_note": _status_note(page),
        "closed_note": _accepted_by(page) or _status_note(page),
        "is_blocked": item.is_blocked(at),
        "is_ready": item.is_ready(at),
        "open_blockers": len(page.rows.blockers),
        "unconfirmed_minutes": _unconfirmed(item, at),
        "has_permit": bool(_permits(page)),
        "priority": item.priority,
        "get_priority_display": item.get_priority_display(),
        "safety_critical": item.safety_critical,
        "owner_text": owner_text(item, page.names),
        "owner_kind": "post" if item.owner_post_id else "person",
        "owner_note": owner_note,
        "executors": [{**row, "note": "", "url": ""} for row in _executors(page)],
        "team_text": item.team.name if item.team else "",
        **_next(page),
        "place": {
            "name": item.place.name,
            "code": item.place.code,
            "url": reverse("work:place_detail", args=[site.slug, item.place.code]),
            "path_text": item.place.code,
        },
        "assets": [
            {**row, "url": reverse("work:asset_detail", args=[site.slug, row["code"]])}
            for row in item.asset_rows
        ],
        "other_places": [
            {
                **row,
                "url": reverse("work:place_detail", args=[site.slug, row["code"]])
                if page.who.reaches(site.pk, row["path"])
                else "",
            }
            for row in item.place_rows
            if row["code"] != item.place.code
        ],
        "planned_start": item.planned_start,
        "planned_end": item.planned_end,
        "due": item.due,
        "is_overdue": item.due is not None and item.due < at and status not in ENDED,
        "window_text": _window_text(item),
        "requested_by_text": page.names.of(item.requested_by),
        "requested_at": item.requested_at,
        "to_triage": status == Status.REQUESTED and item.type_id == site.triage_type_id,
        "incomplete_text": causes.said(
            item, {field.key: field.label for field in page.facts.definition.fields}
        ),
        "source_text": _source_text(page),
        "source_url": _other_url(page, page.other(item.source_item_id)),
        "external_text": " ".join(filter(None, [item.external_system, item.external_key])),
        "parent": _parent(page),
        "fields": _fields(page),
    }


def _unconfirmed(item: WorkItem, at: datetime) -> int | None:
    """For how many minutes nobody has said that it is stopped, although something lapsed.

    A lapse asks from its own second; a blocker that somebody raised asks for no such thing.
    """
    if item.status != Status.LIVE:
        return None
    lapsed = item.blocked_from if item.blocked_from and item.blocked_from <= at else None
    asked_at = item.stop_asked_at or lapsed
    return max(0, int((at - asked_at).total_seconds() // 60)) if asked_at else None


def _executors(page: Page) -> list[dict[str, Any]]:
    """Who carries it out; a guest reads no stranger by name, nor what that company is called."""
    guest, rows = page.names.guest, page.item.executor_rows
    if guest is None:
        return rows
    return [
        row
        if guest.reads(row["id"], row["company_id"])
        else row | {"name": guest.name(row["id"], row["name"], row["company_id"]), "company": ""}
        for row in rows
    ]


def _next(page: Page) -> dict[str, str]:
    """The next step and by whom, as the cards of a board say it."""
    item, blockers = page.item, page.rows.blockers
    status, blocked = item.status, bool(item.is_blocked(page.at) and blockers)
    return {
        "next_step_text": next_step(status, blocked),
        "next_step_by": next_by(
            status,
            blocked,
            clears=blockers[0]["who_text"] if blockers else "",
            executors=", ".join(row["name"] for row in _executors(page)[:3]),
            owner=owner_text(item, page.names),
        ),
    }


def _status_note(page: Page) -> str:
    item = page.item
    if item.status == Status.CANCELLED and item.survivor_id:
        survivor = page.other(item.survivor_id)
        if survivor is None:
            return _("Merged into other work")
        return _("Merged into %(label)s") % {"label": label(survivor.number)}
    if item.closed_in_source_at is not None and item.status not in ENDED:
        return _("Closed in the source system, open here")
    if item.status == Status.CLOSED and item.completed_by_id is None:
        return _("Accepted in the source system")
    shows = item.status in (Status.WAITING, Status.PLANNED)
    return item.condition_left.text if shows and item.condition_left else ""


def _accepted_by(page: Page) -> str:
    """Who accepted a closed item, and when; empty where a source system did."""
    accepted = page.item.accepted if page.item.status == Status.CLOSED else None
    if not accepted or not accepted["by"]:
        return ""
    post = f" ({accepted['post']})" if accepted["post"] else ""
    by = page.names.called(accepted["by_id"], accepted["by"], accepted["company_id"])
    who = {"who": by + post, "at": moment(parse_datetime(accepted["at"]))}
    return _("Accepted by %(who)s, %(at)s") % who


def _permits(page: Page) -> list[dict[str, Any]]:
    return [each for each in page.rows.requirements if each["row"].kind == BlockerKind.PERMIT]


def _window_text(item: WorkItem) -> str:
    if item.window is None:
        return ""
    state = _("open") if item.window.is_open else _("not open")
    return _("Window: %(name)s, %(state)s") % {"name": item.window.name, "state": state}


def _other_url(page: Page, other: WorkItem | None) -> str:
    return url(page.site, other.number) if other else ""


def _source_text(page: Page) -> str:
    item = page.item
    if item.source_kind == SourceKind.IMPORT:
        return _("Imported from %(system)s") % {"system": item.external_system}
    if item.source_item_id is None:
        return ""
    source = page.other(item.source_item_id)
    if source is None:
        return _("Follow-up of other work")
    return _("Follow-up of %(label)s") % {"label": label(source.number)}


def _parent(page: Page) -> dict[str, str] | None:
    parent = page.other(page.item.parent_id)
    if parent is None:
        return None
    return {
        "label": label(parent.number),
        "what": parent.what,
        "url": url(page.site, parent.number),
    }


def _fields(page: Page) -> list[dict[str, str]]:
    values = page.item.values
    return [
        {
            "label": each.label,
            "text": " ".join(filter(None, [said(each.kind, values[each.key]), each.unit])),
        }
        for each in page.facts.definition.fields
        if values.get(each.key) not in (None, "")
    ]


def context_rows(page: Page) -> list[dict[str, str]]:
    """Context and safeguards: what holds, what the place is in, what the type asks."""
    rows = []
    version = page.facts.definition.version
    if page.item.safety_critical:
        rows.append({"label": _("Safety"), "text": _("safety-critical"), "url": ""})
    rows += [
        {"label": _("Permit"), "text": each["what"], "url": each["url"]} for each in _permits(page)
    ]
    rows += [
        {"label": _("Holds"), "text": f"{hold['kind_text']}: {hold['what']}", "url": hold["url"]}
        for hold in page.rows.holds
        if hold["ended_at"] is None
    ]
    if version.takes_out:
        rows.append({"label": _("Hand-back"), "text": _("takes equipment out of use"), "url": ""})
    return rows


def done_text(page: Page) -> str:
    """Who accepts, and whether it must be another than the one who completed it; open work only."""
    if page.item.status in ENDED:
        return ""
    role = page.facts.definition.version.accept_role
    by = Role(role).label if role else _("the lead on duty here")
    text = _("Accepted by %(who)s") % {"who": by}
    if four_eyes(page.facts):
        text = _("%(text)s, who is not the one who completed it") % {"text": text}
    return text
