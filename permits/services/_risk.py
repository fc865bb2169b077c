"""The least risk of a permit: of its type, of what was answered, of the hazards that it names."""

from collections.abc import Iterator

from permits.services._facts import Facts
from permits.services._says import next_by
from permits.states import Risk, State
from work.exceptions import Reason

_ORDER = list(Risk)


def least(facts: Facts) -> Risk:
    """The risk below which nobody asks for it."""
    return max(_asked(facts), key=_ORDER.index)


def _asked(facts: Facts) -> Iterator[Risk]:
    kind, answers = facts.permit.type, facts.permit.answers
    yield Risk(kind.least_risk)
    for each in kind.questions:
        said = str(answers.get(each["key"]) or "").strip().casefold()
        risks = {answer.strip().casefold(): risk for answer, risk in each.get("risks", {}).items()}
        if said in risks:
            yield Risk(risks[said])
    named = [_folded(each.text) for each in facts.hazards]
    for each in kind.controls:
        # Whoever adds a word to it means that hazard all the same.
        if "risk" in each and any(_folded(each["hazard"]) in text for text in named):
            yield Risk(each["risk"])


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def against(facts: Facts) -> list[Reason]:
    """Why it is not asked for at this risk: its route is not the requester's own choice."""
    asked, by = least(facts), next_by(facts.permit, State.DRAFT, facts.at)
    if _ORDER.index(Risk(facts.permit.risk)) >= _ORDER.index(asked):
        return []
    if asked == Risk.HIGH:
        return [Reason("permits.risk_at_least_high", clears=by)]
    return [Reason("permits.risk_at_least_normal", clears=by)]
