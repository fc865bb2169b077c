"""What the records of a chunk refer to, looked up once: places, things, parents, people, types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from work.models import Asset, Place, Post, Site, Team, WorkTypeVersion
from work.services.import_ import lookups
from work.services.import_.loader import Incoming
from work.services.import_.mapping import ImportMapping
from work.services.import_.work_rows import lowest_common


@dataclass
class Known:
    """What a chunk of work refers to and the site has, by the words of the source."""

    places: dict[str, Place]
    assets: dict[str, Asset]
    parents: dict[str, int]
    teams: dict[str, int]
    posts: dict[str, int]
    people: dict[str, int]
    versions: dict[str, WorkTypeVersion]
    root: Place | None
    common: dict[str, Place]

    def linked(self, record: Incoming) -> list[Place]:
        """The places that the record is tagged with."""
        return [self.places[ref] for ref in record.links["places"] if ref in self.places]

    def things(self, record: Incoming) -> list[Asset]:
        """The things that the record is about."""
        return [self.assets[ref] for ref in record.links["assets"] if ref in self.assets]

    def place(self, record: Incoming) -> Place | None:
        """The named place, else the lowest common place of the tags."""
        named = self.places.get(record.fields.get("place") or "")
        return named or self.common.get(lowest_common(self.linked(record)))

    def owners(self) -> list[tuple[str, dict[str, int]]]:
        """What may name an owner, the post before the person."""
        return [("owner_post", self.posts), ("owner_user", self.people)]

    def missing(self, record: Incoming) -> list[str]:
        """What every item needs and this record does not say."""
        found = []
        if not record.fields.get("what"):
            found.append("what")
        if self.place(record) is None:
            found.append("place")
        return found

    def lost(
        self, record: Incoming, mapping: ImportMapping, column: Callable[[str], str]
    ) -> list[tuple[str, str, str]]:
        """References to what the site does not have: what, the column and the text.

        column: where each field is read from.
        """
        fields, lost = record.fields, []
        named: list[tuple[str, str, Mapping[str, Any]]] = [
            ("place", "place", self.places),
            ("team", "team", self.teams),
        ]
        named += [(name, "owner", found) for name, found in self.owners()]
        for name, what, found in named:
            text = fields.get(name)
            if text and text not in found:
                lost.append((what, column(name), text))
        for join in mapping.links:
            what = join.name.removesuffix("s")
            known: Mapping[str, Any] = self.places if what == "place" else self.assets
            lost += [(what, join.to, ref) for ref in record.links[join.name] if ref not in known]
        if record.row.ref and record.row.ref not in self.parents:
            lost.append(("parent", column("parent"), record.row.ref))
        return lost


def known(site: Site, mapping: ImportMapping, incoming: Sequence[Incoming]) -> Known:
    """Look up what the records of a chunk refer to: each kind in one or two queries."""
    fields = [record.fields for record in incoming]
    linked = {
        join.name: {ref for record in incoming for ref in record.links[join.name]}
        for join in mapping.links
    }
    refs = {each.get("place") for each in fields} | linked.get("places", set())
    found = Known(
        places=lookups.places(site, mapping.system, filter(None, refs)),
        assets=lookups.assets(site, mapping.system, linked.get("assets", set())),
        parents=lookups.items(site, mapping.system, [record.row.ref for record in incoming]),
        teams=lookups.by_code(Team, site, [each.get("team") for each in fields]),
        posts=lookups.by_code(Post, site, [each.get("owner_post") for each in fields]),
        people=lookups.people(site, [each.get("owner_user") or "" for each in fields]),
        versions=lookups.versions(site, [each["type"] for each in fields]),
        root=Place.objects.filter(site=site, depth=1, is_active=True).order_by("path").first(),
        common={},
    )
    paths = {lowest_common(found.linked(record)) for record in incoming}
    found.common = {place.path: place for place in Place.objects.filter(path__in=paths)}
    return found
