"""The types of work that come with the product, as files of `type_files`, given to a site.

A site gets those whose code it does not have yet, published as their first version, with their
rules in the mode in which a rule of their kind begins. A type that the site has stays as it is,
whatever it says: from then on it is the site's own.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from work.exceptions import Reason, Refused
from work.models import WorkType
from work.permissions import Scope
from work.services import type_files, types
from work.services._configure import check_may, configure, put
from work.services._type_document import read
from work.services.acts import OpenAct, door

# Of the types that come along, what a request is until somebody says its type.
TRIAGE = "FLD"
FOLDER = Path(__file__).resolve().parent.parent / "shipped"


@dataclass(frozen=True)
class Shipped:
    """A type of work that comes with the product."""

    code: str
    name: str
    category: str
    icon: str
    data: bytes


@functools.cache
def known() -> tuple[Shipped, ...]:
    """All of them, by code."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        data = path.read_bytes()
        found.append(Shipped(**read(data).type, data=data))
    return tuple(found)


def missing(who: Scope, *, site_id: int) -> list[Shipped]:
    """Those that a site does not have yet; asked of who configures it."""
    check_may(who, site_id)
    return _missing(site_id)


def _missing(site_id: int) -> list[Shipped]:
    has = set(WorkType.objects.filter(site_id=site_id).values_list("code", flat=True))
    return [each for each in known() if each.code not in has]


def _give(act: OpenAct, *, site_id: int, codes: Iterable[str] | None = None) -> list[int]:
    """Give a site the types that it does not have yet, or those named of them: their ids."""
    site = configure(act, site_id)
    wanted = {each.code for each in known()} if codes is None else set(codes)
    if strange := sorted(wanted - {each.code for each in known()}):
        params = {"what": "type", "value": strange[0][:60]}
        raise Refused(Reason("choice_not_known", params))
    given = []
    for each in _missing(site_id):
        if each.code in wanted:
            draft = type_files.import_inner(act, site_id=site_id, data=each.data, with_rules=True)
            given.append(types.publish_inner(act, version_id=draft.pk).type_id)
    if given:
        act.record("types_given", site, types=given)
    if site.triage_type_id is None and (kind := _triage_of(given)):
        put(site, {"triage_type_id": kind})
    return given


def _triage_of(given: list[int]) -> int | None:
    """Of types that were given, the one with which a site begins to leave requests to triage."""
    kinds = WorkType.objects.filter(pk__in=given, code=TRIAGE)
    return kinds.values_list("pk", flat=True).first()


give = door(_give)

__all__ = ["Shipped", "give", "known", "missing"]
