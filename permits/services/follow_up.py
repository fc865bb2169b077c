"""Naming the work in which goes on what was handed back incomplete."""

from permits.models import Permit
from permits.services import _named
from permits.services._enter import changed, enter
from permits.states import Verb
from work.services import OpenAct, door


def _name(act: OpenAct, *, permit_id: int, item_id: int, seen: int | None = None) -> Permit:
    """Say which open work what is left stands in, where none was made at the hand-back."""
    facts = enter(act, permit_id, Verb.FOLLOW_UP, seen)
    _named.item(act, facts.permit, item_id)
    facts.permit.follow_up_id = item_id
    return changed(act, facts, "follow_up", item=item_id)


name = door(_name)

__all__ = ["name"]
