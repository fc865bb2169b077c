"""What everything registered at a port must keep, whoever registered it."""

import functools
import inspect
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import make_world, planned_item
from tests.factories.items import copies
from tests.supporting import services as tickets
from work import ports
from work.exceptions import Reason, Refused
from work.models import Window
from work.ports import Answer, Fit, ItemContext, Requirement, Source
from work.services import execution, holds, requirements
from work.services._contexts import contexts
from work.states import AnswerState, BlockerKind, Gate, Role

KEY = re.compile(r"[a-z_]+\.[a-z_]+")
PAGES = {"item", "place", "asset", "person", "shift", "picture"}
MANY = 50


def registered(registry) -> list:
    return [pytest.param(each, id=each.key) for each in registry.all()]


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def pairs(world):
    """Fifty items of two sorts, each with a source for whoever is asked."""
    ticketed = factories.work_type(world.site, "TICKETED")
    window = holds.create_window(
        actor=world.shift_lead,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        name="Night",
        planned_from=world.at,
        planned_to=world.t(60),
    )
    first = planned_item(world, plan={"window_id": window.pk})
    items = [first, planned_item(world, type_id=ticketed.pk)]
    items += copies(items * (MANY // 2 - 1))
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk, after_id=first.pk)
    row = requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=first.pk,
        gate="start",
        kind="decision",
        supplier="work.check",
        params={"role": Role.HSE},
    )
    ids = {
        "work.item": first.pk,
        "work.window": window.pk,
        "work.check": row.pk,
        "supporting.ticket": ticket.pk,
    }
    loaded = contexts(items)

    def asked(supplier, count=MANY):
        return [
            (
                Source.of(supplier.key, ids.get(supplier.key), {"prerequisite": row.pk}),
                loaded[item.pk],
            )
            for item in items[:count]
        ]

    return asked


def queries(call) -> int:
    with CaptureQueriesContext(connection) as asked:
        call()
    return len(asked)


def test_every_port_is_filled_by_the_supporting_app():
    assert ports.suppliers.get("supporting.ticket") is not None
    assert ports.fitness.get("supporting.barred") is not None
    assert ports.item_listeners.get("supporting.ticket") is not None
    assert ports.source_listeners.get("supporting.ticket") is not None
    assert ports.panels.get("supporting.tickets") is not None


def test_the_suppliers_of_the_core():
    keys = [each.key for each in ports.suppliers.all() if each.key.startswith("work.")]
    assert keys == ["work.item", "work.check", "work.executor", "work.fitness", "work.window"]


@pytest.mark.parametrize(
    "registry",
    [
        ports.suppliers,
        ports.fitness,
        ports.item_listeners,
        ports.source_listeners,
        ports.panels,
        ports.importers,
        ports.plays,
        ports.namings,
    ],
)
def test_keys_are_dotted_and_registered_once(registry):
    for each in registry.all():
        assert KEY.fullmatch(each.key), each.key
        assert registry.get(each.key) is each
        with pytest.raises(ValueError, match="registered already"):
            registry.register(each)


def test_what_is_imported_has_words_and_says_nothing_that_people_do(world):
    for each in ports.importers.all():
        assert isinstance(each, ports.Importer), each.key
        assert str(each.title)
        for name, field in each.fields.items():
            assert str(field.title), name
            assert bool(field.choices) == (field.holds is ports.Holds.CODE), name
        assert not {"verified_by", "approver", "acknowledged_by"} & set(each.fields)
        assert each.find(world.site.pk, []) == {}
        assert each.standing(world.site.pk, []) == {}


def test_what_a_requirement_is_called_is_one_query(world):
    item = planned_item(world)
    for each in ports.namings.all():
        assert isinstance(each, ports.Naming), each.key
        assert ports.suppliers.get(each.key) is not None
        nothing = {ports.Source(each.key, pk) for pk in (1, 2)}
        assert each.named(item, nothing, world.at) == {}
        assert queries(lambda each=each, of=nothing: each.named(item, of, world.at)) == 1


