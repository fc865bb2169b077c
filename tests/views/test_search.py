"""One box: an exact number or tag first, then open work, then the rest; for whom it is to know."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.views.conftest import weight
from tests.views.test_places import FRAME
from work.models import WorkItem
from work.reads import kept
from work.services import items

SEARCH = "/s/hvk/search/"


def _work(answer) -> dict[str, list[int]]:
    found = answer.context["work"]
    return {
        name: [row.number for row in getattr(found, name)] for name in ("exact", "open", "ended")
    }


def _made(world, what: str, how=factories.planned_item, **given) -> int:
    return how(world, what=what, **given).number


def test_a_number_or_a_tag_comes_first(world, sign_in):
    first = _made(world, "Grease the feed pump")
    other = _made(world, f"Follow up of {first}")
    WorkItem.objects.filter(number=other).update(external_system="sap", external_key="4000123")
    visitor = sign_in(world.viewer)
    for typed in (f"W-{first}", f" w-{first} ", f"w{first}", str(first)):
        assert _work(visitor.get(SEARCH, q=typed))["exact"] == [first], typed
    assert _work(visitor.get(SEARCH, q="4000123"))["exact"] == [other]
    # Tags of things look much like numbers of work.
    assert _work(visitor.get(SEARCH, q=f"P-{first}"))["exact"] == []
    tag = visitor.get(SEARCH, q="p-301")
    assert [each["code"] for each in tag.context["exact_places"]] == ["P-301"]
    thing = visitor.get(SEARCH, q="PUMP-0301")
    assert [each["code"] for each in thing.context["exact_things"]] == ["PUMP-0301"]
    named = visitor.get(SEARCH, q="pump")
    assert [each["code"] for each in named.context["places"]] == ["P-301"]
    assert [each["code"] for each in named.context["things"]] == ["PUMP-0301"]


def test_words_and_their_beginnings_in_any_language_without_accents(world, sign_in):
    ended = _made(world, "Pomplekkage bij de flens", factories.closed_item)
    dutch = _made(world, "Flens lekt: coördinatie met Façade B.V.")
    english = _made(world, "Flange leaks at P-301", why="The façade is wet")
    visitor = sign_in(world.viewer)
    for typed, found in (
        ("flens", {"exact": [], "open": [dutch], "ended": [ended]}),
        # Next to nothing begins so, and then parts of words count too.
        ("FLENS lek", {"exact": [], "open": [dutch], "ended": [ended]}),
        ("coordinatie", {"exact": [], "open": [dutch], "ended": []}),
        ("facade", {"exact": [], "open": [dutch, english], "ended": []}),
        ("façade", {"exact": [], "open": [dutch, english], "ended": []}),
        ("leak p-301", {"exact": [], "open": [english], "ended": []}),
        # A part of a word alone, and a slip of the pen.
        ("lekkage", {"exact": [], "open": [], "ended": [ended]}),
        ("flenge leaks", {"exact": [], "open": [english], "ended": []}),
        ("zzz", {"exact": [], "open": [], "ended": []}),
    ):
        answer = visitor.get(SEARCH, q=typed)
        found = found | {"open": sorted(found["open"])}
        assert _work(answer) | {"open": sorted(_work(answer)["open"])} == found, typed
    assert "Nothing is called this" in visitor.get(SEARCH, q="zzz").text


def test_nobody_finds_what_is_not_theirs(world, nrd, sign_in):
    secret = _made(world, "Secret rework", plan={"owner_user_id": world.planner.pk})
    elsewhere = _made(world, "Secret too", place_id=world.p301.pk)
    plan = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    own = _made(world, "Secret weld", plan=plan | {"owner_user_id": world.supervisor.pk})
    items.edit(
        actor=world.planner,
        at=world.at,
        item_id=WorkItem.objects.get(number=secret).pk,
        asset_ids=[world.pump.pk],
    )
    guest = sign_in(world.contractor)
    assert _work(guest.get(SEARCH, q="secret"))["open"] == [own]
    assert _work(guest.get(SEARCH, q=f"W-{secret}"))["exact"] == []
    for typed, names in (
        ("30", []),
        ("L3", ["Pouches"]),
        ("PUMP-0301", []),
        (world.planner.name, []),
        (world.supervisor.name, [world.supervisor.name]),
        (world.welder.name, [world.welder.name]),
        ("contractor", [world.contractor.name]),
    ):
        answer = guest.get(SEARCH, q=typed)
        known = answer.context
        shown = [*known["exact_places"], *known["exact_things"], *known["people"]]
        found = [each["name"] for each in shown]
        assert set(names) <= set(found), typed
        assert world.other_contractor.name not in found
        ways = [
            each[way] for each in known["people"] for way in ("url", "carried_url") if each.get(way)
        ]
        assert [way for way in ways if guest.get(way).context["trouble"]] == []
        if not names:
            assert found == [], typed
    technician = sign_in(world.technician)
    assert sorted(_work(technician.get(SEARCH, q="secret"))["open"]) == [secret, own]
    assert elsewhere in _work(sign_in(world.viewer).get(SEARCH, q="secret"))["open"]
    assert sign_in(nrd.supervisor).get(SEARCH, q="secret").status_code == 404
    posts = sign_in(world.viewer).get(SEARCH, q="shift lead").context["people"]
    assert posts[0]["name"] == "Shift lead, Packaging"
    assert world.shift_lead.name in posts[0]["sub"]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "x",
        "\x00",
        "x" * 5000,
        "a " * 500,
        "%_\\",
        "'\";--",
        "& | ! ( ) <-> :*",
        "<script>alert(1)</script>",
        "9" * 200,
        "²³",
        "--",
        "🙂🙂",
        "ab\ncd",
        "it's 50% \\ off",
    ],
)
def test_odd_input_is_never_our_failure(world, sign_in, typed):
    _made(world, "Grease")
    answer = sign_in(world.viewer).get(SEARCH, q=typed)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert weight(answer) < 100_000


@pytest.mark.parametrize("more", [1, 30])
def test_queries_of_a_search_do_not_grow(world, sign_in, more):
    for n in range(more):
        _made(world, f"Pump {n}")
        factories.place(world.site, name=f"Pump house {n}", parent=world.root)
        factories.asset(world.pump.asset_class, f"PUMP-{n}", name=f"Pump {n}")
    visitor = sign_in(world.viewer)
    visitor.get(SEARCH, q="pump")
    kept.forget()
    with CaptureQueriesContext(connection) as asked:
        answer = visitor.get(SEARCH, q="pump")
    assert len(_work(answer)["open"]) == min(more, 25)
    # With next to nothing found the trigrams are asked besides.
    assert len(asked) - FRAME == (11 if more == 1 else 10), "\n".join(q["sql"][:99] for q in asked)


def test_that_more_are_called_so_than_are_shown_is_said(world, sign_in, monkeypatch):
    factories.place(world.site, "L5", parent=world.packaging, name="Pouches too")
    visitor, words = sign_in(world.viewer), "More are called this than are shown here"
    assert words not in visitor.get(SEARCH, q="pouches").text
    monkeypatch.setattr("work.reads.search.SHOWN", 1)
    kept.forget()
    assert words in visitor.get(SEARCH, q="pouches").text
    monkeypatch.undo()
    world.everyone()
    monkeypatch.setattr("work.reads.search_people.MOST", 1)
    kept.forget()
    assert words in visitor.get(SEARCH, q="technician").text
