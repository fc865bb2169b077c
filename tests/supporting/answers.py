"""What the domain registers at the ports of work/."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from tests.supporting.models import State, Ticket
from tests.supporting.services import KEY
from work.exceptions import Reason
from work.ports import Answer, Fit, ItemChange, ItemContext, Requirement, Source
from work.prepared import Among, given, prepared
from work.services import recheck
from work.states import ENDED, BlockerKind, Gate

# Items of this type ask for a ticket by themselves; any other by a rule or by hand.
TYPE = "TICKETED"
# The checklist line at which items of that type ask for a second one, where they have it.
LINE = "ticketed"


class Tickets:
    """Source: a ticket; none yet until one is opened for the item."""

    key = KEY
    four_eyes = True

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Two queries: tickets by their id, and those opened for an item since."""
        tickets = Ticket.objects.select_related("after")
        named = tickets.in_bulk({source.id for source, _ in pairs if source.id})
        unnamed = {context.id for source, context in pairs if not source.id}
        of_item = {
            ticket.item_id: ticket for ticket in tickets.filter(item_id__in=unnamed).order_by("pk")
        }
        return [
            self._answer(named.get(source.id) or of_item.get(context.id), at)
            for source, context in pairs
        ]

    def _answer(self, ticket: Ticket | None, at: datetime) -> Answer:
        clears = ("role", "permit_issuer")
        if ticket is None:
            return Answer.unknown(Reason("supporting.ticket_missing"), clears=clears)
        if ticket.state == State.OPEN and ticket.after is not None:
            number = {"number": ticket.after.number}
            waits = Reason("supporting.ticket_waits", number, ("item", ticket.after.pk))
            return Answer.unmet(waits, clears=clears, source_id=ticket.pk)
        if ticket.state != State.VALID:
            return Answer.unmet(
                Reason(f"supporting.ticket_{ticket.state}", {}, ("ticket", ticket.pk)),
                clears=clears,
                source_id=ticket.pk,
            )
        if ticket.valid_until is not None and ticket.valid_until <= at:
            return Answer.unmet(
                Reason("supporting.ticket_lapsed"), clears=clears, source_id=ticket.pk
            )
        return Answer.met(valid_until=ticket.valid_until, source_id=ticket.pk)

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        def need(key: str, gate: Gate, line: str = "") -> Requirement:
            return Requirement(
                key=key,
                gate=gate,
                kind=BlockerKind.PERMIT,
                what=Reason("need.supporting.ticket"),
                line_key=line,
            )

        needs = [need("start", Gate.START), need("line", Gate.HOLD_POINT, LINE)]
        return {item.id: needs for item in items if item.type_code == TYPE}

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        after = dict(
            Ticket.objects.filter(
                pk__in=[source.id for source in sources], after__isnull=False
            ).values_list("pk", "after_id")
        )
        return {
            source: [Source("work.item", after[source.id])]
            for source in sources
            if source.id in after
        }


class Barred:
    """Who an open ticket bars is not fit."""

    key = "supporting.barred"

    def fit(
        self,
        pairs: Sequence[tuple[int, ItemContext]],
        at: datetime,
        until: Mapping[int, datetime],
    ) -> list[Fit]:
        people = sorted({person for person, _ in pairs})
        barred = {ticket.bars_id for ticket in _barring(people=people)}
        reason = Reason("supporting.ticket_bars", clears=("role", "hse"))
        return [Fit((reason,)) if person in barred else Fit() for person, _ in pairs]


@prepared
def _barring() -> QuerySet[Ticket]:
    """The open tickets that bar some people."""
    return Ticket.objects.filter(Among(F("bars_id"), given("people")), state=State.OPEN)


class EndsWithItsItem:
    """A ticket of an item that has ended is no longer valid."""

    key = KEY

    def items_changed(self, changes: Sequence[ItemChange], act: Any) -> None:
        ended = [change.item_id for change in changes if change.status_after in ENDED]
        if not ended:
            return
        tickets = list(Ticket.objects.filter(item_id__in=ended, state=State.VALID))
        for ticket in tickets:
            ticket.state = State.LAPSED
            ticket.save(update_fields=["state"])
            act.record("ticket_lapsed", ticket, item_id=ticket.item_id)
        recheck(act=act, key=KEY, source_ids=[ticket.pk for ticket in tickets])


class Outcomes:
    """A ticket that caused work learns of its outcome."""

    key = KEY

    def outcome(self, source_id: int, item_id: int, what: str, act: Any) -> None:
        ticket = Ticket.objects.get(pk=source_id)
        ticket.outcome = [*ticket.outcome, [item_id, what]]
        ticket.save(update_fields=["outcome"])

    def url(self, source_id: int) -> str:
        return f"/tickets/{source_id}/"


class TicketPanel:
    """The tickets of an item, where its type has any."""

    key = "supporting.tickets"
    page = "item"
    title = "Tickets"

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        if thing.type.code != TYPE:
            return None
        return Ticket.objects.filter(item_id=thing.pk).count()

    def url(self, thing: Any) -> str:
        return f"/tickets/?item={thing.pk}"
