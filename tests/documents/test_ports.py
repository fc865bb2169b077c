"""What documents answer other domains; what holds of the supplier whatever the length."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.answers import KEY, Documents, Kind, OfOccasions
from documents.services import acknowledging
from documents.services.documents import withdraw
from permits.services import assessments, deciding, requests
from tests.factories import documents as papers
from tests.factories import live_item, planned_item
from tests.factories.items import copies
from tests.permits import made
from work import ports
from work.exceptions import Refused
from work.permissions import scope
from work.ports import Asked, Occasion, Source
from work.reasons import say
from work.services._contexts import contexts


class Types:
    """Types of a domain that is not there: "hot" concerns every item."""

    key, title = "sorts.type", "Type"

    def choices(self, site_id):
        return [("hot", "Hot work"), ("cold", "Cold work")]

    def of_items(self, items, at):
        return {item.id: {"hot"} for item in items}


@pytest.fixture
def sorts():
    ports.kinds.register(Types())
    yield
    ports.kinds.unregister(Types.key)


def queries(call) -> int:
    with CaptureQueriesContext(connection) as asked:
        call()
    return len(asked)


def test_three_queries_at_1_and_30_whatever_is_asked(world, sorts):
    """With a kind, a hold point to come, and people who have to read it."""
    document = papers.document(world)
    papers.in_force(world, document, "4")
    papers.applies(world, document, kind_key="sorts.type", kind_code="hot", acknowledge=True)
    first = planned_item(world)
    row = first.prerequisites.get(supplier=KEY)
    known = contexts([first, *copies([first] * 29)])
    pairs = [(Source.of(KEY, row.source_id, row.params), each) for each in known.values()]
    documents, at = Documents(), world.at

    for many in (1, 30):
        assert queries(lambda many=many: documents.answers(pairs[:many], at)) == 2
        some = list(known.values())[:many]
        assert queries(lambda some=some: documents.required_for(some, at)) == 1
    answers = documents.answers(pairs, at)
    assert {each.reason.code for each in answers} == {"documents.not_acknowledged"}
    assert answers == documents.answers(pairs[::-1], at)[::-1]

    acknowledging.acknowledge(
        actor=world.technician, at=at, revision_id=document.revisions.get().pk
    )
    begun = live_item(world)
    live = contexts([begun, *copies([begun] * 29, 2000)])
    pairs = [(Source.of(KEY, row.source_id, row.params), each) for each in live.values()]
    for many in (1, 30):
        assert queries(lambda many=many: documents.answers(pairs[:many], at)) == 3
        some = list(live.values())[:many]
        assert queries(lambda some=some: documents.required_for(some, at)) == 2


def test_what_applies_to_a_kind_of_another_domain_is_a_condition_of_it(world, sorts, nrd):
    document = papers.document(world)
    papers.applies(
        world,
        document,
        place_id=world.packaging.pk,
        kind_key="sorts.type",
        kind_code="hot",
        acknowledge=True,
    )
    people = ((world.technician.pk, "sorts.performer"), (world.supervisor.pk, "sorts.issuer"))

    def asked(code="hot", place=world.l3, site=world.site):
        occasion = Occasion("sorts.type", code, site.pk, place.path, people=people)
        [conditions] = OfOccasions().of([occasion], world.t(5))
        return [
            (each.person_id, each.answer.state, each.answer.reason and each.answer.reason.code)
            for each in conditions
        ]

    assert asked() == [(None, "unmet", "documents.not_effective")]
    assert asked("cold") == asked(place=world.p301) == asked(place=nrd.root, site=nrd.site) == []

    four = papers.in_force(world, document, "4", at=world.t(1))
    acknowledging.acknowledge(actor=world.technician, at=world.t(2), revision_id=four.pk)
    lacking = (world.supervisor.pk, "unmet", "documents.not_acknowledged")
    assert asked() == [(None, "met", None), *sorted([(world.technician.pk, "met", None), lacking])]
    # In force, and yet nobody can open it: its file was taken out.
    four.files.update(removed_at=world.t(3))
    assert asked()[0] == (None, "unmet", "documents.no_file")

    occasion = Occasion("sorts.type", "hot", world.site.pk, world.l3.path, people=people)
    some = OfOccasions()
    assert [queries(lambda n=n: some.of([occasion] * n, world.t(5))) for n in (1, 30)] == [3, 3]
    [[first, *_]] = some.of([occasion], world.t(5))
    [said] = say([first.what], scope(world.planner, world.t(5)))
    assert said.text == "SOP-L3-012 revision 4 must be in force"
    # Of a kind and a type of work: where what it is for is of that.
    other = papers.document(world, "SOP-HOT", title="Hot work on packing lines")
    of_kind = {"kind_key": "sorts.type", "kind_code": "hot"}
    papers.applies(world, other, work_type_id=world.mnt.pk, **of_kind)
    [conditions] = some.of([replace(occasion, type_ids=(world.mnt.pk,))], world.t(5))
    assert conditions[0].what.params["document"] == "SOP-HOT"
    [conditions] = some.of([occasion], world.t(5))
    assert {each.what.params["document"] for each in conditions} == {"SOP-L3-012"}


def test_what_is_named_is_answered_while_it_is_known(world, nrd):
    """Of a document by its code: in use, without a file, withdrawn, and at another site."""
    document = papers.document(world, "SOP-OWN")
    asked = (Asked(KEY, "SOP-OWN"), Asked(KEY, "SOP-NONE"), Asked("others", "SOP-OWN"))

    def answered(site=world.site, place=world.l3):
        occasion = Occasion("sorts.type", "hot", site.pk, place.path, named=asked)
        [conditions] = OfOccasions().of([occasion], world.t(5))
        return [
            (each.named, each.answer.state, each.answer.reason and each.answer.reason.code)
            for each in conditions
        ]

    assert answered() == [(asked[0], "unmet", "documents.not_effective")]
    one = papers.in_force(world, document, "1")
    assert answered() == [(asked[0], "met", None)]
    assert answered(nrd.site, nrd.root) == []
    one.files.update(removed_at=world.t(3))
    assert answered() == [(asked[0], "unmet", "documents.no_file")]
    controller = world.document_controller
    withdraw(actor=controller, at=world.t(4), document_id=document.pk, word="Not followed")
    assert answered() == []


def test_a_document_is_something_others_may_name(world, nrd):
    document = papers.document(world)
    papers.applies(world, document)
    item = planned_item(world)
    kind = Kind()

    assert kind.choices(world.site.pk) == [
        ("SOP-L3-012", "SOP-L3-012 Restart L3 after intervention")
    ]
    assert kind.choices(nrd.site.pk) == []
    assert kind.of_items(list(contexts([item]).values()), world.at) == {item.pk: {"SOP-L3-012"}}
    assert kind.of_items([], world.at) == {}


def test_a_permit_is_not_checked_without_the_documents_of_its_type(world):
    """Rule 20, over the ports: neither domain knows the other."""
    _cold, hot = made.kinds(world)
    document = papers.document(world, "SOP-HOT")
    of_kind = {"kind_key": "permits.type", "kind_code": hot.code}
    papers.applies(world, document, work_type_id=world.mnt.pk, **of_kind)
    papers.applies(world, document, asset_class_id=world.pump.asset_class_id, **of_kind)
    permit = made.assessed(world, hot, items=[planned_item(world)])
    own = [{"kind": "document", "text": "As written", "needs": {"document": "SOP-OWN"}}]
    by = {"actor": world.technician, "at": world.t(1), "permit_id": permit.pk}
    assessments.add_hazard(**by, text="Steam", measures=own)
    named = papers.document(world, "SOP-OWN")
    assessments.complete(**by)
    sure = {"permit_id": permit.pk, "signed": True}
    requests.request(actor=world.technician, at=world.t(1), **sure)

    with pytest.raises(Refused) as caught:
        deciding.check(actor=world.supervisor, at=world.t(2), **sure)
    # Of its type, and the one that a measure names.
    for reason in caught.value.reasons:
        assert reason.code == "permits.condition_unmet"
        assert reason.clears == ("team", document.owner_id)
        assert reason.params["reason"]["code"] == "documents.not_effective"
    assert len(caught.value.reasons) == 2
    elsewhere = made.assessed(world, hot)
    of_none = {"permit_id": elsewhere.pk, "signed": True}
    requests.request(actor=world.technician, at=world.t(1), **of_none)
    deciding.check(actor=world.supervisor, at=world.t(2), **of_none)

    for each in (document, named):
        papers.in_force(world, each, "1", at=world.t(3))
    deciding.check(actor=world.supervisor, at=world.t(4), **sure)
    # Work to which the permit is linked asks for it too.
    item = planned_item(world)
    made.draft(world, hot, items=[item], at=world.t(5))
    assert item.prerequisites.filter(supplier=KEY, withdrawn_at=None).exists()
