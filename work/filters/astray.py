"""Filters for work that lacks somebody: exceptions that the site picture leads to."""

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from work.models import Duty, ItemExecutor, Membership, Post, User
from work.states import UNDER_WAY, Status

if TYPE_CHECKING:
    from work.filters.selection import Context


def owner_left(values: tuple[str, ...], context: "Context") -> Q | None:
    """Owned by somebody who has left, or has no role at the site any more."""
    here = Membership.objects.filter(site=context.site).order_by()
    gone = here.exclude(user__in=_there(context).values("user"))
    return _only(values, _any_of("owner_user", gone.values("user")))


def no_duty(values: tuple[str, ...], context: "Context") -> Q | None:
    """Owned by a post that nobody at the site has the duty of."""
    holding = Duty.objects.filter(
        post=OuterRef("pk"), ends=None, user__in=_there(context).values("user")
    )
    posts = Post.objects.filter(~Exists(holding), site=context.site).order_by()
    return _only(values, _any_of("owner_post", posts.values("pk")))


def nobody(values: tuple[str, ...], context: "Context") -> Q | None:
    """Begun, or planned to have begun by now, and nobody who is there is named to do it."""
    left = User.objects.filter(is_active=False).values("pk")
    named = ItemExecutor.objects.filter(item=OuterRef("pk")).exclude(user__in=left)
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


def _any_of(owner: str, few: QuerySet) -> Q:
    """One of a few, found first: so that the index of open work by owner is taken for each."""
    found = Func(
        F(owner),
        ArraySubquery(few),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
    return Q(found)


def _only(values: tuple[str, ...], found: Q) -> Q | None:
    return found if values[0] == "1" else None
