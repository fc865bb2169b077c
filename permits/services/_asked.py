"""What other domains ask before a permit goes on: documents in force, people who are able to."""

from collections.abc import Mapping
from datetime import datetime

from permits.services._facts import Facts
from work import ports
from work.exceptions import Reason
from work.ports import Occasion
from work.states import AnswerState, Role


def occasion(
    facts: Facts, people: Mapping[str, int | None], until: datetime | None = None
) -> Occasion:
    """A permit as an occasion in which others have a say. people: who takes part, by capacity.

    Where an issuer is among them, it is at the place: who is named to work under it counts too.
    """
    permit = facts.permit
    at_the_place = "permits.issuer" in people
    named = {each.person_id for each in facts.named if each.person_id and at_the_place}
    workers = ((pk, "permits.worker") for pk in sorted(named))
    return Occasion(
        kind="permits.type",
        code=permit.type.code,
        site_id=permit.site_id,
        place_path=permit.place.path,
        item_ids=tuple(each.item_id for each in facts.links),
        people=(*workers, *((pk, capacity) for capacity, pk in people.items() if pk is not None)),
        companies=(permit.team_id,) if permit.team_id else (),
        until=until,
    )


def against(
    facts: Facts, people: Mapping[str, int | None], until: datetime | None = None
) -> list[Reason]:
    """What is asked and not so: each with its reason and who clears it."""
    return said_of(occasion(facts, people, until), facts.at)


def said_of(asked: Occasion, at: datetime) -> list[Reason]:
    """The same of any occasion."""
    said = []
    for port in ports.conditions.all():
        for condition in port.of([asked], at)[0]:
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
