"""What still hangs on a person at some sites: work, posts, duties, and what others wait for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from work.models import Blocker, Duty, PostHolder, WorkItem
from work.permissions import Scope, visible

# So many of each are listed; the rest comes when these are done.
SHOWN = 100


@dataclass(frozen=True)
class Left:
    """Open items owned and executed, posts, duties, and open blockers that the person clears.

    takers: who else may take the duty of each of the posts on duty, by the id of the post.
    """

    owned: list[WorkItem]
    executed: list[WorkItem]
    posts: list[PostHolder]
    duties: list[Duty]
    clears: list[Blocker]
    takers: Mapping[int, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.owned, self.executed, self.posts, self.duties, self.clears))


def left(user_id: int, who: Scope, sites: Collection[int], at: datetime) -> Left:
    """What hangs on the person at these sites at a moment; of work what the reader may see."""
    work = (
        WorkItem.objects.open()
        .filter(visible(who), site__in=sites)
        .select_related("site", "place")
        .order_by("-number")
    )
    posts = _named(at).filter(user_id=user_id, post__site__in=sites)
    blockers = Blocker.objects.filter(
        visible(who, "item__place", "item__team", "item__site_id"),
        site__in=sites,
        clears=f"user:{user_id}",
        ended_at=None,
    )
    open_duties = Duty.objects.filter(user_id=user_id, ends=None, post__site__in=sites)
    duties = list(open_duties.select_related("post").order_by("pk")[:SHOWN])
    return Left(
        owned=list(work.filter(owner_user_id=user_id)[:SHOWN]),
        executed=list(work.filter(executors=user_id)[:SHOWN]),
        posts=list(posts.select_related("post").order_by("pk")[:SHOWN]),
        duties=duties,
        clears=list(blockers.select_related("item__site").order_by("-pk")[:SHOWN]),
        takers=_takers(at, user_id, [duty.post_id for duty in duties]),
    )


def _named(at: datetime) -> QuerySet[PostHolder]:
    """Who is named for a post, or will be."""
    return PostHolder.objects.filter(Q(ends=None) | Q(ends__gt=at))


def _takers(at: datetime, user_id: int, posts: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    now = _named(at).filter(starts__lte=at, post__in=list(posts), user__is_active=True)
    for post_id, name in now.exclude(user_id=user_id).values_list("post_id", "user__name"):
        found[post_id].append(name)
    return found


def owning(people: QuerySet, sites: Collection[int]) -> QuerySet:
    """Those of these people who own open work at the sites."""
    work = WorkItem.objects.open().filter(site__in=sites, owner_user=OuterRef("pk"))
    return people.filter(Exists(work))
