"""What hangs on a person who leaves is given on, one thing an act: work, blockers to clear.

By who may assign the work, or who administers its site. Each is refused when it is that person's
no more. Posts are given on by `posts.replace_holder`; a duty ends, and is taken by who is named.
"""

from work.exceptions import Reason, Refused, Unknown
from work.models import Blocker, Post, WorkItem
from work.permissions import Action
from work.prepared import by_key
from work.services._configure import of_site, person_of
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
    """Give an open item of that person to another, or to a post; nothing else of it changes."""
    facts = enter(act, item_id, Action.HAND_OVER, None)
    if facts.item.owner_user_id != from_user_id:
        raise Refused(Reason("owned_by_another", {}, ("item", item_id)))
    check_owner(facts.item.site_id, owner_user_id, owner_post_id, act.at)
    return assign_inner(act, facts, owner_user_id=owner_user_id, owner_post_id=owner_post_id)


def _hand_over_execution(
    act: OpenAct, *, item_id: int, from_user_id: int, to_user_id: int
) -> WorkItem:
    """Let another carry out in the place of that person; the other executors stay."""
    facts = enter(act, item_id, Action.HAND_OVER, None)
    executors = set(facts.context.executor_ids)
    if from_user_id not in executors:
        raise Refused(Reason("executed_by_another", {}, ("item", item_id)))
    return assign_inner(act, facts, executor_ids=executors - {from_user_id} | {to_user_id})


def _hand_over_blocker(
    act: OpenAct,
    *,
    blocker_id: int,
    from_user_id: int,
    to_user_id: int | None = None,
    to_post_id: int | None = None,
) -> Blocker:
    """Say who clears an open blocker instead of that person: a person or a post of the site.

    Who clears one that follows from something else is said by its source.
    """
    found = by_key(Blocker, blocker_id)
    if found is None:
        raise Unknown
    item = enter(act, found.item_id, Action.HAND_OVER, None).item
    blocker = Blocker.objects.get(pk=blocker_id)
    if blocker.ended_at is not None:
        raise Refused(Reason("blocker_ended"))
    if blocker.prerequisite_id is not None:
        raise Refused(Reason("clears_by_source"))
    if blocker.clears != f"user:{from_user_id}":
        raise Refused(Reason("cleared_by_another"))
    blocker.clears = _clears(act, item.site_id, to_user_id, to_post_id)
    blocker.save(update_fields=["clears"])
    act.record("clears", item, item_id=item.pk, blocker=blocker.pk, to=blocker.clears)
    return blocker


def _clears(act: OpenAct, site_id: int, user_id: int | None, post_id: int | None) -> str:
    if (user_id is None) == (post_id is None):
        raise Refused(Reason("clears_unknown"))
    if user_id is not None:
        return f"user:{person_of(act, user_id, site_id).pk}"
    post = of_site(Post, post_id, site_id, "clears_unknown")
    if not post.is_active:
        raise Refused(Reason("post_not_in_use", {"name": post.name}, ("post", post.pk)))
    return f"post:{post.pk}"


hand_over = door(_hand_over)
hand_over_execution = door(_hand_over_execution)
hand_over_blocker = door(_hand_over_blocker)

__all__ = ["hand_over", "hand_over_blocker", "hand_over_execution"]
