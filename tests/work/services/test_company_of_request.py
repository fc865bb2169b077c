"""Who asks for work as a contractor asks for it as the company that he is of at that place."""

import pytest

from tests import factories
from tests.factories import person, requested_item
from work.models import User, WorkItem
from work.permissions import scope, sees
from work.services import people
from work.states import Role


def contractor_here(world, nrd, *grants) -> User:
    """Of a company at the other site; here for these companies, each at a place."""
    home = factories.company(nrd.site, "nco")
    guest = person(nrd.site, Role.CONTRACTOR, company=home)
    for company, place in grants:
        people.grant_role(
            actor=None,
            at=world.at,
            user_id=guest.pk,
            site_id=world.site.pk,
            role=Role.CONTRACTOR,
            company_id=company.pk,
            place_id=place.pk if place else None,
        )
    return guest


def seen(guest, item, at) -> bool:
    return sees(scope(guest, at), WorkItem.objects.select_related("place").get(pk=item.pk))


def test_a_guest_of_another_site_sees_what_he_asked_for(world, nrd):
    guest = contractor_here(world, nrd, (world.lasteam, None))

    item = requested_item(world, by=guest)

    assert item.team == world.lasteam
    assert seen(guest, item, world.at)
    assert seen(world.welder, item, world.at)
    assert not seen(world.other_contractor, item, world.at)


@pytest.mark.parametrize("place", ["l3", "u310"])
def test_of_two_companies_it_is_the_one_of_the_place(world, nrd, place):
    guest = contractor_here(
        world, nrd, (world.hydrex, world.packaging), (world.lasteam, world.process)
    )

    item = requested_item(world, by=guest, place_id=getattr(world, place).pk)

    assert item.team == {"l3": world.hydrex, "u310": world.lasteam}[place]
    assert seen(guest, item, world.at)


def test_an_employee_asks_for_no_company(world):
    assert requested_item(world).team is None
    assert requested_item(world, by=world.contractor).team == world.lasteam
