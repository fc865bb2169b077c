"""What can be done on an isolation's page: each with its form and its door."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from permits import isolation_forms as forms
from permits.isolation_permissions import may
from permits.isolation_states import Verb
from permits.models import Permit
from permits.services import (
    before_trying,
    boxes,
    gone,
    isolation_uses,
    isolations,
    points,
    sanction,
)
from permits.services._isolation_facts import Facts
from work.exceptions import Reason, Refused
from work.pages import Deed, Given
from work.reads import item as items


def _on(given: Given) -> dict[str, Any]:
    """What the doors take that look at the version that was seen."""
    return {**given.door, "isolation_id": given.record.pk, "seen": given.seen}


def _plain(given: Given) -> dict[str, Any]:
    """What the doors take that let several people act at once."""
    return {**given.door, "isolation_id": given.record.pk}


def _may(verb: Verb) -> Any:
    """Who may do it, asked where the door takes no version."""
    return lambda who, isolation: may(who, verb, isolation)


def _said(door: Any, *names: str) -> Any:
    return lambda given: door(**_on(given), **{name: given.get(name) for name in names})


def _bare(door: Any) -> Any:
    return lambda given: door(**_plain(given))


def _points(door: Any) -> Any:
    return lambda given: door(**_on(given), points=given.get("points", []))


def _use(given: Given) -> object:
    typed = str(given.get("number")).strip().upper()
    site = given.record.site
    if typed.startswith("P"):
        number = typed.removeprefix("P").removeprefix("-")
        rows = Permit.objects.filter(site=site, number=int(number) if number.isdecimal() else 0)
        pk = rows.values_list("pk", flat=True).first()
        if pk is None:
            raise Refused(Reason("permits.permit_unknown"))
        return isolation_uses.use(**_plain(given), permit_id=pk)
    number = items.number_of(typed)
    item_id = items.id_of(site, number) if number is not None else None
    return isolation_uses.use(**_plain(given), item_id=item_id or 0, how=given.get("how"))


def _out(given: Given) -> object:
    said = {name: bool(given.get(name, False)) for name in ("people_out", "tools_out")}
    return points.release(**_on(given), **said)


def _carry_on(given: Given) -> object:
    return isolations.carry_on(
        **_on(given),
        owner_id=given.get("owner_id", 0),
        why=given.get("why"),
        check_days=given.get("check_days", 0),
    )


# Who leads puts on and takes off the lock of somebody without sign-in.
ON_FOR = Deed(
    "on-for",
    _("Put a lock on for somebody without sign-in"),
    lambda given: boxes.on(**_plain(given), name=given.get("name")),
    forms.For,
    asks=_may(Verb.LOCK_ON),
)
_ALL = [
    (Verb.APPROVE, Deed("approve", _("Approve"), _said(isolations.approve))),
    (Verb.APPLY, Deed("apply", _("Apply and lock"), _points(points.apply), forms.Apply)),
    (Verb.LOCK, Deed("lock", _("Lock"), _points(points.lock), forms.Lock)),
    (
        Verb.ENERGY,
        Deed(
            "energy",
            _("Say what became of stored energy"),
            _said(before_trying.say_energy, "energy", "how"),
            forms.Energy,
        ),
    ),
    (
        Verb.NOTIFY,
        Deed("notify", _("Say who was told"), _said(before_trying.say_told, "told"), forms.Notify),
    ),
    (Verb.TRY, Deed("try", _("Tried: nothing moves"), _said(points.try_out))),
    (Verb.LOCK_ON, Deed("on", _("Put my lock on the box"), _bare(boxes.on))),
    (Verb.LOCK_OFF, Deed("off", _("Take my lock off"), _bare(boxes.off))),
    (Verb.LOCK_ON, ON_FOR),
    (Verb.GROUP_ON, Deed("group-on", _("Put the group lock on"), _bare(boxes.group_on))),
    (Verb.GROUP_OFF, Deed("group-off", _("Take the group lock off"), _bare(boxes.group_off))),
    (Verb.AGREE_TEST, Deed("agree", _("Agree to the test"), _bare(sanction.agree))),
    (Verb.SANCTION, Deed("sanction", _("Sanction the test"), _said(sanction.sanction))),
    (
        Verb.WITHDRAW_TEST,
        Deed("withdraw-test", _("Withdraw the test"), _said(sanction.withdraw)),
    ),
    (Verb.END_TEST, Deed("end-test", _("The test is over"), _said(sanction.end))),
    (
        Verb.RELEASE,
        Deed("release", _("Ask to remove it"), _out, forms.Out),
    ),
    (Verb.REMOVE, Deed("remove", _("Remove points"), _points(points.remove), forms.Remove)),
    (Verb.KEEP, Deed("keep", _("Leave in place after all"), _said(points.keep))),
    (Verb.CLOSE, Deed("close", _("Close"), _said(isolations.close))),
    (Verb.CHECK, Deed("check", _("Checked: every point is in place"), _said(isolations.check))),
    (Verb.USE, Deed("use", _("Link a permit or work"), _use, forms.Use, asks=_may(Verb.USE))),
    (
        Verb.ASK_TEST,
        Deed("ask-test", _("Ask to test"), _said(sanction.ask, "why"), forms.Why),
    ),
    (Verb.CARRY_ON, Deed("carry-on", _("Leave in place for long"), _carry_on, forms.CarryOn)),
    (
        Verb.CANCEL,
        Deed("cancel", _("Cancel"), _said(isolations.cancel, "why"), forms.Why, danger=True),
    ),
]
REPORT = Deed(
    "report",
    _("Not in place"),
    lambda given: points.report(**_plain(given), point_id=given.of, why=given.get("why")),
    forms.Report,
    part=True,
    danger=True,
    asks=_may(Verb.REPORT),
)
LIFT = Deed(
    "lift",
    _("Lift for the test"),
    lambda given: sanction.lift(**_on(given), point_id=given.of, position=given.get("position")),
    forms.Position,
    part=True,
)
LEAVE = Deed(
    "leave",
    _("Take off"),
    lambda given: isolation_uses.leave(**given.door, use_id=given.of, why=given.get("why")),
    forms.Why,
    part=True,
    asks=_may(Verb.LEAVE),
)
ABSENT = Deed(
    "absent",
    _("Its holder is gone"),
    lambda given: gone.ask_removal(
        **given.door, lock_id=given.of, away=given.get("away"), tried=given.get("tried")
    ),
    forms.Absent,
    part=True,
    asks=_may(Verb.ABSENT),
)
REMOVE_LOCK = Deed(
    "remove-lock",
    _("Remove the lock"),
    lambda given: gone.remove(**given.door, lock_id=given.of),
    part=True,
    danger=True,
)
HERE = Deed(
    "here",
    _("I am here"),
    lambda given: gone.here(**given.door, removal_id=given.of),
    part=True,
)
TELL = Deed(
    "tell",
    _("I know that my lock is off"),
    lambda given: gone.tell(**given.door, removal_id=given.of),
    part=True,
)
TOLD = Deed(
    "told",
    _("The holder is told"),
    lambda given: gone.tell(**given.door, removal_id=given.of, how=given.get("how")),
    forms.Told,
    part=True,
    asks=_may(Verb.ABSENT),
)
OFF_FOR = Deed(
    "off-for",
    _("Take it off with its holder"),
    lambda given: boxes.off(**given.door, isolation_id=given.record.pk, lock_id=given.of),
    part=True,
)

ACTS = tuple(_ALL)
_PARTS = (REPORT, LIFT, LEAVE, ABSENT, REMOVE_LOCK, HERE, TELL, TOLD, OFF_FOR)
DEEDS = {deed.verb: deed for _verb, deed in _ALL} | {deed.verb: deed for deed in _PARTS}


def known(facts: Facts) -> Any:
    """What the form of each deed needs to know."""
    return lambda deed, of: facts
