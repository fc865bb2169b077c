"""Changing an item that an act has entered: its plain fields, its owner, its executors."""

from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Reason, Refused
from work.models import WorkItem
from work.services import _asking, _moves
from work.services._contexts import contexts
from work.services._facts import Facts
from work.services._incomplete import fill_in
from work.services._item_fields import (
    set_assets,
    set_executors,
    set_fields,
    set_places,
    set_values,
)
from work.services._owners import check_owner
from work.services.acts import OpenAct
from work.states import CONTROLLED, ENDED

# A change of one of these is derived and asked anew.
_RELEVANT = frozenset(
    {
        "place_id",
        "parent_id",
        "safety_critical",
        "planned_start",
        "planned_end",
        "window_id",
        "owner",
        "team_id",
        "assets",
        "places",
        "executors",
        "type",
        "values",
    }
)


def edit_inner(
    act: OpenAct,
    facts: Facts,
    *,
    values: Mapping[str, Any] | None = None,
    asset_ids: Iterable[int] | None = None,
    place_ids: Iterable[int] | None = None,
    **fields: Any,
) -> WorkItem:
    """Change an item that was entered in this act."""
    _open_only(facts, "edit")
    names = set_fields(act, facts, fields)
    what = list(names)
    if set_values(facts, values):
        names, what = [*names, "values"], [*what, "values"]
    if set_assets(act, facts.item, asset_ids):
        what.append("assets")
    if set_places(act, facts.item, place_ids):
        what.append("places")
    return _saved(act, facts, names, what, "edit")


def assign_inner(
    act: OpenAct,
    facts: Facts,
    *,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    executor_ids: Iterable[int] | None = None,
) -> WorkItem:
    """Name the owner or executors of an item that was entered in this act."""
    _open_only(facts, "assign")
    item, names, what = facts.item, [], []
    if owner_user_id is not None or owner_post_id is not None:
        check_owner(item.site_id, owner_user_id, owner_post_id, act.at)
        if (item.owner_user_id, item.owner_post_id) != (owner_user_id, owner_post_id):
            item.owner_user_id, item.owner_post_id = owner_user_id, owner_post_id
            names, what = ["owner_user", "owner_post"], ["owner"]
    if set_executors(act, item, executor_ids):
        what.append("executors")
    data = {"owner_user": item.owner_user_id, "owner_post": item.owner_post_id}
    return _saved(act, facts, names, what, "assign", **data)


def _saved(
    act: OpenAct, facts: Facts, names: list[str], what: list[str], verb: str, **data: Any
) -> WorkItem:
    """Save, derive what depends on it, and write the event; nothing at all when nothing changed."""
    item = facts.item
    if not what:
        return item
    if fill_in(item, what):
        names = [*names, "incomplete"]
    relevant = {name if name in _RELEVANT else f"{name}_id" for name in what} & _RELEVANT
    facts.context = contexts([item])[item.pk]
    _moves.changed(act, facts, names, what)
    act.record(verb, item, item_id=item.pk, fields=sorted(what), **data)
    if relevant and item.status in CONTROLLED:
        _asking.bring_up_to_date(act, {item.pk: facts})
    return item


def _open_only(facts: Facts, verb: str) -> None:
    if facts.item.status in ENDED:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": verb}))
