"""Documents made, changed, looked over and withdrawn."""

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.timezone import localdate

from documents.models import Document, Review, Revision
from documents.permissions import Action, can_at
from documents.reads.stopping import stopped
from documents.services._enter import enter, hold, save, sets_up_all
from documents.services.guards import in_use, to_free
from documents.services.telling import tell
from documents.states import DocumentKind
from documents.states import Verdict as ReviewVerdict
from work.exceptions import Forbidden, Reason, Unknown
from work.permissions import system
from work.services import OpenAct, door

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
# What stands in the addresses of documents by itself.
_OURS = frozenset({"new", "files"})
# Its code stays: rules of other domains and printed sheets name it by that.
_EDITABLE = frozenset({"title", "kind", "owner_id", "review_months", "next_review"})
MOST_MONTHS = 120


def _create(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    title: str,
    kind: str,
    owner_id: int | None,
    review_months: int = 24,
    next_review: date | None = None,
) -> Document:
    """Make a document, with the team that answers for it."""
    model: Any = Document._meta.get_field("site").related_model
    site = model.objects.filter(pk=site_id).first()
    if site is None:
        raise Unknown
    act.control(site_id)
    who = system(act.at) if sets_up_all(act) else act.scope
    allowed = can_at(who, Action.MANAGE, site_id)
    if not allowed and allowed.reason.code == "unknown":
        raise Unknown
    act.about(site)
    if not allowed:
        raise Forbidden(allowed.reason)
    values: dict[str, Any] = {"code": code, "title": title, "kind": kind, "owner_id": owner_id}
    return made(act, site_id, values | {"review_months": review_months, "next_review": next_review})


def made(act: OpenAct, site_id: int, values: dict[str, Any]) -> Document:
    """A document of a site that is held, made by who may."""
    document = Document(site_id=site_id, created_at=act.at)
    for name, value in _checked(document, values).items():
        setattr(document, name, value)
    document.save(force_insert=True)
    act.about(document)
    act.record("created", document)
    return document


def _edit(act: OpenAct, *, document_id: int, seen: int | None = None, **values: Any) -> Document:
    """Change a document's title, kind and owner, or when it is looked over."""
    document = enter(act, document_id, Action.MANAGE, seen)
    return changed(act, document, values)


def changed(act: OpenAct, document: Document, values: dict[str, Any]) -> Document:
    """The same of a document that is held, by who may."""
    hold(in_use(document))
    if unknown := set(values) - _EDITABLE:
        raise TypeError(f"not editable: {sorted(unknown)}")
    fine = _checked(document, values)
    other = [name for name, value in fine.items() if getattr(document, name) != value]
    for name in other:
        setattr(document, name, fine[name])
    if other:
        save(document, *(name.removesuffix("_id") for name in other))
        act.record("changed", document, fields=sorted(other))
        if "owner_id" in other:
            tell(act, document)
    return document


def _checked(document: Document, values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are stored; refuses with all that is wrong with them at once."""
    reasons, fine = [], dict(values)
    if "code" in fine:
        fine["code"] = code = str(fine["code"]).strip()
        others = Document.objects.filter(site_id=document.site_id, code__iexact=code)
        if not _CODE.fullmatch(code) or code.lower() in _OURS:
            reasons.append(Reason("documents.code_unfit") if code else Reason("code_needed"))
        elif others.exclude(pk=document.pk).exists():
            reasons.append(Reason("code_taken", {"code": code}))
    if "title" in fine:
        fine["title"] = title = " ".join(str(fine["title"]).split())
        if not title or "\x00" in title:
            reasons.append(Reason("documents.title_needed"))
        elif len(title) > 250:
            reasons.append(Reason("name_too_long", {"longest": 250}))
    if "kind" in fine and fine["kind"] not in DocumentKind.values:
        reasons.append(Reason("documents.kind_needed"))
    if "owner_id" in fine:
        team: Any = Document._meta.get_field("owner").related_model
        owners = team.objects.filter(site_id=document.site_id, is_active=True)
        if not owners.filter(pk=fine["owner_id"]).exists():
            reasons.append(Reason("documents.owner_needed"))
    if not 0 <= fine.get("review_months", 0) <= MOST_MONTHS:
        reasons.append(Reason("documents.months_unfit", {"longest": MOST_MONTHS}))
    hold(reasons)
    return fine


def _withdraw(act: OpenAct, *, document_id: int, word: str, seen: int | None = None) -> Document:
    """Take a document out of use: no work asks for it any more. It stays as evidence."""
    document = enter(act, document_id, Action.MANAGE, seen)
    reasons = in_use(document) or to_free(document, stopped(document, act.at))
    if not reasons and not word.strip():
        reasons = [Reason("reason_needed")]
    hold(reasons)
    for revision in Revision.objects.filter(document=document, effective__isnull=False):
        _out_of_use(act, revision)
    document.withdrawn_at, document.next_review = act.at, None
    save(document, "withdrawn_at", "next_review")
    note = act.note(word, "document", subject=document)
    act.record("withdrawn", document, note=note.pk if note else None)
    tell(act, document)
    return document


def _out_of_use(act: OpenAct, revision: Revision) -> None:
    """End its time now, if that is not over; one that has not begun by now has none."""
    if revision.begins is None or (revision.ends is not None and revision.ends <= act.at):
        return
    begun = revision.begins < act.at
    revision.effective = DateTimeTZRange(revision.begins, act.at) if begun else None
    save(revision, "effective")


def _look_over(
    act: OpenAct,
    *,
    document_id: int,
    verdict: str,
    word: str = "",
    next_review: date | None = None,
    seen: int | None = None,
) -> Review:
    """Record a periodic review. Kept as it is, it is due again after its months."""
    document = enter(act, document_id, Action.LOOK_OVER, seen)
    hold(in_use(document))
    today = today_at(document, act)
    reasons = []
    if verdict not in ReviewVerdict.values:
        reasons.append(Reason("documents.verdict_needed"))
    if verdict != ReviewVerdict.KEEP and not word.strip():
        reasons.append(Reason("reason_needed"))
    if next_review is not None and next_review <= today:
        reasons.append(Reason("documents.review_in_the_past"))
    hold(reasons)
    if next_review is None and verdict == ReviewVerdict.KEEP:
        next_review = after_months(document, today)
    document.next_review = next_review or document.next_review
    save(document, "next_review")
    note = act.note(word, "review", subject=document)
    review = Review.objects.create(
        document=document,
        verdict=verdict,
        by=act.person,
        at=act.at,
        note=note,
        next_review=document.next_review,
    )
    act.record("looked_over", document, kind=verdict, note=note.pk if note else None)
    return review


def today_at(document: Document, act: OpenAct) -> date:
    """The day of the site at the act's moment."""
    return localdate(act.at, ZoneInfo(document.site.time_zone))


def after_months(document: Document, day: date) -> date | None:
    """When a document that was looked over that day is due again."""
    if not document.review_months:
        return None
    return day + relativedelta(months=document.review_months)


create = door(_create)
edit = door(_edit)
withdraw = door(_withdraw)
look_over = door(_look_over)

__all__ = ["create", "edit", "look_over", "withdraw"]
