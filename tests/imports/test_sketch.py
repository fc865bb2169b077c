"""A mapping as the answers of a form: written as TOML, read back, left alone where it is more."""

import tomllib

import pytest

from tests.imports import generated
from tests.imports.files import MAPPINGS
from work.services.import_ import mapping_toml
from work.services.import_.mapping import Kind
from work.services.import_.sketch import flat_of, text_of
from work.services.import_.toml_text import dumps

SHIPPED = sorted(MAPPINGS.glob("*.toml"))
BASE = 'kind = "places"\nsystem = "s"\nkey = "id"\n[fields]\nname = "n"\nkind = "k"\n'


def parsed(text: str) -> dict:
    mapping = mapping_toml.parse(text, name="m")
    said = {name: value for name, value in vars(mapping).items() if name != "text"}
    return said | {"fields": sorted(mapping.fields, key=lambda field: field.name)}


@pytest.mark.parametrize(
    "text",
    [*(path.read_text() for path in SHIPPED), generated.MAPPING, generated.PLACES_MAPPING, BASE],
    ids=[*(path.stem for path in SHIPPED), "generated", "generated places", "plain"],
)
def test_a_mapping_goes_through_the_answers_and_says_the_same(text):
    flat = flat_of(text)
    assert flat is not None
    assert parsed(text_of(Kind(parsed(text)["kind"]), flat)) == parsed(text)


@pytest.mark.parametrize(
    "more",
    [
        'owner_team = { column = "t", time_zone = "Europe/Oslo" }',
        'owner_team = { first_of = ["a", "b", "c", "d"] }',
        '[file]\nencoding = "cp1252"\n[unknown]\nteam = "keep"\n[words]\n',
    ],
)
def test_what_says_more_than_the_answers_stays_a_text(more):
    assert flat_of(BASE + more) is None


def test_words_of_some_columns_stay_a_text():
    assert flat_of('words = ["a"]\n' + BASE) is None
    assert flat_of("words = []\n" + BASE)["words"] is False


def test_answers_become_a_mapping():
    flat = {
        "system": "cmms",
        "key": "Order no.",
        "words": True,
        "complete": False,
        "file.delimiter": ";",
        "file.header": 2,
        "file.empty": "null, -",
        "fields.what.column": 'a "title"',
        "fields.what.second": "text",
        "fields.what.wins": "source",
        "fields.type.constant": "maintenance",
        "fields.status.column": "st",
        "fields.status.map": "A=B = closed\n 100 = requested \nhalf\nX = ",
        "fields.status.otherwise": "requested",
        "fields.due.column": "due",
        "fields.due.date": "%d.%m.%Y | iso",
        "fields.why.wins": "source",
        "values": "weight = kg\n",
        "links.places.file": "tags.csv",
        "links.places.record": "order",
        "links.places.to": "tag",
        "links.assets.record": "order",
        "unknown.place": "keep",
    }
    text = text_of(Kind.WORK, flat)
    assert tomllib.loads(text) == {
        "kind": "work",
        "system": "cmms",
        "key": "Order no.",
        "words": ["*"],
        "complete": False,
        "file": {"delimiter": ";", "header": 2, "empty": ["null", "-"]},
        "fields": {
            "status": {
                "column": "st",
                "otherwise": "requested",
                "map": {"A=B": "closed", "100": "requested"},
            },
            "type": {"constant": "maintenance"},
            "what": {"first_of": ['a "title"', "text"], "wins": "source"},
            "due": {"column": "due", "date": ["%d.%m.%Y", "iso"]},
        },
        "values": {"weight": "kg"},
        "links": {"places": {"file": "tags.csv", "record": "order", "to": "tag"}},
        "unknown": {"place": "keep"},
    }
    assert parsed(text)["system"] == "cmms"


def test_any_text_is_written_so_that_it_is_read_again():
    texts = ["", "a\"b'\\", "line\nbreak\ttab", "\x00\x1f\x7f", "æøå 漢字 🔧", "=+ [x]"]
    document = {text or "empty": {text or "empty": text} for text in texts}
    assert tomllib.loads(dumps(document)) == document
