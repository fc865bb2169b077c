"""What is kept of a start: who carries the work out, what is asked of each, and how that stood."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from competence.answers import of_verdict
from competence.models import Company, Rule
from competence.reads import judged
from competence.reads import work as work_reads
from work.ports import Condition, ItemChange, told
from work.services import OpenAct
from work.states import Status

_FROM = frozenset({Status.PLANNED, Status.WAITING})


class Decisions:
    """Told of every change of work; looks at what starts or goes on."""

    key = "competence.decisions"

    def items_changed(self, changes: Sequence[ItemChange], act: OpenAct) -> None:
        """No query where nothing starts; one of a site that asks nothing of people."""
        begun = [
            change.item_id
            for change in changes
            if change.status_before in _FROM and change.status_after == Status.LIVE
        ]
        if not begun:
            return
        model: Any = apps.get_model("work", "WorkItem")
        items = model._default_manager.filter(pk__in=begun).order_by("pk")
        asking = items.filter(_asks(Rule) | _asks(Company))
        found = list(asking.select_related("site"))
        contexts = work_reads.known(found)
        pairs = [(pk, contexts[item.pk]) for item in found for pk in contexts[item.pk].executor_ids]
        by_item: dict[int, list[Condition]] = {item.pk: [] for item in found}
        for (pk, context), (verdicts, beside) in zip(
            pairs, judged.verdicts(pairs, act.at), strict=True
        ):
            by_item[context.id] += [of_verdict(each, pk, beside) for each in verdicts]
        for item in found:
            if by_item[item.pk]:
                known = told(by_item[item.pk])
                act.record("able_at_start", item, item_id=item.pk, judged=known)


def _asks(model: Any) -> Any:
    return Q(Exists(model._default_manager.filter(site_id=OuterRef("site_id"))))


__all__ = ["Decisions"]
