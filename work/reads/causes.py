"""Why items arrived incomplete: in words, and how many for each cause."""

from collections.abc import Mapping

from django.db.models import CharField, Count, F, Func, QuerySet

from work.models import WorkItem
from work.services.import_.report import CAUSES, cause_words

__all__ = ["by_cause", "cause_words", "is_cause", "said"]


def is_cause(text: str) -> bool:
    """Whether an item can have this cause; `values.<key>` is a field that was not filled."""
    return text in CAUSES or (text.startswith("values.") and "\x00" not in text)


def said(item: WorkItem, labels: Mapping[str, str]) -> str:
    """What an item arrived without. labels: of its type's fields, by key."""
    return "; ".join(cause_words(cause, labels) for cause in item.incomplete)


def by_cause(items: QuerySet[WorkItem]) -> list[tuple[str, int]]:
    """How many of these items have each cause, the most first: one query."""
    each = Func(
        F("incomplete"),
        function="jsonb_array_elements_text",
        output_field=CharField(),
        set_returning=True,
    )
    counted = items.order_by().annotate(cause=each).values("cause").annotate(many=Count("pk"))
    return sorted(counted.values_list("cause", "many"), key=lambda row: (-row[1], row[0]))
