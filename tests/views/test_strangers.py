"""Whom each reader of a work item reads by name, where two companies had a part in it (ADR 16)."""

import io
import re
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests import factories
from work.reads import kept
from work.services import execution, items, people, proof
from work.states import Role

STRANGER = "Somebody of another company"
CONDITION = "Guard off, ask Piet of Hydrex"


@pytest.fixture
def item(world):
    """Begun and stopped by Hydrex, who brought evidence and have gone on; now it is LasTeam's."""
    hydrex = {"actor": world.other_contractor, "at": world.at}
    item = factories.requested_item(world, by=world.other_contractor)
    items.plan(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        owner_user_id=world.planner.pk,
        executor_ids=[world.other_contractor.pk],
        team_id=world.hydrex.pk,
    )
    execution.start(**hydrex, item_id=item.pk)
    proof.attach(**hydrex, item_id=item.pk, kind="signature", said="Bearing is worn")
    execution.stop(**hydrex, item_id=item.pk, condition=CONDITION)
    _given_to(world, item, world.lasteam)
    lasteam = {"actor": world.contractor, "at": world.at, "item_id": item.pk}
    items.comment(**lasteam, text="We go on tomorrow")
    return item


def _given_to(world, item, team) -> None:
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    item.refresh_from_db()
    items.edit(**by, seen=item.version, team_id=team.pk)


def _by(answer) -> dict[str, str]:
    """Who did what, as the history says it, of the acts of each side."""
    told = {row["text"]: row["who_text"] for row in answer.context["history"]}
    acts = {"asked for it", "planned it", "stopped and released it", "wrote"}
    return {text: who for text, who in told.items() if text in acts}


def _people(answer) -> tuple[str, str, list[str], list[str]]:
    shown = answer.context["item"]
    executors = [f"{row['name']}, {row['company'] or '-'}" for row in shown.executors]
    proofs = [row["who_text"] for row in answer.context["evidence"]]
    return shown.requested_by_text, shown.owner_text, executors, proofs


def test_each_company_reads_its_own_people_and_the_site_s(world, item, sign_in):
    hydrex, lasteam = world.other_contractor, world.contractor
    mine = sign_in(world.welder).see(item)
    assert _by(mine) == {
        "asked for it": STRANGER,
        "planned it": world.planner.name,
        "stopped and released it": STRANGER,
        "wrote": lasteam.name,
    }
    assert _people(mine) == (STRANGER, world.planner.name, [f"{STRANGER}, -"], [STRANGER])
    # What was typed for everybody at the job is read by everybody at the job.
    assert CONDITION in mine.text
    assert hydrex.name not in mine.text
    assert not re.search("Hydrex", mine.text.replace(CONDITION, ""))
    assert sign_in(hydrex).get(f"/s/hvk/work/W-{item.number}/").status_code == 404

    _given_to(world, item, world.hydrex)
    theirs = sign_in(hydrex).see(item)
    assert _by(theirs) == {
        "asked for it": hydrex.name,
        "planned it": world.planner.name,
        "stopped and released it": hydrex.name,
        "wrote": STRANGER,
    }
    of_own = [f"{hydrex.name}, {world.hydrex.name}"]
    assert _people(theirs) == (hydrex.name, world.planner.name, of_own, [hydrex.name])
    assert "We go on tomorrow" in theirs.text
    assert lasteam.name not in theirs.text
    assert sign_in(world.welder).get(f"/s/hvk/work/W-{item.number}/").status_code == 404


def test_the_site_s_own_people_read_everybody(world, item, sign_in):
    hydrex = world.other_contractor
    answer = sign_in(world.viewer).see(item)
    assert _by(answer) == {
        "asked for it": hydrex.name,
        "planned it": world.planner.name,
        "stopped and released it": hydrex.name,
        "wrote": world.contractor.name,
    }
    of_theirs = [f"{hydrex.name}, {world.hydrex.name}"]
    assert _people(answer) == (hydrex.name, world.planner.name, of_theirs, [hydrex.name])