# --- suppliers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("supplier", registered(ports.suppliers))
class TestSupplier:
    def test_keeps_the_protocol(self, supplier):
        assert isinstance(supplier, ports.Supplier)
        assert isinstance(supplier.four_eyes, bool)

    def test_nothing_asked_is_nothing_answered(self, supplier, world):
        assert supplier.answers([], world.at) == []
        assert supplier.required_for([], world.at) == {}
        assert supplier.waits_for([]) == {}

    def test_one_answer_a_pair_in_order(self, supplier, world, pairs):
        asked = pairs(supplier)

        answers = supplier.answers(asked, world.at)

        assert len(answers) == MANY
        assert all(isinstance(each, Answer) for each in answers)
        assert supplier.answers(asked[::-1], world.at) == answers[::-1]
        assert [supplier.answers([pair], world.at)[0] for pair in asked[:3]] == answers[:3]

    def test_an_answer_that_is_not_met_says_why(self, supplier, world, pairs):
        unnamed = [(Source(supplier.key), context) for _, context in pairs(supplier)]
        for answer in [
            *supplier.answers(pairs(supplier), world.at),
            *supplier.answers(unnamed, world.at),
        ]:
            assert answer.state in AnswerState
            assert (answer.state == AnswerState.MET) or isinstance(answer.reason, Reason)
            assert answer.valid_until is None or answer.valid_until > world.at
            pair = answer.clears or (answer.reason.clears if answer.reason else None)
            assert pair is None or pair[0] in {"role", "user", "post", "team"}

    def test_a_record_that_is_not_there_is_not_met(self, supplier, world, pairs):
        lost = [
            (Source.of(supplier.key, 10**9, {"prerequisite": 10**9}), context)
            for _, context in pairs(supplier, 1)
        ]
        [answer] = supplier.answers(lost, world.at)

        if supplier.key not in ("work.executor", "work.fitness"):  # these have no record
            assert answer.state != AnswerState.MET

    def test_at_most_three_queries_whatever_the_length(self, supplier, world, pairs):
        one = queries(lambda: supplier.answers(pairs(supplier, 1), world.at))
        many = queries(lambda: supplier.answers(pairs(supplier), world.at))

        of_fitness = (
            len(ports.fitness.all()) + 1 if supplier.key == "work.fitness" else 0
        )  # one each for what it asks in turn
        assert one == many
        assert many <= 3 + of_fitness

    def test_requirements_are_whole_and_flat(self, supplier, world, pairs):
        few = [context for _, context in pairs(supplier, 1)]
        all_of_them = [context for _, context in pairs(supplier)]
        one = queries(lambda: supplier.required_for(few, world.at))
        many = queries(lambda: supplier.required_for(all_of_them, world.at))
        assert one == many <= 3

        needed = supplier.required_for(all_of_them, world.at)

        assert set(needed) <= {context.id for context in all_of_them}
        for asked in needed.values():
            assert len({(each.gate, each.line_key, each.key) for each in asked}) == len(asked)
            for each in asked:
                assert isinstance(each, Requirement)
                assert each.gate in Gate
                assert each.kind in BlockerKind
                assert (each.gate == Gate.HOLD_POINT) == bool(each.line_key)
                assert isinstance(each.what, Reason)
                assert len(f"supplier:{supplier.key}:{each.key}") <= 120
        assert supplier.required_for(all_of_them, world.at) == needed  # stable keys

    def test_what_it_waits_for_are_sources(self, supplier, world, pairs):
        sources = [source for source, _ in pairs(supplier, 3)]

        waits = supplier.waits_for(sources)

        assert set(waits) <= set(sources)
        assert all(isinstance(each, Source) for others in waits.values() for each in others)
        assert queries(lambda: supplier.waits_for(sources)) <= 1


def test_the_ticket_waits_for_an_item(world):
    item = planned_item(world)
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk, after_id=item.pk)
    source = Source("supporting.ticket", ticket.pk)

    assert ports.suppliers.get("supporting.ticket").waits_for([source]) == {
        source: [Source("work.item", item.pk)]
    }


# --- fitness -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fitness", registered(ports.fitness))
class TestFitness:
    def test_keeps_the_protocol(self, fitness, db, world):
        assert isinstance(fitness, ports.Fitness)
        assert fitness.fit([], world.at, {}) == []

    def test_one_answer_a_pair_in_order_and_flat(self, fitness, world, pairs):
        tickets.open_ticket(
            actor=None, at=world.at, site_id=world.site.pk, bars_id=world.technician.pk
        )
        people = [world.technician.pk, world.viewer.pk, world.welder.pk, 10**9]
        supplier = ports.suppliers.get("work.executor")
        asked = [
            (people[n % len(people)], context) for n, (_, context) in enumerate(pairs(supplier))
        ]
        until = {world.technician.pk: world.t(480)}

        fits = fitness.fit(asked, world.at, until)

        assert len(fits) == MANY
        assert all(isinstance(each, Fit) for each in fits)
        said = [reason for each in fits for reason in (*each.reasons, *each.then)]
        assert all(isinstance(reason, Reason) for reason in said)
        # What will be against somebody is said of who is fit until then.
        assert not any(each.then and (each.reasons or each.until is None) for each in fits)
        assert fitness.fit(asked[::-1], world.at, until) == fits[::-1]
        assert fitness.fit(asked[:2], world.at, until) == fits[:2]
        assert (
            queries(lambda: fitness.fit(asked[:1], world.at, until))
            == queries(lambda: fitness.fit(asked, world.at, until))
            <= 3
        )


