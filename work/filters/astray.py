"""Filters for work that lacks somebody: exceptions that the site picture leads to."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from work.models import Duty, ItemExecutor, Membership, Post
from work.states import UNDER_WAY, Status

if TYPE_CHECKING:
    from work.filters.selection import Context


def owner_left(values: tuple[str, ...], context: "Context") -> Q | None:
    """Owned by somebody who has left, or has no role at the site any more."""
    here = Membership.objects.filter(site=context.site).order_by()
    gone = here.exclude(user__in=_there(context).values("user"))
    return _only(values, Q(owner_user__in=gone.values("user")))


def no_duty(values: tuple[str, ...], context: "Context") -> Q | None:
    """Owned by a post that nobody at the site has the duty of."""
    holding = Duty.objects.filter(
        post=OuterRef("pk"), ends=None, user__in=_there(context).values("user")
    )
    posts = Post.objects.filter(~Exists(holding), site=context.site).order_by()
    return _only(values, Q(owner_post__in=posts.values("pk")))


def nobody(values: tuple[str, ...], context: "Context") -> Q | None:
    """Begun, or planned to have begun by now, and nobody who is there is named to do it."""
    named = ItemExecutor.objects.filter(item=OuterRef("pk"), user__is_active=True)
    begun = Q(status__in=sorted(UNDER_WAY)) | Q(
        status=Status.PLANNED, planned_start__lte=context.at
    )
    return _only(values, begun & ~Exists(named))


def _there(context: "Context"):
    """The roles that hold at the site now, of people who have not left."""
    return Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=context.at),
        site=context.site,
        starts__lte=context.at,
        user__is_active=True,
    ).order_by()


def _only(values: tuple[str, ...], found: Q) -> Q | None:
    return found if values[0] == "1" else None
