"""A named check by a named role."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from work.exceptions import Reason
from work.models import Acceptance, NamedCheck
from work.ports import Answer, ItemContext, Requirement, Source
from work.prepared import Among, given, often


class NamedChecks:
    """Answered by the latest check of its requirement since the item was last reopened.

    params: role, the role that checks. A check that another role made, which was named before,
    counts no more.
    """

    key = "work.check"
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Met when the latest check passed and still holds: one query."""
        rows = [source.param("prerequisite") for source, _ in pairs]
        latest = {(check.prerequisite_id, check.role): check for check in _made(rows=rows)}
        return [
            self._answer(latest.get((row, source.param("role", ""))), source, at)
            for row, (source, _) in zip(rows, pairs, strict=True)
        ]

    def _answer(self, check: NamedCheck | None, source: Source, at: datetime) -> Answer:
        clears = ("role", source.param("role", ""))
        if check is None:
            return Answer.unmet(Reason("check_missing", {"role": clears[1]}), clears=clears)
        if not check.passed:
            return Answer.unmet(Reason("check_failed", {"role": clears[1]}), clears=clears)
        if check.valid_until is not None and check.valid_until <= at:
            return Answer.unmet(Reason("check_expired", {"role": clears[1]}), clears=clears)
        # Who is asked again when it has run out is known already.
        return Answer.met(valid_until=check.valid_until, source_id=check.pk, clears=clears)

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Nothing by itself: named by a rule or by hand."""
        return {}

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """A check waits for nothing."""
        return {}


@often
def _made() -> QuerySet[NamedCheck]:
    """The checks of some requirements since their item was last reopened, oldest first."""
    struck_since = Acceptance.objects.filter(item=OuterRef("item"), struck_at__gte=OuterRef("at"))
    made = NamedCheck.objects.filter(Among(F("prerequisite_id"), given("rows")))
    return made.filter(~Exists(struck_since)).order_by("pk")
