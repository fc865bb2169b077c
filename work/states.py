"""The vocabulary of the control model. Imports nothing of ours.

`MOVES` is the only table of transitions; every door, button, test and page reads it.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    """Where an item stands. *Blocked* and *ready* are overlays, never statuses."""

    REQUESTED = "requested", _("Requested")
    PLANNED = "planned", _("Planned")
    LIVE = "live", _("In progress")
    WAITING = "waiting", _("Stopped, waiting")
    DONE = "done", _("To accept")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = frozenset({Status.CLOSED, Status.CANCELLED})
OPEN = frozenset(set(Status) - ENDED)
UNDER_WAY = frozenset({Status.LIVE, Status.WAITING})
OWNED = frozenset({Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE})
# The statuses in which requirements of an item are derived and asked.
CONTROLLED = OWNED


class Verb(TextChoices):
    """What a person does to an item. The moves among them stand in `MOVES`."""

    REQUEST = "request", pgettext_lazy("verb", "Request")
    PLAN = "plan", pgettext_lazy("verb", "Plan")
    RETURN = "return", pgettext_lazy("verb", "Return to requested")
    START = "start", pgettext_lazy("verb", "Start")
    WAIT = "wait", pgettext_lazy("verb", "Stop and wait")
    RESUME = "resume", pgettext_lazy("verb", "Resume")
    STOP = "stop", pgettext_lazy("verb", "Stop and release")
    COMPLETE = "complete", pgettext_lazy("verb", "Complete")
    GIVE_BACK = "give_back", pgettext_lazy("verb", "Give back")
    ACCEPT = "accept", pgettext_lazy("verb", "Accept")
    REOPEN = "reopen", pgettext_lazy("verb", "Reopen")
    CANCEL = "cancel", pgettext_lazy("verb", "Cancel")


@dataclass(frozen=True)
class Move:
    """One row of the table of moves: from which statuses a verb leads to which one."""

    verb: Verb
    sources: frozenset[Status]
    to: Status
    gate: "Gate | None" = None


class Gate(TextChoices):
    """The moment at which requirements are asked. `resume` asks those of `start` again."""

    START = "start", _("before start")
    COMPLETE = "complete", _("before completion")
    CLOSE = "close", _("before acceptance")
    HOLD_POINT = "hold_point", _("at a hold point")


def _move(verb: Verb, sources: set[Status], to: Status, gate: "Gate | None" = None) -> Move:
    return Move(verb, frozenset(sources), to, gate)


MOVES: dict[Verb, Move] = {
    move.verb: move
    for move in (
        _move(Verb.PLAN, {Status.REQUESTED}, Status.PLANNED),
        _move(Verb.RETURN, {Status.PLANNED}, Status.REQUESTED),
        _move(Verb.START, {Status.PLANNED}, Status.LIVE, Gate.START),
        _move(Verb.WAIT, {Status.LIVE}, Status.WAITING),
        _move(Verb.RESUME, {Status.WAITING}, Status.LIVE, Gate.START),
        _move(Verb.STOP, {Status.LIVE, Status.WAITING}, Status.PLANNED),
        _move(Verb.COMPLETE, {Status.LIVE}, Status.DONE, Gate.COMPLETE),
        _move(Verb.GIVE_BACK, {Status.DONE}, Status.WAITING),
        _move(Verb.ACCEPT, {Status.DONE}, Status.CLOSED, Gate.CLOSE),
        _move(Verb.REOPEN, {Status.CLOSED}, Status.PLANNED),
        _move(
            Verb.CANCEL,
            {Status.REQUESTED, Status.PLANNED, Status.WAITING},
            Status.CANCELLED,
        ),
    )
}

# What an import may create, for new records only.
IMPORTABLE = frozenset({Status.REQUESTED, Status.PLANNED, Status.CANCELLED, Status.CLOSED})


class RequiredAt(TextChoices):
    """The steps at which a field of a type may be required."""

    REQUEST = "request", _("request")
    PLAN = "plan", _("plan")
    START = "start", _("start")
    COMPLETE = "complete", _("complete")
    CLOSE = "close", _("close")


class AnswerState(TextChoices):
    """A supplier's answer to one requirement. Unknown counts as unmet and says so."""

    MET = "met", _("Met")
    UNMET = "unmet", _("Not met")
    UNKNOWN = "unknown", _("Not known")


class Mode(TextChoices):
    """How strictly a rule is taken at a site or place. Only *enforce* refuses."""

    WATCH = "watch", _("Watch: would have stopped")
    WARN = "warn", _("Warn: asks why")
    ENFORCE = "enforce", _("Enforce")


class BlockerKind(TextChoices):
    """What the next step waits for."""

    MATERIAL = "material", _("Material")
    PLANT = "plant", _("Plant condition")
    PERMIT = "permit", _("Permit")
    ISOLATION = "isolation", _("Isolation")
    DOCUMENT = "document", _("Document")
    COMPETENCE = "competence", _("Competence")
    CONTRACTOR = "contractor", _("Contractor")
    ACCESS = "access", _("Access")
    WINDOW = "window", _("Production window")
    WORK = "work", _("Other work")
    DECISION = "decision", _("Decision")
    PEOPLE = "people", _("People")
    OTHER = "other", _("Other")