LISTS = {
    "list": "/s/hvk/work/?columns=what,owner,executor",
    "board": "/s/hvk/board/",
    "lanes": "/s/hvk/board/?lanes=owner",
    "mine": "/s/hvk/mine/",
    "csv": "/s/hvk/work/export.csv?columns=executor",
    "edit": "/s/hvk/work/export.csv?columns=executor&edit",
    "xlsx": "/s/hvk/work/export.xlsx?columns=executor",
    "xlsx to edit": "/s/hvk/work/export.xlsx?columns=executor&edit",
}
# These name nobody who carries it out.
BARE = ("/s/hvk/search/?q=guard", "/s/hvk/places/L3/")


def _text(visitor, url: str) -> str:
    """What is in the answer; of a workbook in each of its parts, shown or not."""
    answer = visitor.get(url)
    assert answer.status_code == 200, url
    body = b"".join(answer)
    if "export.xlsx" in url:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(map(book.read, book.namelist()))
    return body.decode()


def _executors(visitor, names: set[str], lists=tuple(LISTS)) -> dict[str, set[str]]:
    """Whom each list names, of these."""
    texts = {name: _text(visitor, LISTS[name]) for name in lists}
    return {
        name: {each for each in names if each in text or str(escape(each)) in text}
        for name, text in texts.items()
    }


def test_lists_and_files_name_strangers_to_no_company(world, item, sign_in):
    hydrex, welder = world.other_contractor.name, world.welder.name
    names = {hydrex, welder, STRANGER}
    second = factories.person(world.site, Role.CONTRACTOR, company=world.hydrex, name="Piet Boom")
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    _given_to(world, item, world.hydrex)
    items.assign(**by, executor_ids=[world.other_contractor.pk, second.pk])
    _given_to(world, item, world.lasteam)
    people = [world.other_contractor.pk, second.pk, world.welder.pk]
    items.assign(**by, executor_ids=people)
    viewer, ours = sign_in(world.viewer), sign_in(world.welder)
    everybody = tuple(name for name in LISTS if name != "mine")
    # What was read for one reader is kept, and told to no other, whoever comes first.
    for _again in range(2):
        told = _executors(viewer, names, everybody)
        assert told == dict.fromkeys(everybody, {hydrex, welder})
        told = _executors(ours, names)
        assert told == dict.fromkeys(LISTS, {welder, STRANGER})
    line = f"{welder}, {STRANGER}"
    assert [row.executors_text for row in ours.get(LISTS["list"]).context["items"]] == [line]
    for url in BARE:
        assert f"W-{item.number}" in _text(ours, url)
        assert not {name for name in (hydrex, second.name) if name in _text(ours, url)}

    _given_to(world, item, world.hydrex)
    theirs = sign_in(world.other_contractor)
    told = _executors(theirs, names)
    assert told == dict.fromkeys(LISTS, {hydrex, STRANGER})
    told = _executors(viewer, names, everybody)
    assert told == dict.fromkeys(everybody, {hydrex, welder})


def test_a_stranger_is_found_under_no_name(world, item, sign_in):
    ours, hydrex = sign_in(world.welder), world.other_contractor
    for asked in (f"user:{hydrex.pk}", hydrex.name[:3]):
        answer = ours.get("/s/hvk/work/", executor=asked)
        assert answer.context["trouble"]["kind"] == "refused"
        assert hydrex.name not in answer.text
    assert ours.get("/s/hvk/search/", q=hydrex.name).context["people"] == []

    viewer = sign_in(world.viewer)
    found = viewer.get("/s/hvk/work/", executor=hydrex.name[:3]).context["items"]
    assert [row.number for row in found] == [item.number]
    found = viewer.get("/s/hvk/search/", q=hydrex.name).context["people"]
    assert [row["name"] for row in found] == [hydrex.name]


