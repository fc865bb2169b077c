"""What is kept of a start: who carries the work out, what is asked of each, and how that stood."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps

from competence.answers import of_verdict
from competence.reads import judged
from work.ports import Condition, ItemChange, ItemContext, told
from work.services import OpenAct
from work.states import Status

_FROM = frozenset({Status.PLANNED, Status.WAITING})


class Decisions:
    """Told of every change of work; looks at what starts or goes on."""

    key = "competence.decisions"

    def items_changed(self, changes: Sequence[ItemChange], act: OpenAct) -> None:
        """No query: the start has just asked who is fit."""
        begun = [
            change.context
            for change in changes
            if change.status_before in _FROM and change.status_after == Status.LIVE
            if change.context is not None
        ]
        if not begun:
            return
        pairs = [(pk, context) for context in begun for pk in context.executor_ids]
        by_item: dict[int, list[Condition]] = {context.id: [] for context in begun}
        for (pk, context), (verdicts, beside) in zip(
            pairs, judged.verdicts(pairs, act.at), strict=True
        ):
            by_item[context.id] += [of_verdict(each, pk, beside) for each in verdicts]
        for context in begun:
            if by_item[context.id]:
                known = told(by_item[context.id])
                act.record("able_at_start", _item(context), item_id=context.id, judged=known)


def _item(context: ItemContext) -> Any:
    """The item as history names it: nothing more of it is read."""
    model: Any = apps.get_model("work", "WorkItem")
    return model(pk=context.id, site_id=context.site_id, place_id=context.place_id)


__all__ = ["Decisions"]
