"""Live work is asked to stop: by a domain, within its own act, for a reason that people named."""

from collections.abc import Iterable

from work.exceptions import Reason
from work.models import Blocker, WorkItem
from work.services import _locks, _overlay
from work.services._facts import load
from work.services.acts import OpenAct
from work.states import BlockerKind, Status


def ask(act: OpenAct, item_ids: Iterable[int], reason: Reason) -> tuple[int, ...]:
    """Ask those of these items that are in progress to stop: the ids of who was asked now.

    Each shows *asked to stop* until who carries it out says that it is stopped and safe. The
    reason is an open blocker, raised by who acts, that `reason.clears` clears: no answer of a
    supplier ends it. Whoever was asked for the same and it stands is not asked again.

    The site is held. Flat in statements, however many there are.
    """
    live = WorkItem.objects.filter(pk__in=list(item_ids), status=Status.LIVE)
    several = list(load(_locks.items(live.values_list("pk", flat=True))).values())
    new = [
        (
            facts,
            Blocker(
                site_id=facts.item.site_id,
                item=facts.item,
                kind=BlockerKind.OTHER,
                what={"code": reason.code, "params": dict(reason.params)},
                clears=":".join(map(str, reason.clears or ())),
                since=act.at,
                raised_by=act.person,
                recorded_at=act.at,
            ),
        )
        for facts in several
        if all(each.what.get("code") != reason.code for each in facts.blockers)
    ]
    Blocker.objects.bulk_create([blocker for _facts, blocker in new])
    for facts, blocker in new:
        facts.blockers.append(blocker)
        _overlay.say_opened(act, facts, blocker)
    _overlay.refresh_all(act, [facts for facts, _blocker in new])
    return tuple(facts.item.pk for facts, _blocker in new)


__all__ = ["ask"]
