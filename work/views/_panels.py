"""Sections of the supporting domains: their counts come with the page, their bodies by link."""

import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value
from django.utils.translation import gettext as _

from work import ports
from work.permissions import Scope
from work.prepared import given, prepared
from work.reads.kept import for_reader

log = logging.getLogger(__name__)


def panels(
    page: str, user: Any, thing: Any, at: datetime, *, kept: bool = False
) -> list[dict[str, Any]]:
    """The sections of a page for this viewer. One that fails says so, and the page stands.

    kept: the page is a live one, of one site, and the sections count what is of that site alone;
    what they count is kept until something is different there; one that failed is asked again.
    """
    sections = []
    wanted = [panel for panel in ports.panels.all() if panel.page == page]
    if kept:
        key = ("panels", page, thing.pk)
        counted = for_reader(key, user, lambda: _every(wanted, user, thing, at), rows=1)
    else:
        counted = _counted(wanted, user, thing, at)
    for panel in wanted:
        section = {"id": panel.key.replace(".", "-"), "title": panel.title, "html": ""}
        try:
            known = panel.key in counted
            count = counted[panel.key] if known else panel.count(user, thing, at)
            # Where it leads is worked out for what is shown.
            section |= {"count": count, "url": panel.url(thing) if count is not None else ""}
        except Exception:
            log.exception("a panel failed", extra={"panel": panel.key})
            sections.append(section | {"count": None, "html": _("This is not available now.")})
            continue
        if section["count"] is not None:
            sections.append(section)
    return sections


def _every(wanted: list[ports.Panel], user: Any, thing: Any, at: datetime) -> dict[str, int | None]:
    """What each counts, but for those that fail."""
    counted = _counted(wanted, user, thing, at)
    for panel in wanted:
        if panel.key not in counted:
            with contextlib.suppress(Exception):
                counted[panel.key] = panel.count(user, thing, at)
    return counted


def ways(page: str, thing: Any) -> list[dict[str, Any]]:
    """The ways from the head of a page to those of domains."""
    wanted = [way for way in ports.ways.all() if way.page == page]
    return [{"title": way.title, "icon": way.icon, "url": way.url(thing)} for way in wanted]


def _counted(
    wanted: list[ports.Panel], who: Any, thing: Any, at: datetime
) -> dict[str, int | None]:
    """What those count that say which rows: one query. Where it fails each is asked by itself."""
    try:
        counting = [panel for panel in wanted if isinstance(panel, ports.CountedPanel)]
        found = {panel.key: 0 if panel.always else None for panel in counting}
        if not counting:
            return {}
        if all(panel.by_id for panel in counting) and isinstance(who, Scope):
            rows = _by_id(tuple(panel.key for panel in counting), who.whenever, pk=thing.pk)
        else:
            several = {panel.key: panel.rows(who, thing, at) for panel in counting}
            found |= {key: None for key, each in several.items() if each is None}
            rows = _numbers(several) if any(each is not None for each in several.values()) else ()
        # Of nothing the database counts nought: the section is hidden, unless it always shows.
        return found | {
            row["panel_key"]: row["panel_count"] or found[row["panel_key"]] for row in rows
        }
    except Exception:
        log.exception("panels are counted one by one")
        return {}


def _numbers(several: Mapping[str, QuerySet[Any] | None]) -> Any:
    """How many rows each has, by its key."""
    numbers = [
        each.order_by()
        .annotate(panel_key=Value(key, output_field=CharField()))
        .values("panel_key")
        .annotate(panel_count=Count("pk", distinct=True))
        for key, each in several.items()
        if each is not None
    ]
    first, *rest = numbers
    return first.union(*rest, all=True).order_by() if rest else first


@prepared
def _by_id(keys: tuple[str, ...], who: Scope) -> Any:
    """The same of sections that go by the id of a thing."""
    thing, every = SimpleNamespace(pk=given("pk")), {each.key: each for each in ports.panels.all()}
    return _numbers({key: every[key].rows(who, thing, who.at) for key in keys})
