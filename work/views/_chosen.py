"""Acts on chosen work: each item through its door, with what became of each."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from work.exceptions import Busy, NotDone, Reason, Unknown
from work.models import Site
from work.permissions import BY_ROLE, Action, Scope
from work.reads import item as read
from work.reads.rows import ItemRow
from work.reasons import Names, once, say
from work.reasons.guests import guest_at
from work.views._refusals import NEVER, answer_of
from work.views._site import number_in

# So many at once, and no longer than this: others act in between, and a page is waited for.
MOST, LONGEST = 500, 5.0
_ANY_OF = BY_ROLE[Action.EDIT] | BY_ROLE[Action.ASSIGN] | BY_ROLE[Action.PLAN]
# What was not come to, because the site is busy or it took too long.
LEFT = "left"


@dataclass
class Outcome:
    """What became of one item. kind: "" where it was done, else as `_refusals` calls it.

    now: the item as it stands by now, where it was not done.
    """

    pk: int
    number: int
    what: str
    kind: str = ""
    coded: list[Reason] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)
    now: ItemRow | None = None
    url: str = ""

    @property
    def label(self) -> str:
        """The number as people write it."""
        return read.label(self.number)


def may_change(who: Scope, site: Site) -> bool:
    """Whether any of these acts is the person's anywhere at the site."""
    return bool({grant.role for grant in who.grants if grant.site_id == site.pk} & _ANY_OF)


def pairs(typed: QueryDict) -> dict[int, int]:
    """The chosen rows as they were sent, at most one more than is taken: id and version seen."""
    sent = (each.partition(":") for each in typed.getlist("item")[: MOST + 1])
    found = {number_in(pk): number_in(version) or NEVER for pk, _sign, version in sent}
    return {pk: version for pk, version in found.items() if pk is not None}


def carry_out[T](
    chosen: Iterable[T], start: Callable[[T], Outcome], do: Callable[[T], object]
) -> list[Outcome]:
    """Each through its door; none any more once the site is busy, or it takes too long."""
    ends, outcomes, stopped = time.monotonic() + LONGEST, [], False
    for each in chosen:
        outcome = start(each)
        outcomes.append(outcome)
        if stopped or (stopped := time.monotonic() > ends):
            outcome.kind = LEFT
            continue
        try:
            do(each)
        except Unknown as error:
            outcome.kind, outcome.coded = "unknown", error.reasons
        except NotDone as error:
            outcome.kind, outcome.coded = answer_of(error)[1], error.reasons
            stopped = isinstance(error, Busy)
    return outcomes


def groups(
    site: Site, who: Scope, outcomes: list[Outcome], most: int = MOST
) -> list[dict[str, Any]]:
    """The outcomes with the same answer together, the done ones last: two queries at most.

    most: so many items of each are named.
    """
    guest = guest_at(who, site.pk)
    names = Names([reason for each in outcomes for reason in each.coded], who, guest=guest)
    found: dict[tuple, dict[str, Any]] = {}
    for each in outcomes:
        each.url = read.url(site, each.number)
        said = say(once(each.coded, names), who, names)
        each.reasons = [
            {
                "text": one.text,
                "who": one.who,
                "phone": one.phone,
                "url": each.url + one.url if one.url.startswith("#") else one.url,
            }
            for one in said
        ]
        key = (each.kind, *(tuple(reason.values()) for reason in each.reasons))
        group = found.setdefault(key, {"kind": each.kind, "reasons": each.reasons, "items": []})
        group["items"].append(each)
    for group in found.values():
        group["count"] = len(group["items"])
        group["items"] = group["items"][:most]
        group["further"] = group["count"] - len(group["items"])
        group["label"] = _LABELS[group["kind"]]()
        if group["kind"] in ("stale", "busy"):
            group["reasons"] = []
    return sorted(found.values(), key=lambda group: group["kind"] == "")


_LABELS: dict[str, Callable[[], str]] = {
    "": lambda: _("Done"),
    "refused": lambda: _("Not done: a rule refuses it"),
    "forbidden": lambda: _("Not done: this is not yours to do"),
    "unknown": lambda: _("Not done: it is not there, or not yours to know"),
    "stale": lambda: _("Not done: somebody changed this while you were looking at it"),
    "busy": lambda: _("Not done: the site is busy"),
    LEFT: lambda: _("Not come to yet"),
}

__all__ = ["LEFT", "MOST", "Outcome", "carry_out", "groups", "may_change", "pairs"]
