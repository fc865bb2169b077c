"""What can be chosen in a form at a site, within what the chooser may see."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from work.models import Membership, Post, Site, Team, Window, WorkType
from work.permissions import Scope
from work.states import Role

type Choices = list[tuple[Any, Any]]


class SiteChoices:
    """Choices of one site for one person; each list is one query, asked when it is used."""

    def __init__(self, site: Site, who: Scope, at: datetime) -> None:
        self.site, self.who, self.at = site, who, at
        self.guest = who.only_contractor(site.pk)

    @cached_property
    def _members(self) -> list[tuple[int, str, str | None, bool]]:
        rows = Membership.objects.filter(
            Q(ends=None) | Q(ends__gt=self.at),
            site=self.site,
            starts__lte=self.at,
            user__is_active=True,
        ).exclude(role__in=[Role.VIEWER, Role.AUDITOR])
        if self.guest:
            rows = rows.filter(company_id__in=self.who.companies(self.site.pk))
        return list(
            rows.order_by("user__name", "user_id")
            .distinct("user__name", "user_id")
            .values_list("user_id", "user__name", "user__company__name", "user__company_id")
        )

    @cached_property
    def _posts(self) -> list[tuple[int, str]]:
        return list(
            Post.objects.filter(site=self.site, is_active=True)
            .exclude(role=Role.CONTRACTOR)
            .values_list("pk", "name")
        )

    def owners(self) -> Choices:
        """Posts and employees; a contractor never owns."""
        people = [(f"user:{pk}", name) for pk, name, _c, company in self._members if not company]
        posts = [(f"post:{pk}", name) for pk, name in self._posts]
        return [(_("Posts"), posts), (_("People"), people)]

    def people(self) -> Choices:
        """Everybody who can carry work out, a contractor's people with their company."""
        return [
            (pk, f"{name} ({company})" if company else name)
            for pk, name, company, _company_id in self._members
        ]

    def clearers(self) -> Choices:
        """Who can clear a blocker: a post, a role, a person."""
        posts = [(f"post:{pk}", name) for pk, name in self._posts]
        roles = [(f"role:{value}", label) for value, label in Role.choices]
        groups = [(_("Posts"), posts), (_("Roles"), roles)]
        if not self.guest:
            people = [(f"user:{pk}", name) for pk, name, _c, _id in self._members]
            groups.append((_("People"), people))
        return groups

    def teams(self) -> Choices:
        """Teams and companies; a contractor sees its own alone."""
        rows = Team.objects.filter(site=self.site, is_active=True)
        if self.guest:
            rows = rows.filter(pk__in=self.who.companies(self.site.pk))
        return list(rows.values_list("pk", "name"))

    def windows(self) -> Choices:
        """Windows that are not closed."""
        return list(Window.objects.filter(site=self.site, closed_at=None).values_list("pk", "name"))

    def types(self) -> Choices:
        """Work types in use that have a published version."""
        rows = WorkType.objects.filter(
            site=self.site, is_active=True, versions__published_at__isnull=False
        )
        return list(rows.distinct().order_by("name").values_list("pk", "name"))
