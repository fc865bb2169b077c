"""Companies at a site, as their pages show them; to a company's own people none but their own."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from competence.models import Company, CompanyPaper, Induction, Newcomer
from competence.reads import visitors
from competence.states import PaperKind
from work.permissions import Scope
from work.states import Role

PAGE = 50


def known(site: Any, who: Scope) -> QuerySet[Company]:
    """The companies of which the reader may know."""
    rows = Company.objects.filter(site_id=site.pk).select_related("team", "place")
    if who.only_contractor(site.pk):
        rows = rows.filter(team_id__in=who.companies(site.pk))
    return rows


def listed(site: Any, who: Scope, page: int) -> tuple[list[Company], int]:
    """A page of companies by name, with what is counted of them, and how many there are."""
    insured = Q(
        papers__kind=PaperKind.INSURANCE,
        papers__struck_at=None,
        papers__verified_at__isnull=False,
    )
    waits = Q(papers__struck_at=None, papers__verified_at=None)
    newcomers = Newcomer.objects.filter(company=OuterRef("pk"), answered_at=None).order_by()
    membership: Any = get_user_model()._meta.get_field("memberships").related_model
    people = membership._default_manager.filter(
        site_id=site.pk, role=Role.CONTRACTOR, company=OuterRef("team_id"), user__is_active=True
    )
    rows = known(site, who).annotate(
        insured_until=Max("papers__until", filter=insured),
        papers_waiting=Count("papers", filter=waits),
        newcomers_waiting=Coalesce(_counted(newcomers, "company"), 0),
        people=Coalesce(_counted(people.order_by(), "company", "user"), 0),
    )
    total = known(site, who).count()
    return list(rows.order_by("team__name", "pk")[(page - 1) * PAGE : page * PAGE]), total


def _counted(rows: QuerySet[Any], by: str, what: str = "pk") -> Subquery:
    return Subquery(rows.values(by).annotate(n=Count(what, distinct=True)).values("n"))


def find(site: Any, who: Scope, code: str) -> Company | None:
    """A company by the code of its team, where the reader may know of it: one query."""
    joined = ("invited_by", "submitted_by", "approved_by", "suspended_by", "suspended_why", "site")
    return known(site, who).filter(team__code=code).select_related("team", "place", *joined).first()


def uninvited(site: Any) -> list[tuple[int, str]]:
    """Companies of the site that nobody invited yet: one query."""
    teams: Any = Company._meta.get_field("team").related_model
    rows = teams._default_manager.filter(site_id=site.pk, kind="company", is_active=True)
    rows = rows.exclude(pk__in=Company.objects.filter(site_id=site.pk).values("team_id"))
    return list(rows.order_by("name").values_list("pk", "name")[:200])


def papers(company: Company) -> list[CompanyPaper]:
    """Its papers that were not struck, the latest end first: one query."""
    rows = company.papers.filter(struck_at=None).select_related("added_by", "verified_by", "blob")
    return list(rows.order_by("kind", "-until", "-pk")[:100])


def people(site: Any, company: Company, at: datetime) -> list[Any]:
    """Its people at the site, with the end of the newest induction of each: one query."""
    newest = Induction.objects.filter(person=OuterRef("pk"), site_id=site.pk, ended_at=None)
    mine = visitors.of_teams(site.pk, [company.team_id], at)
    rows = get_user_model()._default_manager.filter(Exists(mine), is_active=True)
    return list(
        rows.annotate(
            inducted_on=Subquery(newest.order_by("-done_on", "-pk").values("done_on")[:1]),
            inducted_until=Subquery(newest.order_by("-done_on", "-pk").values("until")[:1]),
        ).order_by("name", "pk")[:200]
    )


def newcomers(company: Company) -> list[Newcomer]:
    """Who waits to be let in: one query."""
    rows = company.newcomers.filter(answered_at=None).select_related("added_by")
    return list(rows.order_by("pk")[:100])
