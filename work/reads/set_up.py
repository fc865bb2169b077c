"""What was done to a record of a site's set-up, newest first, in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work import events
from work.exceptions import Reason
from work.models import Event, Place
from work.permissions import Scope
from work.reads import trail
from work.reasons import Names, once, say
from work.reasons.words import LABELS
from work.states import Mode, PlaceCondition

PAGE = 50
_WORDS = {
    "created": gettext_lazy("made it"),
    "changed": gettext_lazy("changed it"),
    "moved": gettext_lazy("hung it elsewhere"),
    "neighbour_added": gettext_lazy("said that it concerns another place"),
    "neighbour_ended": gettext_lazy("said that it concerns another place no longer"),
    "place_state": gettext_lazy("said in which state it is"),
    "role_granted": gettext_lazy("gave the role"),
    "role_ended": gettext_lazy("ended the role"),
    "left": gettext_lazy("said that the person has left"),
    "came_back": gettext_lazy("said that the person has come back"),
    "sign_in_given": gettext_lazy("gave a sign-in"),
    "password_chosen": gettext_lazy("chose a password"),
    "sign_in_taken": gettext_lazy("took the sign-in away"),
    "asset_status": gettext_lazy("said how it stands"),
    "duty_taken": gettext_lazy("took the duty"),
    "duty_ended": gettext_lazy("the duty ended"),
    "holder_named": gettext_lazy("named who holds it"),
    "holder_ended": gettext_lazy("ended who holds it"),
    "member_added": gettext_lazy("added to the team"),
    "member_ended": gettext_lazy("took out of the team"),
    "drafted": gettext_lazy("began a draft"),
    "draft_written": gettext_lazy("wrote the draft"),
    "published": gettext_lazy("published it"),
    "imported": gettext_lazy("took it from a file"),
    "rule_mode": gettext_lazy("gave it a mode"),
    "rule_ended": gettext_lazy("ended the rule"),
    "types_given": gettext_lazy("took types of work that come along"),
    "refused": gettext_lazy("was refused"),
}


# What the codes of a turn are called, by its verb.
_TURNS: dict[str, dict[Any, Any]] = {
    "rule_mode": dict(Mode.choices),
    "place_state": dict(PlaceCondition.choices),
}


@dataclass(frozen=True)
class Line:
    """One thing that was done. who: empty where nobody did it."""

    pk: int
    at: datetime
    who: str
    what: str
    details: str


def history(
    record: Model, who: Scope, sites: Collection[int], before: int = 0
) -> tuple[list[Line], int]:
    """The events of a record at these sites, and the id to go on before (0: there is no more)."""
    rows = Event.objects.filter(
        subject_type=events.label(type(record)), subject_id=record.pk, site__in=sites
    ).select_related("actor")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else 0
    found = found[:PAGE]
    reasons = {event.pk: _reasons(event) for event in found}
    places = _places(found)
    names = Names([each for several in reasons.values() for each in several], who)
    return [
        Line(
            pk=event.pk,
            at=event.happened_at,
            who=event.actor.name if event.actor else "",
            what=what(event),
            details=_details(record, event, reasons[event.pk], who, names)
            or _turn(event, places.get(event.data.get("place"))),
        )
        for event in found
    ], older


def what(event: Event) -> str:
    """What was done, in words, whatever it was done to."""
    return str(_WORDS[event.verb]) if event.verb in _WORDS else trail.words(event)[0]


def _reasons(event: Event) -> list[Reason]:
    return [Reason.from_json(each) for each in event.data.get("reasons", ())]


def _details(record: Model, event: Event, reasons: list[Reason], who: Scope, names: Names) -> str:
    if reasons:
        return " ".join(said.text for said in say(once(reasons, names), who, names))
    data = event.data
    if fields := data.get("fields"):
        return ", ".join(_called(record, name) for name in fields)
    if role := data.get("role"):
        return str(LABELS["roles"].get(str(role), role))
    return ""


def _places(found: Iterable[Event]) -> dict[int, str]:
    """The places at which modes were given, by their ids."""
    ids = {event.data.get("place") for event in found if event.verb == "rule_mode"}
    known = Place.objects.in_bulk([pk for pk in ids if isinstance(pk, int)]) if ids else {}
    return {pk: str(place) for pk, place in known.items()}


def _turn(event: Event, place: str | None) -> str:
    """What something was turned to, in words; of a mode also where."""
    words = _TURNS.get(event.verb)
    if words is None:
        return ""
    code = str(event.data.get("to", ""))
    said = str(words.get(code, code)) if code else _("the mode of the place above")
    return f"{said} · {place}" if place else said


def _called(record: Model, name: str) -> str:
    """What a field is called, as people read it."""
    try:
        field: Any = record._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return _("another field")
    return str(getattr(field, "verbose_name", name))
