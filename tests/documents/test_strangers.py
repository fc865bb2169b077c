"""A contractor reads a document with nobody of another company, where both carry work out."""

from documents.reads.visible import without_sign_in
from documents.services import acknowledging
from tests.factories import documents as papers
from tests.factories import planned_item
from tests.work.outcomes import refused_alone
from work.permissions import scope
from work.services import items, people


def test_read_together_with_nobody_of_another_company(world):
    document = papers.document(world)
    papers.applies(world, document, acknowledge=True)
    four = papers.in_force(world, document, "4")
    given = {"actor": world.site_admin, "at": world.t(1), "site_id": world.site.pk}
    lars, piet = (
        people.create_person(**given, name=name, role="contractor", company_id=company.pk)
        for name, company in (("Lars", world.lasteam), ("Piet", world.hydrex))
    )
    theirs = {"executor_ids": [piet.pk], "team_id": world.hydrex.pk}
    item = planned_item(world, at=world.t(1), plan=theirs)
    by = {"actor": world.planner, "at": world.t(2), "item_id": item.pk}
    items.edit(**by, team_id=world.lasteam.pk)
    items.assign(**by, executor_ids=[piet.pk, lars.pk, world.contractor.pk])

    def named(person) -> list[str]:
        who = scope(person, world.t(3))
        return [each.name for each in without_sign_in(who, document, four, all_of_it=True)]

    assert named(world.contractor) == ["Lars"]
    assert named(world.supervisor) == ["Lars", "Piet"]
    foreman = {"actor": world.contractor, "at": world.t(3), "revision_id": four.pk}
    acknowledging.acknowledge(**foreman)
    with refused_alone("documents.not_together"):
        acknowledging.read_together(**foreman, people=[lars.pk, piet.pk], signed=True)
    acknowledging.read_together(**foreman, people=[lars.pk], signed=True)
    assert not four.acknowledgements.filter(user=piet).exists()
