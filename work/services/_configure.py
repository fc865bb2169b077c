"""The way into a site for every act that sets it up: found, controlled, allowed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.db.models import Model, Q

from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.models import Membership, Place, PostHolder, Site, TeamMember, User
from work.permissions import Action, Denied, Scope, can_at
from work.prepared import by_key
from work.services._fields import title
from work.services.acts import OpenAct


def configure(
    act: OpenAct, site_id: int, *, place: Place | None = None, action: Action = Action.CONFIGURE
) -> Site:
    """Take the site's control and check that the actor may do `action` there, or at `place`.

    The place, found before, is read again: it may have been moved meanwhile. A superuser may
    configure and nothing else. Raises Unknown (404) or Forbidden (403).
    """
    site = by_key(Site, site_id)
    if site is None:
        raise Unknown
    act.control(site.pk)
    if place is not None:
        place.refresh_from_db()
    if action == Action.CONFIGURE and is_superuser(act):
        act.about(site)
        return site
    if act.scope.system or site.pk in act.scope.site_ids():
        act.about(site)
    check_may(act.scope, site.pk, place.path if place else "", action)
    return site


def check_may(who: Scope, site_id: int, path: str = "", action: Action = Action.CONFIGURE) -> None:
    """Unknown (404) to who has no role at the site, Forbidden (403) to who may not do this.

    A superuser may configure, and sees none of the work by that.
    """
    allowed = can_at(who, action, site_id, path)
    if isinstance(allowed, Denied):
        if action == Action.CONFIGURE and _superuser(who.user_id):
            return
        if site_id not in who.site_ids():
            raise Unknown
        # Who has a role in some part of the site alone has none for the whole of it.
        unknown = allowed.reason.code == "unknown"
        raise Forbidden(Reason("denied") if unknown else allowed.reason)


def is_superuser(act: OpenAct) -> bool:
    """Whether the actor may open configuration everywhere."""
    if act.actor is None or not act.actor.is_superuser:
        return False
    return _superuser(act.actor.pk)


def _superuser(user_id: int | None) -> bool:
    if user_id is None:
        return False
    return User.objects.filter(pk=user_id, is_active=True, is_superuser=True).exists()


def of_site[M: Model](model: type[M], pk: int | None, site_id: int, code: str) -> M:
    """A record of the site; refuses with `code` what is of another one or not there."""
    found = by_key(model, pk)
    if found is None or cast(Any, found).site_id != site_id:
        raise Refused(Reason(code))
    return found


def free_code(model: type[Model], site_id: int, code: str, longest: int = 120) -> str:
    """A code that nothing else of its kind has at the site."""
    code = code.strip()
    if not code:
        raise Refused(Reason("code_needed"))
    if len(code) > longest or "\x00" in code:
        raise Refused(Reason("code_too_long", {"longest": longest}))
    if model._default_manager.filter(site_id=site_id, code=code).exists():
        raise Refused(Reason("code_taken", {"code": code}))
    return code


def named(name: str, longest: int) -> str:
    """A name: one line in which something is seen, not too long."""
    name = title(name)
    if not name:
        raise Refused(Reason("name_needed"))
    if len(name) > longest or "\x00" in name:
        raise Refused(Reason("name_too_long", {"longest": longest}))
    return name


def one_of(value: str, choices: Iterable[str], what: str) -> str:
    """One of the values of a kind; `what` names the kind of thing asked for."""
    if value not in set(choices):
        raise Refused(Reason("choice_not_known", {"what": what, "value": str(value)[:60]}))
    return value


def put(thing: Model, values: Mapping[str, Any], was: Mapping[str, Any] | None = None) -> list[str]:
    """Put values on a record and save those that changed; their names.

    was: what the record said when the values were typed. Who overtook somebody is told.
    """
    if any(getattr(thing, name) != value for name, value in (was or {}).items()):
        raise Refused(Reason("stale"))
    changed = [name for name, value in values.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, values[name])
    if changed:
        thing.save(update_fields=[name.removesuffix("_id") for name in changed])
    return changed


def check_seen(seen: int | None, current: int) -> None:
    """Refuse who saw another state of things than is there now; None was not asked."""
    if seen is not None and seen != current:
        raise Stale(seen, current)


def not_oneself(act: OpenAct, user_id: int) -> None:
    """Refuse who would give a role, a post or a sign-in to nobody but themselves."""
    if act.actor is not None and act.actor.pk == user_id:
        raise Refused(Reason("not_oneself"))


def begins(act: OpenAct, starts: datetime | None, ends: datetime | None) -> datetime:
    """When what lasts from and until begins: now, where nothing is said. It ends after now."""
    starts = starts or act.at
    if ends is not None and ends <= starts:
        raise Refused(Reason("ends_before_start"))
    if ends is not None and ends <= act.at:
        raise Refused(Reason("ends_in_the_past"))
    return starts


def end(
    act: OpenAct,
    row: Membership | TeamMember | PostHolder,
    code: str,
    ends: datetime | None = None,
) -> dict[str, Any]:
    """End what lasts from and until, now or at a moment to come; what the event says of it.

    What would end before it begins is withdrawn: it begins and ends now, and was never in force.
    `code` refuses what has ended already.
    """
    if row.ends is not None and row.ends <= act.at:
        raise Refused(Reason(code))
    ends = ends or act.at
    if ends < act.at:
        raise Refused(Reason("ends_in_the_past"))
    said: dict[str, Any] = {}
    if ends <= row.starts:
        said["withdrawn"] = row.starts.isoformat()
        row.starts = ends = act.at
    row.ends = ends
    row.save(update_fields=["starts", "ends"])
    return {"ends": ends.isoformat(), **said}


def person_of(act: OpenAct, user_id: int, site_id: int) -> User:
    """An active person with a role at the site that has not ended."""
    known = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=act.at), user_id=user_id, site_id=site_id
    )
    return _active(user_id, known.exists())


def person_known(act: OpenAct, user_id: int) -> User:
    """An active person whom the actor may know of: new, or with a role at a site of the actor's."""
    if act.scope.system or is_superuser(act):
        return _active(user_id, True)
    roles = Membership.objects.filter(user_id=user_id)
    known = roles.filter(site_id__in=act.scope.site_ids()).exists() or not roles.exists()
    return _active(user_id, known)


def _active(user_id: int, known: bool) -> User:
    person = by_key(User, user_id)
    if person is None or not person.is_active or not known:
        raise Refused(Reason("person_unknown"))
    return person
