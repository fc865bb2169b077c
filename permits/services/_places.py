"""How places lie: one holds another, is it, or lies within it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from permits.models import Permit


def above(paths: Iterable[str]) -> set[str]:
    """These paths and all above them."""
    place: Any = Permit._meta.get_field("place").related_model
    step = place.steplen
    return {path[:end] for path in paths for end in range(step, len(path) + 1, step)}


def along(paths: Iterable[str], of: str = "place") -> Q:
    """At one of these places, below it, or at one that holds it. of: the way to the place."""
    paths = sorted(set(paths))
    way, found = f"{of}__path" if of else "path", Q()
    for path in paths:
        found |= Q(**{f"{way}__startswith": path})
    return found | Q(**{f"{way}__in": sorted(above(paths))})


def meet(one: str, other: str) -> bool:
    """Whether one of two places lies in the other, or is it; the whole site is an empty path."""
    return one.startswith(other) or other.startswith(one)