def test_a_supporting_fitness_stops_a_start(world):
    item = planned_item(world)
    tickets.open_ticket(
        actor=None, at=world.t(1), site_id=world.site.pk, bars_id=world.technician.pk
    )
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert caught.value.reasons[0].params["reason"]["code"] == "supporting.ticket_bars"


# --- listeners and panels ------------------------------------------------------------------------


@pytest.mark.parametrize("listener", registered(ports.item_listeners))
def test_item_listeners(listener):
    assert isinstance(listener, ports.ItemListener)
    assert list(inspect.signature(listener.items_changed).parameters) == ["changes", "act"]


@pytest.mark.parametrize("listener", registered(ports.item_listeners))
def test_an_item_listener_costs_little_where_nothing_is_its(listener, world):
    """Told of fifty items whose fields changed and not their status: at most one query."""
    changes = [ports.ItemChange(n, frozenset({"what"}), "live", "live") for n in range(MANY)]

    assert queries(lambda: listener.items_changed(changes, None)) <= 1


@pytest.mark.parametrize("listener", registered(ports.source_listeners))
def test_source_listeners(listener):
    assert isinstance(listener, ports.SourceListener)
    assert list(inspect.signature(listener.outcome).parameters) == [
        "source_id",
        "item_id",
        "what",
        "act",
    ]


@pytest.mark.parametrize("listener", registered(ports.source_listeners))
def test_a_source_has_a_path_or_none(listener, db):
    url = listener.url(10**9)
    assert url == "" or url.startswith("/")


@pytest.mark.parametrize("panel", registered(ports.panels))
def test_panels(panel, world):
    assert isinstance(panel, ports.Panel)
    assert panel.page in PAGES
    assert str(panel.title)
    things = {
        "item": planned_item(world, type_id=factories.work_type(world.site, "TICKETED").pk),
        "place": world.l3,
        "person": world.technician,
    }
    if thing := things.get(panel.page):
        assert panel.count(world.technician, thing, world.at) in (None, 0)
        assert queries(lambda: panel.count(world.technician, thing, world.at)) <= 1
        assert panel.url(thing).startswith("/")


def test_ways_place_listeners_and_conditions(world):
    """A way leads somewhere; who looks at places costs little where a site sets nothing up."""
    item = planned_item(world, place_id=world.l3.pk)
    for way in ports.ways.all():
        assert way.url(item if way.page == "item" else world.l3).startswith("/")
        assert str(way.title)
    for listener in ports.place_listeners.all():
        assert isinstance(listener, ports.PlaceListener)
        asked = functools.partial(listener.places_changed, world.site.pk, [world.l3.path], None)
        assert queries(asked) <= 1
    people = ((ports.STRANGER, "permits.worker"),)
    named = (ports.Asked("documents.document", "NONE"), ports.Asked("competence.competence", "NO"))
    occasion = ports.Occasion(
        "permits.type", "any", world.site.pk, world.l3.path, people=people, named=named
    )
    assert [each.of([occasion], world.at) for each in ports.conditions.all()] == [
        [[]] for _each in ports.conditions.all()
    ]


def test_a_context_is_frozen_and_loaded_once(world):
    item = planned_item(world)

    [context] = contexts([item]).values()

    assert isinstance(context, ItemContext)
    with pytest.raises(AttributeError):
        context.status = "closed"
    assert queries(lambda: contexts([item] * 3)) == 1
    assert not Window.objects.exists()


@pytest.mark.parametrize("askable", registered(ports.askable))
def test_what_a_rule_may_name_is_answered_and_has_words(askable):
    """Every name of a parameter is one of JSON, and each is asked in words."""
    assert ports.suppliers.get(askable.key) is not None
    assert str(askable.title)
    names = [param.name for param in askable.params]
    assert len(names) == len(set(names))
    for param in askable.params:
        assert param.name.isidentifier()
        assert str(param.label)
        assert param.kind in {"role", "choice", "text", "yes_no"}
        assert bool(param.choices) == (param.kind == "choice")
