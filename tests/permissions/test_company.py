"""A contractor finds nothing of another company: in lists, counts, search, pages or refusals."""

import re

import pytest

from tests import factories
from tests.views.conftest import clock, nrd, sign_in, world  # noqa: F401
from work.models import Event, WorkItem
from work.services import execution, people, requirements
from work.states import Role

SITE = "/s/hvk/"
OWNER, PHONE = "Wilma Vermeer", "06-99887766"


@pytest.fixture
def owner(world):  # noqa: F811
    """A supervisor of the site who owns the other company's work."""
    person = factories.person(world.site, Role.SUPERVISOR, name=OWNER)
    return people.change_person(actor=world.site_admin, at=world.at, user_id=person.pk, phone=PHONE)


@pytest.fixture
def secret(world, owner):  # noqa: F811
    """Work of Hydrex at the same line, and work of the site itself."""
    made = {"by": world.other_contractor, "what": "Rinse the caustic header", "why": "Foam seen"}
    factories.requested_item(world, **made)
    plan = {"executor_ids": [world.other_contractor.pk], "owner_user_id": owner.pk}
    item = factories.planned_item(world, **made, plan=plan)
    factories.waiting_item(world, what="Swap the burst disc")
    return item


@pytest.fixture
def mine(world, secret):  # noqa: F811
    """Work of LasTeam that is due and blocked: it waits for the other company's."""
    item = factories.planned_item(
        world,
        by=world.contractor,
        what="Weld the bracket",
        plan={"executor_ids": [world.welder.pk], "planned_start": world.at},
    )
    _require(world, item, secret)
    assert item.team == world.lasteam
    return item


def _require(world, item, other, **given):  # noqa: F811
    """The item waits for the other one before its start."""
    requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
        **given,
    )


def _hidden(world) -> re.Pattern:  # noqa: F811
    numbers = WorkItem.objects.exclude(team=world.lasteam).values_list("number", flat=True)
    words = ["Hydrex", world.other_contractor.name, "caustic", "Foam seen", "burst disc"]
    words += [OWNER, PHONE]
    return re.compile("|".join([*map(re.escape, words), *(rf"\bW-{n}\b" for n in numbers)]))


def test_lists_counts_search_and_pages_keep_quiet(world, mine, secret, sign_in):  # noqa: F811
    visitor, hidden = sign_in(world.contractor), _hidden(world)
    own = f"{SITE}work/W-{mine.number}/"
    paths = ["/", SITE, f"{SITE}board/", f"{SITE}work/", f"{SITE}work/new/", f"{SITE}places/"]
    paths += [
        f"{SITE}places/L3/",
        f"{SITE}places/HVK/",
        own,
        f"{own}comment/",
        f"{own}raise-blocker/",
    ]
    for path in paths:
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        found = hidden.search(answer.content.decode())
        assert found is None, (path, found)


def test_every_filter_keeps_quiet(world, mine, secret, sign_in):  # noqa: F811
    visitor, hidden = sign_in(world.contractor), _hidden(world)
    queries = [
        {"q": "Rinse"},
        {"q": f"W-{secret.number}"},
        {"q": str(secret.number)},
        {"q": "Hydr"},
        {"team": str(world.hydrex.pk)},
        {"team": world.hydrex.code},
        {"executor": str(world.other_contractor.pk)},
        {"owner": f"user:{world.other_contractor.pk}"},
        {"clears": f"user:{world.other_contractor.pk}"},
        {"blocked": "yes"},
        {"ready": "yes"},
        {"status": "waiting"},
        {"place": "L3"},
        {"kind": "work"},
        {"sort": "-number"},
    ]
    for query in queries:
        for path in (f"{SITE}work/", f"{SITE}board/"):
            answer = visitor.get(path, **query)
            assert answer.status_code in (200, 302, 404, 422), (path, query)
            shown = answer.content.decode()
            for typed in query.values():
                shown = shown.replace(f'value="{typed}"', "")
            found = hidden.search(shown)
            assert found is None or found[0] in query.values(), (path, query, found)


def test_counts_count_the_own_work_alone(world, mine, secret, sign_in):  # noqa: F811
    def numbers(person, path):
        text = sign_in(person).get(path).content.decode()
        return [int(n) for n in re.findall(r'class="big">\s*([\d,]+)', text)]

    place = f"{SITE}places/L3/"
    assert numbers(world.contractor, place)[0] == 1
    assert numbers(world.other_contractor, place)[0] == 2
    assert numbers(world.supervisor, place)[0] == 4
    assert max(numbers(world.contractor, SITE)) <= 1


def test_refusals_keep_quiet(world, mine, secret, sign_in):  # noqa: F811
    visitor, hidden = sign_in(world.welder), _hidden(world)
    answer = visitor.act(mine, "start")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Other work must be finished first." in text
    assert hidden.search(text) is None
    # Also later, in the history of the refusal, and to whoever names it.
    assert hidden.search(visitor.see(mine).content.decode()) is None
    parents = [f"work/new/?parent=W-{number}" for number in (secret.number, 9999)]
    for path in (f"work/W-{secret.number}/", "work/W-9999/", *parents):
        answer = visitor.get(f"{SITE}{path}")
        assert answer.status_code == 404
        assert hidden.search(answer.content.decode().replace(path, "")) is None


def test_who_clears_hidden_work_is_told_to_who_may_see_it(world, mine, secret, sign_in):  # noqa: F811
    """By the requirement, its blocker, the closure and the refusal; on the page of each."""
    for reader, told in (
        (world.welder, False),
        (world.contractor, False),
        (world.supervisor, True),
    ):
        visitor = sign_in(reader)
        for answer in (visitor.see(mine), visitor.act(mine, "start")):
            text = answer.content.decode()
            assert (OWNER in text, PHONE in text) == (told, told), reader
            assert ("Other work must be finished first." in text) is not told, reader


def test_who_moved_hidden_work_stands_in_no_history(world, mine, secret, owner, sign_in):  # noqa: F811
    """The blocker of one's own work ends when the owner of the hidden work completes that."""
    _require(world, mine, secret, params={"until": "done"})
    for verb in (execution.start, execution.complete):
        verb(actor=owner, at=world.at, item_id=secret.pk)

    assert Event.objects.filter(item=mine, verb="unblocked", actor=owner).count() == 1
    page = sign_in(world.welder).see(mine).content.decode()
    assert "ended a blocker" in page
    assert _hidden(world).search(page) is None


def test_hidden_children_are_not_counted(world, mine, secret, sign_in):  # noqa: F811
    """Three that the reader may not see are said once; an insider reads each of them."""
    for _one in range(3):
        factories.requested_item(
            world,
            by=world.planner,
            what="Rinse the caustic tank",
            parent_id=mine.pk,
            mandatory=True,
        )
    said = "Other work that this waits for is not closed."
    pages = {}
    for reader in (world.welder, world.supervisor):
        pages[reader] = sign_in(reader).see(mine).content.decode()
    assert pages[world.welder].count(said) == 1
    assert pages[world.supervisor].count("which this waits for, is not closed.") == 3
    assert _hidden(world).search(pages[world.welder]) is None


def test_one_without_a_role_and_one_of_another_site_see_no_site(world, nrd, mine, sign_in):  # noqa: F811
    for person in (nrd.supervisor, factories.person(world.site, username="no role")):
        text = sign_in(person).get("/").content.decode()
        assert "Havenkade" not in text
        assert "hvk" not in text
