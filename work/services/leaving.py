"""What a person who leaves owns is given on, item by item."""

from work.exceptions import Reason, Refused
from work.models import WorkItem
from work.permissions import Action
from work.services._enter import enter
from work.services._owners import check_owner
from work.services.acts import OpenAct, door
from work.services.items import assign_inner


def _hand_over(
    act: OpenAct,
    *,
    item_id: int,
    from_user_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
) -> WorkItem:
    """Give an open item of that person to another, or to a post; nothing else of it changes.

    By who may assign it, or who administers its site. Refused when it is that person's no more.
    """
    facts = enter(act, item_id, Action.HAND_OVER, None)
    if facts.item.owner_user_id != from_user_id:
        raise Refused(Reason("owned_by_another", {}, ("item", item_id)))
    check_owner(facts.item.site_id, owner_user_id, owner_post_id, act.at)
    return assign_inner(act, facts, owner_user_id=owner_user_id, owner_post_id=owner_post_id)


hand_over = door(_hand_over)

__all__ = ["hand_over"]
