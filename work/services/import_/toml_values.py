"""Takes values out of a mapping's tables, each with a fault that names its key."""

import codecs
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from work.services.import_.faults import MappingFault


def encoding(said: Mapping, path: str) -> str:
    name = text(said, "encoding", under=path)
    try:
        codec = codecs.lookup(name).name
        plain = '\n,;"\t'.encode(codec) == b'\n,;"\t'
    except (LookupError, UnicodeError):
        plain = False
    if not plain:
        raise MappingFault(
            f"{path}.encoding", _("%(name)s is not read; save the file as utf-8.") % {"name": name}
        )
    return codec


def zone(said: Mapping, path: str) -> ZoneInfo | None:
    if "time_zone" not in said:
        return None
    name = text(said, "time_zone", under=path)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise MappingFault(f"{path}.time_zone", _("There is no such time zone.")) from error


def plain(value: Any, path: str) -> str:
    """A value of the mapping as the text that a cell would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise MappingFault(path, _("A text, a number or true or false is needed."))


def plain_or_none(said: Mapping, name: str, path: str) -> str | None:
    return plain(said[name], f"{path}.{name}") if name in said else None


def text(
    said: Mapping,
    name: str,
    *,
    under: str = "",
    default: str | None = None,
    limit: int = 200,
    strip: bool = True,
) -> str:
    path = f"{under}.{name}" if under else name
    value = said.get(name, default)
    if not isinstance(value, str) or not (value.strip() or not strip) or len(value) > limit:
        raise MappingFault(
            path, _("A text of 1 to %(limit)s characters is needed.") % {"limit": limit}
        )
    return value.strip() if strip else value


def names(
    said: Mapping,
    name: str,
    *,
    under: str = "",
    default: tuple[str, ...] | None = None,
    least: int = 0,
) -> tuple[str, ...]:
    value = said.get(name, default)
    is_list = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if not is_list or len(value) < least:
        raise MappingFault(f"{under}.{name}" if under else name, _("A list of texts is needed."))
    return tuple(value)


def yes_no(said: Mapping, name: str, *, default: bool) -> bool:
    value = said.get(name, default)
    if not isinstance(value, bool):
        raise MappingFault(name, _("Say true or false."))
    return value


def table(said: Mapping, name: str, under: str = "") -> Mapping:
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise MappingFault(f"{under}.{name}" if under else name, _("A table is needed."))
    return value


def one_of(said: Mapping, name: str, choices: tuple[str, ...], under: str = "") -> str:
    value = said.get(name)
    if value not in choices:
        raise MappingFault(
            f"{under}.{name}" if under else name,
            _("One of these is needed: %(choices)s.") % {"choices": ", ".join(choices)},
        )
    return str(value)


def only(said: Mapping, names: Iterable[str]) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def known(said: Mapping, path: str, names: Iterable[str]) -> None:
    """Refuse a key that means nothing, with the one that was probably meant."""
    known = list(names)
    for name in said:
        if name not in known:
            close = get_close_matches(name, known, 1)
            problem = _("This key is not known.")
            if close:
                problem += " " + _("Is %(name)s meant?") % {"name": close[0]}
            raise MappingFault(f"{path}.{name}" if path else name, problem)
