"""How a cell becomes a value."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from work.services.import_.convert import Unfit, value_of, words_of
from work.services.import_.mapping import TARGETS, Field, FileForm, Kind
from work.services.import_.rows import Row

FORM = FileForm(empty=frozenset({"", "null"}))
OSLO = ZoneInfo("Europe/Oslo")
NAIVE = datetime.fromisoformat("2026-07-01T08:00")  # as a spreadsheet holds it


def value(name, cells, **field):
    cells = {"a": cells} if not isinstance(cells, dict) else cells
    field.setdefault("columns", tuple(cells))
    made = Field(name=name, target=TARGETS[Kind.WORK][name], **field)
    return value_of(made, Row(1, cells), FORM, OSLO)


def unfit(name, cells, **field):
    with pytest.raises(Unfit) as caught:
        value(name, cells, **field)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "forms", "stored"),
    [
        ("2026-07-01T08:00:00", ("iso",), "2026-07-01T06:00:00+00:00"),
        ("2026-07-01 08:00:00Z", ("iso",), "2026-07-01T08:00:00+00:00"),
        ("2026-01-01", ("iso",), "2025-12-31T23:00:00+00:00"),
        ("01.07.2026 08:00", ("%d.%m.%Y %H:%M",), "2026-07-01T06:00:00+00:00"),
        ("1337790468000", ("epoch_ms",), "2012-05-23T16:27:48+00:00"),
        ("1337790468", ("epoch_s",), "2012-05-23T16:27:48+00:00"),
        ("1900-01-01T00:00:00Z", ("iso",), "1900-01-01T00:00:00+00:00"),
        ("2199-12-31T23:59:59Z", ("iso",), "2199-12-31T23:59:59+00:00"),
        ("2026-07-01", ("epoch_ms", "iso"), "2026-06-30T22:00:00+00:00"),
        # A time that does not exist moves forward by the gap, a repeated one is its first.
        ("2026-03-29T02:30:00", ("iso",), "2026-03-29T01:30:00+00:00"),
        ("2026-10-25T02:30:00", ("iso",), "2026-10-25T00:30:00+00:00"),
    ],
)
def test_moments(text, forms, stored):
    assert value("due", text, forms=forms) == stored


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("31.02.2026", ("%d.%m.%Y",)),
        ("2026-13-01", ("iso",)),
        ("99999999999999999999", ("epoch_ms",)),
        ("0001-01-01", ("iso",)),
        ("1899-12-31T23:59:59", ("iso",)),
        ("2200-01-01", ("iso",)),
        ("9999-12-31T23:59:59Z", ("iso",)),
        ("01.01.0200", ("%d.%m.%Y",)),
        ("7258118400000", ("epoch_ms",)),
        ("soon", ("iso", "epoch_ms")),
    ],
)
def test_bad_moments(text, forms):
    assert unfit("due", text, forms=forms) == "bad_date"


def test_a_moment_of_a_spreadsheet_needs_no_form():
    assert value("due", NAIVE) == "2026-07-01T06:00:00+00:00"
    zone = ZoneInfo("UTC")
    assert value("due", NAIVE, zone=zone) == "2026-07-01T08:00:00+00:00"


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_moment_of_a_spreadsheet_lies_in_the_years_that_people_plan_for(year):
    for zone in ("America/New_York", "UTC", "Pacific/Auckland"):
        late = datetime(year, 12, 31, 23, 59, 59)  # noqa: DTZ001 -- as a spreadsheet holds it
        assert unfit("due", late, zone=ZoneInfo(zone)) == "bad_date"


def test_blanks_and_the_words_for_empty_are_nothing():
    assert [value("why", text) for text in ("", "  ", " null ", "Null")] == [
        None,
        None,
        None,
        "Null",
    ]
    assert value("why", " a  b ") == "a  b"
    assert value("why", "null", default="nothing said") == "nothing said"


def test_the_first_of_several_columns_or_all_of_them():
    cells = {"a": " ", "b": "null", "c": "x", "d": "y"}
    assert value("what", cells) == "x"
    assert value("what", cells, joined=True, separator=" · ") == "x · y"
    assert value("what", {"a": "x"}, columns=(), constant="always") == "always"


def test_code_maps():
    codes = {"600": "closed", "900": "cancelled"}
    assert value("status", "600", codes=codes) == "closed"
    assert value("status", "300", codes=codes, otherwise="requested") == "requested"
    assert unfit("status", "300", codes=codes) == "unmapped"
    assert unfit("status", "done") == "not_one_of"


def test_yes_and_no():
    said = ["YES", "true", "1", "Ja", "no", "FALSE", "0", "nei", ""]
    found = [value("safety_critical", text) for text in said]
    assert found == [True, True, True, True, False, False, False, False, None]
    assert unfit("safety_critical", "perhaps") == "bad_yes_no"


def test_texts_have_a_limit():
    assert unfit("what", "x" * 251) == "too_long"


def test_words_stand_as_they_stood():
    row = Row(1, {"a": " x ", "b": "null", "c": "", "d": NAIVE})
    assert words_of(("*",), row, FORM) == {"a": " x ", "d": "2026-07-01T08:00:00"}
    assert words_of(("a", "b"), row, FORM) == {"a": " x "}
