"""One document as its page shows it at a moment, for one reader."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from documents.models import (
    Acknowledgement,
    Applicability,
    Document,
    ItemRevision,
    Review,
    Revision,
    RevisionFile,
)
from documents.reads.visible import KEY, dependent
from documents.states import Bearing, Phase, RevisionState, Verdict
from work.permissions import Scope, visible
from work.states import Gate

# So much of what may be long is shown.
FEW = 50
# What a guest sees of revisions: those in use, those to come, and those of the own company's work.
_OPEN_TO_GUESTS = frozenset({Phase.EFFECTIVE, Phase.PLANNED})


@dataclass
class Page:
    """What was read of a document. guest: the reader is there as a contractor alone.

    dependent: open work, with `began` (label of the revision under which it began) and the
    stored answer; more_dependent: there is more of it than is shown.
    """

    document: Document
    who: Scope
    at: datetime
    guest: bool
    revisions: list[Revision] = field(default_factory=list)
    files: dict[int, list[RevisionFile]] = field(default_factory=dict)
    dependent: list[Any] = field(default_factory=list)
    more_dependent: bool = False
    applies: list[Applicability] = field(default_factory=list)
    read: list[Acknowledgement] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    def of_phase(self, phase: Phase) -> Revision | None:
        """The newest revision that stands so."""
        return next((each for each in self.revisions if each.phase(self.at) == phase), None)

    @property
    def current(self) -> Revision | None:
        """The revision in use."""
        return self.of_phase(Phase.EFFECTIVE)

    @property
    def coming(self) -> Revision | None:
        """The first that comes into use by the clock."""
        planned = [each for each in self.revisions if each.phase(self.at) == Phase.PLANNED]
        return planned[-1] if planned else None

    @property
    def in_work(self) -> Revision | None:
        """The one that is drafted or reviewed."""
        return self.of_phase(Phase.REVIEW) or self.of_phase(Phase.DRAFT)

    @property
    def verdict(self) -> Verdict | None:
        """What the last review asked, as long as no revision has come into use since."""
        last = self.reviews[0] if self.reviews else None
        if last is None or last.verdict == Verdict.KEEP:
            return None
        came = (each.begins for each in self.revisions if each.begins is not None)
        answered = any(last.at < begins <= self.at for begins in came)
        return None if answered else Verdict(last.verdict)

    def runs_under(self, revision: Revision) -> bool:
        """Whether work that began under a revision may be under way still."""
        return self.more_dependent or revision.pk in {each.began_id for each in self.dependent}

    def asks_still(self, revision: Revision) -> bool:
        """Whether work under way asks for the lines of one that is in use no more."""
        strict = revision.bearing == Bearing.HOLD_POINT
        if not strict or revision.phase(self.at) != Phase.SUPERSEDED or revision.begins is None:
            return False
        return any(each.began_at and each.began_at < revision.begins for each in self.dependent)

    def has_read(self, revision: Revision) -> Acknowledgement | None:
        """The reader's own acknowledgement of a revision."""
        return next(
            (
                each
                for each in self.read
                if (each.revision_id, each.user_id) == (revision.pk, self.who.user_id)
            ),
            None,
        )


def load(document: Document, who: Scope, at: datetime) -> Page:
    """Read it: seven queries, five for a guest."""
    page = Page(document, who, at, who.only_contractor(document.site_id))
    page.dependent, page.more_dependent = live_work(document, who)
    page.revisions = _revisions(page)
    page.files = _files(page.revisions)
    page.read = _read(page)
    page.applies = list(
        Applicability.objects.filter(Q(ends=None), document=document)
        .select_related("place", "asset_class", "work_type")
        .order_by("pk")[: FEW + 1]
    )
    if not page.guest:
        reviews = Review.objects.filter(document=document).select_related("by", "note")
        page.reviews = list(reviews[:10])
    return page


def live_work(document: Document, who: Scope) -> tuple[list[Any], bool]:
    """The open work that depends on a document, as far as `who` may see it: one query.

    What is under way comes first. began: the revision of its start; answer: what its start was
    told last.
    """
    began = ItemRevision.objects.filter(document=document, item=OuterRef("pk"), ended_at=None)
    found = dependent(document.pk).filter(
        visible(who),
        prerequisites__gate=Gate.START,
        prerequisites__supplier=KEY,
        prerequisites__source_id=document.pk,
        prerequisites__withdrawn_at=None,
    )
    rows = found.select_related("place", "type").annotate(
        began=Subquery(began.values("revision__label")[:1]),
        began_id=Subquery(began.values("revision_id")[:1]),
        began_at=Subquery(began.values("revision__effective__startswith")[:1]),
        answer=F("prerequisites__answer"),
        answer_until=F("prerequisites__valid_until"),
    )
    shown = list(rows[: FEW + 1])
    return shown[:FEW], len(shown) > FEW


def _revisions(page: Page) -> list[Revision]:
    found = Revision.objects.filter(document=page.document).select_related(
        "author", "reviewer", "approver", "why"
    )
    rows = list(found.order_by("-created_at", "-pk")[:FEW])
    if page.guest:
        theirs = {each.began_id for each in page.dependent}
        rows = [
            each
            for each in rows
            if each.phase(page.at) in _OPEN_TO_GUESTS
            or (each.pk in theirs and each.state != RevisionState.DRAFT)
            or page.asks_still(each)
        ]
    return rows


def _files(revisions: list[Revision]) -> dict[int, list[RevisionFile]]:
    by_revision: dict[int, list[RevisionFile]] = defaultdict(list)
    rows = RevisionFile.objects.filter(revision__in=revisions, removed_at=None)
    for each in rows.select_related("blob"):
        by_revision[each.revision_id].append(each)
    return by_revision


def _read(page: Page) -> list[Acknowledgement]:
    """Who has read what is in use, to come or asked still; a guest is told of nobody else."""
    asked = [
        each.pk
        for each in page.revisions
        if each.phase(page.at) in (Phase.EFFECTIVE, Phase.PLANNED) or page.asks_still(each)
    ]
    rows = Acknowledgement.objects.filter(revision_id__in=asked).select_related(
        "user", "together_with"
    )
    if page.guest:
        rows = rows.filter(user_id=page.who.user_id)
    return list(rows.order_by("-at", "-pk")[:200])
