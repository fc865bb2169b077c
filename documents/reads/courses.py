"""The courses of documents, who has read what, and under which revision items began."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, Subquery, Value
from django.urls import NoReverseMatch, reverse

from documents.course import Readers, Term, current
from documents.models import Acknowledgement, Document, ItemRevision, Revision, RevisionFile
from documents.states import RevisionState
from work.ports import Occasion


@dataclass(frozen=True)
class Course:
    """A document and its revisions that were, are or will be in use, in their order.

    began: the one under which the item began of which the document was asked.
    """

    id: int
    site_id: int
    code: str
    title: str
    owner_id: int
    withdrawn: bool
    url: str
    began: int | None = None
    terms: tuple[Term, ...] = ()


_DOCUMENT = ("pk", "site_id", "code", "title", "owner_id", "withdrawn_at", "site__slug")
_REVISION = (
    "revisions__pk",
    "revisions__label",
    "revisions__effective",
    "revisions__bearing",
    "revisions__reread",
    "revisions__state",
    "revisions__stopped_work",
    "revisions__withdrawn_at",
    "revisions__key_lines",
)


def courses(document_ids: Iterable[int], item_id: int | None = None) -> dict[int, Course]:
    """The courses of some documents, as an item asks for them where one is named: one query."""
    wanted = {pk for pk in document_ids if pk is not None}
    if not wanted:
        return {}
    rows = Document.objects.filter(pk__in=wanted).order_by("pk", "revisions__effective")
    terms: dict[int, list[Term]] = defaultdict(list)
    found = {}
    rows = rows.annotate(began=_began(item_id))
    for pk, site_id, code, title, owner, withdrawn, slug, began, *revision in rows.values_list(
        *_DOCUMENT, "began", *_REVISION
    ):
        found[pk] = Course(
            pk, site_id, code, title, owner, withdrawn is not None, address(slug, code), began
        )
        if revision[2] is not None:
            terms[pk].append(_term(*revision))
    return {
        pk: Course(**{**course.__dict__, "terms": tuple(terms[pk])}) for pk, course in found.items()
    }


def called(occasions: Iterable[Occasion], kind: str) -> dict[tuple[int, str], int]:
    """The documents that occasions name, by site and code: one query, none where none does."""
    named = {
        (each.site_id, asked.code)
        for each in occasions
        for asked in each.named
        if asked.kind == kind
    }
    if not named:
        return {}
    of_site = {"site__in": {site for site, _code in named}, "code__in": {code for _, code in named}}
    rows = Document.objects.filter(**of_site, withdrawn_at=None)
    return {(site, code): pk for pk, site, code in rows.values_list("pk", "site_id", "code")}


def _began(item_id: int | None) -> Any:
    """The revision under which an item began last, of each document."""
    if item_id is None:
        return Value(None, output_field=BigIntegerField())
    began = ItemRevision.objects.filter(document=OuterRef("pk"), item=item_id)
    return Subquery(began.order_by("-at", "-pk").values("revision_id")[:1])


def course_of(document: Document) -> list[Term]:
    """The course of one document that is at hand: one query."""
    rows = Revision.objects.filter(document=document, effective__isnull=False)
    fields = [name.removeprefix("revisions__") for name in _REVISION]
    return [_term(*row) for row in rows.order_by("effective").values_list(*fields)]


def _term(pk, label, effective, bearing, reread, state, stopped, withdrawn_at, lines) -> Term:  # type: ignore[no-untyped-def]
    return Term(
        id=pk,
        label=label,
        starts=effective.lower,
        ends=effective.upper,
        bearing=bearing,
        reread=reread,
        withdrawn=state == RevisionState.WITHDRAWN,
        has_lines=bool(lines),
        stopped=withdrawn_at if stopped else None,
    )


def address(slug: str, code: str) -> str:
    """Where a document stands; empty while its page is not there."""
    try:
        return reverse("documents:document_detail", args=[slug, code])
    except NoReverseMatch:
        return ""


def readers(people: Collection[int], document_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Which revisions of these documents each of these people acknowledged: one query."""
    ids = set(document_ids)
    if not people or not ids:
        return {}
    read: dict[int, set[int]] = defaultdict(set)
    rows = Acknowledgement.objects.filter(revision__document_id__in=ids, user_id__in=people)
    for user_id, revision_id in rows.values_list("user_id", "revision_id"):
        read[user_id].add(revision_id)
    return {user_id: frozenset(revisions) for user_id, revisions in read.items()}


def of(people: Sequence[int], read: dict[int, frozenset[int]]) -> Readers:
    """What these people have read, of what `readers` found."""
    return Readers(people, read)


def began_under(item_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """The revision under which items began, by item and document: one query."""
    if not item_ids:
        return {}
    rows = ItemRevision.objects.filter(Q(ended_at=None), item_id__in=item_ids)
    return {
        (item_id, document_id): revision_id
        for item_id, document_id, revision_id in rows.values_list(
            "item_id", "document_id", "revision_id"
        )
    }


def with_files(several: Iterable[Course], at: datetime) -> set[int]:
    """The documents whose revision in use has a file to be opened: one query."""
    now = {term.id: each.id for each in several if (term := current(each.terms, at))}
    if not now:
        return set()
    files = RevisionFile.objects.filter(revision_id__in=now, removed_at=None)
    return {now[pk] for pk in files.values_list("revision_id", flat=True).distinct()}
