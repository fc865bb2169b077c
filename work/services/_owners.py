"""Who may own work: a post in use, or an employee with a role at the site. Never a contractor.

What is known of an item's owner is read along with the item (`known`), so that a gate, a page and
a board ask without a query of their own whether the owner may own it still.
"""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from work.exceptions import Reason, Refused
from work.models import Membership, Post, WorkItem
from work.states import Role


def known() -> JSONObject:
    """What `still` asks of an item's owner: annotate it on items as `owner_known`."""
    return JSONObject(
        user=F("owner_user_id"),
        post=F("owner_post_id"),
        post_stands=Exists(_posts(OuterRef("owner_post_id"), OuterRef("site_id"))),
        roles=ArraySubquery(_roles(OuterRef("owner_user_id"), OuterRef("site_id"))),
    )


def still(item: WorkItem, at: datetime) -> Reason | None:
    """Why the owner that an item has may not own it at `at`; None where nothing is wrong."""
    user_id, post_id = item.owner_user_id, item.owner_post_id
    read = getattr(item, "owner_known", None)
    if read is None or (read["user"], read["post"]) != (user_id, post_id):
        read = _looked_up(item.site_id, user_id, post_id)
    return _fault(read, at)


def check_owner(site_id: int, user_id: int | None, post_id: int | None, at: datetime) -> None:
    """One owner: a post of the site or an active employee with a role there; no contractor."""
    if (user_id is None) == (post_id is None):
        raise Refused(Reason("owner_needed", clears=("role", Role.PLANNER)))
    fault = _fault(_looked_up(site_id, user_id, post_id), at)
    if fault is not None:
        raise Refused(fault)


def _looked_up(site_id: int, user_id: int | None, post_id: int | None) -> dict[str, Any]:
    return {
        "user": user_id,
        "post": post_id,
        "post_stands": post_id is not None and _posts(post_id, site_id).exists(),
        "roles": list(_roles(user_id, site_id)) if user_id is not None else [],
    }


def _posts(post_id: Any, site_id: Any) -> QuerySet:
    posts = Post.objects.filter(pk=post_id, site_id=site_id, is_active=True)
    return posts.exclude(role=Role.CONTRACTOR)


def _roles(user_id: Any, site_id: Any) -> QuerySet:
    """The roles of a person at a site, ever, each with what is known of the person."""
    role = JSONObject(
        role=F("role"),
        starts=F("starts"),
        ends=F("ends"),
        active=F("user__is_active"),
        company=F("user__company_id"),
    )
    rows = Membership.objects.filter(user_id=user_id, site_id=site_id).order_by("pk")
    return rows.values_list(role, flat=True)


def _fault(read: dict[str, Any], at: datetime) -> Reason | None:
    if read["post"] is not None:
        return None if read["post_stands"] else Reason("owner_unknown")
    roles = [row for row in read["roles"] if _covers(row, at)]
    if not roles:
        return Reason("owner_unknown")
    about = ("user", read["user"])
    if not roles[0]["active"]:
        return Reason("owner_left", {}, about)
    if roles[0]["company"] is not None or {row["role"] for row in roles} == {Role.CONTRACTOR}:
        return Reason("owner_is_contractor", {}, about)
    return None


def _covers(row: dict[str, Any], at: datetime) -> bool:
    if datetime.fromisoformat(row["starts"]) > at:
        return False
    return row["ends"] is None or datetime.fromisoformat(row["ends"]) > at
