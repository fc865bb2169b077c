"""Loads places: a level of the tree at a time, with the paths of new places worked out here."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Max
from treebeard.exceptions import InvalidMoveToDescendant

from work import events
from work.models import Event, Place, Team
from work.models.imports import ImportPart, ImportRow, ImportVerdict
from work.services import _locks
from work.services.import_ import lookups
from work.services.import_.faults import Fault
from work.services.import_.loader import Incoming, Loader, Outcome
from work.services.import_.merge import Merge
from work.services.places import DEPTH_LIMIT


class PlaceLoader(Loader[Place]):
    """Places of one site. The parents of a chunk are there already, from the chunks before."""

    def prepare(self, incoming: Sequence[Incoming]) -> None:
        site, system = self.run.site, self.mapping.system
        self.parents = lookups.places(site, system, [record.row.ref for record in incoming])
        teams = [record.fields.get("owner_team") for record in incoming]
        self.teams = lookups.by_code(Team, site, teams)
        # Those above that the file holds. Of the refused ones among them the site lacks those that
        # were refused while they were loaded.
        staged = ImportRow.objects.filter(run=self.run, part=ImportPart.RECORD)
        refs = {record.row.ref for record in incoming} - {""}
        self.staged = dict(staged.filter(key__in=refs).values_list("key", "refused"))

    def find(self, incoming: Sequence[Incoming]) -> dict[str, Place]:
        codes = {_code(record): record.key for record in incoming}
        at_site = Place.objects.filter(site=self.run.site_id)
        by_hand = at_site.filter(code__in=codes, external_key="")
        found = {codes[place.code]: place for place in by_hand}
        known = at_site.filter(external_system=self.mapping.system, external_key__in=codes.values())
        found |= {place.external_key: place for place in known}
        above = {place.path[: -Place.steplen] for place in found.values()}
        self.above = dict(Place.objects.filter(path__in=above).values_list("path", "pk"))
        return found

    def theirs(self, record: Incoming) -> dict[str, Any]:
        said = {
            "name": record.fields["name"],
            "kind": record.fields["kind"],
            "source_words": self.words(record, self._lost(record)),
            "external_key": record.key,
        }
        ref = record.row.ref
        if self.mapped("parent") and not self.staged.get(ref):
            if not ref or ref in self.parents:
                said["parent"] = self.parents[ref].pk if ref else None
            elif ref in self.staged and self.act is None:
                said["parent"] = ref  # in a trial it waits for its parent
        is_said, owner = self.referred(record, "owner_team", self.teams)
        if is_said:
            said["owner_team_id"] = owner
        if record.fields.get("is_active") is not None:
            said["is_active"] = record.fields["is_active"]
        return said

    def _lost(self, record: Incoming) -> list[tuple[str, str, str]]:
        team = record.fields.get("owner_team")
        if not team or team in self.teams:
            return []
        return [("team", self.column("owner_team"), team)]

    def ours(self, thing: Place) -> dict[str, Any]:
        return {
            "name": thing.name,
            "kind": thing.kind,
            "source_words": thing.source_words,
            "external_key": thing.external_key,
            "owner_team_id": thing.owner_team_id,
            "is_active": thing.is_active,
            "parent": self.above.get(thing.path[: -Place.steplen]),
        }

    def before_create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        """Refuse what would stand too deep, and what would stand below that.

        The parents are read again: what was compared just now may have moved them.
        """
        fresh = Place.objects.in_bulk([place.pk for place in self.parents.values()])
        self.parents = {ref: fresh[place.pk] for ref, place in self.parents.items()}
        for record in records:
            parent, outcome = self.parents.get(record.row.ref), outcomes[record.row.pk]
            depth = parent.depth + 1 if parent else record.row.depth
            if self.staged.get(record.row.ref):
                self._not(ImportVerdict.REFUSED, record, outcome, "refused_parent")
            elif depth > DEPTH_LIMIT:
                self._not(ImportVerdict.REFUSED, record, outcome, "too_deep", limit=DEPTH_LIMIT)

    def _not(
        self, verdict: ImportVerdict, record: Incoming, outcome: Outcome, code: str, **params: Any
    ) -> None:
        """Say why a place does not come to stand below the parent that the source says."""
        row, column = record.row, self.column("parent")
        outcome.faults.append(Fault(code, row.file, row.line, column, row.ref, params))
        outcome.verdict = verdict

    def create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        below: dict[int | None, list[tuple[Incoming, dict[str, Any]]]] = defaultdict(list)
        records = [r for r in records if outcomes[r.row.pk].verdict == ImportVerdict.NEW]
        for record in records:
            said = dict(outcomes[record.row.pk].base)
            below[said.pop("parent", None)].append((record, said))
        if None in below:
            _locks.roots()
        parents = {place.pk: place for place in self.parents.values()}
        made = []
        for parent_id, children in below.items():
            parent = parents[parent_id] if parent_id else None
            made += self._children(parent, children)
        Place.objects.bulk_create(made)
        for parent_id, children in below.items():
            if parent_id:
                Place.objects.filter(pk=parent_id).update(numchild=F("numchild") + len(children))
        self._events(made, "import")

    def _children(
        self, parent: Place | None, children: list[tuple[Incoming, dict[str, Any]]]
    ) -> list[Place]:
        """The new places below one place, after those that are there."""
        path, depth = (parent.path, parent.depth + 1) if parent else ("", 1)
        there = Place.objects.filter(depth=depth, path__startswith=path).order_by("path").last()
        step = Place._str2int(there.path[-Place.steplen :]) if there else 0
        made = []
        for number, (record, said) in enumerate(sorted(children, key=lambda x: _code(x[0])), 1):
            made.append(
                Place(
                    site=self.run.site,
                    code=_code(record),
                    external_system=self.mapping.system,
                    path=Place._get_path(path, depth, step + number),
                    depth=depth,
                    **said,
                )
            )
        return made

    def change(self, thing: Place, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        writes = dict(merged.writes)
        moved = "parent" in writes
        parent_id = writes.pop("parent", None)
        if "external_key" in writes:
            writes["external_system"] = self.mapping.system
        for name, value in writes.items():
            setattr(thing, name, value)
        if writes:
            thing.save(update_fields=list(writes))
        if moved and not self._move(thing, parent_id, record, outcome):
            return
        self._events([thing], "import_change", fields=sorted(merged.writes))

    def _move(
        self, thing: Place, parent_id: int | None, record: Incoming, outcome: Outcome
    ) -> bool:
        """Hang a place elsewhere with all below it; a place cannot stand below itself."""
        if parent_id is None:
            _locks.roots()
        thing.refresh_from_db()
        target = (
            Place.objects.get(pk=parent_id) if parent_id else Place.objects.get_last_root_node()
        )
        below = Place.objects.filter(path__startswith=thing.path)
        height = below.aggregate(depth=Max("depth"))["depth"] - thing.depth + 1
        if parent_id and target.depth + height > DEPTH_LIMIT:
            self._not(ImportVerdict.CONFLICT, record, outcome, "too_deep", limit=DEPTH_LIMIT)
            return False
        try:
            Place.objects.move(thing, target, "last-child" if parent_id else "last-sibling")
        except InvalidMoveToDescendant as error:
            self._not(ImportVerdict.CONFLICT, record, outcome, "not_accepted", error=str(error))
            return False
        outcome.moved = thing.pk
        return True

    def _events(self, places: Sequence[Place], verb: str, **data: Any) -> None:
        act = self.act
        assert act is not None
        Event.objects.bulk_create(
            events.build(
                verb=verb,
                subject=place,
                actor=act.actor,
                at=act.at,
                act=act.id,
                place_id=place.pk,
                data={"run": self.run.pk, **data},
            )
            for place in places
        )


def _code(record: Incoming) -> str:
    return record.fields.get("code") or record.key
