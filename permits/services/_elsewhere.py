"""One valve in two isolations: it stays as the other asks."""

from permits.models import IsolationPoint
from permits.services._isolated import by_owner, reason
from permits.services._isolation_facts import Facts
from work.exceptions import Reason


def held_elsewhere(facts: Facts, point: IsolationPoint, position: str) -> list[Reason]:
    """Other isolations of the site in which this point is in place, in another position than it
    would be left: each with a link, and who answers for it.
    """
    others = IsolationPoint.objects.filter(
        tag__iexact=point.tag,
        isolation__site=facts.isolation.site_id,
        isolation__ended_at=None,
        applied_at__isnull=False,
        removed_at=None,
        ended_at=None,
    ).exclude(isolation=facts.isolation)
    rows = others.exclude(position__iexact=position).select_related("isolation__site")
    return [
        reason(
            each.isolation,
            "permits.point_held_elsewhere",
            by_owner(each.isolation),
            tag=each.tag,
            position=each.position,
        )
        for each in rows.order_by("isolation__number")
    ]
