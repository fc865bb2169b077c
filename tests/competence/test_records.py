"""Records, exemptions and inductions: their life, who may, and the work that feels it."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.models import Exemption, Record
from competence.panels import LAPSES
from competence.reads import forecast
from competence.services import _recheck, competences, inductions, records, rules
from tests.competence.outcomes import forbidden, not_done, refused, stale, unknown
from tests.factories import person, planned_item, second_site
from tests.work.by_sql import CHECK
from tests.work.outcomes import codes
from work.exceptions import Forbidden, Refused
from work.models import Event, WorkItem
from work.permissions import scope
from work.reads import item as read_item
from work.reasons import say
from work.services import execution

RAISED = "P0001"
_OF_A_DOCUMENT = ["competence.rule_kind_unknown", "competence.rule_never_asked"]


def blocks(item, at) -> bool:
    """Whether it is read as not clear to start at that moment."""
    return not WorkItem.objects.ready(at).filter(pk=item.pk).exists()


def answer(item) -> dict:
    """The reason that stands on its requirement of fitness."""
    return item.prerequisites.get(supplier="work.fitness", withdrawn_at=None).reason


def said_of(world, item, minutes) -> tuple[str, str, str]:
    """What the page of an item says of fitness: the answer, why, and who clears it."""
    at = world.t(minutes)
    who = scope(world.technician, at)
    page = read_item.load(world.site, read_item.find(world.site, who, f"W-{item.number}"), who, at)
    of = item.prerequisites.get(supplier="work.fitness", withdrawn_at=None)
    [shown] = [each for each in page.rows.requirements if each["row"].pk == of.pk]
    return shown["answer"], shown["reason_text"], shown["who_text"]


def lapsed(world, minutes):
    """The newest that had ended or begun by the clock at that moment."""
    with connection.cursor() as cursor:
        cursor.execute(LAPSES.sql, {"site": world.site.pk, "at": world.t(minutes)})
        return cursor.fetchone()[0]


def test_a_record_counts_once_another_has_verified_it(hvk, app):
    """Planned, obtained with proof, verified, ended by the clock, revoked; all the way refused."""
    world = hvk.world
    hvk.rule("GAS")
    item = planned_item(world)
    gas, given = hvk.known["GAS"], {"site_id": world.site.pk, "person_id": world.technician.pk}
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    inner = caught.value.reasons[0].params["reason"]
    assert inner["code"] == "competence.missing"
    assert inner["clears"] == ["role", "competence_coordinator"]
    assert inner["params"]["url"] == f"/s/hvk/competence/people/{world.technician.pk}/"
    [said] = say(caught.value.reasons, scope(world.technician, world.at))
    assert "Technician has no Gas paper (GAS)." in said.text

    # Planned counts for nothing.
    mine = {**given, "competence_id": gas.pk}
    coordinator, _planner = world.competence_coordinator, world.planner
    with forbidden():
        records.plan(actor=world.planner, at=world.t(2), **mine, planned_on=date(2026, 12, 1))
    nrd = second_site()
    record = records.plan(
        actor=coordinator, at=world.t(2), **mine, planned_on=date(2026, 12, 1), note="With Wim"
    )
    with refused("competence.not_from"):
        records.verify(actor=hvk.second, at=world.t(3), record_id=record.pk)

    # Obtained with proof, on a day that has been.
    with refused("competence.date_needed", "competence.proof_needed"):
        records.obtain(actor=coordinator, at=world.t(3), record_id=record.pk, obtained_on=None)
    with refused("competence.not_yet"):
        records.obtain(
            actor=coordinator,
            at=world.t(3),
            record_id=record.pk,
            obtained_on=date(2026, 11, 25),
            reference="Issuer",
        )
    with stale():
        records.obtain(
            actor=coordinator,
            at=world.t(3),
            record_id=record.pk,
            obtained_on=date(2026, 11, 24),
            reference="Issuer",
            seen=99,
        )
    record = records.obtain(
        actor=coordinator,
        at=world.t(3),
        record_id=record.pk,
        obtained_on=date(2026, 11, 24),
        reference="Issuer, no. 17",
        valid_until=world.t(120),
    )
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(4), item_id=item.pk)
    assert caught.value.reasons[0].params["reason"]["code"] == "competence.unverified"

    # Verified by another than who recorded it, and than who has it.
    with refused("competence.another_verifies"):
        records.verify(actor=coordinator, at=world.t(5), record_id=record.pk)
    with forbidden():
        records.verify(actor=world.supervisor, at=world.t(5), record_id=record.pk)
    for column in ("recorded_by_id", "person_id"):
        pair = (
            "UPDATE competence_record SET state = 'verified', verified_at = now(), verified_by_id"
        )
        assert app(f"{pair} = {column} WHERE id = %s", [record.pk]) == CHECK
    assert app("DELETE FROM competence_record WHERE id = %s", [record.pk]) == RAISED
    for column in ("recorded_by_id", "person_id"):
        other = f"UPDATE competence_record SET {column} = %s WHERE id = %s"
        assert app(other, [hvk.second.pk, record.pk]) == RAISED
    assert blocks(item, world.t(5))
    older = hvk.has(world.technician, "GAS", at=world.t(6), valid_until=world.t(90))
    record = records.verify(actor=hvk.second, at=world.t(6), record_id=record.pk)
    assert (record.state, record.version) == ("verified", 3)
    assert not blocks(item, world.t(6))
    with refused("competence.not_from"):
        records.verify(actor=hvk.second, at=world.t(7), record_id=record.pk)

    # It ends at its second, with no task running; until then the work goes on.
    assert not blocks(item, world.t(119))
    assert blocks(item, world.t(120))
    assert said_of(world, item, 119) == ("met", "", "")
    ended = "Gas paper (GAS) of Technician ended Tue 24 Nov 06:00."
    assert said_of(world, item, 120) == ("unmet", ended, "Competence coordinator")
    item = execution.start(actor=world.technician, at=world.t(7), item_id=item.pk)
    assert not WorkItem.objects.blocked(world.t(119)).exists()
    assert WorkItem.objects.blocked(world.t(120)).exists()

    # Revoked: with a word, by who may; at once.
    with forbidden():
        records.revoke(actor=world.supervisor, at=world.t(8), record_id=record.pk, why="Unsafe")
    with refused("reason_needed"):
        records.revoke(actor=world.hse, at=world.t(8), record_id=record.pk, why=" ")
    with unknown():
        records.revoke(actor=nrd.admin, at=world.t(8), record_id=record.pk, why="No")
    records.revoke(actor=world.hse, at=world.t(8), record_id=record.pk, why="Tested without pump")
    assert WorkItem.objects.blocked(world.t(8)).exists()
    [blocker] = item.blockers.filter(ended_at=None)
    assert (blocker.since, blocker.kind) == (world.t(8), "competence")
    # An older one does not make fit who was found not to be.
    older.refresh_from_db()
    assert (older.state, older.revoked_by, older.version) == ("revoked", world.hse, 3)
    events = Event.objects.filter(subject_type="competence.record", subject_id=record.pk)
    events = events.exclude(verb="refused")
    assert [event.verb for event in events.order_by("pk")] == [
        "planned",
        "obtained",
        "verified",
        "revoked",
    ]


def test_what_is_recorded_by_whom(hvk):
    """Leads see in practice; a foreman shows what his own people have; levels and months."""
    world = hvk.world
    seen = hvk.asks("SEEN", "verification")
    for name in ("operator", "supervisor", "welder", "contractor", "other_contractor"):
        getattr(world, name)
    skill = hvk.asks("WELD", "skill", levels=["Assists", "Alone"])
    course = hvk.asks("VCA", "training", months=12)
    given = {"site_id": world.site.pk, "obtained_on": date(2026, 11, 1), "reference": "Here"}
    person_id = world.technician.pk
    record = records.record(
        actor=world.shift_lead, at=world.at, **given, person_id=person_id, competence_id=seen.pk
    )
    records.verify(actor=world.supervisor, at=world.at, record_id=record.pk)
    with forbidden():
        records.record(
            actor=world.supervisor,
            at=world.at,
            **given,
            person_id=person_id,
            competence_id=course.pk,
        )
    welder, foreman = world.welder, world.contractor
    papers = {**given, "person_id": welder.pk, "competence_id": course.pk}
    year = records.record(actor=foreman, at=world.at, **papers)
    assert year.valid_until.isoformat() == "2027-11-02T00:00:00+01:00"
    for stranger, code in [(world.other_contractor, Refused), (world.operator, Forbidden)]:
        with not_done(code, ["refused"]):
            records.record(actor=stranger, at=world.at, **papers)
    with refused("competence.person_unknown"):
        records.record(actor=foreman, at=world.at, **{**papers, "person_id": world.operator.pk})
    for level in (None, 3):
        with refused("competence.level_unknown"):
            records.record(
                actor=hvk.second,
                at=world.at,
                **given,
                person_id=welder.pk,
                competence_id=skill.pk,
                level=level,
            )
    with refused("competence.levels_of_skills"):
        competences.create(
            actor=world.site_admin,
            at=world.at,
            site_id=world.site.pk,
            code="X",
            name="X",
            kind="training",
            levels=["One"],
        )
    with forbidden():
        competences.change(
            actor=hvk.second, at=world.at, competence_id=course.pk, name="Another word"
        )
    changed = competences.change(
        actor=world.site_admin, at=world.at, competence_id=course.pk, is_active=False, seen=1
    )
    assert changed.version == 2
    with refused("competence.competence_unknown"):
        records.record(actor=foreman, at=world.at, **papers)


def test_nobody_exempts_or_inducts_themselves(hvk, app):
    world = hvk.world
    hvk.rule("GAS")
    hvk.rule(asks="induction", place_id=world.root.pk, everybody=True)
    item = planned_item(world, plan={"planned_start": world.t(60)})
    gas = {"site_id": world.site.pk, "competence_id": hvk.known["GAS"].pk}
    with refused("competence.another_exempts", "competence.ended_already", "reason_needed"):
        inductions.exempt(
            actor=world.hse, at=world.at, **gas, person_id=world.hse.pk, until=world.at, why=""
        )
    with refused("competence.exempt_too_long"):
        inductions.exempt(
            actor=world.hse,
            at=world.at,
            **gas,
            person_id=world.technician.pk,
            until=world.t(90 * 24 * 60 + 1),
            why="Till the course",
        )
    spared = inductions.exempt(
        actor=world.hse,
        at=world.at,
        **gas,
        person_id=world.technician.pk,
        until=world.t(60),
        why="The course is on Friday",
    )
    of_place = {"site_id": world.site.pk, "place_id": world.root.pk, "done_on": date(2026, 11, 24)}
    with refused("competence.another_inducts"):
        inductions.induct(actor=world.hse, at=world.at, **of_place, person_id=world.hse.pk)
    with forbidden():
        inductions.induct(
            actor=world.shift_lead, at=world.at, **of_place, person_id=world.technician.pk
        )
    told = inductions.induct(
        actor=world.supervisor, at=world.at, **of_place, person_id=world.technician.pk
    )
    assert not blocks(item, world.t(59))
    assert blocks(item, world.t(60))
    # It is seen to come, with the work that it hits.
    [ending] = forecast.ending(world.site, scope(world.planner, world.at), world.at, 7)
    assert (ending.kind, ending.until) == ("exemption", world.t(60))
    assert [each.pk for each in ending.items] == [item.pk]
    # Pages that are open learn of it.
    assert lapsed(world, 59) < world.t(1) < lapsed(world, 60) == world.t(60)
    for table, by in (("exemption", "by_id"), ("induction", "by_id")):
        made = f"UPDATE competence_{table} SET {by} = person_id"
        assert app(made) == CHECK
    assert Exemption.objects.get() == spared
    again = inductions.induct(
        actor=world.hse, at=world.t(1), **of_place, person_id=world.technician.pk
    )
    inductions.end_induction(
        actor=world.supervisor, at=world.t(2), induction_id=told.pk, why="The road has moved"
    )
    # With it ends what stood beside it.
    assert blocks(item, world.t(2))
    for ended in (told, again):
        with unknown():
            inductions.end_induction(
                actor=world.supervisor, at=world.t(3), induction_id=ended.pk, why="Again"
            )
    inductions.end_exemption(
        actor=world.hse, at=world.t(3), exemption_id=spared.pk, why="Course done"
    )


def test_a_rule_reaches_open_work_and_leaves_it_again(hvk):
    """Made, changed and ended; under supervision; what it names must be there."""
    world = hvk.world
    item = planned_item(world)
    here = {"actor": world.site_admin, "at": world.t(1), "site_id": world.site.pk}
    elsewhere = second_site().root.pk
    gas, seen = hvk.asks("GAS"), hvk.asks("SEEN", "verification")
    tester = {"competence_id": gas.pk, "capacity": "permits.gas_tester"}
    pump = world.pump
    for wrong, codes_ in [
        ({}, ["competence.rule_needs_competence"]),
        ({"competence_id": gas.pk, "level": 1}, ["competence.level_unknown"]),
        (
            {"competence_id": gas.pk, "verification_id": gas.pk},
            ["competence.verification_needed"],
        ),
        ({"asks": "induction"}, ["competence.rule_needs_place"]),
        ({"asks": "approval", "supervised": True}, ["competence.rule_of_competence"]),
        (
            {"competence_id": gas.pk, "capacity": "permits.nobody", "kind": "permits.type"},
            ["competence.rule_capacity_unknown", "competence.rule_needs_code"],
        ),
        (
            {"competence_id": gas.pk, "kind": "nothing.known", "code": "x"},
            ["competence.rule_kind_unknown"],
        ),
        ({"competence_id": gas.pk, "place_id": elsewhere}, ["place_unknown"]),
        # Nobody would ever ask it: it is not made.
        ({**tester, "type_id": world.mnt.pk}, ["competence.rule_never_asked"]),
        ({**tester, "asset_class_id": pump.asset_class_id}, ["competence.rule_never_asked"]),
        ({**tester, "kind": "documents.document", "code": "x"}, _OF_A_DOCUMENT),
        ({"competence_id": gas.pk, "ends": world.t(-9)}, ["ends_before_start"]),
    ]:
        with refused(*codes_):
            rules.create(**here, **wrong)
    with forbidden():
        rules.create(**{**here, "actor": world.hse}, competence_id=gas.pk)
    rule = rules.create(
        **here, competence_id=gas.pk, verification_id=seen.pk, place_id=world.packaging.pk
    )
    assert blocks(item, world.t(1))
    assert answer(item)["code"] == "several"
    hvk.has(world.technician, "GAS", at=world.t(2))
    hvk.has(world.second_technician, "GAS", at=world.t(2))
    hvk.has(world.second_technician, "SEEN", at=world.t(2))
    assert answer(item)["code"] == "competence.not_verified_here"
    rule = rules.change(
        actor=world.site_admin, at=world.t(3), rule_id=rule.pk, supervised=True, seen=1
    )
    assert blocks(item, world.t(3))
    from work.services import items

    items.assign(
        actor=world.planner,
        at=world.t(4),
        item_id=item.pk,
        executor_ids=[world.technician.pk, world.second_technician.pk],
    )
    assert not blocks(item, world.t(4))
    rules.change(actor=world.site_admin, at=world.t(5), rule_id=rule.pk, supervised=False)
    assert blocks(item, world.t(5))
    rules.change(actor=world.site_admin, at=world.t(6), rule_id=rule.pk, place_id=world.process.pk)
    assert not blocks(item, world.t(6))
    rules.change(actor=world.site_admin, at=world.t(7), rule_id=rule.pk, place_id=None)
    assert blocks(item, world.t(7))
    rules.end(actor=world.site_admin, at=world.t(8), rule_id=rule.pk)
    assert not blocks(item, world.t(8))
    with refused("competence.rule_ended"):
        rules.change(actor=world.site_admin, at=world.t(9), rule_id=rule.pk, supervised=True)


def test_what_a_rule_touches_beyond_its_own_act(hvk, monkeypatch):
    """The first of it in the act, the rest by the minute task; of a capacity nothing."""
    world = hvk.world
    monkeypatch.setattr(_recheck, "_AT_ONCE", 1)
    monkeypatch.setattr(_recheck, "_LATER", 1)
    made = [planned_item(world) for _ in range(3)]
    rule = hvk.rule("GAS", at=world.t(1), type_id=world.mnt.pk)
    lacks = {"competence.missing": 1, None: 2}

    def codes_of():
        return Counter(answer(item).get("code") for item in made)

    assert codes_of() == lacks
    assert _recheck.ask_rest(since=world.t(0), at=world.t(1)) == 3
    assert codes_of() == {"competence.missing": 3}
    # What it touched before is asked again too.
    rules.change(actor=world.site_admin, at=world.t(2), rule_id=rule.pk, place_id=world.process.pk)
    assert codes_of() == {"competence.missing": 2, None: 1}
    assert _recheck.ask_rest(since=world.t(1), at=world.t(3)) == 3
    assert codes_of() == {None: 3}
    assert _recheck.ask_rest(since=world.t(3), at=world.t(4)) == 0
    rule.capacity = "permits.gas_tester"
    assert _recheck.touched(rule) == []


def test_fit_to_the_end_of_the_shift(hvk):
    """*fit until*: what ends before the shift does refuses the start, and says when."""
    world = hvk.world
    from datetime import datetime

    from work.services import teams

    crew = teams.create_team(
        actor=None, at=world.t(-900), site_id=world.site.pk, code="A", name="A", kind="crew"
    )
    teams.add_member(actor=None, at=world.t(-900), team_id=crew.pk, user_id=world.technician.pk)
    teams.create_shift(
        actor=None,
        at=world.t(-900),
        crew_id=crew.pk,
        name="Night",
        starts=datetime.fromisoformat("2026-11-23T22:00"),
        ends=datetime.fromisoformat("2026-11-24T06:00"),
    )
    hvk.rule("GAS")
    hvk.has(world.technician, "GAS", valid_until=world.t(30))
    item = planned_item(world)
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    inner = caught.value.reasons[0].params["reason"]
    assert inner["code"] == "fit_only_until"
    assert inner["params"]["until"] == world.t(30).isoformat()


def test_flat_and_few(hvk):
    """Two queries whatever the number of people and items; one where a site asks nothing."""
    from work import ports
    from work.reads.contexts import contexts

    world = hvk.world
    port = ports.fitness.get("competence.fitness")
    some = list(contexts([planned_item(world) for _ in range(3)]).values())

    def asked(count) -> int:
        people = [world.technician.pk, world.operator.pk]
        pairs = [(people[n % 2], some[n % 3]) for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            port.fit(pairs, world.at, {})
        return len(queries)

    assert (asked(1), asked(30)) == (1, 1)
    hvk.rule("GAS")
    assert (asked(1), asked(30)) == (2, 2)


def test_people_of_other_sites_are_not_found(hvk):
    world = hvk.world
    nrd = second_site()
    stranger = person(nrd.site, "operator", username="stranger")
    with pytest.raises(Refused) as caught:
        hvk.obtained(stranger, "GAS")
    assert codes(caught.value) == ["competence.person_unknown"]
    assert not Record.objects.exists()
    with unknown():
        hvk.obtained(world.technician, "GAS", actor=nrd.admin)
