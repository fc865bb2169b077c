"""The menu of a card on the board: the moves that its status allows, for one reader.

A move that asks nothing is done from the menu; one that asks leads to the page of its form. A held
one says why and may be pressed all the same: its door refuses, and the attempt is kept.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from work.exceptions import Reason
from work.models import Site
from work.permissions import Action, Scope, can
from work.reads import cards
from work.reads import item as read
from work.reads.cards import Known
from work.reads.next_step import next_by, next_step
from work.reads.rows import ItemRow
from work.reasons import Names, Said, say
from work.reasons.guests import guest_at
from work.services.guards import refusals, warnings_at
from work.states import MOVES, Gate, Verb
from work.views._acts import SPECS, Spec

_AT_ONCE = frozenset({Verb.START, Verb.RESUME, Verb.COMPLETE})
_NOT_OF_THE_ROLE = frozenset({"role_needed", "role_or_executor_needed"})


@dataclass(slots=True)
class Move:
    """One entry of the menu. at_once: done by pressing it; else the address has its form.

    reasons: why it is held, in codes. reason, who, more: the first of them in words, who clears it,
    and how many there are besides. drops: a card that is dropped on another stage does it at once,
    although the menu leads to a form.
    """

    verb: str
    label: str
    url: str
    at_once: bool
    reasons: list[Reason]
    reason: str = ""
    who: str = ""
    more: int = 0
    drops: bool = False

    @property
    def allowed(self) -> bool:
        """Whether nothing is known that holds it."""
        return not self.reasons


def put(site: Site, rows: list[ItemRow], who: Scope, at: datetime) -> None:
    """Give the cards their moves, and say what blocks them, their stage and who is next.

    One query, at most two for names.
    """
    if not rows:
        return
    known = cards.known(row.pk for row in rows)
    for row in rows:
        row.moves = moves(site, known[row.pk], who, at)
        stages = known[row.pk].facts.definition.stages
        row.stages = tuple((each.key, each.label) for each in stages if each.status == row.status)
        row.stage_text = dict(row.stages).get(row.stage, "")
    words = said(site, rows, who)
    for row in rows:
        clears = ""
        if row.block:
            found = next(words)
            row.block_text, clears = found.text, found.who
        for move in row.moves:
            if move.reasons:
                found = next(words)
                move.reason, move.who = found.text, found.who
                move.more = len(move.reasons) - 1
        _put_next(row, clears)


def _put_next(row: ItemRow, clears: str) -> None:
    blocked = row.block is not None
    row.next_text = _("Clear it") if blocked else next_step(row.status, blocked=False)
    row.next_by = next_by(
        row.status,
        blocked,
        clears=clears,
        executors=row.executors_text,
        owner=row.owner_text,
    )


def moves(site: Site, known: Known, who: Scope, at: datetime) -> list[Move]:
    """The menu of one item; what is simply not of the reader's role is left out of it."""
    status = known.item.status
    steps = [spec for spec in SPECS.values() if spec.move and status in MOVES[spec.move].sources]
    made = [_move(site, known, spec, who, at) for spec in steps]
    made = [move for move in made if not {each.code for each in move.reasons} & _NOT_OF_THE_ROLE]
    return made + _stages(site, known, who)


def _stages(site: Site, known: Known, who: Scope) -> list[Move]:
    """The way to another stage inside the status, where there is one."""
    item, spec = known.item, SPECS["stage"]
    inside = [each for each in known.facts.definition.stages if each.status == item.status]
    if len(inside) < 2 or not can(who, Action.STAGE, item, executors=known.executor_ids):
        return []
    url = f"{read.url(site, item.number, spec.verb)}?seen={item.version}"
    return [Move(spec.verb, _label(spec.verb, get_language()), url, False, [], drops=True)]


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
    return Move(spec.verb, _label(spec.verb, get_language()), url + seen, at_once, reasons)


@functools.cache
def _label(verb: str, language: str | None) -> str:
    return str(SPECS[verb].label)


def said(site: Site, rows: list[ItemRow], who: Scope) -> Iterator[Said]:
    """What blocks each card and the first reason of each held move, in the order of the cards."""
    blocks = [row.block for row in rows if row.block]
    coded = [replace(block.what, clears=block.clears) for block in blocks]
    held = [move.reasons[0] for row in rows for move in row.moves if move.reasons]
    every = [*coded, *held, *(block.why for block in blocks if block.why)]
    names = Names(every, who, guest=guest_at(who, site.pk))
    found = []
    for row in rows:
        if row.block:
            # Who clears other work is told to who may see that work.
            hidden = row.block.why is not None and names.hide(row.block.why)
            found.append(replace(row.block.what, clears=None if hidden else row.block.clears))
        found += [move.reasons[0] for move in row.moves if move.reasons]
    return iter(say(found, who, names))
