"""The courses of documents, who has read what, and under which revision items began."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, Subquery, Value
from django.urls import NoReverseMatch, reverse

from documents.course import Readers, Term, current
from documents.models import Acknowledgement, Document, ItemRevision, Revision, RevisionFile
from documents.states import RevisionState


@dataclass(frozen=True)
class Course:
    """A document and its revisions that were, are or will be in use, in their order.

    began: the one under which the item began of which the document was asked.
    files: the revisions that have a file to be opened, where that was asked.
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
    files: frozenset[int] = frozenset()

    def is_there(self, at: datetime) -> bool:
        """Whether a revision is in use, and has a file."""
        term = current(self.terms, at)
        return term is not None and term.id in self.files


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


def courses(
    document_ids: Iterable[int],
    item_id: int | None = None,
    *,
    named: Collection[tuple[int, str]] = (),
    files: bool = False,
) -> dict[int, Course]:
    """The courses of some documents, as an item asks for them where one is named: one query.

    named: sites and codes of others. files: with the revisions that have one.
    """
    wanted = {pk for pk in document_ids if pk is not None}
    if not wanted and not named:
        return {}
    asked = Q(pk__in=wanted)
    if named:
        sites, codes = ({*each} for each in zip(*named, strict=True))
        asked |= Q(site__in=sites, code__in=codes)
    terms: dict[int, list[Term]] = defaultdict(list)
    there: dict[int, set[int]] = defaultdict(set)
    found = {}
    rows = Document.objects.filter(asked).order_by("pk", "revisions__effective")
    rows = rows.annotate(began=_began(item_id), has_file=_has_file(files))
    for pk, site_id, code, title, owner, withdrawn, slug, *more in rows.values_list(
        *_DOCUMENT, "began", "has_file", *_REVISION
    ):
        began, has_file, *revision = more
        found[pk] = Course(
            pk, site_id, code, title, owner, withdrawn is not None, address(slug, code), began
        )
        if revision[2] is not None:
            terms[pk].append(_term(*revision))
        if has_file:
            there[pk].add(revision[0])
    return {
        pk: replace(course, terms=tuple(terms[pk]), files=frozenset(there[pk]))
        for pk, course in found.items()
    }


def _has_file(asked: bool) -> Any:
    """Whether a revision of a document has a file; of none where that is not asked."""
    if not asked:
        return Value(False)
    return Exists(RevisionFile.objects.filter(revision=OuterRef("revisions"), removed_at=None))


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
