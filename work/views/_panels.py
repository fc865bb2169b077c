"""Sections of the supporting domains: their counts come with the page, their bodies by link."""

import logging
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from work import ports

log = logging.getLogger(__name__)


def panels(page: str, user: Any, thing: Any, at: datetime) -> list[dict[str, Any]]:
    """The sections of a page for this viewer. One that fails says so, and the page stands."""
    sections = []
    for panel in ports.panels.all():
        if panel.page != page:
            continue
        section = {"id": panel.key.replace(".", "-"), "title": panel.title, "html": ""}
        try:
            section |= {"count": panel.count(user, thing, at), "url": panel.url(thing)}
        except Exception:
            log.exception("a panel failed", extra={"panel": panel.key})
            sections.append(section | {"count": None, "html": _("This is not available now.")})
            continue
        if section["count"] is not None:
            sections.append(section)
    return sections
