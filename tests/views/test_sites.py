"""My sites: those of one's roles, with what is open there."""

import pytest

from tests.factories import person, planned_item, requested_item, site, waiting_item
from work.services import people
from work.states import Role


def rows(response) -> list[tuple[str, str, str, str, str]]:
    assert response.status_code == 200
    return [
        (each["slug"], each["role_text"], each["open"], each["blocked"], each["mine"])
        for each in response.context["sites"]
    ]


def test_each_site_of_a_role_with_its_counts(world, nrd, sign_in):
    requested_item(world)
    waiting_item(world, plan={"owner_user_id": world.supervisor.pk})
    planned_item(world, plan={"owner_post_id": world.site_post.pk})
    page = sign_in(world.supervisor).get("/")
    assert rows(page) == [("hvk", "Supervisor", "3", "1", "2")]
    assert 'href="/s/hvk/"' in page.text
    assert 'href="/s/hvk/work/?blocked=1"' in page.text
    assert "nrd" not in page.text
    assert rows(sign_in(nrd.supervisor).get("/")) == [("nrd", "Supervisor", "", "", "")]


def test_a_contractor_counts_the_own_company_alone(world, sign_in):
    requested_item(world)
    planned_item(world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]})
    assert rows(sign_in(world.contractor).get("/")) == [("hvk", "Contractor", "1", "", "")]


def test_without_a_role_it_says_so(world, sign_in):
    page = sign_in(person(world.site)).get("/")
    assert rows(page) == []
    assert "You have no role at any site" in page.text


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, sign_in, count, django_assert_num_queries):
    visitor = sign_in(world.planner)
    for n in range(count - 1):
        people.grant_role(
            actor=None,
            at=world.at,
            user_id=world.planner.pk,
            site_id=site(f"site-{n}").pk,
            role=Role.PLANNER,
            starts=world.at,
        )
    # session, user, scope, sites, notices, counts
    with django_assert_num_queries(6):
        page = visitor.get("/")
    assert len(rows(page)) == count
