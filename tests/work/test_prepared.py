"""Statements of a fixed shape: put together once, right for every value."""

import contextlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, DataError, NotSupportedError, connection, transaction
from django.db.models import F
from django.db.models.sql.compiler import SQLCompiler

from tests import factories
from work import events
from work import prepared as prepared_module
from work.models import Event, Place, Prerequisite
from work.prepared import Among, add, by_key, given, planned, prepared, write, write_each


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


def test_one_of_a_list_of_any_length(world):
    @prepared
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


@pytest.fixture
def nothing_planned(db):
    """A connection as it is when it has just been opened, before and after the test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared = prepared_module._Lasting()


def named() -> dict[str, str]:
    """The statements that this connection has planned, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements WHERE NOT from_sql")
        return dict(cursor.fetchall())


def test_its_plan_knows_what_stands_and_outlives_a_roll_back(world, read, nothing_planned):
    read("name", site=world.site.pk, after="A")
    assert named() == {}
    with transaction.atomic():
        read("name", site=world.site.pk, after="A")
        transaction.set_rollback(True)
    (made,) = named().values()
    assert "'area'" in made
    assert "= $1" in made
    assert "$3" not in made
    assert read("name", site=world.site.pk, after="") == plain(world, "", "name")
    assert list(named().values()) == [made]


def test_the_plan_that_was_not_used_for_longest_makes_room(world, nothing_planned, monkeypatch):
    monkeypatch.setattr(prepared_module._Lasting, "prepared_max", 3)

    @prepared
    def begins(text):
        rows = Place.objects.filter(site=given("site"), code__startswith=text)
        return rows.exclude(name__contains="50 %").order_by("code")

    for text in (each for one in ("L", "", "P", "X", "L", "U", "L") for each in (one, one)):
        found = Place.objects.filter(site=world.site, code__startswith=text).order_by("code")
        assert begins(text, site=world.site.pk) == list(found)
    texts = named().values()
    assert sorted(text.count("LIKE") for text in texts) == [2, 2, 2]
    assert sum("'L%'" in text for text in texts) == 1
    assert all(r"E'%50 \\%%'" in text for text in texts)


