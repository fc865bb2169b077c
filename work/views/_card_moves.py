"""The menu of a card on the board: the moves that its status allows, for one reader.

A move that asks nothing is done from the menu; one that asks leads to the page of its form. A held
one says why and may be pressed all the same: its door refuses, and the attempt is kept.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from work.exceptions import Reason
from work.models import Site
from work.permissions import Action, Scope, can
from work.reads import cards
from work.reads import item as read
from work.reads.cards import Known
from work.reads.rows import ItemRow
from work.reasons import Names, say
from work.services.guards import refusals, warnings_at
from work.states import MOVES, Gate, Verb
from work.views._acts import SPECS, Spec

_AT_ONCE = frozenset({Verb.START, Verb.RESUME, Verb.COMPLETE})
_NOT_OF_THE_ROLE = frozenset({"role_needed", "role_or_executor_needed"})


@dataclass(slots=True)
class Move:
    """One entry of the menu. at_once: done by pressing it; else the address has its form.

    reasons: why it is held, in codes. reason, more: the first of them in words, and how many there
    are besides. act: the identity of the act, born with the menu.
    """

    verb: str
    label: Any
    url: str
    at_once: bool
    reasons: list[Reason]
    reason: str = ""
    more: int = 0
    act: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def allowed(self) -> bool:
        """Whether nothing is known that holds it."""
        return not self.reasons


def put(site: Site, rows: list[ItemRow], who: Scope, at: datetime) -> None:
    """Give the cards their moves and say what blocks them: one query, at most two for names."""
    if not rows:
        return
    known = cards.known(row.pk for row in rows)
    for row in rows:
        row.moves = moves(site, known[row.pk], who, at)
    said = _said(rows, who)
    for row in rows:
        row.block_text = next(said) if row.block else ""
        for move in row.moves:
            if move.reasons:
                move.reason, move.more = next(said), len(move.reasons) - 1


def moves(site: Site, known: Known, who: Scope, at: datetime) -> list[Move]:
    """The menu of one item; what is simply not of the reader's role is left out of it."""
    status = known.item.status
    steps = [spec for spec in SPECS.values() if spec.move and status in MOVES[spec.move].sources]
    made = [_move(site, known, spec, who, at) for spec in steps]
    return [move for move in made if not {each.code for each in move.reasons} & _NOT_OF_THE_ROLE]


def _move(site: Site, known: Known, spec: Spec, who: Scope, at: datetime) -> Move:
    """A step as its door will answer it, as far as a board knows; what it does not know is open."""
    item, verb = known.item, Verb(str(spec.move))
    verdict = can(who, Action(str(verb)), item, executors=known.executor_ids)
    at_once, reasons = False, []
    if not verdict:
        reasons = [verdict.reason]
    elif verb in _AT_ONCE:
        reasons = refusals(known.facts, verb, at, who=who, given={"why": "asked by the form"})
        # A warning asks why.
        asks = verb != Verb.COMPLETE and warnings_at(known.facts, Gate.START, at)
        at_once = bool(reasons) or not asks
    url = read.url(site, item.number, spec.verb)
    seen = f"?seen={item.version}" if at_once else ""
    return Move(spec.verb, spec.label, url + seen, at_once, reasons)


def _said(rows: list[ItemRow], who: Scope) -> Iterator[str]:
    """What blocks each card and the first reason of each held move, in the order of the cards.

    Who clears them is not on a card, so nobody is looked up for that.
    """
    coded = []
    for row in rows:
        coded += [row.block] if row.block else []
        coded += [move.reasons[0] for move in row.moves if move.reasons]
    bare = [replace(reason, clears=None) for reason in coded]
    return iter([each.text for each in say(bare, who, Names(bare, who))])
