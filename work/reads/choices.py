"""What can be chosen in a form at a site, within what the chooser may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from work.models import Membership, Post, Site, Team, Window, WorkType, WorkTypeVersion
from work.permissions import Scope
from work.states import Role

type Choices = list[tuple[Any, Any]]


class _Row(NamedTuple):
    """Something to choose; a contractor's person has a company."""

    what: str
    sort: str
    pk: int
    name: str
    company: str | None
    company_id: int | None


class SiteChoices:
    """Choices of one site for one person, asked when they are used.

    together: the form uses several of them, so that one query asks for all.
    """

    def __init__(self, site: Site, who: Scope, at: datetime, *, together: bool = False) -> None:
        self.site, self.who, self.at, self.together = site, who, at, together
        self.guest = who.only_contractor(site.pk)
        self._known: dict[str, list[_Row]] = {}

    def _rows(self, what: str) -> list[_Row]:
        if what not in self._known:
            parts = {
                "member": self._members,
                "post": self._posts,
                "team": self._teams,
                "window": self._windows,
                "type": self._types,
            }
            wanted = parts if self.together else [what]
            self._known |= {each: [] for each in wanted}
            for row in _read(parts[each]() for each in wanted):
                self._known[row.what].append(row)
        return self._known[what]

    def _members(self) -> QuerySet:
        rows = Membership.objects.filter(
            Q(ends=None) | Q(ends__gt=self.at),
            site=self.site,
            starts__lte=self.at,
            user__is_active=True,
        ).exclude(role__in=[Role.VIEWER, Role.AUDITOR])
        if self.guest:
            rows = rows.filter(company_id__in=self.who.companies(self.site.pk))
        company = {"company": F("user__company__name"), "company_id": F("user__company_id")}
        return _part("member", rows.distinct(), pk="user_id", name="user__name", **company)

    def _posts(self) -> QuerySet:
        rows = Post.objects.filter(site=self.site, is_active=True)
        return _part("post", rows.exclude(role=Role.CONTRACTOR))

    def _teams(self) -> QuerySet:
        rows = Team.objects.filter(site=self.site, is_active=True)
        if self.guest:
            rows = rows.filter(pk__in=self.who.companies(self.site.pk))
        return _part("team", rows)

    def _windows(self) -> QuerySet:
        rows = Window.objects.filter(site=self.site, closed_at=None)
        return _part("window", rows, sort="planned_from")

    def _types(self) -> QuerySet:
        published = WorkTypeVersion.objects.filter(type=OuterRef("pk"), published_at__isnull=False)
        return _part(
            "type", WorkType.objects.filter(Exists(published), site=self.site, is_active=True)
        )

    def owners(self) -> Choices:
        """Posts and employees; a contractor never owns."""
        people = [
            (f"user:{row.pk}", row.name) for row in self._rows("member") if not row.company_id
        ]
        posts = [(f"post:{row.pk}", row.name) for row in self._rows("post")]
        return [(_("Posts"), posts), (_("People"), people)]

    def people(self) -> Choices:
        """Everybody who can carry work out, a contractor's people with their company."""
        return [
            (row.pk, f"{row.name} ({row.company})" if row.company else row.name)
            for row in self._rows("member")
        ]

    def clearers(self) -> Choices:
        """Who can clear a blocker: a post, a role, a person."""
        posts = [(f"post:{row.pk}", row.name) for row in self._rows("post")]
        roles = [(f"role:{value}", label) for value, label in Role.choices]
        groups = [(_("Posts"), posts), (_("Roles"), roles)]
        if not self.guest:
            people = [(f"user:{row.pk}", row.name) for row in self._rows("member")]
            groups.append((_("People"), people))
        return groups

    def teams(self) -> Choices:
        """Teams and companies; a contractor sees its own alone."""
        return [(row.pk, row.name) for row in self._rows("team")]

    def windows(self) -> Choices:
        """Windows that are not closed."""
        return [(row.pk, row.name) for row in self._rows("window")]

    def types(self) -> Choices:
        """Work types in use that have a published version."""
        return [(row.pk, row.name) for row in self._rows("type")]


def _part(
    what: str,
    rows: QuerySet,
    *,
    pk: str = "pk",
    name: str = "name",
    sort: str = "",
    company: Any = None,
    company_id: Any = None,
) -> QuerySet:
    """One member of the union; all have the same columns of the same kinds."""
    given = {
        "_what": Value(what, CharField()),
        "_sort": Cast(sort or name, CharField()),
        "_pk": Cast(pk, BigIntegerField()),
        "_name": Cast(name, CharField()),
        "_company": Cast(company or Value(None), CharField()),
        "_company_id": Cast(company_id or Value(None), BigIntegerField()),
    }
    return rows.order_by().annotate(**given).values_list(*given)


def _read(parts: Iterable[QuerySet]) -> list[_Row]:
    """Each kind in its own order: one query."""
    first, *more = parts
    found = first.union(*more, all=True) if more else first
    return [_Row(*row) for row in found.order_by("_sort", "_pk")]
