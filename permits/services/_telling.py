"""Who must know of a stop: who works there, who issued it, who leads and owns the place."""

from datetime import datetime
from typing import Any

from permits.services._facts import Facts
from permits.services._says import url
from work.services import OpenAct, notices
from work.states import Role

_LEADING = [Role.AREA_OWNER, Role.SHIFT_LEAD]


def tell(act: OpenAct, facts: Facts, code: str, since: datetime, **more: Any) -> int:
    """Tell them, each with the way to the permit; who did it is told nothing."""
    permit = facts.permit
    label = f"P-{permit.number}"
    params = {"number": permit.number, "label": label, "url": url(permit)}
    params |= {"since": since.isoformat(), **more}
    return notices.tell_people(act, people=_concerned(facts), code=code, params=params)


def _concerned(facts: Facts) -> set[int | None]:
    permit = facts.permit
    posts = permit.site.posts.filter(role__in=_LEADING, is_active=True, duties__ends=None)
    on_duty = posts.values_list("place__path", "duties__user_id")
    leads = {user for path, user in on_duty if permit.place.path.startswith(path)}
    return {permit.performing_authority_id, permit.issuer_id, *facts.people_on_it, *leads}
