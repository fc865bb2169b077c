"""Views of the list that people keep, and how each wants the list.

Everybody with a role at a site keeps views of their own. One is shared with the site by who plans
work there or sets the site up; whoever may share may change and withdraw what is shared. To
contractors nothing is shared: the name of a view may tell of another company.
"""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import ListChoice, SavedView, Site
from work.permissions import BY_ROLE, Action, Scope
from work.prepared import by_key
from work.services._configure import check_seen, named
from work.services.acts import OpenAct, door

# So many views one person keeps at a site, and as many are shared there.
MOST = 40
_LONGEST_NAME, _LONGEST_QUERY, _MOST_COLUMNS, _LONGEST_COLUMN = 80, 2000, 24, 42


def may_share(who: Scope, site_id: int) -> bool:
    """Whether the person shares views with the site: by a role anywhere in it."""
    roles = {grant.role for grant in who.grants if grant.site_id == site_id}
    return bool(roles & BY_ROLE[Action.SHARE_VIEW])


def known(who: Scope, site_id: int) -> QuerySet[SavedView]:
    """The views that a person may open: the own ones, and those shared with the site."""
    mine = Q(by=who.user_id, shared=False)
    seen = mine if who.only_contractor(site_id) else mine | Q(shared=True)
    return SavedView.objects.filter(seen, site=site_id, withdrawn_at=None)


def _save(act: OpenAct, *, site_id: int, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep what an address asks for under a name."""
    site = _entered(act, site_id)
    if shared:
        _check_may_share(act, site_id)
    view = SavedView(site=site, by=act.person, shared=shared, saved_at=act.at)
    view.name, view.query = named(name, _LONGEST_NAME), _asked(query)
    others = _beside(view)
    if others.count() >= MOST:
        raise Refused(Reason("views_too_many", {"most": MOST}))
    _check_free(view)
    view.save()
    act.record("view_saved", view, shared=shared)
    return view


def _change(
    act: OpenAct,
    *,
    view_id: int,
    seen: int | None = None,
    name: str | None = None,
    query: str | None = None,
    share: bool = False,
) -> SavedView:
    """Another name, other filters, or shared from now on. What is shared stays so."""
    view = _own(act, view_id, seen)
    if name is not None:
        view.name = named(name, _LONGEST_NAME)
    if query is not None:
        view.query = _asked(query)
    if share and not view.shared:
        _check_may_share(act, view.site_id)
        view.shared = True
    _check_free(view)
    view.version += 1
    view.saved_at = act.at
    view.save()
    act.record("view_changed", view, version=view.version, shared=view.shared)
    return view


def _withdraw(act: OpenAct, *, view_id: int, seen: int | None = None) -> SavedView:
    """Take a view away from everybody who opens it."""
    view = _own(act, view_id, seen)
    view.withdrawn_at = act.at
    view.save(update_fields=["withdrawn_at"])
    act.record("view_withdrawn", view)
    return view


def _open_with(act: OpenAct, *, site_id: int, view_id: int | None) -> ListChoice:
    """Let the person's list open with a view; with all open work where none is named."""
    _entered(act, site_id)
    if view_id is not None and not known(act.scope, site_id).filter(pk=view_id).exists():
        raise Unknown
    return _chosen(act, site_id, default_view_id=view_id)


def _choose_columns(act: OpenAct, *, site_id: int, columns: Sequence[str]) -> ListChoice:
    """The columns of the person's list at the site; with none given, those of everybody."""
    _entered(act, site_id)
    columns = list(dict.fromkeys(columns))
    if len(columns) > _MOST_COLUMNS or any(
        len(each) > _LONGEST_COLUMN or "\x00" in each for each in columns
    ):
        raise Refused(Reason("form_damaged"))
    return _chosen(act, site_id, columns=columns)


def _chosen(act: OpenAct, site_id: int, **values: object) -> ListChoice:
    choice, _made = ListChoice.objects.update_or_create(
        site_id=site_id, user=act.person, defaults=values
    )
    act.record("list_chosen", choice, fields=sorted(values))
    return choice


def _entered(act: OpenAct, site_id: int) -> Site:
    """The site, held, for who has any role there."""
    site = by_key(Site, site_id)
    if site is None:
        raise Unknown
    act.control(site.pk)
    if site.pk not in act.scope.site_ids():
        raise Unknown
    act.about(site)
    return site


def _own(act: OpenAct, view_id: int, seen: int | None) -> SavedView:
    """A view that the actor may change: known (404), allowed (403), not stale (409)."""
    view = by_key(SavedView, view_id)
    if view is None:
        raise Unknown
    act.control(view.site_id)
    view = known(act.scope, view.site_id).filter(pk=view_id).first()
    if view is None or view.site_id not in act.scope.site_ids():
        raise Unknown
    act.about(view)
    if view.shared:
        _check_may_share(act, view.site_id)
    check_seen(seen, view.version)
    return view


def _check_may_share(act: OpenAct, site_id: int) -> None:
    if not may_share(act.scope, site_id):
        roles = sorted(str(role) for role in BY_ROLE[Action.SHARE_VIEW])
        raise Forbidden(Reason("role_needed", {"roles": roles}))


def _asked(query: str) -> str:
    if len(query) > _LONGEST_QUERY or "\x00" in query:
        raise Refused(Reason("view_too_long"))
    return query


def _beside(view: SavedView) -> QuerySet[SavedView]:
    """The other views among which the name of this one must be its own."""
    others = SavedView.objects.filter(site=view.site_id, shared=view.shared, withdrawn_at=None)
    others = others.exclude(pk=view.pk)
    return others if view.shared else others.filter(by=view.by_id)


def _check_free(view: SavedView) -> None:
    if _beside(view).filter(name__iexact=view.name).exists():
        raise Refused(Reason("view_name_taken", {"name": view.name}))


save = door(_save)
change = door(_change)
withdraw = door(_withdraw)
open_with = door(_open_with)
choose_columns = door(_choose_columns)

__all__ = [
    "MOST",
    "change",
    "choose_columns",
    "known",
    "may_share",
    "open_with",
    "save",
    "withdraw",
]
