"""The domain's own verbs: each takes the site's control, changes a ticket and asks work/ anew."""

from datetime import datetime

from tests.supporting.models import State, Ticket
from work.exceptions import Forbidden, Reason, Unknown
from work.permissions import Action, can_at
from work.services import Changed, OpenAct, control, door, recheck
from work.services.items import request_inner

KEY = "supporting.ticket"


def _open(
    act: OpenAct,
    *,
    site_id: int,
    item_id: int | None = None,
    after_id: int | None = None,
    bars_id: int | None = None,
) -> Ticket:
    """Ask for a ticket; who barred must be asked for again is every item of that person's."""
    control(site_id)
    ticket = Ticket.objects.create(
        site_id=site_id, item_id=item_id, after_id=after_id, bars_id=bars_id
    )
    act.record("ticket_opened", ticket, item_id=item_id)
    recheck(act=act, key=KEY, source_ids=[ticket.pk], item_ids=[item_id] if item_id else None)
    return ticket


def _issue(act: OpenAct, *, ticket_id: int, valid_until: datetime | None = None) -> Ticket:
    return _turn(act, ticket_id, State.VALID, valid_until)[0]


def _lapse(act: OpenAct, *, ticket_id: int) -> list[int]:
    """The items that were asked again, as the same act would return them a second time."""
    return list(_turn(act, ticket_id, State.LAPSED, None)[1].items)


def _turn(
    act: OpenAct, ticket_id: int, state: str, valid_until: datetime | None
) -> tuple[Ticket, Changed]:
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket is None:
        raise Unknown
    control(ticket.site_id)
    act.about(ticket, item_id=ticket.item_id)
    if not act.scope.system and not can_at(act.scope, Action.CONFIGURE, ticket.site_id, ""):
        raise Forbidden(Reason("denied"))
    ticket.state, ticket.valid_until = state, valid_until
    ticket.save(update_fields=["state", "valid_until"])
    act.record(f"ticket_{state}", ticket, item_id=ticket.item_id)
    return ticket, recheck(act=act, key=KEY, source_ids=[ticket.pk])


def _cause(act: OpenAct, *, ticket_id: int, **given) -> int:
    """Raise the work that a ticket causes, in the same act."""
    ticket = Ticket.objects.get(pk=ticket_id)
    control(ticket.site_id)
    item = request_inner(
        act, site_id=ticket.site_id, caused_by=(KEY, ticket.pk, "corrective"), **given
    )
    return item.pk


open_ticket = door(_open)
issue = door(_issue)
lapse = door(_lapse)
cause = door(_cause)
