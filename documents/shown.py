"""A document in words and rows, as its page, its sheet and its files show it."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.deeds import Known
from documents.models import Applicability, Revision, RevisionFile
from documents.offers import Offers
from documents.reads import trail
from documents.reads.page import Page
from documents.states import Bearing, DocumentKind, Phase, Verdict
from work import ports
from work.pages import Failed
from work.reads import item as items
from work.states import AnswerState

_FOLLOWS: dict[str, Any] = {
    Verdict.NEEDS_REVISION: gettext_lazy("The last review asks for a new revision."),
    Verdict.OBSOLETE: gettext_lazy("The last review found it obsolete: it is still in use."),
}
_TONES = {Phase.PLANNED: "temp", Phase.WITHDRAWN: "late"}


def values(site: Any, page: Page, url: str, failed: Failed | None) -> dict[str, Any]:
    """What the page of a document takes; see documents/document_detail.html."""
    known = Known(site, page.who, page.at, page.document)
    offers = Offers(page, known, url, failed)
    labels = {each.pk: each.label for each in page.revisions}
    return {
        "site": site,
        "document": _head(page),
        "as_of": page.at,
        "guest": page.guest,
        "url": url,
        "print_url": reverse("documents:document_print", args=[site.slug, page.document.code]),
        "current": _revision(site, page, page.current, offers),
        "coming": _revision(site, page, page.coming, offers),
        "revisions": [_revision(site, page, each, offers) for each in page.revisions],
        "work": [_work(site, page, each) for each in page.dependent],
        "more_work": page.more_dependent,
        "applies": [] if page.guest else [_applies(each, offers) for each in page.applies],
        "apply_acts": offers.to_apply(),
        "readers": [] if page.guest else _readers(page),
        "reviews": [_review(each) for each in page.reviews],
        "events": [] if page.guest else trail.rows(page.document, labels),
        "acts": offers.of_document(),
        "follows": _FOLLOWS.get(page.verdict or "", ""),
        "follow_acts": offers.that_follows(),
    }


def _head(page: Page) -> dict[str, Any]:
    document = page.document
    due = document.next_review
    return {
        "code": document.code,
        "title": document.title,
        "kind_text": DocumentKind(document.kind).label,
        "owner_text": "" if page.guest else document.owner.name,
        "withdrawn": document.withdrawn_at,
        "review": None if page.guest else due,
        "verdict_text": page.verdict.label if page.verdict else "",
        "overdue": bool(due and due < localdate(page.at) and not page.guest),
        "version": document.version,
    }


def _revision(
    site: Any, page: Page, revision: Revision | None, offers: Offers
) -> dict[str, Any] | None:
    if revision is None:
        return None
    phase = revision.phase(page.at)
    mine = page.has_read(revision)
    still = offers.to_read(revision) if page.asks_still(revision) else []
    return {
        "pk": revision.pk,
        "label": revision.label,
        "phase": str(phase),
        "phase_text": phase.label,
        "tone": _TONES.get(phase, ""),
        "begins": revision.begins,
        "ends": revision.ends,
        "why": revision.why.text if revision.why else "",
        "people": [] if page.guest else _people(revision),
        "bearing_text": Bearing(revision.bearing).label,
        "reread": revision.reread,
        "lines": revision.key_lines,
        "files": [_file(site, each, revision, offers) for each in page.files.get(revision.pk, ())],
        "read_at": mine.at if mine else None,
        "read_acts": offers.to_read(revision) if phase in (Phase.EFFECTIVE, Phase.PLANNED) else [],
        "acts": still + offers.of_revision(revision),
        "version": revision.version,
    }


def _people(revision: Revision) -> list[dict[str, Any]]:
    """Who wrote, reviewed and approved it, as far as that was done."""
    rows = [
        (_("Author"), revision.author, revision.created_at),
        (_("Reviewer"), revision.reviewer, revision.reviewed_at),
        (_("Approver"), revision.approver, revision.approved_at),
    ]
    return [
        {"role": role, "name": person.name if person else "", "at": at} for role, person, at in rows
    ]


def _file(site: Any, file: RevisionFile, revision: Revision, offers: Offers) -> dict[str, Any]:
    return {
        "name": file.name,
        "url": reverse("documents:document_file", args=[site.slug, file.pk]),
        "size": file.blob.size,
        "acts": offers.of_file(revision, file.pk),
        "version": revision.version,
    }


def _work(site: Any, page: Page, item: Any) -> dict[str, Any]:
    """Work that depends on it: under which revision it began, and whether its start is met."""
    lapsed = item.answer_until is not None and item.answer_until <= page.at
    met = item.answer == AnswerState.MET and not lapsed
    return {
        "label": items.label(item.number),
        "what": item.what,
        "url": items.url(site, item.number),
        "status": item.status,
        "status_text": item.get_status_display(),
        "place_text": item.place.name,
        "began": item.began or "",
        "met": met,
        "until": item.answer_until if met else None,
    }


def _applies(row: Applicability, offers: Offers) -> dict[str, Any]:
    kind = ports.kinds.get(row.kind_key) if row.kind_key else None
    parts = [
        row.work_type.name if row.work_type else "",
        row.place.name if row.place else "",
        row.asset_class.name if row.asset_class else "",
        f"{kind.title if kind else row.kind_key}: {row.kind_code}" if row.kind_key else "",
    ]
    return {
        "text": " · ".join(part for part in parts if part),
        "acknowledge": row.acknowledge,
        "lead": row.lead.days if row.lead is not None else None,
        "since": row.starts,
        "acts": offers.of_applicability(row.pk),
    }


def _readers(page: Page) -> list[dict[str, Any]]:
    labels = {each.pk: each.label for each in page.revisions}
    return [
        {
            "name": each.user.name,
            "at": each.at,
            "revision": labels[each.revision_id],
            "with": each.together_with.name if each.together_with else "",
        }
        for each in page.read
    ]


def _review(review: Any) -> dict[str, Any]:
    return {
        "text": Verdict(review.verdict).label,
        "by": review.by.name,
        "at": review.at,
        "said": review.note.text if review.note else "",
        "next": review.next_review,
    }


def sheet(site: Any, page: Page, url: str) -> dict[str, Any]:
    """The sheet that a print goes under: the revision in force, as of now."""
    current = page.current
    return {
        "site": site,
        "document": _head(page),
        "as_of": page.at,
        "url": url,
        "revision": {
            "label": current.label,
            "begins": current.begins,
            "lines": current.key_lines,
            "people": [] if page.guest else _people(current),
            "files": [each.name for each in page.files.get(current.pk, ())],
        }
        if current
        else None,
        "coming": {"label": page.coming.label, "begins": page.coming.begins}
        if page.coming
        else None,
    }


def opened(
    site: Any, page: Page, file: RevisionFile, url: str, content: dict[str, Any]
) -> dict[str, Any]:
    """A file as it is opened or printed: of which revision, how that stands now, what is instead.

    url: of the document; content: where what is in the file is, for a while, and what it carries.
    """
    revision = file.revision
    phase = revision.phase(page.at)
    current = page.current if page.current != revision else None
    return {
        "site": site,
        "document": _head(page),
        "as_of": page.at,
        "url": url,
        "print_url": reverse("documents:document_print", args=[site.slug, page.document.code]),
        "revision": {
            "label": revision.label,
            "phase": str(phase),
            "phase_text": phase.label,
            "in_force": phase == Phase.EFFECTIVE,
            "begins": revision.begins,
            "ends": revision.ends,
            "people": [] if page.guest else _people(revision),
        },
        "current": {
            "label": current.label,
            "begins": current.begins,
            "files": [
                {
                    "name": each.name,
                    "url": reverse("documents:document_file", args=[site.slug, each.pk]),
                }
                for each in page.files.get(current.pk, ())
            ],
        }
        if current
        else None,
        "coming": {"label": page.coming.label, "begins": page.coming.begins}
        if page.coming and page.coming != revision
        else None,
        "file": {
            "name": file.name,
            "size": file.blob.size,
            "is_image": file.blob.content_type.startswith("image/"),
            **content,
        },
    }
