"""What revisions ask at a moment, by their ranges and who has read them: no database."""

from datetime import UTC, datetime, timedelta

import pytest

from documents import course
from documents.course import Readers, Term
from documents.states import Bearing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN, BEN = 1, 2


def t(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def terms(*given: dict) -> list[Term]:
    """Revisions 1, 2, …, each from its hour until the next begins."""
    starts = [t(each.pop("hour")) for each in given]
    return [
        Term(
            id=n + 1,
            label=str(n + 1),
            starts=starts[n],
            ends=each.pop("ends", starts[n + 1] if n + 1 < len(given) else None),
            **each,
        )
        for n, each in enumerate(given)
    ]


def read(**by) -> Readers:
    """ann=(1, 2): which revisions each acknowledged."""
    ids = {"ann": ANN, "ben": BEN}
    return Readers([ids[name] for name in by], {ids[name]: frozenset(v) for name, v in by.items()})


@pytest.mark.parametrize(
    ("given", "readers", "at", "met", "code", "revision", "until", "lacking"),
    [
        # One in force at any second, and none outside.
        ([{"hour": 0}], None, -1, False, "not_effective_yet", 1, 0, []),
        ([{"hour": 0}], None, 0, True, "", 1, None, []),
        ([{"hour": 0, "ends": t(2)}], None, 2, False, "not_effective", None, None, []),
        ([{"hour": 0}, {"hour": 2}], None, 1, True, "", 1, None, []),
        # What nobody need read is met by the next one too; what they need, bites at its second.
        ([{"hour": 0}, {"hour": 2}], {"ann": (1,)}, 1, True, "", 1, 2, []),
        ([{"hour": 0}, {"hour": 2}], {"ann": (1,)}, 2, False, "not_acknowledged", 2, None, [ANN]),
        ([{"hour": 0}, {"hour": 2}], {"ann": (1, 2)}, 1, True, "", 1, None, []),
        ([{"hour": 0}, {"hour": 2, "reread": False}], {"ann": (1,)}, 3, True, "", 2, None, []),
        (
            [{"hour": 0}, {"hour": 2}, {"hour": 4, "reread": False}],
            {"ann": (1,), "ben": (2,)},
            5,
            False,
            "not_acknowledged",
            3,
            None,
            [ANN],
        ),
        # Who read the coming one already is let in by time alone.
        ([{"hour": 0}, {"hour": 2}], {"ann": (2,)}, 1, False, "not_acknowledged", 1, 2, [ANN]),
        # A gap between two: what ends, ends.
        ([{"hour": 0, "ends": t(1)}, {"hour": 2}], None, 0, True, "", 1, 1, []),
    ],
)
def test_to_start(given, readers, at, met, code, revision, until, lacking):
    found = course.to_start(terms(*given), read(**readers) if readers else None, t(at))

    assert (found.met, found.code, list(found.lacking)) == (met, code, lacking)
    assert (found.term.id if found.term else None) == revision
    assert found.until == (None if until is None else t(until))


STRICT = {"bearing": Bearing.HOLD_POINT, "has_lines": True}
STOP, HOLD, NOTICE = Bearing.STOP, Bearing.HOLD_POINT, Bearing.NOTICE


@pytest.mark.parametrize(
    ("given", "readers", "at", "met", "code", "revision", "until"),
    [
        # A later one leaves it met, whoever has read what.
        ([{"hour": 0}, {"hour": 2}], {"ann": (1,)}, 3, True, "", 1, None),
        ([{"hour": 0}, {"hour": 2, "bearing": HOLD}], {"ann": (1,)}, 3, True, "", 1, None),
        # One that stops makes it unmet at its second, until it is read.
        ([{"hour": 0}, {"hour": 2, "bearing": STOP}], {"ann": (1,)}, 1, True, "", 1, 2),
        ([{"hour": 0}, {"hour": 2, "bearing": STOP}], {"ann": ()}, 2, False, "stopped_by", 2, None),
        ([{"hour": 0}, {"hour": 2, "bearing": STOP}], {"ann": (2,)}, 1, True, "", 1, None),
        ([{"hour": 0}, {"hour": 2, "bearing": STOP}], {"ann": (2,)}, 3, True, "", 1, None),
        # The stop stands when another comes after it, until that one or the later is read.
        (
            [{"hour": 0}, {"hour": 2, "bearing": STOP}, {"hour": 3}],
            {"ann": (1,)},
            4,
            False,
            "stopped_by",
            2,
            None,
        ),
        (
            [{"hour": 0}, {"hour": 2, "bearing": STOP}, {"hour": 3}],
            {"ann": (3,)},
            4,
            True,
            "",
            1,
            None,
        ),
        # One that was withdrawn stops nothing; unless work under way was to stop by that.
        (
            [{"hour": 0}, {"hour": 2, "bearing": STOP, "withdrawn": True}],
            {"ann": (1,)},
            3,
            True,
            "",
            1,
            None,
        ),
        (
            [{"hour": 0, "ends": t(2), "withdrawn": True, "stopped": t(2)}],
            {"ann": (1,)},
            2,
            False,
            "withdrawn_stops",
            1,
            None,
        ),
        # The next one, read by all, frees it when it comes into force: by time alone.
        (
            [{"hour": 0, "ends": t(2), "withdrawn": True, "stopped": t(2)}, {"hour": 5}],
            {"ann": (2,)},
            3,
            False,
            "withdrawn_stops",
            1,
            5,
        ),
    ],
)
def test_under_way(given, readers, at, met, code, revision, until):
    found = course.under_way(terms(*given), 1, read(**readers), t(at), acknowledge=False)

    assert (found.met, found.code, found.term.id) == (met, code, revision)
    assert found.until == (None if until is None else t(until))


def test_who_joins_has_read_what_it_began_under_or_one_since():
    two = terms({"hour": 0}, {"hour": 2})

    def asked(**by):
        return course.under_way(two, 1, read(**by), t(3), acknowledge=True)

    assert list(asked(ann=(1,), ben=()).lacking) == [BEN]
    assert asked(ann=(1,), ben=(2,)).met
    # Who has read the one to come is let in when it comes.
    before = course.under_way(two, 1, read(ben=(2,)), t(1), acknowledge=True)
    assert (before.met, before.until) == (False, t(2))


@pytest.mark.parametrize(
    ("given", "readers", "at", "met", "revision", "until"),
    [
        ([{"hour": 0}, {"hour": 2}], {"ann": (1,)}, 3, True, 1, None),
        ([{"hour": 0}, {"hour": 2, "bearing": HOLD}], {"ann": (1,)}, 1, True, 1, 2),
        ([{"hour": 0}, {"hour": 2, "bearing": HOLD}], {"ann": (1,)}, 2, False, 2, None),
        ([{"hour": 0}, {"hour": 2, "bearing": HOLD}], {"ann": (2,)}, 1, True, 2, None),
        # Whoever read a later one without lines has not signed those of the strict one.
        ([{"hour": 0}, {"hour": 2, **STRICT}, {"hour": 3}], {"ann": (3,)}, 4, False, 2, None),
        ([{"hour": 0}, {"hour": 2, **STRICT}, {"hour": 3}], {"ann": (2,)}, 4, True, 2, None),
        (
            [{"hour": 0}, {"hour": 2, **STRICT}, {"hour": 3, **STRICT}],
            {"ann": (3,)},
            2,
            True,
            3,
            None,
        ),
        # Signed, until the next strict one that is not.
        ([{"hour": 0}, {"hour": 2, **STRICT}, {"hour": 4, **STRICT}], {"ann": (2,)}, 3, True, 2, 4),
        ([{"hour": 0}, {"hour": 2, **STRICT}, {"hour": 4, **STRICT}], {"ann": (2,)}, 1, True, 1, 4),
    ],
)
def test_at_the_next_hold_point(given, readers, at, met, revision, until):
    found = course.at_hold_point(terms(*given), 1, read(**readers), t(at))

    assert (found.met, found.term.id) == (met, revision)
    assert found.code == ("" if met else "lines_unsigned")
    assert found.until == (None if until is None else t(until))
