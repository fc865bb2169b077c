"""A contractor reads what is asked of the own people alone, where others carry work out too."""

import pytest

from tests.factories import company, person, planned_item, second_site
from tests.views.conftest import clock, sign_in  # noqa: F401  fixtures
from work.services import items, people


@pytest.fixture
def item(hvk, clock):  # noqa: F811
    """LasTeam's, of which Hydrex has somebody on it from when it was theirs."""
    world = hvk.world
    hvk.rule("WELD")
    theirs = {"team_id": world.hydrex.pk, "executor_ids": [world.other_contractor.pk]}
    item = planned_item(world, plan=theirs | {"owner_user_id": world.planner.pk})
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    items.edit(**by, team_id=world.lasteam.pk)
    items.assign(**by, executor_ids=[world.other_contractor.pk, world.welder.pk])
    return item


def _shown(answer) -> tuple[list[str], bool]:
    return [each["name"] for each in answer.context["people"]], answer.context["others"]


def _counted(visitor, item) -> int:
    """As many as the section on the page of the item says that it tells of."""
    panels = visitor.see(item).context["panels"]
    [section] = [each for each in panels if each["id"] == "competence-executors"]
    return section["count"]


def test_what_is_asked_of_a_stranger_is_told_to_no_other_company(hvk, item, sign_in):  # noqa: F811
    world = hvk.world
    url = f"/s/hvk/competence/work/W-{item.number}/"
    both = {world.other_contractor.name, world.welder.name}
    ours = sign_in(world.welder)
    answer = ours.get(url)
    assert _shown(answer) == ([world.welder.name], True)
    assert _counted(ours, item) == 1
    assert len(answer.context["people"][0]["asked"]) == 1
    assert world.other_contractor.name not in answer.text
    assert "People of another company carry it out" in answer.text

    items.assign(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        executor_ids=[world.other_contractor.pk],
    )
    answer = ours.get(url)
    assert _shown(answer) == ([], True)
    assert _counted(ours, item) == 0
    assert world.other_contractor.name not in answer.text
    assert "Nobody is named" not in answer.text

    items.assign(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        executor_ids=[world.other_contractor.pk, world.welder.pk],
    )
    theirs = sign_in(world.viewer)
    assert _counted(theirs, item) == 2
    answer = theirs.get(url)
    names, others = _shown(answer)
    assert (set(names), others) == (both, False)
    assert "People of another company" not in answer.text


def test_what_ends_tells_of_the_work_that_the_reader_sees(hvk, sign_in):  # noqa: F811
    """Of a person and of a company; what is not seen is neither named nor counted."""
    world = hvk.world
    hvk.rule("WELD")
    hvk.has(world.welder, "WELD", valid_until=world.t(60 * 24 * 4))
    lasting = {"planned_start": world.t(60), "planned_end": world.t(60 * 24 * 6)}
    ours = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]} | lasting
    here = planned_item(world, plan=ours)
    # It is another company's since; he is on it yet.
    there = planned_item(world, place_id=world.l4.pk, plan=ours)
    items.edit(actor=world.planner, at=world.at, item_id=there.pk, team_id=world.hydrex.pk)
    # And what is of a company alone.
    paper = hvk.insured(world.lasteam, world.contractor, world.t(60 * 24 * 4))
    away = planned_item(world, place_id=world.l4.pk, plan={"team_id": world.lasteam.pk} | lasting)
    of_l3 = person(world.site, "planner", username="of_l3", place=world.l3)

    def told(reader) -> dict[str, tuple[set[str], int]]:
        rows = sign_in(reader).get("/s/hvk/competence/", days="7").context["rows"]
        return {
            row["name"]: ({each["label"] for each in row["items"]}, row["more"]) for row in rows
        }

    here, there, away = (f"W-{each.number}" for each in (here, there, away))
    of_him, of_it = world.welder.name, paper.company.team.name
    assert told(world.planner) == {of_him: ({here, there}, 0), of_it: ({here, away}, 0)}
    assert told(world.contractor) == {of_him: ({here}, 0), of_it: ({here, away}, 0)}
    assert told(of_l3) == {of_him: ({here}, 0), of_it: ({here}, 0)}


def test_who_recorded_for_another_company_is_read_by_no_name(hvk, sign_in):  # noqa: F811
    """Of somebody who came for that company before, and comes for ours now."""
    world, nrd = hvk.world, second_site()
    lent = person(nrd.site, company=company(nrd.site, "zzp", "Zzp"), username="lent")
    for team, starts, ends in (
        (world.hydrex, world.t(-900), world.t(-100)),
        (world.lasteam, world.t(-90), None),
    ):
        hvk.comes_for(team, lent, starts, ends=ends)
    hvk.insured(world.hydrex, world.other_contractor, world.t(60 * 24 * 4))
    foreman = world.other_contractor
    hvk.obtained(lent, "WELD", actor=foreman, at=world.t(-200))
    page, ending = f"/s/hvk/competence/people/{lent.pk}/", "/s/hvk/competence/"
    for reader, named in ((world.contractor, False), (world.planner, True)):
        visitor = sign_in(reader)
        for url in (page, f"{page}?page=2", ending):
            said = visitor.get(url).text
            assert lent.name in said
            assert (foreman.name in said, "Somebody of another company" in said) == (
                named,
                not named,
            )


def test_what_is_asked_of_who_comes_for_a_company_is_told_to_it(hvk, sign_in, clock):  # noqa: F811
    """Though at home for another; no longer than the role is in force, and nobody else's."""
    world, nrd = hvk.world, second_site()
    hvk.rule("WELD")
    zzp = company(nrd.site, "zzp", "Zzp")
    lent, other = (person(nrd.site, company=zzp, username=name) for name in ("lent", "elders"))
    for each, team in ((lent, world.lasteam), (other, world.hydrex)):
        hvk.comes_for(team, each, world.t(-90))
    theirs = {"team_id": world.hydrex.pk, "executor_ids": [other.pk]}
    item = planned_item(world, plan=theirs | {"owner_user_id": world.planner.pk})
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    items.edit(**by, team_id=world.lasteam.pk)
    items.assign(**by, executor_ids=[other.pk, lent.pk, world.welder.pk])
    url, foreman = f"/s/hvk/competence/work/W-{item.number}/", sign_in(world.contractor)
    answer = foreman.get(url)
    names, others = _shown(answer)
    assert (set(names), others) == ({lent.name, world.welder.name}, True)
    assert other.name not in answer.text
    assert _counted(foreman, item) == 2
    page = f"/s/hvk/competence/people/{lent.pk}/"
    assert f"W-{item.number}" in foreman.get(page).text
    assert sign_in(world.other_contractor).get(page).status_code == 404

    [role] = lent.memberships.filter(site=world.site)
    people.end_role(actor=world.site_admin, at=world.t(5), membership_id=role.pk)
    clock.move_to(world.t(6))
    answer = foreman.get(url)
    assert _shown(answer) == ([world.welder.name], True)
    assert lent.name not in answer.text
    assert _counted(foreman, item) == 1
