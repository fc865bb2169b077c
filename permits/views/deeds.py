"""What can be done on a permit's page: each with its form and its door."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from permits import forms
from permits.permissions import may, may_explain
from permits.services import (
    assessments,
    deciding,
    ending,
    follow_up,
    issuing,
    on_it,
    requests,
    stopping,
    testing,
)
from permits.services._facts import Facts
from permits.states import Verb
from work.exceptions import Reason, Unknown
from work.pages import Deed, Given
from work.permissions import Allowed, Denied, Scope
from work.reads import item as items


def _on(given: Given) -> dict[str, Any]:
    """What the doors take that look at the version that was seen."""
    return {**given.door, "permit_id": given.record.pk, "seen": given.seen}


def plain(given: Given) -> dict[str, Any]:
    """What the doors take that let several people act at once."""
    return {**given.door, "permit_id": given.record.pk}


def may_do(verb: Verb) -> Any:
    """Who may do it, asked where the door takes no version."""
    return lambda who, permit: may(who, verb, permit, on_it.ids(permit))


def _may_explain(who: Scope, permit: Any) -> Allowed | Denied:
    stop = permit.stops.filter(ended_at=None).first()
    if may_explain(who, permit, stop.called_by_id if stop else None):
        return Allowed()
    return Denied(Reason("permits.not_yours_to_say"))


def _needs(given: Given) -> dict[str, str]:
    kind, needs = given.get("kind"), given.get("needs")
    return {str(kind): needs} if needs else {}


def _hazard(given: Given) -> object:
    measure = {"kind": given.get("kind"), "text": given.get("measure"), "needs": _needs(given)}
    said = {"text": given.get("text"), "energy": given.get("energy")}
    return assessments.add_hazard(**_on(given), **said, measures=[measure])


def _measure(given: Given) -> object:
    said = {"kind": given.get("kind"), "text": given.get("measure"), "needs": _needs(given)}
    return assessments.add_measure(**given.door, hazard_id=given.of, seen=given.seen, **said)


def _link(given: Given) -> object:
    number = items.number_of(given.get("number"))
    item_id = items.id_of(given.record.site, number) if number is not None else None
    return requests.link(**_on(given), item_id=item_id or 0, scope=given.get("scope"))


def _unlink(given: Given) -> object:
    if given.of is None:
        raise Unknown
    return requests.unlink(**given.door, link_id=given.of, seen=given.seen)


def _follow_up(given: Given) -> object:
    number = items.number_of(given.get("number"))
    item_id = items.id_of(given.record.site, number) if number is not None else None
    return follow_up.name(**_on(given), item_id=item_id or 0)


def _look(given: Given) -> dict[str, Any]:
    return {"scanned": given.get("scanned", False), "why": given.get("why")}


def _issue(given: Given) -> object:
    said = {"ends": given.get("ends", None), "despite": given.get("despite")}
    return issuing.issue(**_on(given), **_look(given), **said, signed=given.signed)


def _bring_back(given: Given) -> object:
    said = {"ends": given.get("ends", None), "despite": given.get("despite")}
    return stopping.bring_back(**_on(given), **_look(given), **said, signed=given.signed)


def gas_test(given: Given, *, paper: bool = False) -> object:
    return testing.record(
        **plain(given),
        readings=given.get("readings", []),
        instrument=given.get("instrument"),
        calibrated_until=given.get("calibrated_until", None),
        **_look(given),
        paper=paper,
    )


def hand_back(given: Given) -> object:
    complete = given.get("complete", None)
    return ending.hand_back(
        **_on(given),
        complete=None if complete is None else complete == "yes",
        left=given.get("left"),
        remaining=given.get("remaining"),
        watcher_id=given.get("watcher_id", None),
        signed=given.signed,
    )


def confirm(given: Given) -> object:
    said = {"people_out": given.get("people_out", False), "left": given.get("left")}
    return stopping.confirm(**plain(given), **said, signed=given.signed)


def _signed(door: Any, *names: str) -> Any:
    def do(given: Given) -> object:
        said = {name: given.get(name) for name in names}
        return door(**_on(given), **said, signed=given.signed)

    return do


def _said(door: Any, *names: str) -> Any:
    def do(given: Given) -> object:
        return door(**_on(given), **{name: given.get(name) for name in names})

    return do


_ALL = [
    (Verb.REQUEST, Deed("request", _("Ask for it"), _signed(requests.request), signs=True)),
    (Verb.ASSESS, Deed("assess", _("Assessment is complete"), _said(assessments.complete))),
    (Verb.EDIT, Deed("begin", _("Begin with the usual hazards"), _said(assessments.begin))),
    (Verb.EDIT, Deed("hazard", _("Add a hazard"), _hazard, forms.Hazard)),
    (Verb.EDIT, Deed("link", _("Link work"), _link, forms.Link)),
    (
        Verb.NAME,
        Deed(
            "name",
            _("Name who performs it"),
            _said(requests.name_performer, "person_id", "why"),
            forms.Name,
        ),
    ),
    (Verb.CHECK, Deed("check", _("Check"), _signed(deciding.check), signs=True)),
    (
        Verb.ENDORSE,
        Deed(
            "endorse",
            _("Endorse"),
            lambda given: deciding.endorse(
                **_on(given),
                conditions=given.get("conditions"),
                until=given.get("until", None),
                signed=given.signed,
            ),
            forms.Endorse,
            signs=True,
        ),
    ),
    (Verb.AUTHORISE, Deed("authorise", _("Authorise"), _signed(deciding.authorise), signs=True)),
    (
        Verb.TICK,
        Deed(
            "tick",
            _("Tick what is there"),
            lambda given: issuing.tick(
                **plain(given), measure_ids=[*map(int, given.get("measures", []))]
            ),
            forms.Tick,
            asks=may_do(Verb.TICK),
        ),
    ),
    (
        Verb.TEST,
        Deed("test", _("Record a gas test"), gas_test, forms.GasTest, asks=may_do(Verb.TEST)),
    ),
    (Verb.ISSUE, Deed("issue", _("Issue at the place"), _issue, forms.Issue, signs=True)),
    (
        Verb.TAKE,
        Deed(
            "take",
            _("Take it"),
            lambda given: issuing.take(**_on(given), **_look(given), signed=given.signed),
            forms.Look,
            signs=True,
        ),
    ),
    (Verb.WITHDRAW, Deed("withdraw", _("Take the issue back"), _said(issuing.withdraw))),
    (
        Verb.SIGN_ON,
        Deed(
            "on",
            _("Sign on"),
            lambda given: on_it.sign_on(**plain(given), person_id=given.actor.pk),
        ),
    ),
    (
        Verb.SIGN_ON,
        Deed(
            "on-name",
            _("Sign another on"),
            lambda given: on_it.sign_on(**plain(given), name=given.get("name")),
            forms.SignOn,
            asks=may_do(Verb.SIGN_ON),
        ),
    ),
    (
        Verb.CONFIRM,
        Deed(
            "confirm",
            _("It is stopped"),
            confirm,
            forms.Confirm,
            signs=True,
            asks=may_do(Verb.CONFIRM),
        ),
    ),
    (Verb.BRING_BACK, Deed("bring-back", _("Bring back"), _bring_back, forms.Issue, signs=True)),
    (
        Verb.ACCEPT,
        Deed(
            "accept",
            _("Come in as performing authority"),
            lambda given: issuing.accept(**_on(given), **_look(given), signed=given.signed),
            forms.Look,
            signs=True,
        ),
    ),
    (
        Verb.TAKE_OVER,
        Deed(
            "take-over",
            _("Take over as issuer"),
            lambda given: issuing.take_over(
                **_on(given), **_look(given), ends=given.get("ends", None), signed=given.signed
            ),
            forms.Issue,
            signs=True,
        ),
    ),
    (Verb.HAND_BACK, Deed("hand-back", _("Hand back"), hand_back, forms.HandBack, signs=True)),
    (
        Verb.FOLLOW_UP,
        Deed("follow-up", _("Name the follow-up"), _follow_up, forms.FollowUp),
    ),
    (
        Verb.NAME_WATCHER,
        Deed(
            "watcher",
            _("Name another watcher"),
            _said(ending.name_watcher, "watcher_id", "why"),
            forms.Watcher,
        ),
    ),
    (
        Verb.END_AFTERCARE,
        Deed(
            "aftercare",
            _("End the after-care"),
            _signed(ending.end_aftercare, "left"),
            forms.EndAftercare,
            signs=True,
        ),
    ),
    (
        Verb.CLOSE,
        Deed("close", _("Close"), _signed(ending.close, "inspected"), forms.Close, signs=True),
    ),
    (Verb.REVERT, Deed("revert", _("Send back"), _said(deciding.revert, "why"), forms.Why)),
    (
        Verb.REFUSE,
        Deed("refuse", _("Refuse"), _said(deciding.refuse, "why"), forms.Why, danger=True),
    ),
    (
        Verb.CANCEL,
        Deed("cancel", _("Cancel"), _said(deciding.cancel, "why"), forms.Why, danger=True),
    ),
]
STOP = Deed(
    "stop", _("Stop this work"), lambda given: stopping.call_stop(**plain(given)), danger=True
)
SAY_WHY = Deed(
    "say-why",
    _("Say why it was stopped"),
    lambda given: stopping.say_why(**plain(given), why=given.get("why")),
    forms.Why,
    asks=_may_explain,
)
SIGN_OFF = Deed(
    "off",
    _("Sign off"),
    lambda given: on_it.sign_off(**given.door, presence_id=given.of),
    part=True,
)
MEASURE = Deed("measure", _("Add a measure"), _measure, forms.Measure, part=True)
DROP_HAZARD = Deed(
    "drop-hazard",
    _("Take out"),
    lambda given: assessments.drop(**_on(given), hazard_id=given.of),
    part=True,
)
DROP_MEASURE = Deed(
    "drop-measure",
    _("Take out"),
    lambda given: assessments.drop(**_on(given), measure_id=given.of),
    part=True,
)
UNLINK = Deed("unlink", _("Take off"), _unlink, part=True)

ACTS = tuple(_ALL)
DEEDS = {deed.verb: deed for _verb, deed in _ALL} | {
    deed.verb: deed
    for deed in (STOP, SAY_WHY, SIGN_OFF, MEASURE, DROP_HAZARD, DROP_MEASURE, UNLINK)
}


def known(facts: Facts) -> Any:
    """What the form of each deed needs to know."""
    return lambda deed, of: facts
