"""A name is one whatever its case, also in letters that are newer than Python's tables."""

from unicodedata import category

import pytest
from django.db import connection

from permits.models import PermitPerson, PersonalLock
from permits.services import boxes, on_it
from permits.services._folded import folded
from tests.permits import isolated, made

_PAIRS = """
SELECT chr(n), lower(chr(n)) FROM generate_series(1, 1114111) AS n
 WHERE n NOT BETWEEN 55296 AND 57343 AND lower(chr(n)) <> chr(n)
"""


@pytest.fixture
def pairs(world) -> list[tuple[str, str]]:
    """Each letter that the database knows in two cases."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        return cursor.fetchall()


def _knows_no_newer() -> bool:
    return connection.pg_version < 180000


@pytest.fixture
def newer(pairs) -> tuple[str, str]:
    """A name with a letter that the database has in two cases and Python does not know."""
    if _knows_no_newer():
        pytest.skip("Before PostgreSQL 18 the database knows no letter that Python does not.")
    upper, lower = next((a, b) for a, b in pairs if category(a) == "Cn")
    return f"Bo {upper}en", f"Bo {lower}en"


def test_no_letter_is_two_to_a_door_and_one_to_the_database(pairs):
    assert len(pairs) > 1000
    assert [a for a, b in pairs if folded(a) != folded(b)] == []
    # Nor within a name, beside one that Python knows otherwise.
    words = [(f"\u0130{a}x", f"i{b}X") for a, b in pairs if category(a) == "Cn"]
    assert words or _knows_no_newer()
    assert [a for a, b in words if folded(a) != folded(b)] == []


def test_nobody_is_signed_on_or_named_twice_in_a_newer_letter(world, newer):
    upper, lower = newer
    cold, _hot = made.kinds(world)
    permit = made.authorised(world, cold, people=[{"name": each} for each in newer])
    assert PermitPerson.objects.get(permit=permit).name == upper
    permit = made.in_force(world, cold)
    me = {"actor": world.technician, "at": world.at}
    on_it.sign_on(**me, permit_id=permit.pk, name=upper)
    assert made.against(on_it.sign_on, permit, **me, name=lower) == ["on_it_already"]
    assert permit.presences.count() == 1


def test_nobody_has_two_locks_in_a_newer_letter(world, newer):
    upper, lower = newer
    isolation = isolated.verified(world)
    me = {"actor": world.supervisor, "at": world.at}
    boxes.on(**me, isolation_id=isolation.pk, name=upper)
    assert isolated.against(boxes.on, isolation, **me, name=lower) == ["lock_on_already"]
    assert PersonalLock.objects.filter(isolation=isolation).count() == 1
