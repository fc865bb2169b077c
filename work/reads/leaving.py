"""What still hangs on a person at some sites: work, posts, duties, and what others wait for."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from work.models import Blocker, Duty, PostHolder, WorkItem
from work.permissions import Scope, visible

# So many of each are listed; the rest comes when these are done.
SHOWN = 200


@dataclass(frozen=True)
class Left:
    """Open items owned and executed, posts, duties, and open blockers that the person clears."""

    owned: list[WorkItem]
    executed: list[WorkItem]
    posts: list[PostHolder]
    duties: list[Duty]
    clears: list[Blocker]

    def __bool__(self) -> bool:
        return any((self.owned, self.executed, self.posts, self.duties, self.clears))


def left(user_id: int, who: Scope, sites: Collection[int]) -> Left:
    """What hangs on the person at these sites; of work what the reader may see."""
    work = (
        WorkItem.objects.open()
        .filter(visible(who), site__in=sites)
        .select_related("site", "place")
        .order_by("-number")
    )
    posts = PostHolder.objects.filter(
        Q(ends=None) | Q(ends__gt=who.at), user_id=user_id, post__site__in=sites
    )
    duties = Duty.objects.filter(user_id=user_id, ends=None, post__site__in=sites)
    blockers = Blocker.objects.filter(
        visible(who, "item__place", "item__team", "item__site_id"),
        site__in=sites,
        clears=f"user:{user_id}",
        ended_at=None,
    )
    return Left(
        owned=list(work.filter(owner_user_id=user_id)[:SHOWN]),
        executed=list(work.filter(executors=user_id)[:SHOWN]),
        posts=list(posts.select_related("post").order_by("pk")[:SHOWN]),
        duties=list(duties.select_related("post").order_by("pk")[:SHOWN]),
        clears=list(blockers.select_related("item__site").order_by("-pk")[:SHOWN]),
    )


def owning(people: QuerySet, sites: Collection[int]) -> QuerySet:
    """Those of these people who own open work at the sites."""
    work = WorkItem.objects.open().filter(site__in=sites, owner_user=OuterRef("pk"))
    return people.filter(Exists(work))
