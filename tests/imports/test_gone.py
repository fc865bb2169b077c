"""What of earlier runs the file lacks, and what in its second files belongs to nothing."""

import pytest

from work.models import Event, Place
from work.models.imports import ImportedRecord, ImportRow
from work.services.import_ import report
from work.services.import_ import run as running
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[fields]
name = { column = "id", wins = "source" }
kind = { constant = "area" }
"""
WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = "id"
place = { constant = "A" }
status = { constant = "requested" }
[links.places]
file = "tags.csv"
record = "order"
to = "tag"
[lines]
file = "lines.csv"
record = "order"
key = "nr"
[lines.fields]
text = "text"
"""


@pytest.fixture
def load(put, bring):
    def run(*keys: str, mapping: str = PLACES, **more):
        path = put("places.csv", "\n".join(["id", *keys]) + "\n")
        return bring(Kind.PLACES, path, put("places.toml", mapping), **more)

    return run


def found(run) -> dict[str, int]:
    return {name: number for name, number in report.counts(run).items() if number}


def remarks(run) -> list[tuple]:
    return [(str(fault), outcome) for fault, outcome in report.faults(run) if fault.code == "gone"]


def gone(key: str) -> tuple[str, str]:
    words = "It is no longer in the source; what stands here was left as it is."
    return f"places.csv, column id, value '{key}': {words}", "reported only"


def test_what_the_source_has_no_longer_is_reported_and_left(load):
    load("A", "B", "C")
    before = list(Place.objects.order_by("pk").values()), Event.objects.count()

    run = load("B")

    assert found(run) == {"same": 1, "gone": 2}
    assert remarks(run) == [gone("A"), gone("C")]
    lines = list(report.lines(run))
    assert "  no longer in the source                      2" in lines
    assert lines[-1] == "Nothing was changed."
    assert run.counts["records"] == 1
    assert (list(Place.objects.order_by("pk").values()), Event.objects.count()) == before
    assert ImportedRecord.objects.count() == 3


def test_it_is_said_until_it_is_there_again(load):
    load("A", "B")

    assert found(load("B")) == {"same": 1, "gone": 1}
    assert found(load("B")) == {"same": 1, "gone": 1}
    assert found(load("A", "B")) == {"same": 2}


def test_a_trial_says_it_too(load):
    load("A", "B")

    tried = load("B", dry_run=True)
    assert found(tried) == {"same": 1, "gone": 1}
    assert remarks(tried) == [gone("A")]


def test_a_refused_record_is_in_the_source(load):
    load("A", "B")

    run = load("B", "A", "A")
    assert found(run) == {"same": 1, "refused": 2}


def test_a_part_of_the_source_says_nothing_of_the_rest(load):
    part = "complete = false" + PLACES
    load("A", "B")

    run = load("C", mapping=part)
    assert found(run) == {"new": 1}
    assert remarks(run) == []


def test_records_of_another_source_are_none_of_it(load):
    load("A")

    assert found(load("B", mapping=PLACES.replace("cmms", "erp"))) == {"new": 1}


def test_killed_while_it_ended_it_counts_the_same(load, monkeypatch):
    load("A", "B")
    with monkeypatch.context() as patch:
        patch.setattr(running, "end", lambda run: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load("B")

    run = load("B")
    assert found(run) == {"same": 1, "gone": 1}
    assert (run.counts["records"], ImportRow.objects.filter(run=run).count()) == (1, 1)


def test_stray_links_and_lines_are_not_among_the_records(load, put, bring):
    load("A")
    put("tags.csv", "order,tag\n1,A\n8,A\n,A\n")
    put("lines.csv", "order,nr,text\n1,10,Look\n9,10,Look\n9,20,Listen\n")
    orders = put("orders.csv", "id\n1\n2\n")

    run = bring(Kind.WORK, orders, put("work.toml", WORK))

    assert found(run) == {"new": 2, "lost": 4}
    assert run.counts["records"] == 2
    assert [(fault.file, fault.line, fault.code) for fault, _said in report.faults(run)] == [
        ("tags.csv", 3, "no_such_record"),
        ("tags.csv", 4, "empty_key"),
        ("lines.csv", 3, "no_such_record"),
        ("lines.csv", 4, "no_such_record"),
    ]
    assert {outcome for _fault, outcome in report.faults(run)} == {"refused"}
