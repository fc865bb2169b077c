"""What permits answer at the ports of work/."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from permits.models import Permit, PermitItem, PermitPlace, PermitType
from permits.services._enter import KEY
from permits.services._here import learn
from permits.services._says import stands, url
from permits.services.beside import near_anew, too_near
from permits.standing import OVERDUE, holds_until, standing
from permits.states import ENDED, State
from work.exceptions import Reason
from work.ports import Answer, Capacity, ItemChange, ItemContext, Requirement, Source
from work.prepared import Among, given, prepared
from work.states import BlockerKind, Gate, Role

CAPACITIES = [
    Capacity("permits.issuer", _("Permit issuer")),
    Capacity("permits.performing_authority", _("Performing authority")),
    Capacity("permits.worker", _("Works under a permit")),
    Capacity("permits.gas_tester", _("Gas tester")),
    Capacity("permits.watcher", _("Watcher of the after-care")),
    Capacity("permits.isolator", _("Isolator")),
]
# What of an item decides whether it is too near.
_NEAR = frozenset({"place", "places", "planned_start", "planned_end", "status", "type", "assets"})
_NONE = ("role", str(Role.PLANNER))
# Of several linked permits the one that is nearest to *in force* is spoken of.
_NEAREST = [
    State.IN_FORCE,
    State.STOP_CALLED,
    OVERDUE,
    State.STOPPED,
    State.ISSUED,
    State.AUTHORISED,
    State.ENDORSED,
    State.CHECKED,
    State.REQUESTED,
    State.DRAFT,
]


@prepared
def _links() -> QuerySet[PermitItem]:
    """Links of `ids` with their permits."""
    rows = PermitItem.objects.filter(Among(F("item_id"), given("ids")), ended_at=None)
    names = ("type", "place", "site", "performing_authority")
    return rows.select_related(*(f"permit__{name}" for name in names))


class Permits:
    """Source: a permit, or any linked one of a type (params: type). closed: that it has ended."""

    key = KEY
    four_eyes = True

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Two queries: the links of these items with their permits, and the affected places; one of
        the roles of who performs those that go on; and one of permits that are to be over first,
        which need be no item's own.
        """
        linked = self._linked([context.id for _source, context in pairs])
        named = {permit.pk: permit for permits in linked.values() for permit in permits}
        learn(named.values())
        reach = self._reach(named)
        first = {source.id for source, _context in pairs if source.id and source.param("closed")}
        named |= self._by_id(first - set(named))
        return [
            self._closed([named[source.id]], at)
            if source.id in first and self._is_first(named.get(source.id), context, linked)
            else self._answer(source, context, linked.get(context.id, []), reach, at)
            for source, context in pairs
        ]

    def _by_id(self, ids: Collection[int]) -> dict[int, Permit]:
        names = ("type", "place", "site", "performing_authority")
        return Permit.objects.select_related(*names).in_bulk(ids) if ids else {}

    def _is_first(
        self, permit: Permit | None, context: ItemContext, linked: dict[int, list[Permit]]
    ) -> bool:
        """Whether it is a permit of the site that is no permit of the item itself."""
        of_site = permit is not None and permit.site_id == context.site_id
        return of_site and permit not in linked.get(context.id, [])

    def _linked(self, item_ids: Sequence[int]) -> dict[int, list[Permit]]:
        found: dict[int, list[Permit]] = defaultdict(list)
        for row in _links(ids=list(set(item_ids))):
            found[row.item_id].append(row.permit)
        return found

    def _reach(self, permits: dict[int, Permit]) -> dict[int, list[str]]:
        """The paths of the places that each permit is for: it holds there and below."""
        found = {pk: [permit.place.path] for pk, permit in permits.items()}
        rows = PermitPlace.objects.filter(permit_id__in=found, ended_at=None)
        for pk, path in rows.values_list("permit_id", "place__path"):
            found[pk].append(path)
        return found

    def _answer(
        self,
        source: Source,
        context: ItemContext,
        linked: Sequence[Permit],
        reach: dict[int, list[str]],
        at: datetime,
    ) -> Answer:
        code = source.param("type", "")
        which = source.param("permit") or (None if code else source.id)
        if which:
            permits = [each for each in linked if each.pk == which]
        else:
            permits = [each for each in linked if not code or each.type.code == code]
        if not permits:
            reason = Reason("permits.none_linked", {"key": code})
            return Answer.unmet(reason, clears=_NONE)
        if source.param("closed"):
            return self._closed(permits, at)
        said = [self._in_force(each, context, reach[each.pk], at) for each in permits]
        return min(said, key=lambda each: each[0])[1]

    def _in_force(
        self, permit: Permit, context: ItemContext, paths: Sequence[str], at: datetime
    ) -> tuple[tuple[int, int], Answer]:
        """Its answer, with how near it is to what is asked."""
        code = standing(permit, at).code
        found: dict[str, Any] = {"source_id": permit.pk, "url": url(permit)}
        near = _NEAREST.index(code) + 1 if code in _NEAREST else len(_NEAREST) + 1
        if code != State.IN_FORCE:
            reason = stands(permit, at)
        elif not any(context.place_path.startswith(path) for path in paths):
            reason = Reason("permits.not_here", {"number": permit.number}, clears=_NONE)
        else:
            until = holds_until(permit)
            then = stands(permit, until)
            answer = Answer.met(valid_until=until, reason=then, clears=then.clears, **found)
            return (0, -permit.pk), answer
        answer = Answer.unmet(reason, clears=reason.clears, **found)
        return (near, -permit.pk), answer

    def _closed(self, permits: Sequence[Permit], at: datetime) -> Answer:
        for permit in permits:
            if standing(permit, at).code not in ENDED:
                reason = stands(permit, at)
                return Answer.unmet(
                    reason, clears=reason.clears, source_id=permit.pk, url=url(permit)
                )
        return Answer.met(source_id=permits[0].pk, url=url(permits[0]))

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Each linked permit is in force from the start, and closed before acceptance: one query.

        Of those that have ended the newest of its type goes on being asked where no other of
        that type is under way: another is made, or the link is taken off.
        """
        found: dict[int, list[Requirement]] = {}
        for item_id, permits in self._linked([each.id for each in items]).items():
            under_way = {each.type_id for each in permits if standing(each, at).code not in ENDED}
            newest = {each.type_id: each.pk for each in sorted(permits, key=lambda each: each.pk)}
            found[item_id] = []
            for permit in permits:
                ended = standing(permit, at).code in ENDED
                last = permit.type_id not in under_way and newest[permit.type_id] == permit.pk
                if not ended or last:
                    found[item_id].append(_need(permit, Gate.START))
                if permit.begun_at is not None or not ended:
                    found[item_id].append(_need(permit, Gate.CLOSE))
        return found

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """A permit waits for no work."""
        return {}


def _need(permit: Permit, gate: Gate) -> Requirement:
    at_start = gate == Gate.START
    code = "need.permits.in_force" if at_start else "need.permits.closed"
    return Requirement(
        key=f"{'in_force' if at_start else 'closed'}:{permit.pk}",
        gate=gate,
        kind=BlockerKind.PERMIT,
        what=Reason(code, {"number": permit.number, "name": permit.type.name}),
        source_id=permit.pk,
        params={"permit": permit.pk} | ({} if at_start else {"closed": True}),
    )


class FollowsPlaces:
    """Conflicts are looked for anew when a place is hung elsewhere, or has another neighbour."""

    key = KEY

    def places_changed(self, site_id: int, paths: Collection[str], act: Any) -> None:
        """Nothing where no rule speaks of activities there."""
        near_anew(act, site_id, paths)


class PermitTypes:
    """Types of permits, on which other domains hang what they ask."""

    key = "permits.type"
    title = _("Permit type")

    def choices(self, site_id: int) -> list[tuple[str, str]]:
        """Those in use at a site."""
        rows = PermitType.objects.filter(site_id=site_id, is_active=True)
        return [(code, name) for code, name in rows.values_list("code", "name")]

    def of_items(self, items: Sequence[ItemContext], at: datetime) -> dict[int, set[str]]:
        """The types of the permits that are linked to each item: one query."""
        found: dict[int, set[str]] = defaultdict(set)
        rows = PermitItem.objects.filter(
            Q(permit__ended_at=None) | Q(permit__state=State.CLOSED),
            item_id__in={each.id for each in items},
            ended_at=None,
        )
        for item_id, code in rows.values_list("item_id", "permit__type__code"):
            found[item_id].add(code)
        return found


class FollowsItems:
    """Conflicts are looked for anew when work that a permit is for moves in time or place."""

    key = KEY

    def items_changed(self, changes: Sequence[ItemChange], act: Any) -> None:
        """Nothing where nothing of a time, a place or what is under way changed."""
        moved = [change.item_id for change in changes if change.what & _NEAR]
        if moved:
            too_near(act, moved)
