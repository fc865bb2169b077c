"""What other domains ask before a permit goes on: documents in force, people who are able to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from permits.models import Measure
from permits.services._facts import Facts
from permits.services._says import next_by
from permits.states import MeasureKind, State
from work import ports
from work.exceptions import Reason
from work.ports import STRANGER, Asked, Condition, Occasion
from work.states import AnswerState, Role

WORKER = "permits.worker"
# As what a measure of a kind names a record of another domain, and under which of its needs.
_NAMED = {
    MeasureKind.DOCUMENT: ("document", "documents.document"),
    MeasureKind.COMPETENCE: ("competence", "competence.competence"),
}
_DOING = {WORKER, "permits.performing_authority"}


def occasion(
    facts: Facts, people: Mapping[str, int | None], until: datetime | None = None
) -> Occasion:
    """A permit as an occasion in which others have a say. people: who takes part, by capacity.

    Where an issuer is among them, it is at the place: who is named to work under it, and who is on
    it, counts too. What its measures name is asked of who carries the work out.
    """
    permit = facts.permit
    workers: set[int] = set()
    if "permits.issuer" in people:
        workers = {each.person_id for each in facts.named if each.person_id} | facts.people_on_it
    parts = [(pk, WORKER) for pk in sorted(workers)]
    parts += [(pk, capacity) for capacity, pk in people.items() if pk is not None]
    doing = tuple(sorted({pk for pk, capacity in parts if capacity in _DOING}))
    return Occasion(
        kind="permits.type",
        code=permit.type.code,
        site_id=permit.site_id,
        place_path=permit.place.path,
        item_ids=tuple(each.item_id for each in facts.links),
        asset_class_ids=tuple(sorted({pk for each in facts.links for pk in each.class_ids})),
        type_ids=tuple(sorted({each.type_id for each in facts.links})),
        people=tuple(parts),
        companies=(permit.team_id,) if permit.team_id else (),
        until=until,
        named=tuple(dict.fromkeys(each for _measure, each in _named(facts.measures, doing)))
        if doing or not people
        else (),
    )


def _named(measures: Iterable[Measure], doing: tuple[int, ...]) -> list[tuple[Measure, Asked]]:
    """What each measure names of another domain: documents, and competences of who does it."""
    found = []
    for each in measures:
        name, kind = _NAMED.get(MeasureKind(each.kind), ("", ""))
        code = str(each.needs.get(name) or "").strip()
        if code:
            of = doing if each.kind == MeasureKind.COMPETENCE else ()
            found.append((each, Asked(kind, code, of)))
    return found


def against(
    facts: Facts, people: Mapping[str, int | None], until: datetime | None = None
) -> list[Reason]:
    """What is asked and not so: each with its reason and who clears it."""
    asked = occasion(facts, people, until)
    conditions = _conditions(facts, asked)
    facts.judged += ports.told(conditions)
    return _unmet(conditions) + (_unknown(facts, conditions) if asked.named else [])


def unknown(facts: Facts) -> list[Reason]:
    """Measures that name what nobody knows: no such document or competence."""
    if not _named(facts.measures, ()):
        return []
    return _unknown(facts, _conditions(facts, occasion(facts, {})))


def _unknown(facts: Facts, conditions: Iterable[Condition]) -> list[Reason]:
    known = {(each.named.kind, each.named.code) for each in conditions if each.named}
    by = next_by(facts.permit, State.DRAFT, facts.at)
    return [
        Reason(
            "permits.measure_names_unknown",
            {"text": measure.text, "key": each.code},
            ("measure", measure.pk),
            by,
        )
        for measure, each in _named(facts.measures, ())
        if (each.kind, each.code) not in known
    ]


def strangers_against(facts: Facts, name: str = "") -> list[Reason]:
    """Who is known by name alone works there only where nothing is asked of who does.

    name: of the one in question; by default all that are named to work under it or are on it.
    """
    names = [name] if name else _strangers(facts)
    if not names:
        return []
    lacks = [
        each
        for each in _conditions(facts, _of_strangers(facts))
        if each.person_id == STRANGER and each.answer.state != AnswerState.MET
    ]
    by = ("role", str(Role.COMPETENCE_COORDINATOR))
    wanted = dict.fromkeys(names) if lacks else ()
    return [Reason("permits.name_not_known", {"name": each}, clears=by) for each in wanted]


def _strangers(facts: Facts) -> list[str]:
    known_by_name = [each.name for each in facts.named] + [each.name for each in facts.on_it]
    return list(filter(None, known_by_name))


def _of_strangers(facts: Facts) -> Occasion:
    named = tuple(each for _measure, each in _named(facts.measures, (STRANGER,)))
    return replace(occasion(facts, {}), people=((STRANGER, WORKER),), named=named)


def said_of(asked: Occasion, at: datetime) -> list[Reason]:
    """The same of any occasion."""
    return _unmet(_each([asked], at)[0])


def _conditions(facts: Facts, asked: Occasion) -> list[Condition]:
    """All that is asked on an occasion. It is asked once of the facts of a permit, and with it what
    is asked of strangers, where some are known: many a guard asks both.
    """
    if asked not in facts.answers:
        every = {asked, _of_strangers(facts)} if _strangers(facts) else {asked}
        wanted = [each for each in every if each not in facts.answers]
        facts.answers.update(zip(wanted, _each(wanted, facts.at), strict=True))
    return facts.answers[asked]


def _each(asked: list[Occasion], at: datetime) -> list[list[Condition]]:
    """All that is asked on each of these."""
    by_port = [port.of(asked, at) for port in ports.conditions.all()]
    return [[one for said in by_port for one in said[n]] for n in range(len(asked))]


def _unmet(conditions: Iterable[Condition]) -> list[Reason]:
    said = []
    for condition in conditions:
        answer = condition.answer
        if answer.state == AnswerState.MET:
            continue
        reason = answer.reason
        params = {
            "what": condition.what.as_json(),
            "reason": reason.as_json() if reason else {},
            "url": answer.url,
        }
        about = ("user", condition.person_id) if condition.person_id else None
        clears = answer.clears or (reason.clears if reason else None)
        clears = clears or ("role", str(Role.PLANNER))
        said.append(Reason("permits.condition_unmet", params, about, clears))
    return said
