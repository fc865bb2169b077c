"""A chunk holds no more than its time allows, and asks once for all that it changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import setup
from work.models import Prerequisite, WorkItem
from work.services.import_ import load as loading
from work.services.import_ import report, work_change
from work.services.import_.mapping import Kind
from work.states import Role

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
system = "cmms"
key = "id"
[fields]
type = { constant = "lift" }
what = "id"
why = { constant = "As asked." }
status = "state"
owner_post = { constant = "lead" }
place = { column = "place", wins = "source" }
"""


@pytest.fixture
def load(site, put, bring):
    for code in ("HALL", "OTHER"):
        setup.place(site, code)
    hall = site.places.get(code="HALL")
    setup.post_with_duty(hall, setup.person(site, Role.SHIFT_LEAD), code="lead")
    setup.work_type(site, "lift")
    setup.rule(site, "hall", place_id=hall.pk)

    def run(*states, place="HALL"):
        rows = "".join(f"{number},{state},{place}\n" for number, state in enumerate(states, 1))
        path = put("in.csv", f"id,state,place\n{rows}")
        return report.counts(bring(Kind.WORK, path, put("m.toml", WORK)))

    return run


@pytest.fixture
def sizes(monkeypatch):
    """How many records each chunk held, however long it took."""
    found, real = [], loading._chunk

    def chunk(act, run, mapping, ids):
        found.append(len(ids))
        real(act, run, mapping, ids)

    monkeypatch.setattr(loading, "_chunk", chunk)
    monkeypatch.setattr(loading, "sized", lambda most, _seconds: most)
    return found


def test_a_chunk_of_open_work_is_smaller_than_one_of_history(load, sizes):
    load(*["closed"] * 250)
    assert sizes == [200, 50]
    sizes.clear()
    states = ["planned"] * 50 + ["closed"] * 100 + ["requested"] * 30
    load(*["closed"] * 250, *states)
    assert sizes == [200, 50 + 30, 20 + 100, 30]


@pytest.mark.parametrize(
    ("most", "seconds", "then"),
    [(200, 0.41, 100), (200, 0.4, 200), (100, 0.2, 100), (100, 0.19, 200), (200, 0.01, 200),
     (75, 2, 50), (50, 2, 50)],
)  # fmt: skip
def test_a_chunk_is_halved_when_the_last_took_long(most, seconds, then):
    assert loading.sized(most, seconds) == then


def test_the_next_chunk_follows_how_long_the_last_took(load, sizes, monkeypatch):
    monkeypatch.setattr(loading, "sized", lambda most, _seconds: most // 2)
    load(*["closed"] * 360)
    assert sizes == [200, 100, 50, 10]


def asked() -> int:
    rows = Prerequisite.objects.filter(origin__startswith="rule:", withdrawn_at=None)
    return rows.values("item").distinct().count()


def test_what_a_chunk_changed_is_asked_again_at_once(load, monkeypatch):
    states = ["planned"] * 12
    load(*states)
    assert asked() == 12
    calls, real = [], work_change._asking.bring_up_to_date

    def bring_up_to_date(act, facts, keys=None):
        with CaptureQueriesContext(connection) as caught:
            found = real(act, facts, keys)
        calls.append((len(facts), len(caught)))
        return found

    monkeypatch.setattr(work_change._asking, "bring_up_to_date", bring_up_to_date)
    assert load(*states, place="OTHER")["changed"] == 12
    assert asked() == 0
    assert load(*states, place="HALL")["changed"] == 12
    assert asked() == 12
    assert load("planned", place="OTHER")["changed"] == 1
    assert load("planned", place="HALL")["changed"] == 1
    assert calls == [(12, 7), (12, 21), (1, 7), (1, 10)]
    assert WorkItem.objects.filter(unmet_start=2).count() == 12
