"""How a permit or an isolation of the demo is told: its acts one by one, each through a door."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from inspect import unwrap
from typing import Any

from permits.models import IsolationPoint, Measure, Permit, TypeTest
from permits.services import (
    assessments,
    boxes,
    deciding,
    ending,
    isolation_uses,
    isolations,
    issuing,
    on_it,
    own,
    points,
    requests,
    stopping,
    testing,
)
from permits.states import SIGNED, Verb
from work.ports import Stage
from work.services import OpenAct, door, requirements

type Given = dict[str, Any]
# When, who (a person, or a part that somebody plays there), what, and with what.
type Step = tuple[Any, str, str] | tuple[Any, str, str, Given]


class Case:
    """One of them at its place. first: how it is called in `found` once it is there.

    acts: its moments with what is done then.
    """

    def __init__(
        self, stage: Stage, first: str, place: str, steps: Sequence[Step], found: dict[str, int]
    ) -> None:
        self.stage, self.first, self.place, self.found = stage, first, place, found
        self.steps = steps
        self.acts = [(at, self._act(step, at)) for step, at in self._timed()]

    @property
    def begins(self) -> Any:
        """When it gets its number."""
        return self.acts[0][0]

    def _timed(self) -> Iterator[tuple[Step, Any]]:
        for step in self.steps:
            yield step, self.stage.when(step[0])

    def _act(self, step: Step, at: Any) -> Callable[[], object]:
        def act() -> object:
            given: Given = step[3] if len(step) == 4 else {}
            key = self.stage.plays(step[1], self.place, at)
            return self.do(step[2], self.stage.who(key, at), key, dict(given))

        return act

    def do(self, verb: str, who: Given, key: str, given: Given) -> object:
        """Do one act. key: who does it; each kind of case says its own."""
        raise NotImplementedError


@door
def asked(
    act: OpenAct, *, draft: Mapping[str, Any], hazards: Sequence[Mapping[str, Any]]
) -> Permit:
    """Begun, assessed with what its type begins with and with these hazards, and asked for."""
    permit: Permit = unwrap(requests.create)(act, **draft)
    unwrap(assessments.begin)(act, permit_id=permit.pk)
    for each in hazards:
        unwrap(assessments.add_hazard)(act, permit_id=permit.pk, **each)
    unwrap(assessments.complete)(act, permit_id=permit.pk)
    return unwrap(requests.request)(act, permit_id=permit.pk, signed=True)


@door
def given_out(act: OpenAct, *, permit_id: int) -> Permit:
    """All measures ticked at the place, and issued there."""
    measures = Measure.objects.filter(
        hazard__permit=permit_id, hazard__ended_at=None, ended_at=None
    )
    ids = list(measures.values_list("pk", flat=True))
    unwrap(issuing.tick)(act, permit_id=permit_id, measure_ids=ids)
    return unwrap(issuing.issue)(act, permit_id=permit_id, scanned=True, signed=True)


_SAFE = {"oxygen": "20.9", "lel": "0", "co": "1"}


def tested(*, permit_id: int, scanned: bool, **who: Any) -> object:
    """All that its type asks read at each of its points, and safe."""
    permit = Permit.objects.get(pk=permit_id)
    asks = TypeTest.objects.filter(type=permit.type_id).select_related("substance")
    return testing.record(
        **who,
        permit_id=permit_id,
        scanned=scanned,
        instrument="X-am 2500, no. 14",
        calibrated_until=date(who["at"].year + 1, 3, 1),
        readings=[
            {
                "point": point,
                "substance_id": each.substance_id,
                "value": Decimal(_SAFE[each.substance.code]),
            }
            for point in permit.sample_points
            for each in asks
        ],
    )


_PERMIT: dict[str, Callable[..., object]] = {
    "check": deciding.check,
    "endorse": deciding.endorse,
    "authorise": deciding.authorise,
    "refuse": deciding.refuse,
    "issue": given_out,
    "test": tested,
    "take": issuing.take,
    "accept": issuing.accept,
    "take_over": issuing.take_over,
    "stop": stopping.call_stop,
    "hand_back": ending.hand_back,
    "close": ending.close,
}


class PermitCase(Case):
    """A permit. said: what the request says; performer: the part of who carries it out then."""

    def __init__(
        self,
        stage: Stage,
        kinds: Mapping[str, int],
        found: dict[str, int],
        key: str,
        kind: str,
        place: str,
        *steps: Step,
        window: tuple[Any, Any],
        performer: str,
        item: str = "",
        company: str = "",
        hazards: Sequence[Mapping[str, Any]] = (),
        **said: Any,
    ) -> None:
        super().__init__(stage, key, place, steps, found)
        self.kinds, self.kind, self.window, self.performer = kinds, kind, window, performer
        self.item, self.company, self.hazards, self.said = item, company, hazards, said

    def do(self, verb: str, who: Given, key: str, given: Given) -> object:
        """Asked for, or the next act."""
        if verb in ("ask", "draft"):
            made = self._begun(verb, who)
            self.found[self.first] = made.pk
            return made
        pk = self.found[self.first]
        if verb == "first":
            return self._first(who, pk, **given)
        if verb == "sign_on":
            return on_it.sign_on(**who, permit_id=pk, person_id=self.stage.people[key].pk)
        if watcher := given.pop("watcher", ""):
            key = self.stage.plays(watcher, self.place, who["at"])
            given["watcher_id"] = self.stage.people[key].pk
        if verb in ("take", "accept", "take_over", "test"):
            given["scanned"] = True
        with suppress(ValueError):
            given |= {"signed": True} if Verb(verb) in SIGNED and verb != "issue" else {}
        return _PERMIT[verb](**who, permit_id=pk, **given)

    def _first(self, who: Given, pk: int, of: str, what: str) -> object:
        """Work that begins once the permit is closed."""
        item = self.stage.named.get(of)
        asks = {"gate": "start", "kind": "permit", "supplier": "permits.permit"}
        over = {"source_id": pk, "params": {"closed": True}, "what": what}
        return requirements.require(**who, item_id=item, **asks, **over) if item else None

    def _begun(self, verb: str, who: Given) -> Permit:
        stage, linked = self.stage, self.stage.named.get(self.item)
        starts, ends = map(stage.when, self.window)
        performer = stage.plays(self.performer, self.place, max(starts, who["at"]))
        draft = {
            "site_id": stage.site.pk,
            "type_id": self.kinds[self.kind],
            "place_id": stage.places[self.place],
            "starts": starts,
            "ends": ends,
            "items": [(linked, "All of it")] if linked is not None else [],
            "performer_id": stage.people[performer].pk,
            "team_id": stage.teams[self.company] if self.company else None,
            **self.said,
        }
        if verb == "draft":
            return requests.create(**who, **draft)
        return asked(**who, draft=draft, hazards=self.hazards)


_ISOLATION: dict[str, Callable[..., object]] = {
    "approve": isolations.approve,
    "carry_on": isolations.carry_on,
    "release": points.release,
    "try": points.try_out,
    "lock_on": boxes.on,
    "lock_off": boxes.off,
}


# What is said before an isolation is tried.
_SAID = {
    "energy": "relieved",
    "how": "Vented and run down: no pressure, nothing turns",
    "told": "The operators there, at the board",
}


class IsolationCase(Case):
    """An isolation, by plan; or by a card, of one person."""

    def __init__(
        self,
        stage: Stage,
        permits: dict[str, int],
        found: dict[str, int],
        key: str,
        place: str,
        title: str,
        rows: Sequence[Mapping[str, Any]],
        *steps: Step,
    ) -> None:
        super().__init__(stage, key, place, steps, found)
        self.permits, self.title, self.rows = permits, title, rows

    @property
    def begins(self) -> Any:
        """When it gets its number: an own one when it is begun."""
        return next(at for step, at in self._timed() if step[2] in ("plan", "begin"))

    def do(self, verb: str, who: Given, key: str, given: Given) -> object:
        """Planned, or the next act."""
        stage, known = self.stage, self.found
        here = {"site_id": stage.site.pk, "place_id": stage.places[self.place]}
        if verb in ("plan", "draw"):
            service = isolations.plan if verb == "plan" else own.draw_card
            made = service(**who, **here, title=self.title, points=self.rows, **given)
            known[self.first if verb == "plan" else f"{self.first} card"] = made.pk
            return made
        if verb == "card":
            until = who["at"] + timedelta(days=365)
            return own.approve_card(**who, card_id=known[f"{self.first} card"], until=until)
        if verb == "begin":
            item = stage.named.get(given.pop("item"))
            card = known[f"{self.first} card"]
            made = own.begin(**who, card_id=card, item_ids=[item] if item is not None else [])
            known[self.first] = made.pk
            return made
        pk = known[self.first]
        if verb == "use":
            permit, item = given.get("permit"), stage.named.get(given.get("item", ""))
            if permit is not None:
                return isolation_uses.use(**who, isolation_id=pk, permit_id=self.permits[permit])
            if item is None:
                return None
            return isolation_uses.use(**who, isolation_id=pk, item_id=item, how=given["how"])
        if verb == "apply":
            rows = IsolationPoint.objects.filter(isolation=pk, ended_at=None).order_by("sequence")
            locks = [(each.pk, f"L-{pk:02}{each.sequence}") for each in rows]
            return points.apply(**who, isolation_id=pk, points=locks)
        if verb == "try":
            given = _SAID | given
        if owner := given.pop("owner", ""):
            given["owner_id"] = stage.people[owner].pk
        return _ISOLATION[verb](**who, isolation_id=pk, **given)