def test_values_are_in_their_places_wherever_a_name_stands(world):
    asked = "SELECT %(b)s::int, '100 %%', %(a)s::text, %(b)s::int"
    with planned() as cursor:
        for a, b in (("x", 1), ("%s $1 ''", 2)):
            cursor.execute(asked, {"a": a, "b": b})
            assert cursor.fetchone() == (b, "100 %", a, b)
        cursor.execute("SELECT %s::text, %s::int", [None, 3])
        assert cursor.fetchone() == (None, 3)
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_statement_that_is_refused_takes_no_name_from_others(world, nothing_planned, monkeypatch):
    monkeypatch.setattr(prepared_module._Lasting, "prepared_max", 2)
    right = ["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4"]

    def twice(sql):
        with planned() as cursor:
            for _time in range(2):
                cursor.execute(sql)
            return cursor.fetchone()

    def after_a_fault(what, sql):
        with contextlib.suppress(DatabaseError), transaction.atomic(savepoint=False):
            twice("SELECT nothing_is_called_so")
        what(sql)

    assert [twice(sql) for sql in right[:3]] == [(1,), (2,), (3,)]
    for wrong in ("SELECT nothing_is_called_so", "SELECT 1 / $9 FROM"):
        with pytest.raises(DatabaseError), transaction.atomic():
            twice(wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        after_a_fault(twice, "SELECT 5")
    assert [twice(sql) for sql in (*right, "SELECT 5")] == [(1,), (2,), (3,), (4,), (5,)]
    assert len(named()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_a_migration_has_overtaken_is_made_anew():
    """Outside a transaction at once; inside by who begins it anew, as a door does."""
    sql = "SELECT told FROM overtaken WHERE told IS NOT NULL"
    with connection.cursor() as cursor, planned() as kept_cursor:
        cursor.execute("CREATE TEMPORARY TABLE overtaken AS SELECT 1 AS told")

        def read():
            kept_cursor.execute(sql)
            return kept_cursor.fetchone()

        assert [read(), read(), read()] == [(1,)] * 3
        cursor.execute("ALTER TABLE overtaken ALTER told TYPE text")
        assert [read(), read(), read()] == [("1",)] * 3
        cursor.execute("ALTER TABLE overtaken ALTER told TYPE bigint USING told::bigint")
        with pytest.raises(NotSupportedError), transaction.atomic():
            read()
        with transaction.atomic():
            assert [read(), read(), read()] == [(1,)] * 3


def test_a_row_is_written_as_save_writes_it_and_only_where_it_stands(world):
    place = world.l3
    place.name, place.code = "Line three", "not-written"
    write(place, ["name", "name"])
    stored = Place.objects.get(pk=place.pk)
    assert (stored.name, stored.code) == ("Line three", "L3")
    place.pk = 10**12
    with pytest.raises(DatabaseError), transaction.atomic():
        write(place, ["name"])


def requirements(world, number) -> list[Prerequisite]:
    """Rows with all kinds of fields, on one item."""
    of = {"site": world.site, "item": factories.planned_item(world), "created_at": world.at}
    of |= {"gate": "start", "kind": "permit", "supplier": "s"}
    rows = [Prerequisite(**of, origin=f"o{n}") for n in range(number)]
    add(rows)
    return rows


@pytest.mark.parametrize("number", [1, 2, 20, 21])
def test_rows_are_written_each_with_its_own_values(world, number, django_assert_num_queries):
    rows = requirements(world, number)
    names = ["reason", "source_id", "lead", "valid_until", "clears", "four_eyes"]
    for n, each in enumerate(rows):
        each.reason, each.source_id = {"of": [n, None, "è%s"]}, n or None
        each.lead, each.clears = timedelta(minutes=n) if n else None, f"role:{n}"
        each.valid_until, each.four_eyes = world.at - timedelta(days=n), bool(n % 2)
        each.origin = "not written"
    with django_assert_num_queries(1):
        write_each(rows, names)
    stored = Prerequisite.objects.filter(supplier="s").order_by("pk")
    assert [[getattr(one, name) for name in names] for one in stored] == [
        [getattr(one, name) for name in names] for one in rows
    ]
    assert [one.origin for one in stored] == [f"o{n}" for n in range(number)]


@pytest.mark.parametrize("number", [2, 21])
def test_a_row_that_is_not_there_is_not_passed_over(world, number):
    rows = requirements(world, number)
    rows[1].pk = 10**12
    with pytest.raises(DatabaseError), transaction.atomic():
        write_each(rows, ["clears"])


def test_a_statement_is_planned_once_whatever_its_values_are(world):
    """The driver would have it planned anew for each mix of numbers of a size, and of none."""
    rows = requirements(world, 3)
    for n in range(12):
        for bit, each in enumerate(rows):
            each.source_id = [None, 7, 70_000, 2**40][(n + bit) % 4]
            each.valid_until = world.at if n % (bit + 2) else None
        write_each(rows, ["source_id", "valid_until"])
        write(rows[0], ["source_id", "valid_until"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement LIKE '%VALUES%', count(*) FROM pg_prepared_statements"
            " WHERE statement LIKE 'UPDATE %source_id%' AND NOT from_sql GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [(False, 1), (True, 1)]


def test_no_rows_are_no_statement_and_nothing_is_cut_off(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        write_each([], ["name"])
    places = [world.l3, world.packaging]
    for place in places:
        place.code = "x" * 1000
    with pytest.raises(DataError), transaction.atomic():
        write_each(places, ["code"])
    assert {place.code for place in Place.objects.filter(site=world.site)} >= {"40", "L3"}


def test_a_row_by_its_key(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = by_key(Place, world.l3.pk, "site", "owner_team")
        assert (found, found.site, found.owner_team) == (world.l3, world.site, None)
    assert by_key(Place, world.l3.pk) == world.l3
    assert by_key(Place, 10**12) is by_key(Place, 2**63 - 1) is by_key(Place, -(2**63)) is None
    with django_assert_num_queries(0):
        assert by_key(Place, None) is by_key(Place, 2**63) is by_key(Place, -(10**30)) is None
