"""What an act reads of who is fit is read once in that act, and is nobody else's."""

from contextvars import copy_context

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.reads import facts, judged
from competence.services import companies
from tests.factories import planned_item
from work.exceptions import Reason, Refused
from work.reads.contexts import contexts
from work.services import control, door, kept_by_act


@pytest.fixture
def pairs(hvk):
    """The technician and work that asks the gas paper, which he has not."""
    hvk.rule("GAS")
    item = planned_item(hvk.world)
    return [(hvk.world.technician.pk, contexts([item])[item.pk])]


@door
def _asks(act, *, site_id: int, pairs, refused: bool = False) -> None:
    """As a gate asks."""
    control(site_id)
    judged.fit(pairs, act.at)
    if refused:
        raise Refused(Reason("reason_needed"))


@door
def _tells(act, *, site_id: int, pairs) -> list[bool]:
    """As a listener tells, in an act whose gate asked nobody."""
    control(site_id)
    return _met(pairs, act.at)


def _met(pairs, at) -> list[bool]:
    [(verdicts, _beside)] = judged.verdicts(pairs, at)
    return [each.reason is None for each in verdicts]


def _verified_by_another_process(hvk) -> None:
    copy_context().run(hvk.has, hvk.world.technician, "GAS")


@pytest.mark.parametrize("refused", [False, True])
def test_two_acts_at_one_moment_read_each_for_itself(hvk, pairs, refused):
    of = {"actor": hvk.world.technician, "at": hvk.world.at, "site_id": hvk.world.site.pk}
    try:
        _asks(**of, pairs=pairs, refused=refused)
    except Refused:
        assert refused
    _verified_by_another_process(hvk)
    assert _tells(**of, pairs=pairs) == [True]


def test_what_a_page_asked_is_not_told_again(hvk, pairs):
    judged.fit(pairs, hvk.world.at)
    _verified_by_another_process(hvk)
    assert _met(pairs, hvk.world.at) == [True]
    assert kept_by_act() is None


def test_in_one_act_it_is_read_once(hvk, pairs):
    @door
    def both(act, *, site_id: int) -> int:
        control(site_id)
        judged.fit(pairs, act.at)
        with CaptureQueriesContext(connection) as queries:
            assert _met(pairs, act.at) == [False]
        return len(queries)

    world = hvk.world
    assert both(actor=world.technician, at=world.at, site_id=world.site.pk) == 0


def test_of_the_companies_of_a_site_those_of_the_people_asked_are_read(hvk, pairs):
    """Whoever is asked with them, and no other; a page reads all of them."""
    world, [(technician, item)] = hvk.world, pairs
    both = {world.lasteam.pk, world.hydrex.pk}
    for team_id in both:
        companies.invite(actor=hvk.second, at=world.t(-300), site_id=world.site.pk, team_id=team_id)

    def read(*people) -> set[int]:
        return set(facts.of_items([item], people)[world.site.pk].firms)

    assert read(technician) == set()
    assert read(technician, world.welder.pk) == {world.lasteam.pk}
    assert read(world.welder.pk, world.other_contractor.pk) == both
    assert set(facts.of_sites([world.site.pk])[world.site.pk].firms) == both
