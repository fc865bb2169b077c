"""Posts, who may hold them, and who has the duty now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Duty, Post, PostHolder, WorkItem
from work.prepared import by_key
from work.services._configure import (
    begins,
    check_seen,
    configure,
    end,
    free_code,
    named,
    not_oneself,
    one_of,
    person_of,
    put,
)
from work.services._names import place_for
from work.services._people import end_duties
from work.services.acts import OpenAct, door
from work.states import Role

NOT_POSTS = frozenset({Role.CONTRACTOR, Role.VIEWER, Role.AUDITOR})


def _create(act: OpenAct, *, site_id: int, place_id: int, code: str, name: str, role: str) -> Post:
    """Make a post: a role at a place, held by whoever has the duty."""
    place = place_for(act, site_id, place_id)
    site = configure(act, site_id, place=place)
    one_of(role, set(Role.values) - NOT_POSTS, "role")
    post = Post.objects.create(
        site=site,
        place=place,
        code=free_code(Post, site_id, code, 40),
        name=named(name, 120),
        role=role,
    )
    act.record("created", post)
    return post


def _change(
    act: OpenAct, *, post_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Post:
    """Change the name of a post, or take it out of use; one that owns open work stays in use.

    What goes out of use is nobody's duty: nobody has it by itself when it comes into use again.
    """
    post = _entered(act, post_id)
    unknown = set(values) - {"name", "is_active"}
    if unknown:
        raise TypeError(f"not a field of a post to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 120)
    if values.get("is_active") is False:
        owned = WorkItem.objects.open().filter(owner_post=post).count()
        if owned:
            raise Refused(Reason("post_owns_work", {"count": owned}, ("post", post.pk)))
    changed = put(post, values, was)
    if changed:
        act.record("changed", post, fields=sorted(changed))
    if not post.is_active:
        end_duties(act, Duty.objects.filter(post=post), "not_in_use")
    return post


def _name_holder(
    act: OpenAct,
    *,
    post_id: int,
    user_id: int,
    deputy: bool = False,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> PostHolder:
    """Name who may take the duty of a post, or be the deputy; never a contractor, or oneself."""
    post = _entered(act, post_id)
    not_oneself(act, user_id)
    person = person_of(act, user_id, post.site_id)
    if person.company_id is not None:
        raise Refused(Reason("holder_is_contractor", {}, ("user", person.pk)))
    starts = begins(act, starts, ends)
    same = PostHolder.objects.filter(Q(ends=None) | Q(ends__gt=starts), post=post, user=person)
    if ends is not None:
        same = same.filter(starts__lt=ends)
    if same.exists():
        raise Refused(Reason("holder_named_already", {}, ("user", person.pk)))
    holder = PostHolder.objects.create(
        post=post, user=person, deputy=deputy, starts=starts, ends=ends
    )
    act.record("holder_named", post, holder=holder.pk, user=person.pk, deputy=deputy)
    return holder


def _replace_holder(act: OpenAct, *, holder_id: int, user_id: int) -> PostHolder:
    """Name another in the place of a holder or deputy: from now, until the same end."""
    found = by_key(PostHolder, holder_id)
    if found is None:
        raise Unknown
    ended = _end_holder(act, holder_id=holder_id)
    return _name_holder(
        act,
        post_id=found.post_id,
        user_id=user_id,
        deputy=found.deputy,
        starts=max(found.starts, ended.ends or act.at),
        ends=found.ends,
    )


def _end_holder(act: OpenAct, *, holder_id: int) -> PostHolder:
    """Somebody is no longer named for a post. An open duty lasts until it is taken over."""
    holder = by_key(PostHolder, holder_id, "post__place")
    if holder is None:
        raise Unknown
    configure(act, holder.post.site_id, place=holder.post.place)
    holder.refresh_from_db(fields=["ends", "starts"])
    said = end(act, holder, "holder_ended")
    act.record("holder_ended", holder.post, holder=holder.pk, user=holder.user_id, **said)
    return holder


def _take_duty(act: OpenAct, *, post_id: int, seen: int | None = None) -> Duty:
    """Take the duty of a post: by who is named for it, or a deputy, in the own name.

    Who has no role left at the site takes none. The open duty of another ends in the same act.
    seen: the id of the duty that the person saw (0: the post was vacant), so that of two at once
    one wins and the other is told.
    """
    act.control(_known(post_id).site_id)
    post = _known(post_id)
    person_id = _taker(act, post)
    now = Duty.objects.filter(post=post, ends=None).first()
    if now is not None and now.user_id == person_id:
        raise Refused(Reason("duty_yours_already", {"name": post.name}, ("post", post.pk)))
    check_seen(seen, now.pk if now else 0)
    if now is not None:
        now.ends = max(act.at, now.starts)
        now.save(update_fields=["ends"])
    duty = Duty.objects.create(post=post, user_id=person_id, starts=act.at)
    act.record(
        "duty_taken",
        post,
        duty=duty.pk,
        ended=now.pk if now else None,
        **{"from": now.user_id if now else None, "to": person_id},
    )
    return duty


def _taker(act: OpenAct, post: Post) -> int:
    if act.scope.user_id is None or post.site_id not in act.scope.site_ids():
        raise Unknown
    named_for = PostHolder.objects.filter(
        Q(ends=None) | Q(ends__gt=act.at),
        post=post,
        user_id=act.scope.user_id,
        starts__lte=act.at,
    ).exists()
    if not named_for and not act.scope.roles(post.site_id, post.place.path):
        raise Unknown
    act.about(post)
    if not named_for:
        names = ("role", str(Role.SITE_ADMIN))
        raise Forbidden(Reason("not_named_for_post", {"name": post.name}, ("post", post.pk), names))
    if not post.is_active:
        raise Refused(Reason("post_not_in_use", {"name": post.name}, ("post", post.pk)))
    return act.scope.user_id


def _entered(act: OpenAct, post_id: int) -> Post:
    """A post of a place that the actor configures, as it is under the site's control."""
    post = _known(post_id)
    configure(act, post.site_id, place=post.place)
    return _known(post_id)


def _known(post_id: int) -> Post:
    post = by_key(Post, post_id, "place")
    if post is None:
        raise Unknown
    return post


create_post = door(_create)
change_post = door(_change)
name_holder = door(_name_holder)
end_holder = door(_end_holder)
replace_holder = door(_replace_holder)
take_duty = door(_take_duty)

__all__ = [
    "change_post",
    "create_post",
    "end_holder",
    "name_holder",
    "replace_holder",
    "take_duty",
]
