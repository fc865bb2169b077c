"""What refuses a verb: one list of coded reasons, with who clears each.

Buttons, refusal pages and doors read this list. `given` is what the form says; a page that only
offers the verb gives none, and is told what stands against it whatever will be typed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from permits.services import _follow_up, _guards_after, _guards_before, _guards_place
from permits.services._facts import Facts
from permits.services._own_locks import locks_against
from permits.services._says import stands
from permits.states import MOVES, SIGNED, Verb
from work.exceptions import Reason
from work.permissions import Scope

Given = Mapping[str, Any]


def refusals(facts: Facts, verb: Verb, who: Scope, given: Given | None = None) -> list[Reason]:
    """Why the verb may not be done to the permit at the facts' moment; empty when it may."""
    if facts.state not in MOVES[verb]:
        return [stands(facts.permit, facts.at)]
    check = _CHECKS.get(verb)
    said = check(facts, who, given) if check else []
    said += locks_against(facts, verb, who, given)
    if given is None:
        return said
    if verb in SIGNED and not given.get("signed"):
        said.append(Reason("permits.sign_needed"))
    return said


_CHECKS: dict[Verb, Callable[[Facts, Scope, Given | None], list[Reason]]] = {
    Verb.NAME: _guards_after.name,
    Verb.REQUEST: _guards_before.request,
    Verb.ASSESS: _guards_before.assess,
    Verb.CHECK: _guards_before.check,
    Verb.ENDORSE: _guards_before.endorse,
    Verb.AUTHORISE: _guards_before.authorise,
    Verb.REVERT: _guards_after.why,
    Verb.REFUSE: _guards_after.why,
    Verb.CANCEL: _guards_after.cancel,
    Verb.ISSUE: _guards_place.issue,
    Verb.TAKE: _guards_place.take,
    Verb.SIGN_ON: _guards_place.sign_on,
    Verb.CONFIRM: _guards_place.confirm,
    Verb.BRING_BACK: _guards_place.bring_back,
    Verb.ACCEPT: _guards_place.accept,
    Verb.TAKE_OVER: _guards_place.take_over,
    Verb.HAND_BACK: _guards_after.hand_back,
    Verb.NAME_WATCHER: _guards_after.name_watcher,
    Verb.FOLLOW_UP: _follow_up.against,
    Verb.END_AFTERCARE: _guards_after.end_aftercare,
    Verb.CLOSE: _guards_after.close,
}
