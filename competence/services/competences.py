"""What people can be asked to have, as a site sets it up."""

from collections.abc import Mapping, Sequence
from typing import Any

from competence.models import Competence
from competence.permissions import Action
from competence.services._enter import allow, enter, enter_site, not_stale, save
from competence.services._texts import free_code, named, one_of
from competence.states import Kind
from work.exceptions import Reason, Refused
from work.services import OpenAct, door

_CHANGEABLE = frozenset({"name", "levels", "months", "is_active"})


def _create(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    kind: str,
    levels: Sequence[str] = (),
    months: int | None = None,
) -> Competence:
    """Make a competence of a site. Its code and kind stay as they are."""
    enter_site(act, site_id)
    allow(act, Action.CONFIGURE, site_id)
    kind = one_of(kind, Kind.values, "competence_kind")
    made = Competence.objects.create(
        site_id=site_id,
        code=free_code(site_id, code),
        name=named(name, 120),
        kind=kind,
        levels=_levels(kind, levels),
        months=months or None,
    )
    act.record("created", made)
    return made


def _change(
    act: OpenAct,
    *,
    competence_id: int,
    seen: int | None = None,
    was: Mapping[str, Any] | None = None,
    **values: Any,
) -> Competence:
    """Change its words, how long it lasts from now on, or whether it is in use."""
    found = enter(act, Competence, competence_id)
    allow(act, Action.CONFIGURE, found.site_id)
    not_stale(seen, found)
    if any(getattr(found, name) != value for name, value in (was or {}).items()):
        raise Refused(Reason("stale"))
    if unknown := set(values) - _CHANGEABLE:
        raise TypeError(f"not a field of a competence to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 120)
    if "levels" in values:
        values["levels"] = _levels(found.kind, values["levels"], least=len(found.levels))
    changed = [name for name, value in values.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, values[name])
    if changed:
        save(found, *changed)
        act.record("changed", found, fields=sorted(changed))
    return found


def _levels(kind: str, levels: Sequence[str], least: int = 0) -> list[str]:
    """The words of the levels: of a skill alone, and none that records name goes."""
    words = [named(word, 60) for word in levels]
    if words and kind != Kind.SKILL:
        raise Refused(Reason("competence.levels_of_skills"))
    if len(words) < least:
        raise Refused(Reason("competence.level_unknown"))
    return words


create = door(_create)
change = door(_change)

__all__ = ["change", "create"]
