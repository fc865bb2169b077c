"""The people and posts of a site that a name finds, of those that the reader may know."""

from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from work.models import Duty, Membership, Post, Site, User, WorkItem
from work.permissions import Scope
from work.reads.seen import known_to_guest, of_site

MOST = 25
_WORDS = 6


def found_people(site: Site, who: Scope, at: datetime, q: str) -> tuple[list[dict[str, Any]], bool]:
    """People and posts by name, each with the way to its work, and whether there are more: two
    queries.

    A guest knows the own company's people, and who of the site owns or carries out its work; no
    numbers.
    """
    guest = who.only_contractor(site.pk)
    work = reverse("work:item_list", args=[site.slug])

    def row(name: str, key: str, **more: str) -> dict[str, Any]:
        asked = {"owner": key}
        return {"name": name, "url": f"{work}?{urlencode(asked)}", "phone": "", "sub": "", **more}

    named = _named(q)
    posts = [
        row(
            each.name,
            f"post:{each.pk}",
            sub=each.holder or _("nobody has the duty"),
            phone="" if guest else each.phone or "",
        )
        for each in _posts(site, who, guest).filter(named).order_by("name")[: MOST + 1]
    ]
    people = [
        row(
            each.name,
            f"user:{each.pk}",
            sub=each.company.name if each.company else "",
            phone="" if guest else each.phone,
            carried_url=f"{work}?{urlencode({'executor': f'user:{each.pk}'})}",
        )
        for each in _people(site, who, at, guest)
        .filter(named | (Q(pk__in=[]) if guest else Q(badge__iexact=q)))
        .select_related("company")
        .order_by("name", "pk")[: MOST + 1]
    ]
    return [*posts[:MOST], *people[:MOST]], max(len(posts), len(people)) > MOST


def _named(q: str) -> Q:
    return reduce(and_, (Q(name__unaccent__icontains=word) for word in q.split()[:_WORDS]))


def _people(site: Site, who: Scope, at: datetime, guest: bool) -> QuerySet[User]:
    people = User.objects.filter(is_active=True)
    if guest:
        return people.filter(known_to_guest(who, site))
    roles = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=at), user=OuterRef("pk"), site=site, starts__lte=at
    )
    return people.filter(Exists(roles))


def _posts(site: Site, who: Scope, guest: bool) -> Any:
    duty = Duty.objects.filter(post=OuterRef("pk"), ends=None)
    posts = Post.objects.filter(site=site, is_active=True).annotate(
        holder=Subquery(duty.values("user__name")[:1]),
        phone=Subquery(duty.values("user__phone")[:1]),
    )
    if guest:
        mine = WorkItem.objects.filter(of_site(who, site), site=site)
        posts = posts.filter(Exists(mine.filter(owner_post=OuterRef("pk"))))
    return posts
