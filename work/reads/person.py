"""What is known of one person: roles, posts, duties and teams, now."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from work.models import Duty, Membership, PostHolder, TeamMember


def about(user_id: int, at: datetime) -> dict[str, Any]:
    """The roles, posts and teams that the person has at `at`: three queries."""
    now = Q(ends=None) | Q(ends__gt=at)
    roles = Membership.objects.filter(now, user=user_id, starts__lte=at)
    duties = Duty.objects.filter(post=OuterRef("post"), user=user_id, ends=None)
    posts = PostHolder.objects.filter(now, user=user_id, starts__lte=at, post__is_active=True)
    teams = TeamMember.objects.filter(now, user=user_id, starts__lte=at, team__is_active=True)
    return {
        "roles": [
            {
                "site": each.site.name,
                "slug": each.site.slug,
                "role_text": each.get_role_display(),
                "place_text": each.place.name if each.place else "",
                "company_text": each.company.name if each.company else "",
                "until": each.ends,
                "zone": each.site.time_zone,
            }
            for each in roles.select_related("site", "place", "company").order_by(
                "site__name", "pk"
            )
        ],
        "posts": [
            {
                "name": each.post.name,
                "site": each.post.site.name,
                "deputy": each.deputy,
                "on_duty": each.on_duty,
            }
            for each in posts.annotate(on_duty=Exists(duties))
            .select_related("post__site")
            .order_by("post__site__name", "post__name")
        ],
        "teams": [
            {"name": each.team.name, "site": each.team.site.name}
            for each in teams.select_related("team__site").order_by(
                "team__site__name", "team__name"
            )
        ],
    }