@pytest.fixture
def lent(world, nrd):
    """At home for a company of another site, here until five for LasTeam; the other one is here
    for Hydrex."""
    zzp = factories.company(nrd.site, "zzp", "Zzp")
    found = []
    for name, team, ends in (
        ("Nico Lent", world.lasteam, world.t(300)),
        ("Rik Elders", world.hydrex, None),
    ):
        one = factories.person(nrd.site, Role.CONTRACTOR, company=zzp, name=name)
        people.grant_role(
            actor=None,
            at=world.t(-90),
            user_id=one.pk,
            site_id=world.site.pk,
            role=Role.CONTRACTOR,
            company_id=team.pk,
            ends=ends,
        )
        found.append(one)
    return found


@pytest.fixture
def of_both(world, item, lent):
    """Carried out by one whom LasTeam and one whom Hydrex has from elsewhere; by LasTeam's now."""
    ours, theirs = lent
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    _given_to(world, item, world.hydrex)
    items.assign(**by, executor_ids=[theirs.pk])
    _given_to(world, item, world.lasteam)
    items.assign(**by, executor_ids=[theirs.pk, ours.pk])
    items.comment(actor=ours, at=world.at, item_id=item.pk, text="We carry on")
    return item


def _wrote(answer) -> set[str]:
    return {row["who_text"] for row in answer.context["history"] if row["text"] == "wrote"}


def test_who_comes_for_a_company_is_its_own(world, of_both, lent, sign_in, clock):
    """Of another at home, but named to those here for the same, as long as the role is in force."""
    ours, theirs = (each.name for each in lent)
    foreman, names = sign_in(world.contractor), {ours, theirs, STRANGER}
    lists = tuple(name for name in LISTS if name != "mine")
    answer = foreman.see(of_both)
    assert _wrote(answer) == {ours, world.contractor.name}
    assert sorted(_people(answer)[2]) == [f"{ours}, Zzp", f"{STRANGER}, -"]
    assert theirs not in answer.text
    assert _executors(foreman, names, lists) == dict.fromkeys(lists, {ours, STRANGER})
    # He reads them as the others of the company that he is here for, and not those of his home.
    answer = sign_in(lent[0]).see(of_both)
    assert _wrote(answer) == {ours, world.contractor.name}
    assert _executors(sign_in(lent[0]), names) == dict.fromkeys(LISTS, {ours, STRANGER})

    _given_to(world, of_both, world.hydrex)
    for reader in (sign_in(world.other_contractor), sign_in(lent[1])):
        assert sorted(_people(reader.see(of_both))[2]) == [f"{theirs}, Zzp", f"{STRANGER}, -"]
        assert _executors(reader, names, lists) == dict.fromkeys(lists, {theirs, STRANGER})

    _given_to(world, of_both, world.lasteam)
    clock.move_to(world.t(301))
    answer = foreman.see(of_both)
    assert _wrote(answer) == {STRANGER, world.contractor.name}
    assert _people(answer)[2] == [f"{STRANGER}, -", f"{STRANGER}, -"]
    assert _executors(foreman, names, lists) == dict.fromkeys(lists, {STRANGER})
    assert ours in _wrote(sign_in(world.viewer).see(of_both))


def test_who_comes_for_a_company_is_asked_once(world, of_both, lent, sign_in):
    """Of a guest who meets somebody of another company, of nobody else; however many he meets."""
    by = {"actor": world.planner, "at": world.at, "item_id": of_both.pk}

    def asked(reader, url: str) -> int:
        kept.forget()
        with CaptureQueriesContext(connection) as found:
            reader.get(url)
        whose = 'SELECT "work_membership"."site_id" AS "site_id", "work_membership"."user_id"'
        return sum(whose in each["sql"] for each in found)

    urls = (f"/s/hvk/work/W-{of_both.number}/", LISTS["list"], LISTS["board"])
    foreman, planner = sign_in(world.contractor), sign_in(world.planner)
    assert [asked(foreman, url) for url in urls] == [1, 1, 1]
    assert [asked(planner, url) for url in urls] == [0, 0, 0]
    items.assign(**by, executor_ids=[world.welder.pk])
    assert [asked(foreman, url) for url in urls] == [1, 0, 0]
