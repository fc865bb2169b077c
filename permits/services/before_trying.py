"""Before an isolation is tried a person says what became of stored energy, and who was told."""

from permits.isolation_states import Verb
from permits.models import Isolation
from permits.services._energy import put_energy, put_told
from permits.services._isolation import changed, enter
from work.services import OpenAct, door


def _say_energy(
    act: OpenAct, *, isolation_id: int, energy: str, how: str = "", seen: int | None = None
) -> Isolation:
    """Energy that stays behind the points was relieved or blocked, and how; or there is none."""
    facts = enter(act, isolation_id, Verb.ENERGY, seen, {"energy": energy, "how": how})
    return changed(act, facts, Verb.ENERGY, **put_energy(act, facts.isolation, energy, how))


def _say_told(act: OpenAct, *, isolation_id: int, told: str, seen: int | None = None) -> Isolation:
    """Who is affected by it was told that it is put in place; who that is."""
    facts = enter(act, isolation_id, Verb.NOTIFY, seen, {"told": told})
    return changed(act, facts, Verb.NOTIFY, **put_told(act, facts.isolation, told))


say_energy = door(_say_energy)
say_told = door(_say_told)

__all__ = ["say_energy", "say_told"]