# A blocker of one of these kinds may be raised by hand; the others come from their source.
MANUAL_KINDS = frozenset(BlockerKind)


class Priority(TextChoices):
    """How soon the site wants it. The codes sort in this order."""

    P1 = "1", _("1 · Now")
    P2 = "2", _("2 · This shift")
    P3 = "3", _("3 · This week")
    P4 = "4", _("4 · When it suits")


class Role(TextChoices):
    """Roles bound to a site or a place subtree by a membership, or held by a duty."""

    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    TECHNICIAN = "technician", _("Technician")
    PLANNER = "planner", _("Planner")
    SUPERVISOR = "supervisor", _("Supervisor")
    SHIFT_LEAD = "shift_lead", _("Shift lead")
    AREA_OWNER = "area_owner", _("Area owner")
    PERMIT_AUTHORISER = "permit_authoriser", _("Permit authoriser")
    PERMIT_ISSUER = "permit_issuer", _("Permit issuer")
    HSE = "hse", _("HSE")
    DOCUMENT_CONTROLLER = "document_controller", _("Document controller")
    CHANGE_COORDINATOR = "change_coordinator", _("Change coordinator")
    COMPETENCE_COORDINATOR = "competence_coordinator", _("Competence coordinator")
    QUALITY = "quality", _("Quality release")
    AUDITOR = "auditor", _("Auditor")
    CONTRACTOR = "contractor", _("Contractor")
    SITE_ADMIN = "site_admin", _("Site administrator")


# Who may be named to accept work or to waive what is required: those who only read may not, nor
# who comes from outside.
DECIDING = frozenset(Role) - {Role.VIEWER, Role.AUDITOR, Role.CONTRACTOR}


class SourceKind(TextChoices):
    """Why an item was raised."""

    PERSON = "person", _("Raised by a person")
    CHECKLIST = "checklist", _("Checklist line")
    RECORD = "record", _("Supporting record")
    RESIDUAL = "residual", _("Residual of other work")
    IMPORT = "import", _("Imported")


class FieldKind(TextChoices):
    """Kinds of a custom field."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Choice")
    DATE = "date", _("Date")
    MOMENT = "moment", _("Date and time")


class LineKind(TextChoices):
    """Kinds of a checklist line."""

    PASS_FAIL = "pass_fail", _("Pass or fail")
    READING = "reading", _("Reading")
    CHOICE = "choice", _("Choice")
    TEXT = "text", _("Text")
    PHOTO = "photo", _("Photo")


class LineAnswer(TextChoices):
    """What was answered on a checklist line."""

    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    COULD_NOT = "could_not", _("Could not")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Disposition(TextChoices):
    """What becomes of a failed or impossible line."""

    PUT_RIGHT = "put_right", _("Put right now")
    FOLLOW_UP = "follow_up", _("Follow-up work")
    ACCEPTED_AS_IS = "accepted_as_is", _("Accepted as it is")


class HoldKind(TextChoices):
    """What of the operation a record holds."""

    RESTART = "restart", _("Restart")
    ENTRY = "entry", _("Entry")
    SHIPMENT = "shipment", _("Shipment")
    USE = "use", _("Use")


class PlaceKind(TextChoices):
    """Levels of a place (ISA-95; ISO 14224 for functional locations)."""

    SITE = "site", _("Site")
    AREA = "area", _("Area")
    PROCESS_CELL = "process_cell", _("Process cell")
    LINE = "line", _("Production line")
    UNIT = "unit", _("Unit")
    STORAGE_ZONE = "storage_zone", _("Storage zone")
    FUNCTIONAL_LOCATION = "functional_location", _("Functional location")


class PlaceCondition(TextChoices):
    """The operating state of a place."""

    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    IN_TEST = "in_test", _("In test")
    IN_WORK = "in_work", _("In work")
    HELD = "held", _("Held")


class NeighbourKind(TextChoices):
    """Why two places concern each other."""

    NEXT_TO = "next_to", _("Next to")
    ABOVE_BELOW = "above_below", _("Above or below")
    SAME_AIR = "same_air", _("Same air")
    SAME_DRAIN = "same_drain", _("Same drain or header")


class TeamKind(TextChoices):
    """Kinds of a team. A company is a team of kind *company*."""

    CREW = "crew", _("Crew")
    DEPARTMENT = "department", _("Department")
    COMPANY = "company", _("Contractor company")


class AcceptanceKind(TextChoices):
    """Who accepted: a person here, or the system an item was imported from."""

    PERSON = "person", _("Accepted")
    SOURCE = "source", _("Accepted in the source system")


class EvidenceKind(TextChoices):
    """Kinds of evidence."""

    FILE = "file", _("File")
    PHOTO = "photo", _("Photo")
    READING = "reading", _("Reading")
    SIGNATURE = "signature", _("Signature")
    RECORD = "record", _("Linked record")
