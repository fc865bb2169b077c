"""The words that domains register for the codes of their own reasons."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from tests import factories, supporting
from tests.factories import AT, make_world, planned_item
from tests.supporting import services as tickets
from work import ports
from work.exceptions import Reason, Refused
from work.permissions import scope
from work.ports import Glossary, Words
from work.reasons import moment, say
from work.reasons.words import WORDS
from work.services import execution, requirements

PARAM = re.compile(r"%\((\w+)\)s")
# Parameters that are moments by their name.
MOMENTS = dict.fromkeys(("since", "until"), AT.isoformat())
KEY = re.compile(r"[a-z_]+")


@pytest.fixture
def world(db):
    return make_world()


# --- all that is registered ---------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("words", ports.words.all(), ids=lambda words: words.key)
class TestWords:
    def test_every_sentence_renders_with_its_params_named(self, words, language, world):
        with translation.override(language):
            who = scope(world.shift_lead, world.at)
            for code, sentence in words.sentences.items():
                names = PARAM.findall(str(sentence))
                assert str(sentence).count("%") == len(names), code
                given = {name: MOMENTS.get(name, "seven") for name in names}
                told = dict.fromkeys(names, "seven")
                told |= {name: moment(world.at) for name in names if name in MOMENTS}
                [said] = say([Reason(code, given)], who)
                assert said.text == str(sentence) % told
                assert said.text not in ("", code)

    def test_the_general_ones_tell_nothing(self, words, language):
        with translation.override(language):
            for code, sentence in words.general.items():
                assert str(sentence)
                assert "%" not in str(sentence), code
                assert str(sentence) != str(words.sentences[code]), code

    def test_what_names_work_has_a_general_one(self, words, language):
        naming = {code for code, text in words.sentences.items() if "%(number)s" in str(text)}
        assert naming <= set(words.general)

    def test_its_codes_are_its_own(self, words, language):
        assert KEY.fullmatch(words.key)
        assert not set(words.sentences) & set(WORDS)


def test_every_code_of_the_domain_in_the_tests_has_words():
    """Read from its source, where each code is said plainly or begins with `ticket_`."""
    root = Path(supporting.__file__).parent
    calls = [
        node
        for path in root.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason"
    ]
    plain = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    by_state = {f"supporting.ticket_{state}" for state in ("open", "lapsed")}

    assert plain | by_state == set(ports.words.get("supporting").sentences) | {"denied"}


# --- what is said -------------------------------------------------------------------------------


def test_a_refused_start_says_it_in_the_domains_words(world):
    kind = factories.work_type(world.site, "TICKETED")
    item = planned_item(world, type_id=kind.pk)
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    [said] = say(caught.value.reasons, scope(world.technician, world.t(1)))
    assert said.text == "A ticket must be valid: There is no ticket yet."


def test_what_is_required_by_hand_with_nothing_typed(world):
    item = planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="permit",
        supplier="supporting.ticket",
    )

    [said] = say([Reason.from_json(row.what)], scope(world.planner, world.t(1)))
    assert said.text == "A ticket must be valid"


def test_who_may_not_see_the_work_reads_the_general_sentence(world):
    secret = factories.requested_item(world, by=world.other_contractor, what="Hydrex secret wash")
    ticket = tickets.open_ticket(
        actor=None, at=world.t(1), site_id=world.site.pk, after_id=secret.pk
    )
    row = requirements.require(
        actor=world.planner,
        at=world.t(2),
        item_id=planned_item(world).pk,
        gate="start",
        kind="permit",
        supplier="supporting.ticket",
        source_id=ticket.pk,
    )
    reason = Reason.from_json(row.reason)

    def read(person) -> str:
        return say([reason], scope(person, world.t(2)))[0].text

    assert read(world.contractor) == "The ticket waits for other work."
    assert read(world.planner) == f"The ticket waits for W-{secret.number}."


# --- what is refused ----------------------------------------------------------------------------


@pytest.fixture
def glossary():
    fresh = Glossary()
    fresh.register(Words("permits", {"permits.gone": "Gone", "need.permits.permit": "A permit"}))
    return fresh


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (Words("permits", {"permits.other": "Other"}), "permits is registered already"),
        (Words("hazards", {"gone": "Gone"}), "gone does not begin with hazards."),
        (Words("hazards", {"permits.x": "X"}), "permits.x does not begin with hazards."),
        (Words("hazards", {"need.permits.x": "X"}), "need.permits.x does not begin with hazards."),
        (Words("hazards", {}, {"hazards.x": "X"}), "have no sentence of their own"),
    ],
)
def test_what_is_not_the_domains_own_is_refused(glossary, words, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        glossary.register(words)

    assert [each.key for each in glossary.all()] == ["permits"]


def test_a_code_has_one_sentence(glossary):
    glossary.register(Words("permits.hot", {"permits.hot.fire": "Fire"}))
    glossary.unregister("permits")
    with pytest.raises(ValueError, match=re.escape("permits.hot.fire has a sentence already")):
        glossary.register(Words("permits", {"permits.hot.fire": "Flames"}))

    assert glossary.sentence("permits.hot.fire") == "Fire"
    assert glossary.sentence("permits.gone") is None
