"""Loads assets and where they are; a thing inside another is there, not at a place."""

from collections.abc import Mapping, Sequence
from typing import Any

from work import events
from work.exceptions import Refused
from work.models import Asset, AssetClass, AssetLocation, Event, Team
from work.services import assets
from work.services.import_ import lookups
from work.services.import_.loader import Incoming, Loader, Outcome
from work.services.import_.mapping import Wins
from work.services.import_.merge import Merge

_WHERE = "where"


class AssetLoader(Loader[Asset]):
    """Assets of one site. A container is there already, from the chunks before."""

    def prepare(self, incoming: Sequence[Incoming]) -> None:
        site, system = self.run.site, self.mapping.system
        fields = [record.fields for record in incoming]
        self.places = lookups.places(site, system, [each.get("place") or "" for each in fields])
        self.parents = lookups.assets(site, system, [record.row.ref for record in incoming])
        self.teams = lookups.by_code(Team, site, [each.get("owner_team") for each in fields])
        self.statuses = {
            each.pk: {status["key"]: status["ready"] for status in each.statuses}
            for each in AssetClass.objects.filter(site=site)
        }
        self.classes = lookups.by_code(AssetClass, site, [each["asset_class"] for each in fields])

    def find(self, incoming: Sequence[Incoming]) -> dict[str, Asset]:
        codes = {_code(record): record.key for record in incoming}
        at_site = Asset.objects.filter(site=self.run.site_id)
        found = {codes[one.code]: one for one in at_site.filter(code__in=codes, external_key="")}
        known = at_site.filter(external_system=self.mapping.system, external_key__in=codes.values())
        found |= {asset.external_key: asset for asset in known}
        now = AssetLocation.objects.filter(asset__in=found.values(), ends=None)
        self.where = {each.asset_id: _where(each.place_id, each.container_id) for each in now}
        return found

    def theirs(self, record: Incoming) -> dict[str, Any]:
        fields = record.fields
        said: dict[str, Any] = {
            "name": fields["name"],
            "asset_class_id": self.classes[fields["asset_class"]],
            "source_words": self.words(record, self._lost(record)),
            "external_key": record.key,
        }
        if "serial" in fields:
            said["serial"] = fields["serial"] or ""
        if fields.get("status"):
            said["status"] = fields["status"]
        is_said, owner = self.referred(record, "owner_team", self.teams)
        if is_said:
            said["owner_team_id"] = owner
        container = self.parents.get(record.row.ref)
        place = self.places.get(fields.get("place") or "")
        if container or place:
            said[_WHERE] = _where(place.pk if place else None, container.pk if container else None)
        elif self._kinds and not (record.row.ref or fields.get("place")):
            said[_WHERE] = None
        return said

    @property
    def _kinds(self) -> list[str]:
        """What the mapping may say of where a thing is."""
        kinds = {"place": "place_id", "parent": "container_id"}
        return [kind for name, kind in kinds.items() if self.mapped(name)]

    def _lost(self, record: Incoming) -> list[tuple[str, str, str]]:
        fields, lost = record.fields, []
        named: list[tuple[str, str, str | None, Mapping[str, Any]]] = [
            ("team", "owner_team", fields.get("owner_team"), self.teams),
            ("place", "place", fields.get("place"), self.places),
            ("parent", "parent", record.row.ref, self.parents),
        ]
        for what, name, text, found in named:
            if text and text not in found:
                lost.append((what, self.column(name), text))
        return lost

    def ours(self, thing: Asset) -> dict[str, Any]:
        return {
            "name": thing.name,
            "asset_class_id": thing.asset_class_id,
            "serial": thing.serial,
            "status": thing.status,
            "owner_team_id": thing.owner_team_id,
            "source_words": thing.source_words,
            "external_key": thing.external_key,
            _WHERE: self.where.get(thing.pk),
        }

    def fit(
        self,
        thing: Asset,
        record: Incoming,
        base: dict[str, Any],
        theirs: dict[str, Any],
        outcome: Outcome,
    ) -> set[str]:
        """A mapping of places alone says nothing of a thing that is inside another, nor the other
        way about."""
        where = self.where.get(thing.pk)
        blank = _WHERE in theirs and theirs[_WHERE] is None
        silent = blank and where and where.partition(":")[0] not in self._kinds
        return {_WHERE} if silent else set()

    def judge(
        self,
        thing: Asset,
        record: Incoming,
        base: dict[str, Any] | None,
        merged: Merge,
        outcome: Outcome,
    ) -> None:
        """A thing stands only as its class knows it, also where its class changes."""
        writes = merged.writes
        known = self.statuses[writes.get("asset_class_id", thing.asset_class_id)]
        if "status" in writes and writes["status"] not in known:
            self.report("no_such_status", record, outcome, "status", writes["status"])
            self._take_off(merged, "status")
        stands = writes.get("status", thing.status)
        if "asset_class_id" not in writes or stands in known or not (stands or known):
            return
        # What was not ready does not become so by this.
        ready = self.statuses[thing.asset_class_id].get(thing.status, True)
        fitting = [key for key, is_ready in known.items() if ready or not is_ready]
        value, here = record.fields["asset_class"], {"here": thing.status}
        if known and not fitting:
            self.report("class_kept", record, outcome, "asset_class", value, **here)
            self._take_off(merged, "asset_class_id")
            return
        writes["status"] = next(iter(fitting), "")
        self.report(
            "status_lost", record, outcome, "asset_class", value, **here, now=writes["status"]
        )

    def _take_off(self, merged: Merge, name: str) -> None:
        merged.writes.pop(name)
        merged.conflicts = [each for each in merged.conflicts if each.name != name]

    def wins(self, name: str) -> Wins:
        if name == _WHERE:
            return super().wins("place" if self.mapped("place") else "parent")
        return super().wins(name.removesuffix("_id"))

    def create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        made: list[tuple[Asset, str | None]] = []
        for record in records:
            said = dict(outcomes[record.row.pk].base)
            where = said.pop(_WHERE, None)
            first = next(iter(self.statuses[said["asset_class_id"]]), "")
            said["status"] = said.get("status") or first
            asset = Asset(
                site=self.run.site,
                code=_code(record),
                external_system=self.mapping.system,
                **said,
            )
            made.append((asset, where))
        Asset.objects.bulk_create([asset for asset, _where in made])
        self._locate([(asset, where) for asset, where in made if where])
        self._events([asset for asset, _where in made], "import")

    def change(self, thing: Asset, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        writes = dict(merged.writes)
        moved, where = _WHERE in writes, writes.pop(_WHERE, None)
        if "external_key" in writes:
            writes["external_system"] = self.mapping.system
        for name, value in writes.items():
            setattr(thing, name, value)
        if writes:
            thing.save(update_fields=list(writes))
        if where and not self._move(thing, where, record, outcome):
            return
        if moved and where is None:
            self._end(thing)
        self._events([thing], "import_change", fields=sorted(merged.writes))

    def _move(self, thing: Asset, where: str, record: Incoming, outcome: Outcome) -> bool:
        """Put a thing elsewhere; it cannot come to be inside itself."""
        assert self.act is not None
        kind, _colon, pk = where.partition(":")
        into = {"place_id": None, "container_id": None} | {kind: int(pk)}
        try:
            assets._put(self.act, thing, **into)
        except Refused as refused:
            error = ", ".join(reason.code for reason in refused.reasons)
            self.report("not_accepted", record, outcome, "parent", record.row.ref, error=error)
            return False
        return True

    def _end(self, thing: Asset) -> None:
        """The source says no more where a thing is, so nobody knows."""
        assert self.act is not None
        AssetLocation.objects.filter(asset=thing, ends=None).update(ends=self.act.at)
        self.act.record("moved", thing, place=None, container=None)

    def _locate(self, places: Sequence[tuple[Asset, str]]) -> None:
        assert self.act is not None
        rows = []
        for asset, where in places:
            kind, _colon, pk = where.partition(":")
            rows.append(AssetLocation(asset=asset, starts=self.act.at, **{kind: int(pk)}))
        AssetLocation.objects.bulk_create(rows)

    def _events(self, assets: Sequence[Asset], verb: str, **data: Any) -> None:
        act = self.act
        assert act is not None
        Event.objects.bulk_create(
            events.build(
                verb=verb,
                subject=asset,
                actor=act.actor,
                at=act.at,
                act=act.id,
                data={"run": self.run.pk, **data},
            )
            for asset in assets
        )


def _code(record: Incoming) -> str:
    return record.fields.get("code") or record.key


def _where(place_id: int | None, container_id: int | None) -> str:
    return f"container_id:{container_id}" if container_id else f"place_id:{place_id}"
