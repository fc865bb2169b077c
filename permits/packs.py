"""Packs for an outage, kept as files: all under way, of each site and each of its areas.

A file holds everything in itself and runs nothing, so that any browser shows it without Vinkey. It
is there as a whole or not at all; what is a day old goes, the newest never.
"""

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import slugify

from permits.models import Permit
from permits.reads.packs import pack
from work.permissions import system

log = logging.getLogger(__name__)

LATE = timedelta(minutes=45)
_KEPT = timedelta(hours=24)
_STAMP = "%Y-%m-%dT%H%MZ"
_STYLE = (Path(__file__).parent / "pack.css").read_text()


def root() -> Path:
    """Where the files lie: a directory a site."""
    return Path(settings.DATA_DIR) / "packs"


def drawn(site: Any, place: Any, values: dict[str, Any]) -> str:
    """A pack as one page that needs nothing else. values: as `permits.reads.packs.pack` and at."""
    page = render_to_string("permits/pack_file.html", {"site": site, "place": place, **values})
    return page.replace("</head>", f"<style>{_STYLE}</style></head>", 1)


def keep_all(at: datetime) -> int:
    """Write the packs of every site and area; how many. One that fails holds up no other."""
    sites: Any = Permit._meta.get_field("site").related_model
    return sum(_keep_of(site, at) for site in sites.objects.order_by("pk"))


def _keep_of(site: Any, at: datetime) -> int:
    kept = 0
    try:
        areas = _areas(site)
        for place in areas:
            kept += _tried(site, place, at)
        _sweep(site, areas, at)
    except Exception:
        log.exception("packs not kept", extra={"site": site.slug})
    return kept


def _tried(site: Any, place: Any, at: datetime) -> bool:
    try:
        keep(site, place, at)
    except Exception:
        log.exception("pack not kept", extra={"site": site.slug, "place": str(place or "")})
        return False
    return True


def keep(site: Any, place: Any, at: datetime) -> Path:
    """Write one, in the place of nothing: a reader finds a whole file or an older one."""
    path = place.path if place else ""
    with timezone.override(ZoneInfo(site.time_zone)), translation.override(settings.LANGUAGE_CODE):
        values = pack(site, system(at), at, path)
        text = drawn(site, place, values | {"at": at})
    into = root() / site.slug
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = _name(place)
    to = into / f"{at.astimezone(UTC).strftime(_STAMP)}_{name}.html"
    unfinished = into / f".{to.name}.{os.getpid()}"
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(to)
    _synced(into)
    return to


def _synced(into: Path) -> None:
    """The new name outlives a loss of power."""
    held = os.open(into, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _sweep(site: Any, areas: list[Any], at: datetime) -> None:
    """What is older than a day goes: all of an area that is none any more, of the others all but
    the newest; and what was never finished."""
    newest = {
        max(files, key=lambda each: each[1])[0]
        for place in areas
        if (files := list(_files(site, _name(place))))
    }
    for file, written in _files(site, "*"):
        if written < at - _KEPT and file not in newest:
            file.unlink(missing_ok=True)
    for file in (root() / site.slug).glob(".*Z_*"):
        if datetime.fromtimestamp(file.stat().st_mtime, UTC) < timezone.now() - _KEPT:
            file.unlink(missing_ok=True)


def kept_at(site: Any, place: Any = None) -> datetime | None:
    """When the newest of a site, or of one of its areas, was written; None: never."""
    return max((written for _file, written in _files(site, _name(place))), default=None)


def _areas(site: Any) -> list[Any]:
    """The site as a whole, and each of its areas."""
    return [None, *site.places.filter(depth=2, is_active=True).order_by("path")]


def _name(place: Any) -> str:
    return f"{slugify(place.code)}-{place.pk}" if place else "site"


def _files(site: Any, name: str) -> Iterator[tuple[Path, datetime]]:
    for file in (root() / site.slug).glob(f"*Z_{name}.html"):
        try:
            written = datetime.strptime(file.name.partition("_")[0] + "+0000", f"{_STAMP}%z")
        except ValueError:
            continue  # not ours
        yield file, written
