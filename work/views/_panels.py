"""Sections of the supporting domains: their counts come with the page, their bodies by link."""

import logging
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Value
from django.utils.translation import gettext as _

from work import ports

log = logging.getLogger(__name__)


def panels(page: str, user: Any, thing: Any, at: datetime) -> list[dict[str, Any]]:
    """The sections of a page for this viewer. One that fails says so, and the page stands."""
    sections = []
    wanted = [panel for panel in ports.panels.all() if panel.page == page]
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


def ways(page: str, thing: Any) -> list[dict[str, Any]]:
    """The ways from the head of a page to those of domains."""
    wanted = [way for way in ports.ways.all() if way.page == page]
    return [{"title": way.title, "icon": way.icon, "url": way.url(thing)} for way in wanted]


def _counted(
    wanted: list[ports.Panel], user: Any, thing: Any, at: datetime
) -> dict[str, int | None]:
    """What those count that say which rows: one query. Where it fails each is asked by itself."""
    try:
        rows, found = {}, {}
        for panel in wanted:
            if isinstance(panel, ports.CountedPanel):
                found[panel.key] = 0 if panel.always else None
                of = panel.rows(user, thing, at)
                if of is None:
                    found[panel.key] = None
                else:
                    rows[panel.key] = of
        numbers = [
            each.order_by()
            .annotate(panel_key=Value(key, output_field=CharField()))
            .values("panel_key")
            .annotate(panel_count=Count("pk", distinct=True))
            for key, each in rows.items()
        ]
        if numbers:
            first, *rest = numbers
            every = first.union(*rest, all=True).order_by() if rest else first
            # Of nothing the database counts nought: the section is hidden, unless it always shows.
            found |= {
                each["panel_key"]: each["panel_count"] or found[each["panel_key"]] for each in every
            }
    except Exception:
        log.exception("panels are counted one by one")
        return {}
    return found
