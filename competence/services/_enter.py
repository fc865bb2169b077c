"""The way into a record for every act: found, its site held, allowed, not stale."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Model, Q

from competence.models import Company, Competence
from competence.permissions import FOR_COMPANY, Action, may
from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.permissions import Denied, Scope
from work.services import OpenAct
from work.states import Role

_VISITING = frozenset({Role.CONTRACTOR})


def site_model() -> type[Model]:
    """The sites of work."""
    return Competence._meta.get_field("site").related_model


def enter[M: Model](act: OpenAct, model: type[M], pk: int, *joined: str) -> M:
    """A record under its site's control; Unknown where there is none, or not theirs to know."""
    rows = model._default_manager.filter(pk=pk)
    site_id = rows.values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    act.control(site_id)
    record: Any = rows.select_related(*joined).get() if joined else rows.get()
    if not _knows(act, site_id):
        raise Unknown
    act.about(record)
    return record


def not_stale(seen: int | None, record: Any = None) -> None:
    """Refuse who saw another version than is there now; None was not asked.

    What is made anew has none: there 0 was seen.
    """
    current = record.version if record is not None else 0
    if seen is not None and seen != current:
        raise Stale(seen, current)


def enter_site(act: OpenAct, site_id: int) -> Any:
    """A site under its control."""
    site: Any = site_model()._default_manager.filter(pk=site_id).first()
    if site is None:
        raise Unknown
    act.control(site_id)
    if not _knows(act, site_id):
        raise Unknown
    act.about(site)
    return site


def _knows(act: OpenAct, site_id: int) -> bool:
    return act.scope.system or site_id in act.scope.site_ids() or _sets_up_all(act)


def _sets_up_all(act: OpenAct) -> bool:
    """A superuser sets up every site, and nothing else."""
    return act.actor is not None and act.actor.is_active and act.actor.is_superuser


def allow(act: OpenAct, action: Action, site_id: int, **about: Any) -> None:
    """Refuse who may not do this (403), or may not know of it (404)."""
    if action == Action.CONFIGURE and _sets_up_all(act):
        return
    allowed = may(act.scope, action, site_id, **about)
    if isinstance(allowed, Denied):
        if allowed.reason.code == "unknown":
            raise Unknown
        raise Forbidden(allowed.reason)
    if not acts_for(act.scope, action, site_id, **about):
        raise Forbidden(Reason("competence.foreman_acts"))


def acts_for(who: Scope, action: Action, site_id: int, **about: Any) -> bool:
    """Whether who may do this for the own company alone is one of those who act for it.

    Of a company that the site does not follow, each of its people; what they show another verifies.
    """
    team_id = about.get("company_id")
    if action not in FOR_COMPANY or team_id not in who.companies(site_id):
        return True
    if may(who, action, site_id, **{**about, "company_id": None}):
        return True
    company = Company.objects.filter(site_id=site_id, team_id=team_id).only("foremen").first()
    return company is None or who.user_id in company.foremen


def person_at(act: OpenAct, site_id: int, user_id: int) -> tuple[Any, int | None]:
    """An active person with a role at the site, and the company as whose contractor, if any.

    Who is there for a company only is not known to another company's people.
    """
    person = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    roles = []
    if person is not None:
        roles = list(
            person.memberships.filter(Q(ends=None) | Q(ends__gt=act.at), site_id=site_id)
            .order_by("starts", "pk")
            .values_list("role", "company_id")
        )
    companies = [company for role, company in roles if role in _VISITING]
    company_id = companies[0] if companies and len(companies) == len(roles) else None
    if not roles or not (
        act.scope.system
        or not act.scope.only_contractor(site_id)
        or company_id in act.scope.companies(site_id)
    ):
        raise Refused(Reason("competence.person_unknown"))
    return person, company_id


def competence_at(site_id: int, competence_id: int | None) -> Competence:
    """A competence in use at the site."""
    in_use = Competence.objects.filter(site_id=site_id, is_active=True)
    found = in_use.filter(pk=competence_id).first() if competence_id is not None else None
    if found is None:
        raise Refused(Reason("competence.competence_unknown"))
    return found


def save(record: Any, *fields: str) -> None:
    """Save what a person changed, as the next version."""
    record.version += 1
    record.save(update_fields=[*fields, "version"])


def end_of_day(day: date, zone: str) -> datetime:
    """The moment at which a day of the site is over."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))


def today(at: datetime, zone: str) -> date:
    """The day of the site at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def not_from(record: Any, *states: str) -> None:
    """Refuse what is not possible as the record stands."""
    if record.state not in states:
        stands = {"code": f"competence.state_{record.state}"}
        raise Refused(Reason("competence.not_from", {"reason": stands}))
