"""Entry from paper on a permit's page: what may be said afterwards, with when it happened."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from permits import paper_forms as forms
from permits.services import on_it, stopping
from permits.services._facts import Facts
from permits.services._paper import PAPER
from permits.states import MOVES, SIGNED, Verb
from permits.views.deeds import confirm, gas_test, hand_back, may_do, plain
from work.pages import Deed, Given, Offer


def _stop(given: Given) -> object:
    return stopping.call_stop(**plain(given), why=given.get("why"))


def _on(given: Given) -> object:
    return on_it.sign_on(**plain(given), name=given.get("name"))


def _off(given: Given) -> object:
    return on_it.sign_off(**given.door, presence_id=given.get("presence", 0))


def _deed(verb: Verb, label: Any, do: Any, form: Any) -> Deed:
    asks = None if verb == Verb.HAND_BACK else may_do(verb)
    return Deed(f"paper-{verb}", label, do, form, signs=verb in SIGNED, asks=asks)


_ALL = {
    Verb.CALL_STOP: _deed(
        Verb.CALL_STOP, _("From paper: a stop was called"), _stop, forms.PaperStop
    ),
    Verb.CONFIRM: _deed(
        Verb.CONFIRM, _("From paper: it was stopped, people out"), confirm, forms.PaperConfirm
    ),
    Verb.TEST: _deed(
        Verb.TEST,
        _("From paper: a gas test"),
        lambda given: gas_test(given, paper=True),
        forms.PaperTest,
    ),
    Verb.SIGN_ON: _deed(Verb.SIGN_ON, _("From paper: somebody came on"), _on, forms.PaperOn),
    Verb.SIGN_OFF: _deed(Verb.SIGN_OFF, _("From paper: somebody left"), _off, forms.PaperOff),
    Verb.HAND_BACK: _deed(
        Verb.HAND_BACK,
        _("From paper: it was handed back"),
        hand_back,
        forms.PaperHandBack,
    ),
}
DEEDS = {deed.verb: deed for deed in _ALL.values()}


def asked(verb: str, *, wanted: bool) -> bool:
    """Whether the page is to offer them: asked for, or one of them was just sent."""
    return wanted or verb in DEEDS


def possible(facts: Facts) -> bool:
    """Whether anything could have happened under the permit meanwhile."""
    return facts.permit.begun_at is not None and any(facts.state in MOVES[each] for each in PAPER)


def offers(facts: Facts, may_now: Any) -> list[Offer]:
    """Those that may be entered now by the reader."""
    empty = {Verb.SIGN_OFF: not facts.on_it, Verb.TEST: not facts.asked()}
    return [
        Offer(deed)
        for verb, deed in _ALL.items()
        if may_now(verb, facts) and not empty.get(verb, False)
    ]
