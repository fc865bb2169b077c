"""Mappings that can be chosen: those shipped with Vinkey, and those saved at a site."""

import functools
from dataclasses import dataclass
from pathlib import Path

from work.models import SavedMapping
from work.services.import_ import mapping_toml

SHIPPED = Path(__file__).resolve().parents[2] / "mappings"


@dataclass(frozen=True)
class Choice:
    """A mapping by its key ("shipped:…" or "saved:…")."""

    key: str
    name: str
    kind: str


@functools.cache
def shipped() -> dict[str, tuple[str, str, str]]:
    """Name, kind and text of each mapping that is shipped, by its key."""
    found = {}
    for path in sorted(SHIPPED.glob("*.toml")):
        mapping = mapping_toml.load(path)
        found[f"shipped:{path.stem}"] = (mapping.name, str(mapping.kind), mapping.text)
    return found


def choices(site_id: int) -> list[Choice]:
    """All that may be chosen at a site, its own first: one query."""
    saved = SavedMapping.objects.filter(site_id=site_id).order_by("name")
    own = [
        Choice(f"saved:{pk}", name, kind)
        for pk, name, kind in saved.values_list("pk", "name", "kind")
    ]
    ours = [Choice(key, name, kind) for key, (name, kind, _text) in shipped().items()]
    return own + ours


def find(site_id: int, key: str) -> tuple[str, str] | None:
    """The name and the text of a mapping; None where the site has no such one."""
    if key in shipped():
        name, _kind, text = shipped()[key]
        return name, text
    pk = key.removeprefix("saved:")
    if not (key.startswith("saved:") and pk.isascii() and pk.isdigit() and len(pk) < 18):
        return None
    row = SavedMapping.objects.filter(site_id=site_id, pk=int(pk))
    return row.values_list("name", "text").first()
