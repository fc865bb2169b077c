"""The documents of a site in a list: narrowed by the database, fifty rows a page, flat."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from documents.models import (
    Acknowledgement,
    Applicability,
    Document,
    ItemRevision,
    Review,
    Revision,
)
from documents.reads.courses import address
from documents.reads.visible import KEY, items, visible_documents
from documents.states import DocumentKind, Phase, RevisionState, Verdict
from work.permissions import Scope, visible
from work.states import OPEN

PAGE = 50
# Totals are exact up to so many.
COUNTED = 1000
DUE_DAYS = 30
# What a list shows of the documents, by the name that its address gives it.
VIEWS = ("", "read", "work", "planned", "none", "due", "withdrawn")


@dataclass(frozen=True)
class Asked:
    """What a list is asked: one of VIEWS, and what narrows it."""

    view: str = ""
    q: str = ""
    kind: str = ""
    owner: int | None = None
    place: Any = None
    item: Any = None
    asset: Any = None
    reader: Any = None
    page: int = 1


@dataclass
class Listed:
    """A page of a list: its rows, the number of all (COUNTED + 1: more), which page it is."""

    rows: list[dict[str, Any]]
    total: int
    page: int


def listed(site: Any, who: Scope, at: datetime, asked: Asked) -> Listed:
    """A page of the documents that fit: three queries."""
    found = narrowed(site, who, at, asked)
    total = found.order_by()[: COUNTED + 1].count()
    last = max(1, -(-total // PAGE))
    page = max(1, min(asked.page, last))
    shown = list(found.select_related("owner").order_by("code")[(page - 1) * PAGE : page * PAGE])
    listed_rows = rows(site, who, at, shown)
    if asked.item is not None:
        _put_begun(asked.item, listed_rows)
    return Listed(listed_rows, total, page)


def _put_begun(item: Any, listed_rows: list[dict[str, Any]]) -> None:
    """Say of each document under which revision the item began: one query."""
    began = ItemRevision.objects.filter(item_id=item.pk, ended_at=None)
    labels = dict(began.values_list("document_id", "revision__label"))
    for row in listed_rows:
        row["began"] = labels.get(row["pk"], "")


def narrowed(site: Any, who: Scope, at: datetime, asked: Asked) -> QuerySet[Document]:
    """The documents that fit, in no order."""
    found = visible_documents(who, site.pk, at)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.owner:
        found = found.filter(owner_id=asked.owner)
    for word in asked.q.split()[:5]:
        found = found.filter(Q(title__icontains=word) | Q(code__icontains=word))
    if asked.place is not None:
        found = found.filter(pk__in=at_place(asked.place))
    if asked.item is not None:
        found = found.filter(pk__in=of_item(asked.item.pk))
    if asked.asset is not None:
        found = found.filter(pk__in=of_class(asked.asset.asset_class_id))
    if asked.view == "withdrawn":
        return found.exclude(withdrawn_at=None)
    if asked.item is None:
        found = found.filter(withdrawn_at=None)
    return _of_view(found, asked, who, site.pk, at)


def _of_view(
    found: QuerySet[Document], asked: Asked, who: Scope, site_id: int, at: datetime
) -> QuerySet[Document]:
    own = Revision.objects.filter(document=OuterRef("pk"))
    match asked.view:
        case "read":
            # As below.
            return found.filter(pk__in=list(to_read(who, at, asked.reader and asked.reader.pk)))
        case "work":
            in_work = (RevisionState.DRAFT, RevisionState.REVIEW)
            undated = Q(state=RevisionState.APPROVED, effective=None)
            return found.filter(Exists(own.filter(Q(state__in=in_work) | undated)))
        case "planned":
            # Few at any time: asked first, so that not all documents are looked through for them.
            coming = Revision.objects.filter(effective__isnull=False, effective__startswith__gt=at)
            return found.filter(pk__in=list(coming.values_list("document_id", flat=True)))
        case "none":
            return found.exclude(Exists(own.filter(effective__contains=at)))
        case "due":
            due = Q(next_review__lte=localdate(at) + timedelta(days=DUE_DAYS))
            return found.filter(due | Q(pk__in=_found_wanting(site_id, at)))
    return found


def _found_wanting(site_id: int, at: datetime) -> list[int]:
    """Documents whose last review asked for a revision or their end, and none has come since."""
    reviews = Review.objects.filter(document=OuterRef("document"))
    revisions = Revision.objects.filter(document=OuterRef("document"))
    asking = Review.objects.filter(
        ~Exists(reviews.filter(at__gt=OuterRef("at"))),
        ~Exists(
            revisions.filter(
                effective__startswith__gt=OuterRef("at"), effective__startswith__lte=at
            )
        ),
        document__site_id=site_id,
        document__withdrawn_at=None,
    ).exclude(verdict=Verdict.KEEP)
    return list(asking.values_list("document_id", flat=True))


def of_item(item_id: int) -> Any:
    """Ids of the documents that an item asks for."""
    asking = items().filter(
        pk=item_id, prerequisites__supplier=KEY, prerequisites__withdrawn_at=None
    )
    return asking.values("prerequisites__source_id")


def at_place(place: Any) -> QuerySet[Any]:
    """Ids of the documents that say that they apply at a place, or above it."""
    paths = [place.path[:end] for end in range(place.steplen, len(place.path) + 1, place.steplen)]
    return Applicability.objects.filter(ends=None, place__path__in=paths).values("document_id")


def of_class(asset_class_id: int) -> QuerySet[Any]:
    """Ids of the documents that say that they apply to things of a class."""
    rows = Applicability.objects.filter(ends=None, asset_class_id=asset_class_id)
    return rows.values("document_id")


def to_read(who: Scope, at: datetime, person_id: int | None = None) -> QuerySet[Any]:
    """Ids of the documents that open work asks somebody to read, and that he has not read.

    Of the revision in use, or of one to come. person_id: whose work; else that of `who`.
    """
    person = person_id or who.user_id
    # Of one and the same requirement.
    asking = items().filter(
        visible(who),
        Q(prerequisites__params__acknowledge=True) | Q(prerequisites__params__point="hold"),
        status__in=sorted(OPEN),
        item_executors__user_id=person,
        prerequisites__supplier=KEY,
        prerequisites__withdrawn_at=None,
    )
    read = Acknowledgement.objects.filter(revision=OuterRef("pk"), user_id=person)
    unread = Revision.objects.filter(
        Q(effective__endswith=None, effective__isnull=False) | Q(effective__endswith__gt=at),
        ~Exists(read),
        document_id__in=asking.values("prerequisites__source_id"),
    )
    return unread.values_list("document_id", flat=True)


def rows(site: Any, who: Scope, at: datetime, shown: list[Document]) -> list[dict[str, Any]]:
    """Documents as lists draw them: one query for their revisions."""
    found: dict[int, dict[str, Revision]] = {each.pk: {} for each in shown}
    current = Revision.objects.filter(
        Q(effective__endswith=None) | Q(effective__endswith__gt=at), document_id__in=list(found)
    ).exclude(state=RevisionState.WITHDRAWN)
    for revision in current.order_by("created_at"):
        found[revision.document_id].setdefault(revision.phase(at), revision)
    guest = who.only_contractor(site.pk)
    return [_row(site, each, found[each.pk], guest, at) for each in shown]


_AHEAD = (Phase.PLANNED, Phase.APPROVED, Phase.REVIEW, Phase.DRAFT)


def _row(
    site: Any, document: Document, by_phase: dict[str, Revision], guest: bool, at: datetime
) -> dict[str, Any]:
    now = by_phase.get(Phase.EFFECTIVE)
    ahead = _AHEAD[:1] if guest else _AHEAD
    phase = next((each for each in ahead if each in by_phase), None)
    coming = by_phase[phase] if phase else None
    due = document.next_review
    return {
        "pk": document.pk,
        "code": document.code,
        "title": document.title,
        "url": address(site.slug, document.code),
        "kind_text": str(DocumentKind(document.kind).label),
        "owner_text": "" if guest else document.owner.name,
        "withdrawn": document.withdrawn_at,
        "revision": now.label if now else "",
        "since": now.begins if now else None,
        "coming": coming.label if coming else "",
        "coming_text": str(phase.label) if phase else "",
        "coming_from": coming.begins if coming else None,
        "review": None if guest else due,
        "overdue": bool(due and due < localdate(at) and not guest),
    }
