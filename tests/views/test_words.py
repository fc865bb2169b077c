"""Every coded reason has words, and the words tell nobody what is not theirs to know."""

import re

import pytest
from django.utils import translation

from tests import factories
from tests.factories.world import NAMES
from tests.views.reason_codes import codes
from tests.work.conftest import nrd, world  # noqa: F401
from work.exceptions import Reason, Refused
from work.permissions import scope
from work.ports import words
from work.reasons import say
from work.reasons.words import GENERAL, WORDS
from work.services import requirements

_PARAM = re.compile(r"%\((\w+)\)s")

# The core's own and those of every domain.
ALL = dict(WORDS) | {code: said for each in words.all() for code, said in each.sentences.items()}
ALL_GENERAL = dict(GENERAL) | {
    code: said for each in words.all() for code, said in each.general.items()
}


def test_every_code_has_words_and_all_words_are_used():
    used = codes() | {"general"}
    assert sorted(used - set(WORDS)) == []
    assert sorted(set(WORDS) - used) == []
    assert sorted(set(GENERAL) - used) == []


@pytest.fixture
def secret(world):  # noqa: F811
    """Work of another company, with everything that could give it away."""
    return factories.requested_item(world, by=world.other_contractor, what="Hydrex secret wash")


def _reasons(item, world) -> dict[str, Reason]:  # noqa: F811
    """Each code as the services build it, about the item where it is about work."""
    ring = [item.pk]
    reasons = {}
    for code, sentence in ALL.items():
        params = dict.fromkeys(_PARAM.findall(str(sentence)), "7")
        params = {
            name: {"roles": ["hse", "quality"], "role": "hse", "status": "live", "verb": "plan",
                   "until": "2026-11-24T12:00:00+00:00", "since": "2026-11-24T12:00:00+00:00",
                   "number": item.number, "items": ring,
                   "what": {"code": "typed", "params": {"text": "Check"}},
                   "reason": {"code": "check_missing", "params": {"role": "hse"}}}.get(name, value)
            for name, value in params.items()
        }  # fmt: skip
        about = ("item", item.pk) if "number" in params else None
        if "person" in params:
            about = ("user", world.technician.pk)
        reasons[code] = Reason(code, params, about, ("post", world.lead_post.pk))
    return reasons


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_code_for_every_role(world, nrd, secret, language):  # noqa: F811
    reasons = _reasons(secret, world)
    readers = {name: getattr(world, name) for name in NAMES} | {"stranger": nrd.supervisor}
    with translation.override(language):
        for name, person in readers.items():
            who = scope(person, world.at)
            said = dict(zip(reasons, say(list(reasons.values()), who), strict=True))
            guest = name in ("contractor", "welder", "other_contractor")
            knows = name not in ("contractor", "welder", "stranger")
            for code, each in said.items():
                assert each.text, code
                assert each.text != code
                assert not _PARAM.search(each.text), each.text
                hidden = reasons[code].about == ("item", secret.pk) and not knows
                if hidden:
                    general = ALL_GENERAL.get(code, WORDS["general"])
                    assert (each.text, each.who, each.url) == (str(general), "", ""), code
                elif reasons[code].about == ("item", secret.pk):
                    assert str(secret.number) in each.text, (code, each.text)
                    assert each.url == f"/s/hvk/work/W-{secret.number}/"
                if "%(person)s" in str(ALL[code]):
                    # A guest is told such things of the own people alone.
                    called = translation.gettext("somebody of the site") if guest else "technician"
                    assert called in each.text.lower()


def test_every_code_that_names_work_has_a_general_sentence():
    naming = {code for code, words in WORDS.items() if "W-%(number)s" in str(words)}
    assert naming == set(GENERAL)


def test_reasons_inside_a_reason_keep_quiet_too(world, secret):  # noqa: F811
    inner = Reason(
        "other_item_open", {"number": secret.number, "status": "live"}, ("item", secret.pk)
    )
    outer = Reason(
        "requirement_unmet",
        {"what": {"code": "need.work.item"}, "reason": inner.as_json()},
        ("prerequisite", 1),
    )
    quiet = say([outer], scope(world.contractor, world.at))[0].text
    assert quiet == "Other work must be done first: Other work must be finished first."
    told = say([outer], scope(world.shift_lead, world.at))[0].text
    assert told.startswith("Other work must be done first: W-")


def test_a_requirement_that_was_never_answered_ends_without_a_colon(world):  # noqa: F811
    asked = {"what": {"code": "typed", "params": {"text": "Air measured"}}, "reason": {}}
    who = scope(world.shift_lead, world.at)
    assert say([Reason("requirement_unmet", asked)], who)[0].text == "Air measured"


def test_an_unknown_code_is_shown_as_itself(world):  # noqa: F811
    assert say([Reason("brand_new")], scope(world.shift_lead, world.at))[0].text == "brand_new"


def test_a_ring_is_named_as_far_as_the_reader_may_see_it(world, sign_in):  # noqa: F811
    """A refusal as it is stored, for the item's own company, for another one and for the site."""
    ours = factories.planned_item(world, by=world.contractor)
    other, third = factories.planned_item(world), factories.planned_item(world)
    _wait_for(world, other, third)
    _wait_for(world, third, ours)
    with pytest.raises(Refused) as caught:
        _wait_for(world, ours, other)
    begin = "This would be a ring of work that waits for one another: "
    whole = ", ".join(f"W-{item.number}" for item in (other, third, ours))
    for reader, named in {
        world.contractor: f"W-{ours.number} and others",
        world.other_contractor: "other work",
        world.planner: whole,
    }.items():
        stored = [Reason.from_json(each.as_json()) for each in caught.value.reasons]
        (said,) = say(stored, scope(reader, world.at))
        assert said.text == f"{begin}{named}."
    history = sign_in(world.contractor).see(ours).text
    assert f"{begin}W-{ours.number} and others." in history
    assert f"W-{other.number}" not in history
    assert whole in sign_in(world.planner).see(ours).text


def _wait_for(world, item, first):  # noqa: F811
    return requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=first.pk,
    )


def test_a_moment_is_said_as_pages_say_it_everywhere(world, clock):  # noqa: F811
    since = {"status": "live", "since": "2026-11-24T02:12:00+00:00"}
    said = say([Reason("before_its_status", since)], scope(world.viewer, world.at))[0].text
    assert said.startswith("It has been “In progress” since Today 0")
    assert "/2026" not in said
