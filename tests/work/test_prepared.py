"""Reads of a fixed shape: put together once, right for every value."""

import pytest
from django.db.models import F
from django.db.models.sql.compiler import SQLCompiler

from work import events
from work.models import Event, Place
from work.prepared import Among, add, given, often, prepared


@pytest.fixture
def read():
    @prepared
    def places(order):
        found = Place.objects.filter(site=given("site"), kind="area", code__gte=given("after"))
        return found.select_related("site").order_by(order)

    return places


def plain(world, after, order):
    found = Place.objects.filter(site=world.site, kind="area", code__gte=after)
    return list(found.order_by(order))


@pytest.mark.parametrize("order", ["code", "-code"])
def test_it_reads_what_a_query_reads(world, read, order, django_assert_num_queries):
    for after in ("", "L", "zzz"):
        with django_assert_num_queries(1):
            found = read(order, site=world.site.pk, after=after)
            assert [each.site for each in found] == [world.site] * len(found)
        assert found == plain(world, after, order)


def test_its_statement_is_put_together_once(world, read, monkeypatch):
    read("code", site=world.site.pk, after="")
    monkeypatch.delattr(SQLCompiler, "as_sql")
    assert read("code", site=world.site.pk, after="zzz") == []


def test_a_value_is_asked_for_by_its_name(world, read):
    with pytest.raises(KeyError, match="after"):
        read("code", site=world.site.pk)


@pytest.mark.parametrize("kind", [prepared, often])
def test_one_of_a_list_of_any_length(world, kind):
    @kind
    def some():
        return Place.objects.filter(Among(F("pk"), given("ids"))).order_by("pk")

    pks = sorted(Place.objects.values_list("pk", flat=True))
    assert [place.pk for place in some(ids=pks)] == pks
    assert [place.pk for place in some(ids=pks[:1])] == pks[:1]
    assert some(ids=[]) == some(ids=[None]) == some(ids=[2**40]) == []
    assert [place.pk for place in some(ids=[None, 2**40, pks[0]])] == pks[:1]


def test_one_of_a_list_of_words(world):
    @prepared
    def some():
        return Place.objects.filter(Among(F("code"), given("codes"))).order_by("pk")

    code = Place.objects.order_by("pk")[0].code
    assert {place.code for place in some(codes=[code, "{1,2}"])} == {code}


def event(world, **data) -> Event:
    return events.build(verb="told", subject=world.site, actor=None, at=world.at, data=data)


@pytest.mark.parametrize("more", [0, 30])
def test_what_is_added_is_what_would_be_created(world, django_assert_num_queries, more):
    told = [event(world, text="it's {1} %s", number=1), event(world, none=None)]
    told += [event(world) for _ in range(more)]
    with django_assert_num_queries(1):
        add(told)
    created = event(world, text="it's {1} %s", number=1)
    created.save()

    stored = list(Event.objects.filter(verb="told").order_by("pk").values())
    assert [row.pop("id") for row in stored] == [*(each.pk for each in told), created.pk]
    assert stored[0] == stored[-1]
    assert stored[1]["data"] == {"none": None}
    assert not any(each._state.adding for each in told)


def test_nothing_to_add_asks_nothing(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        add([])


def test_what_is_read_can_be_changed_and_does_not_come_again(world, read):
    first = read("code", site=world.site.pk, after="")[0]
    first.name = "Otherwise"
    again = read("code", site=world.site.pk, after="")[0]
    assert again.name == Place.objects.get(pk=first.pk).name != "Otherwise"
