"""Which acts a document's page shows to its reader, and why one would not be done now."""

from typing import Any

from documents.deeds import DEEDS, Known
from documents.models import Revision
from documents.permissions import Action, can
from documents.reads.page import Page
from documents.services import guards
from documents.states import Phase, RevisionState, Verdict
from work.exceptions import Reason
from work.pages import Deed, Failed, Offer, offered

# What the verdict of a review asks for.
_FOLLOWS: dict[str, str] = {Verdict.NEEDS_REVISION: "draft", Verdict.OBSOLETE: "withdraw"}


class Offers:
    """The acts of a page as it draws them, with the form of the one that did not happen."""

    def __init__(self, page: Page, known: Known, url: str, failed: Failed | None) -> None:
        self.page, self.known, self.url, self.failed = page, known, url, failed

    def _may(self, action: Action) -> bool:
        return bool(can(self.page.who, action, self.page.document))

    def _drawn(self, offers: list[Offer]) -> list[dict[str, Any]]:
        return offered(offers, self.url, self.page.who, self.known, self.failed)

    def of_document(self) -> list[dict[str, Any]]:
        """A new revision, a review, what it is called, and its end."""
        after = _FOLLOWS.get(self.page.verdict or "")
        return self._drawn([each for each in self._acts() if each.deed.verb != after])

    def that_follows(self) -> list[dict[str, Any]]:
        """What the last review asks for, as long as nobody did it."""
        after = _FOLLOWS.get(self.page.verdict or "")
        return self._drawn([each for each in self._acts() if each.deed.verb == after])

    def _acts(self) -> list[Offer]:
        page = self.page
        if page.document.withdrawn_at is not None:
            return []
        offers = []
        if self._may(Action.WRITE):
            against = guards.to_draft(page.document, page.in_work is not None)
            offers.append(Offer(DEEDS["draft"], against))
        if self._may(Action.LOOK_OVER):
            offers.append(Offer(DEEDS["look-over"]))
        if self._may(Action.MANAGE):
            offers += [Offer(DEEDS["edit"]), Offer(DEEDS["withdraw"])]
        return offers

    def to_apply(self) -> list[dict[str, Any]]:
        """To say to what it applies."""
        may = self.page.document.withdrawn_at is None and self._may(Action.MANAGE)
        return self._drawn([Offer(DEEDS["apply"])] if may else [])

    def of_applicability(self, pk: int) -> list[dict[str, Any]]:
        """To end one."""
        may = self.page.document.withdrawn_at is None and self._may(Action.MANAGE)
        seen = self.page.document.version
        return self._drawn([Offer(DEEDS["apply-no-more"], of=pk, seen=seen)] if may else [])

    def of_file(self, revision: Revision, pk: int) -> list[dict[str, Any]]:
        """To take it out of a draft."""
        own = self.page.who.user_id == revision.author_id
        may = revision.state == RevisionState.DRAFT and own and self._may(Action.WRITE)
        offer = Offer(DEEDS["remove-file"], of=pk, seen=revision.version)
        return self._drawn([offer] if may else [])

    def to_read(self, revision: Revision) -> list[dict[str, Any]]:
        """To acknowledge a revision, once; then together with who does not sign in."""
        page = self.page
        before = page.asks_still(revision)
        against = guards.to_acknowledge(page.document, revision, page.at, before)
        if against or not self._may(Action.ACKNOWLEDGE):
            return []
        if page.has_read(revision):
            with_others = self._part(DEEDS["read-together"], revision)
            return self._drawn([with_others] if with_others.known.together else [])
        deed = DEEDS["sign" if revision.key_lines else "acknowledge"]
        return self._drawn([self._part(deed, revision)])

    def of_revision(self, revision: Revision) -> list[dict[str, Any]]:
        """What comes next for a revision, and withdrawing it."""
        return self._drawn(self._steps(revision))

    def _part(self, deed: Deed, revision: Revision, against: list[Reason] | None = None) -> Offer:
        page = self.page
        known = Known(self.known.site, page.who, page.at, page.document, revision)
        return Offer(deed, against or (), revision.pk, revision.version, known=known)

    def _steps(self, revision: Revision) -> list[Offer]:
        page, user_id = self.page, self.page.who.user_id
        document, phase, steps = page.document, revision.phase(page.at), []
        if phase == Phase.DRAFT and self._may(Action.WRITE):
            has_file = bool(page.files.get(revision.pk))
            against = guards.to_send(document, revision, has_file, user_id)
            steps.append(self._part(DEEDS["send"], revision, against))
            if user_id == revision.author_id:
                steps.append(self._part(DEEDS["add-file"], revision))
                steps.append(self._part(DEEDS["edit-revision"], revision))
            else:
                steps.append(self._part(DEEDS["take-over"], revision))
        if phase == Phase.REVIEW and self._may(Action.REVIEW):
            if revision.reviewer_id is None:
                against = guards.to_review(revision, user_id)
                steps.append(self._part(DEEDS["review"], revision, against))
            steps.append(self._part(DEEDS["give-back"], revision))
        if phase == Phase.REVIEW and self._may(Action.APPROVE):
            against = guards.to_approve(document, revision, user_id)
            steps.append(self._part(DEEDS["approve"], revision, against))
        if self._may(Action.SET_DATE) and document.withdrawn_at is None:
            if phase in (Phase.APPROVED, Phase.PLANNED):
                steps.append(self._part(DEEDS["set-date"], revision))
            runs = phase == Phase.SUPERSEDED and page.runs_under(revision)
            if runs or phase not in (Phase.SUPERSEDED, Phase.WITHDRAWN):
                steps.append(self._part(DEEDS["withdraw-revision"], revision))
        return steps
