"""Notices: seen by the person they were written for."""

from work.exceptions import Unknown
from work.models import Notice
from work.services.acts import OpenAct, door


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

__all__ = ["see"]
