"""A mapping is checked key by key, and a mistake in it is named."""

import pytest

from tests.imports.files import MAPPINGS
from work.services.import_.faults import MappingFault
from work.services.import_.mapping import Kind, Unknown, Wins
from work.services.import_.mapping_toml import load, parse

PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[fields]
name = "title"
kind = { constant = "area" }
"""
WORK = """
kind = "work"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = "title"
status = { column = "state", map = { o = "requested", c = "closed" } }
"""


def test_a_byte_order_mark_is_no_part_of_it(put):
    path = put("m.toml", b"\xef\xbb\xbf" + PLACES.strip().encode())
    assert (load(path).name, load(path).text) == ("Places", PLACES.strip())


def test_the_fields_of_a_class_are_refused():
    assets = PLACES.replace("places", "assets").replace('kind = { constant = "area" }', "")
    assets += 'asset_class = "class"\n'
    assert parse(assets, name="x").kind is Kind.ASSETS
    with pytest.raises(MappingFault, match="values: The fields of an asset's class are not"):
        parse(assets + '[values]\nweight = "kg"\n', name="x")


def test_the_mappings_of_the_repository():
    places, work = load(MAPPINGS / "valhall_places.toml"), load(MAPPINGS / "valhall_work.toml")
    assert (places.kind, places.system, places.key) == (Kind.PLACES, "workmate", "externalId")
    assert (work.kind, work.system, work.key) == (Kind.WORK, "workmate", "externalId")
    assert work.on_unknown("place") is Unknown.REFUSE
    assert work.on_unknown("record") is Unknown.REPORT
    assert work.wins("what") is Wins.SOURCE
    assert work.wins("due") is Wins.VINKEY
    assert work.wins("status") is Wins.FIRST
    assert [join.file for join in work.joins] == ["workorder2assets.csv", "workitems.csv"]


def test_what_is_not_said_has_a_default():
    mapping = parse(WORK, name="orders")
    assert mapping.name == "orders"
    assert mapping.words == ("*",)
    assert mapping.on_unknown("place") is Unknown.REFUSE
    assert mapping.wins("what") is Wins.VINKEY
    assert mapping.form.empty == {""}
    assert list(mapping.needed) == ["id", "title", "state"]


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('kind = "work"', 'kind = "people"', "kind", "One of these is needed"),
        ('key = "id"', "", "key", "A text of 1 to 200"),
        ('key = "id"', 'key = ""', "key", "A text of 1 to 200"),
        ('key = "id"', 'key = "id"\nkeys = 1', "keys", "Is key meant?"),
        ('what = "title"', 'waht = "title"', "fields.waht", "Is what meant?"),
        ('what = "title"', "", "fields.what", "missing"),
        ('what = "title"', "what = 3", "fields.what", "A column name or a table"),
        ('what = "title"', "what = {}", "fields.what", "exactly one of"),
        ('"title"', '{ column = "a", constant = "b" }', "fields.what", "exactly one of"),
        ('"title"', '{ column = "a", wins = "me" }', "fields.what.wins", "source, vinkey, first"),
        ('"title"', '{ column = "a", date = "iso" }', "fields.what.date", "holds no date"),
        ('"title"', '{ column = "a", otherwise = "b" }', "fields.what.otherwise", "with a map"),
        ('o = "requested"', 'o = "live"', "fields.status", "live: an import cannot create"),
        ('o = "requested"', 'o = "open"', "fields.status", "open is none of: requested, planned"),
        ("[fields]", '[unknown]\nplace = "guess"\n[fields]', "unknown.place", "refuse, report"),
        ("[fields]", '[unknown]\nrecord = "keep"\n[fields]', "unknown.record", "no record to keep"),
        ("[fields]", '[file]\nencoding = "utf-16"\n[fields]', "file.encoding", "save the file"),
        ("[fields]", '[file]\ndelimiter = ";;"\n[fields]', "file.delimiter", "One character"),
        ("[fields]", "[file]\nheader = 0\n[fields]", "file.header", "number of the header"),
        ("[fields]", '[file]\ntime_zone = "Mars"\n[fields]', "file.time_zone", "no such time zone"),
        (
            "[fields]",
            '[links.places]\nfile = "../x.csv"\nrecord = "a"\nto = "b"\n[fields]',
            "links.places.file",
            "beside the first",
        ),
        (
            "[fields]",
            '[lines]\nfile = "x.csv"\nrecord = "a"\nkey = "b"\n[fields]',
            "lines.fields.text",
            "missing",
        ),
        ("[fields]", "[fields", "orders", "line 5"),
        ('{ o = "requested", c = "closed" }', '"x"', "fields.status.map", "A table is needed"),
        ('key = "id"', 'key = "id"\nwords = 5', "words", "A list of texts"),
        ('key = "id"', 'key = "id"\nwords = "a"', "words", "A list of texts"),
        ('key = "id"', 'key = "id"\ncomplete = "no"', "complete", "Say true or false"),
        ('"title"', "{ first_of = [] }", "fields.what.first_of", "A list of texts"),
        ('"title"', "{ all_of = [] }", "fields.what.all_of", "A list of texts"),
        ('"title"', "{ first_of = 5 }", "fields.what.first_of", "A list of texts"),
        ("[fields]", "[file]\nempty = 5\n[fields]", "file.empty", "A list of texts"),
        ("[fields]", '[file]\ndelimiter = "\\n"\n[fields]', "file.delimiter", "One character"),
        ("[fields]", '[file]\nquote = "\\r"\n[fields]', "file.quote", "One character"),
        ("[fields]", '[file]\nquote = ","\n[fields]', "file.delimiter", "be the quote as well"),
        (
            "[fields]",
            '[links.places]\nfile = "x"\nrecord = "a"\nto = "b"\ndelimiter = "\\""\n[fields]',
            "links.places.delimiter",
            "be the quote as well",
        ),
        *(
            (
                "[fields]",
                f"[fields]\ndue = {{ column = 'a', date = {form} }}",
                "fields.due.date",
                why,
            )
            for form, why in [
                ("5", "A list of texts"),
                ("[]", "A list of texts"),
                ("[5]", "A list of texts"),
                ("'%Q'", "Say iso, epoch_ms"),
                ("'%Y %Y'", "Say iso, epoch_ms"),
                ("'%'", "Say iso, epoch_ms"),
                ("'%H:%M'", "Say iso, epoch_ms"),
                ("['iso', 'd.m.Y']", "Say iso, epoch_ms"),
            ]
        ),
    ],
)
def test_a_mistake_is_named_by_its_key(old, new, key, problem):
    with pytest.raises(MappingFault) as caught:
        parse(WORK.replace(old, new), name="orders")
    assert caught.value.key == key
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "form", ["%d.%m.%Y %H:%M", "%d/%m/%y", "%Y-%m-%dT%H:%M:%S%z", "%d %b %Y", "%G-W%V-%u", "%m.%Y"]
)
def test_forms_of_a_date(form):
    due = f"[fields]\ndue = {{ column = 'a', date = '{form}' }}"
    mapping = parse(WORK.replace("[fields]", due), name="orders")
    assert mapping.fields[0].forms == (form,)


def test_places_have_no_checklist_and_no_fields_of_their_own():
    with pytest.raises(MappingFault, match="lines: Only work has a checklist"):
        parse(PLACES + '[lines]\nfile = "x.csv"\n', name="x")
    with pytest.raises(MappingFault, match="values: Places have no fields"):
        parse(PLACES + '[values]\ncolour = "c"\n', name="x")
