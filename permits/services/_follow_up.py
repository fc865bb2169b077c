"""What is left of work that is handed back incomplete goes on as work of its own."""

from collections.abc import Mapping
from typing import Any

from permits.models import Permit
from permits.services._facts import Facts
from permits.services._says import ISSUER, url
from work.exceptions import Reason, Refused
from work.permissions import Scope
from work.services import OpenAct
from work.services.items import request_inner

_LONGEST = 200
# The site takes no such work, or asks of it what only who plans it can say.
_NOT_SO = frozenset({"type_needed", "type_unknown", "field_missing", "place_unknown"})


def made(act: OpenAct, permit: Permit, remaining: str, left: str) -> Any:
    """The work that is asked for, at the permit's place and with the way to it.

    None where the site takes no work on so: then it is named before the permit closes.
    """
    type_id = None
    if permit.site.triage_type_id is None:
        links = permit.links.filter(ended_at=None).order_by("pk")
        type_id = links.values_list("item__type", flat=True).first()
    why = f"P-{permit.number}: {permit.what}\n{remaining}\n{left}\n{url(permit)}"
    try:
        return request_inner(
            act,
            site_id=permit.site_id,
            type_id=type_id,
            place_id=permit.place_id,
            what=remaining[:_LONGEST],
            why=why,
        )
    except Refused as refusal:
        if not {each.code for each in refusal.reasons} <= _NOT_SO:
            raise
        return None


def against(facts: Facts, who: Scope, given: Mapping[str, Any] | None) -> list[Reason]:
    """Asked where it is handed back incomplete, once."""
    if facts.permit.complete is not False or facts.permit.follow_up_id is not None:
        return [Reason("permits.nothing_left")]
    return []


def needed(facts: Facts) -> list[Reason]:
    """What is left has its work before the permit closes."""
    permit = facts.permit
    if permit.complete is False and permit.follow_up_id is None:
        return [Reason("permits.follow_up_needed", clears=ISSUER)]
    return []


def remaining_against(given: Mapping[str, Any]) -> list[Reason]:
    """Who hands back incomplete says what is left to do."""
    if given.get("complete") is False and not str(given.get("remaining") or "").strip():
        return [Reason("permits.remaining_needed")]
    return []
