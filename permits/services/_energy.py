"""What must be said before an isolation is tried: stored energy, and who is affected was told.

Of an isolation that was tried before this was asked nothing need be (`energy` is null).
"""

from collections.abc import Mapping
from typing import Any

from permits.isolation_states import Energy
from permits.models import Isolation
from permits.services._isolated import reason
from work.exceptions import Reason
from work.services import OpenAct

Given = Mapping[str, Any]


def unsaid(isolation: Isolation, given: Given | None = None) -> list[Reason]:
    """What nobody has said yet. given: what is said with the act that asks for it."""
    said, given = [], given or {}
    if isolation.energy == "" and not given.get("energy"):
        said.append(reason(isolation, "permits.energy_unsaid"))
    untold = isolation.energy is not None and isolation.notified_at is None
    if untold and not str(given.get("told") or "").strip():
        said.append(reason(isolation, "permits.affected_untold"))
    return said


def energy(given: Given) -> list[Reason]:
    """What is wrong with what is said of the energy: relieved or blocked says how."""
    said = given.get("energy") or ""
    if said not in Energy.values:
        return [Reason("permits.energy_needed")]
    if said != Energy.NONE and not str(given.get("how") or "").strip():
        return [Reason("permits.energy_how_needed")]
    return []


def told(given: Given) -> list[Reason]:
    """Who was told is said."""
    said = str(given.get("told") or "").strip()
    return [] if said else [Reason("permits.affected_needed")]


def put_energy(act: OpenAct, isolation: Isolation, said: str, how: str) -> dict[str, Any]:
    """Keep what became of the energy, with who says so; what its event holds."""
    note = act.note(how, "energy", subject=isolation)
    isolation.energy, isolation.energy_note = said, note
    isolation.energy_by, isolation.energy_at = act.person, act.at
    return {"energy": said, "note": note.pk if note else None}


def put_told(act: OpenAct, isolation: Isolation, whom: str) -> dict[str, Any]:
    """Keep that who is affected was told, with who says so; what its event holds."""
    note = act.note(whom, "notified", subject=isolation)
    isolation.notified_by, isolation.notified_at = act.person, act.at
    isolation.notified_note = note
    return {"note": note.pk if note else None}


def anew(isolation: Isolation) -> None:
    """Something is applied: what became of the energy before says nothing of now."""
    isolation.energy, isolation.energy_note = "", None
    isolation.energy_by = isolation.energy_at = None


def over(isolation: Isolation) -> None:
    """It was to be removed, and who is affected may know of that: all is said anew."""
    isolation.notified_by = isolation.notified_at = isolation.notified_note = None
    if isolation.energy is not None:
        anew(isolation)
