"""Where a type is used, as far as the reader may see."""

import pytest

from tests import factories
from work.exceptions import Unknown
from work.permissions import scope
from work.reads.type_use import where_used
from work.services import items, types


def newer(world, kind):
    newest = kind.versions.order_by("-number").first()
    draft = types.copy_version(actor=world.site_admin, at=world.at, version_id=newest.pk)
    return types.publish(actor=world.site_admin, at=world.at, version_id=draft.pk)


@pytest.fixture
def kind(world):
    """Two open and one closed of the first version, one cancelled of the second, and a draft."""
    made = factories.work_type(world.site, "INS")
    factories.planned_item(world, type_id=made.pk)
    factories.requested_item(world, type_id=made.pk, by=world.contractor, place_id=world.l4.pk)
    factories.closed_item(world, type_id=made.pk)
    newer(world, made)
    last = factories.planned_item(world, type_id=made.pk)
    items.cancel(actor=world.planner, at=world.at, item_id=last.pk, reason="Double")
    types.copy_version(
        actor=world.site_admin, at=world.at, version_id=made.versions.get(number=2).pk
    )
    factories.rule(world.site, "ins", type_id=made.pk)
    factories.rule(world.site, "all")
    return made


def used(world, who, kind):
    found = where_used(scope(who, world.at), kind.pk)
    return [(each.version.number, each.open, each.ended) for each in found.versions], found


def test_the_work_of_each_version_and_the_rules_that_name_it(world, nrd, kind):
    factories.work_type(nrd.site, "INS")

    versions, found = used(world, world.site_admin, kind)

    assert versions == [(3, 0, 0), (2, 0, 1), (1, 2, 1)]
    assert (found.open, found.ended) == (2, 2)
    assert [rule.key for rule in found.rules] == ["ins"]
    assert found.elsewhere == ()


def test_only_what_the_reader_may_see_is_counted(world, nrd, kind):
    versions, _found = used(world, world.contractor, kind)
    assert versions == [(3, 0, 0), (2, 0, 0), (1, 1, 0)]
    with pytest.raises(Unknown):
        used(world, nrd.admin, kind)


def test_a_type_of_that_code_elsewhere_is_named_to_who_is_there(world, nrd, kind):
    from work.services import people

    factories.work_type(nrd.site, "INS")
    people.grant_role(
        actor=None,
        at=world.at,
        user_id=world.site_admin.pk,
        site_id=nrd.site.pk,
        role="site_admin",
        starts=world.at,
    )

    assert used(world, world.site_admin, kind)[1].elsewhere == (nrd.site,)


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, count, django_assert_num_queries):
    kind = factories.work_type(world.site)
    for each in range(count):
        factories.requested_item(world, type_id=kind.pk)
        newer(world, kind)
        factories.rule(world.site, f"rule-{each}", type_id=kind.pk)
    who = scope(world.site_admin, world.at)

    with django_assert_num_queries(5):
        assert where_used(who, kind.pk).open == count
