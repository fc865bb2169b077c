"""Notices: told to people of work, and seen by the person they were written for."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from work.exceptions import Unknown
from work.models import Duty, ItemExecutor, Notice, WorkItem
from work.services.acts import OpenAct, door


def tell(act: OpenAct, *, item_ids: Collection[int], code: str, params: Mapping[str, Any]) -> int:
    """Tell owners and executors of work something, once an act: how many notices that are.

    code: of a sentence registered at the port `words`, with these params. Called inside the act of
    the domain whose record changed; who did it is told nothing. Three queries, whatever the length.
    """
    if not item_ids:
        return 0
    people: set[tuple[int, int | None]] = set(
        ItemExecutor.objects.filter(item_id__in=item_ids).values_list("item_id", "user_id")
    )
    owners = WorkItem.objects.filter(pk__in=item_ids).values_list(
        "pk", "owner_user_id", "owner_post_id"
    )
    posts = {post for _item, _user, post in owners if post}
    on_duty = dict(
        Duty.objects.filter(post_id__in=posts, ends=None).values_list("post_id", "user_id")
    )
    people |= {(pk, user or on_duty.get(post)) for pk, user, post in owners}
    actor = act.actor.pk if act.actor else None
    told = sorted((item, user) for item, user in people if user not in (None, actor))
    Notice.objects.bulk_create(
        [
            Notice(user_id=user, item_id=item, code=code, params=dict(params), at=act.at)
            for item, user in told
        ],
        ignore_conflicts=True,
    )
    return len(told)


def tell_people(
    act: OpenAct, *, people: Iterable[int | None], code: str, params: Mapping[str, Any]
) -> int:
    """Tell people something of a record that is no work: how many notices that are.

    code: as in `tell`. params: may hold `label` and `url` of the record, which those people know.
    """
    actor = act.actor.pk if act.actor else None
    told = sorted({pk for pk in people if pk is not None} - {actor})
    Notice.objects.bulk_create(
        [Notice(user_id=pk, code=code, params=dict(params), at=act.at) for pk in told]
    )
    return len(told)


def _see(act: OpenAct, *, notice_id: int) -> Notice:
    """Note that the person has seen it; a second time changes nothing."""
    if act.scope.user_id is None:
        raise Unknown
    notice = (
        Notice.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=notice_id, user_id=act.scope.user_id)
        .first()
    )
    if notice is None:
        raise Unknown
    if notice.seen_at is None:
        notice.seen_at = act.at
        notice.save(update_fields=["seen_at"])
        act.record("notice_seen", notice, item_id=notice.item_id)
    return notice


see = door(_see)

__all__ = ["see", "tell", "tell_people"]
