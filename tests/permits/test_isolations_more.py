"""Own isolation, isolations for long, a test under one, the lock of somebody gone; and by SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from permits.models import Isolation, LockRemoval, PermitType, PersonalLock, TestAgreement
from permits.services import (
    boxes,
    gone,
    isolation_uses,
    isolations,
    issuing,
    on_it,
    own,
    points,
    sanction,
    stopping,
)
from permits.services._isolation_facts import load
from permits.services._locks_for import leads
from tests.factories import planned_item
from tests.permits import isolated, made
from tests.permits.isolated import against, lock_on, pairs, state, unmet
from tests.permits.test_isolations import blocked, stands
from tests.work.by_sql import CHECK
from work.exceptions import Forbidden, Refused
from work.models import Prerequisite
from work.permissions import scope
from work.services import blockers, execution, people


def test_an_own_isolation_is_of_one_person_within_the_own_shift(world):
    tech, at = world.technician, world.at
    job, shared = planned_item(world), planned_item(world)
    by = {"actor": tech, "at": at, "site_id": world.site.pk, "place_id": world.l3.pk}
    with pytest.raises(Refused, match="permits.card_not_whole"):
        own.draw_card(**by, title="Sealer", points=[])
    card = own.draw_card(**by, title="Sealer", points=isolated.TWO[1:])
    until = at + timedelta(days=365)
    begin = {"actor": tech, "at": at, "card_id": card.pk}
    with pytest.raises(Refused, match="permits.card_not_approved"):
        own.begin(**begin)
    own.approve_card(actor=world.hse, at=at, card_id=card.pk, until=until)
    made.shift(world, "night", [tech], world.t(-60), world.t(120))
    with pytest.raises(Refused, match="permits.isolator_no_shift"):
        own.begin(**begin | {"actor": world.operator})
    crowd = planned_item(world, plan={"executor_ids": [tech.pk, world.second_technician.pk]})
    with pytest.raises(Refused, match="permits.own_work_alone"):
        own.begin(**begin, item_ids=[crowd.pk])
    elsewhere = planned_item(world, place_id=world.l4.pk)
    with pytest.raises(Refused, match="permits.card_elsewhere"):
        own.begin(**begin, item_ids=[elsewhere.pk])
    assert not Isolation.objects.exists()

    mine = own.begin(**begin, item_ids=[job.pk])
    assert (mine.number, mine.state, mine.until) == (1, "approved", world.t(120))
    with pytest.raises(Refused, match="permits.card_in_use"):
        own.begin(**begin)
    first = pairs(mine)
    assert against(points.apply, mine, at=at, actor=world.operator, points=first) == [
        "isolation_of_one"
    ]
    assert against(isolation_uses.use, mine, actor=tech, at=at, item_id=shared.pk) == [
        "isolation_of_one"
    ]
    points.apply(actor=tech, at=at, isolation_id=mine.pk, points=first)
    by_me = {"actor": tech, "at": at}
    assert against(points.try_out, mine, **by_me) == ["energy_unsaid", "affected_untold"]
    points.try_out(**by_me, isolation_id=mine.pk, **isolated.SAID)
    assert (state(mine), unmet(job)) == ("verified", [])
    assert mine.locks.get(off_at=None).person == tech
    assert against(boxes.on, mine, at=at, actor=world.operator) == ["isolation_of_one"]
    execution.start(actor=tech, at=at, item_id=job.pk)

    # It ends with the shift, at its second, with no task running: why, and who clears it, stands.
    row = Prerequisite.objects.get(
        item=job, supplier="permits.isolation", params={}, withdrawn_at=None
    )
    assert (row.reason["code"], row.clears) == ("permits.isolation_shift_over", f"user:{tech.pk}")
    assert not blocked(job, world.t(120) - made.SECOND)
    assert blocked(job, world.t(120))
    ends = {"actor": tech, "at": world.t(121), "positions": {first[0][0]: "On"}}
    out = {"people_out": True, "tools_out": True}
    assert against(own.finish, mine, **ends, **out) == ["work_behind_isolation"]
    execution.complete(actor=tech, at=world.t(121), item_id=job.pk)
    assert against(own.finish, mine, **ends | {"actor": world.operator}, **out) == [
        "isolation_of_one"
    ]
    own.finish(**ends, **out, isolation_id=mine.pk)
    assert state(mine) == "closed"
    assert not mine.locks.filter(off_at=None).exists()
    assert mine.points.get().position_after == "On"


def test_one_left_for_long_is_owned_and_checked(world):
    job = planned_item(world)
    isolation = isolated.verified(world, uses=[{"item_id": job.pk}])
    lead = {"actor": world.supervisor, "at": world.at}
    owner = {"owner_id": world.operator.pk}
    assert against(isolations.check, isolation, **lead) == ["isolation_not_long_term"]
    assert against(isolations.carry_on, isolation, **lead, **owner, why="", check_days=0) == [
        "check_days_needed",
        "reason_needed",
    ]
    own_reason = {"why": "The valve is on order", "check_days": 7}
    assert against(
        isolations.carry_on, isolation, **lead, owner_id=world.welder.pk, **own_reason
    ) == ["person_unknown"]
    isolations.carry_on(**lead, **owner, **own_reason, isolation_id=isolation.pk)
    bare = isolated.approved(world)
    assert against(isolations.carry_on, bare, **lead, **owner, **own_reason) == [
        "isolation_not_applied"
    ]
    lock_on(world, isolation, world.technician)
    assert unmet(job) == []
    due = world.at + timedelta(days=7)
    row = Prerequisite.objects.get(
        item=job, supplier="permits.isolation", params={}, withdrawn_at=None
    )
    assert (row.valid_until, row.reason["code"]) == (due, "permits.isolation_check_due")
    assert row.clears == f"user:{world.operator.pk}"
    late = {"actor": world.technician, "at": due, "item_id": job.pk}
    with pytest.raises(Refused):
        execution.start(**late)
    assert unmet(job) == ["isolation_check_due"]
    isolations.check(actor=world.operator, at=due, isolation_id=isolation.pk)
    isolation.refresh_from_db()
    assert (isolation.checked_at, isolation.check_due) == (due, due + timedelta(days=7))
    execution.start(**late)
    # What is under way goes on: nothing of the plant has moved.
    overdue = due + timedelta(days=8)
    assert not blocked(job, overdue)
    # It goes on after waiting no more than it began; and another owner is no check.
    late["at"] = overdue
    blocker = {"kind": "other", "what": "A part"}
    execution.wait(**late, condition="Guard on", blocker=blocker)
    again = {**own_reason, "check_days": 30}
    given = {"actor": world.supervisor, "at": overdue}
    isolations.carry_on(**given, **owner, **again, isolation_id=isolation.pk)
    isolation.refresh_from_db()
    assert isolation.check_due == due + timedelta(days=7)
    assert unmet(job) == ["isolation_check_due"]
    with pytest.raises(Refused):
        execution.resume(**late)
    assert against(isolations.carry_on, isolation, **given, **owner, why="x", check_days=366) == [
        "check_days_needed"
    ]
    # Another answers for it also while a point is away.
    finds = {"actor": world.viewer, "at": overdue, "isolation_id": isolation.pk}
    points.report(**finds, point_id=pairs(isolation)[0][0], why="It turns")
    assert state(isolation) == "approved"
    other = {**given, "owner_id": world.supervisor.pk, "isolation_id": isolation.pk}
    assert isolations.carry_on(**other, **again).owner_id == world.supervisor.pk


def test_a_test_is_sanctioned_by_everybody_behind_it(world):
    cold, job = made.kinds(world)[0], planned_item(world)
    permit = made.authorised(world, cold)
    made.ticked(world, permit)
    isolation = isolated.verified(world, uses=[{"permit_id": permit.pk}, {"item_id": job.pk}])
    tech, lead = {"actor": world.technician, "at": world.at}, {"actor": world.supervisor}
    lock_on(world, isolation, world.technician)
    issuing.issue(
        actor=world.permit_issuer, at=world.at, permit_id=permit.pk, scanned=True, signed=True
    )
    issuing.take(**tech, permit_id=permit.pk, scanned=True, signed=True)
    execution.start(**tech, item_id=job.pk)
    lead["at"] = world.at
    assert against(sanction.sanction, isolation, **lead) == ["test_not_asked"]
    assert against(sanction.ask, isolation, **tech) == ["reason_needed"]
    sanction.ask(**tech, isolation_id=isolation.pk, why="Does it turn the right way?")
    assert against(sanction.ask, isolation, **tech, why="x") == ["test_asked_already"]
    # Who asked withdraws it, and may ask anew.
    op = {"actor": world.operator, "at": world.t(5)}
    assert against(sanction.withdraw, isolation, **op) == ["role_needed"]
    sanction.withdraw(**tech, isolation_id=isolation.pk)
    assert against(sanction.withdraw, isolation, **lead) == ["test_not_asked"]
    sanction.ask(**tech, isolation_id=isolation.pk, why="Does it turn the right way?")

    # Whoever works under the permit has an own lock on: who has no sign-in by who leads.
    jan = {"name": "Jan Smit"}
    for who in ({"person_id": world.second_technician.pk}, jan):
        assert made.against(on_it.sign_on, permit, **tech, **who) == ["own_lock_missing"]
    assert against(boxes.on, isolation, **op, **jan) == ["lock_by_who_leads"]
    other = {"person_id": world.second_technician.pk}
    assert against(boxes.on, isolation, **tech, **other) == ["lock_of_oneself"]
    # Of the company of other work behind it he leads nobody.
    behind, me = load(isolation.pk, world.at), scope(world.technician, world.at)
    assert [leads(me, behind, each) for each in (world.operator, world.welder)] == [True, False]
    for_him = boxes.on(**tech, **jan, isolation_id=isolation.pk)
    on_it.sign_on(**tech, **jan, permit_id=permit.pk)
    mine = on_it.sign_on(**tech, person_id=world.technician.pk, permit_id=permit.pk)
    assert against(boxes.off, isolation, **tech) == ["signed_on_behind"]
    assert against(boxes.off, isolation, **tech, lock_id=for_him.pk) == ["signed_on_behind"]
    on_it.sign_off(**tech, presence_id=mine.pk)

    def ask_removal(isolation_id, **given) -> None:
        gone.ask_removal(**given, lock_id=for_him.pk, away="Gate log", tried="Called")

    assert against(ask_removal, isolation, **lead) == ["signed_on_behind"]
    assert against(sanction.agree, isolation, at=world.at, actor=world.operator) == ["lock_not_on"]
    assert against(sanction.sanction, isolation, **lead) == [
        "test_not_agreed",
        *["box_not_empty"] * 2,
        "stands_in_force",
        "signed_on_behind",
        "work_behind_isolation",
    ]
    sanction.agree(**tech, isolation_id=isolation.pk)
    sanction.agree(**tech, isolation_id=isolation.pk)
    assert TestAgreement.objects.count() == 1
    boxes.group_on(**lead, isolation_id=isolation.pk)
    boxes.off(**tech, isolation_id=isolation.pk)
    stopping.call_stop(**tech, permit_id=permit.pk)
    assert against(sanction.sanction, isolation, **lead) == [
        "box_not_empty",
        "stands_stop_called",
        "signed_on_behind",
        "work_behind_isolation",
    ]
    stopping.confirm(**tech, permit_id=permit.pk, people_out=True, left="Guard on", signed=True)
    boxes.off(**tech, isolation_id=isolation.pk, lock_id=for_him.pk)
    # Who has put a lock on since has not agreed yet.
    lock_on(world, isolation, world.technician, 1)
    late = {"actor": world.technician, "at": world.t(2), "isolation_id": isolation.pk}
    assert against(sanction.sanction, isolation, **lead) == [
        "test_not_agreed",
        "box_not_empty",
        "work_behind_isolation",
    ]
    sanction.agree(**late)
    boxes.off(**late)

    assert stands(permit, world.at) == "stopped"
    assert blocked(job, world.at)
    # Blocked is not safe: who does the work says that it has stopped.
    assert against(sanction.sanction, isolation, **lead) == ["work_behind_isolation"]
    execution.confirm_stopped(**tech, item_id=job.pk, condition="Guard on")
    sanction.sanction(**lead, isolation_id=isolation.pk)
    assert (state(isolation), unmet(job)) == ("in_test", ["isolation_in_test", "own_lock_missing"])
    first, second = pairs(isolation)
    assert against(sanction.lift, isolation, **op, point_id=second[0], position="") == [
        "position_needed"
    ]
    sanction.lift(**op, isolation_id=isolation.pk, point_id=second[0], position="On")
    assert against(sanction.end, isolation, **lead) == ["isolation_not_all_in_place"]
    points.apply(**op, isolation_id=isolation.pk, points=[second])
    assert state(isolation) == "in_test"
    sanction.end(**lead, isolation_id=isolation.pk)
    assert state(isolation) == "applied"
    assert isolation.sanctions.last().ended_at == world.at
    tries = {"actor": world.second_technician, "at": world.t(6), "energy": "none"}
    points.try_out(**tries, isolation_id=isolation.pk)
    assert (state(isolation), unmet(job)) == ("verified", ["own_lock_missing"])


def test_the_lock_of_somebody_gone_is_removed_by_two_with_three_facts(world):
    job = planned_item(world)
    isolation = isolated.verified(world, uses=[{"item_id": job.pk}])
    lock = lock_on(world, isolation, world.technician)
    execution.start(actor=world.technician, at=world.at, item_id=job.pk)
    facts = {"away": "Gate log: out at 05:10", "tried": "Called twice, and his home"}

    def refused(door, who, minute, *, of=lock, **more) -> list[str]:
        def do(isolation_id, **given):
            return door(**given)

        return against(do, isolation, actor=who, at=world.t(minute), lock_id=of.pk, **more)

    def ask(minute, of=lock) -> LockRemoval:
        by = {"actor": world.supervisor, "at": world.t(minute)}
        return gone.ask_removal(**by, lock_id=of.pk, **facts)

    lead, issuer = world.supervisor, world.permit_issuer
    # Work in progress that nobody has said is stopped: the holder is there.
    assert refused(gone.ask_removal, lead, 1, **facts) == ["work_behind_isolation"]
    stop = {"actor": world.technician, "at": world.t(1), "item_id": job.pk}
    execution.stop(**stop, condition="Guard on")
    assert refused(gone.ask_removal, world.operator, 2, **facts) == ["role_needed"]
    assert refused(gone.ask_removal, lead, 2, away="", tried="") == [
        "away_needed",
        "reaching_needed",
    ]
    assert refused(gone.remove, lead, 2) == ["removal_not_asked"]
    ask(2)
    assert refused(gone.ask_removal, lead, 3, **facts) == ["removal_asked"]
    # The facts are of now: for an hour, and until the holder does anything here or says so.
    assert refused(gone.remove, issuer, 62) == ["removal_too_old"]
    removal = ask(63)
    other = planned_item(world, at=world.t(64))
    said = {"actor": world.technician, "item_id": other.pk, "kind": "other", "what": "Keys"}
    blocker = blockers.raise_(**said, at=world.t(65))
    assert refused(gone.remove, issuer, 66) == ["holder_is_back"]
    removal = ask(67)
    here = {"removal_id": removal.pk, "at": world.t(68)}
    with pytest.raises(Forbidden, match="said_by_oneself"):
        gone.here(**here, actor=world.operator)
    gone.here(**here, actor=world.technician)
    assert refused(gone.remove, issuer, 69) == ["removal_not_asked"]
    removal = ask(70)
    assert refused(gone.remove, lead, 71) == ["removal_by_two"]
    gone.remove(actor=issuer, at=world.t(71), lock_id=lock.pk)
    # The box is empty while the work is to be gone on with: it is tried again.
    assert state(isolation) == "applied"
    removal.refresh_from_db()
    assert (removal.away.text, removal.tried.text) == tuple(facts.values())
    assert LockRemoval.objects.filter(ended_at=None).count() == 1

    # Told before anything is begun again, at any work of the site.
    by = {"actor": world.second_technician, "at": world.t(72), "energy": "none"}
    points.try_out(**by, isolation_id=isolation.pk)
    blockers.clear(actor=lead, at=world.t(72), blocker_id=blocker.pk, word="Found")
    start = {"actor": world.technician, "at": world.t(73), "item_id": other.pk}
    with pytest.raises(Refused) as caught:
        execution.start(**start)
    inner = [each.params["reason"]["code"] for each in caught.value.reasons]
    assert inner == ["permits.lock_removed_untold"]
    assert against(boxes.on, isolation, actor=world.technician, at=world.t(73)) == [
        "lock_removed_untold"
    ]

    def told(who, of=removal, how="") -> list[str]:
        def do(isolation_id, **given):
            return gone.tell(**given)

        given = {"actor": who, "at": world.t(74), "removal_id": of.pk, "how": how}
        return against(do, isolation, **given)

    # Only the person says so: not the two who removed it.
    assert told(lead, how="By phone") == told(world.operator) == ["said_by_oneself"]
    gone.tell(actor=world.technician, at=world.t(74), removal_id=removal.pk)
    assert told(world.technician) == ["nothing_to_tell"]
    execution.start(**start | {"at": world.t(74)})

    # Of somebody without sign-in one of the two says how the person was told.
    jan = boxes.on(actor=lead, at=world.t(75), isolation_id=isolation.pk, name="Jan Smit")
    untold = ask(76, jan)
    gone.remove(actor=issuer, at=world.t(77), lock_id=jan.pk)
    points.try_out(**by | {"at": world.t(78)}, isolation_id=isolation.pk)
    again = {"actor": lead, "at": world.t(79), "name": "Jan Smit"}
    other_case = {**again, "name": "jan  smit "}
    assert against(boxes.on, isolation, **other_case) == ["lock_removed_untold"]
    assert told(world.operator, untold, "By phone") == ["told_by_who_removed"]
    assert told(world.shift_lead, untold) == told(issuer, untold) == ["reason_needed"]
    # Also when the two are gone who decides there says how.
    tells = {"actor": world.shift_lead, "at": world.t(80), "removal_id": untold.pk}
    assert gone.tell(**tells, how="At the gate").told_how.text == "At the gate"
    assert boxes.on(**again | {"at": world.t(80)}, isolation_id=isolation.pk).name == "Jan Smit"
    assert against(boxes.on, isolation, **other_case | {"at": world.t(80)}) == ["lock_on_already"]
    dotted = {"at": world.t(80), "actor": lead}
    boxes.on(**dotted, isolation_id=isolation.pk, name="\u0130brahim Kaya")
    assert against(boxes.on, isolation, **dotted, name="Ibrahim Kaya") == ["lock_on_already"]
    with pytest.raises(IntegrityError, match="one_named"), transaction.atomic():
        PersonalLock.objects.create(isolation=isolation, name="jan smit", on_at=world.t(80))

    # Who has no sign-in and works behind it is there: his lock comes off once he has stopped.
    piet = people.create_person(
        actor=None, at=world.at, site_id=world.site.pk, name="Piet", role="technician"
    )
    his = planned_item(world, plan={"executor_ids": [piet.pk]})
    leads = {"actor": lead, "at": world.t(80)}
    isolation_uses.use(**leads, isolation_id=isolation.pk, item_id=his.pk)
    assert (
        Prerequisite.objects.get(
            item=his, what__code="need.permits.own_lock", withdrawn_at=None
        ).clears
        == f"user:{isolation.owner_id}"
    )
    on = boxes.on(**leads, isolation_id=isolation.pk, person_id=piet.pk)
    execution.start(**leads, item_id=his.pk)
    assert against(boxes.off, isolation, **leads, lock_id=on.pk) == ["work_behind_isolation"]
    execution.stop(**leads, item_id=his.pk, condition="Guard on")
    boxes.off(**leads, isolation_id=isolation.pk, lock_id=on.pk)

    # Whatever became of his roles, the holder of a lock takes it off.
    mine = lock_on(world, isolation, world.second_technician, 81)
    role = world.second_technician.memberships.get()
    people.end_role(actor=world.site_admin, at=world.t(82), membership_id=role.pk)
    leaves = {"actor": world.second_technician, "at": world.t(83)}
    assert against(boxes.on, isolation, **leaves) == ["Unknown"]
    assert boxes.off(**leaves, isolation_id=isolation.pk).pk == mine.pk
    assert against(boxes.off, isolation, **leaves) == ["Unknown"]


def test_by_sql_nobody_tries_what_he_applied_nor_takes_off_what_is_relied_on(app, world):
    cold = made.kinds(world)[0]
    permit = made.authorised(world, cold)
    made.ticked(world, permit)
    gives = (
        "UPDATE permits_permit SET state = 'issued', issuer_id = %s, issue_ends = ends"
        " WHERE id = %s"
    )
    kind = PermitType.objects.filter(pk=cold.pk)
    kind.update(isolation_class="positive")
    assert app(gives, [world.permit_issuer.pk, permit.pk]) == CHECK  # behind none at all
    kind.update(isolation_class="")
    isolation = isolated.verified(world, uses=[{"permit_id": permit.pk}])
    one = isolation.points.first()
    operator, other = world.operator, world.second_technician

    def point(**columns) -> str:
        names = ", ".join(f"{name} = %s" for name in columns)
        values = [*columns.values(), one.pk]
        return app(f"UPDATE permits_isolationpoint SET {names} WHERE id = %s", values)

    assert point(tried_by_id=operator.pk) == CHECK
    assert point(locked_by_id=other.pk) == CHECK
    assert point(applied_by_id=other.pk) == CHECK
    flag = "UPDATE permits_isolation SET other_tries = false WHERE id = %s"
    assert app(flag, [isolation.pk]) == "P0001"
    off = {"removed_by_id": operator.pk, "removed_at": world.t(1), "position_after": "Open"}
    assert point(**off) == CHECK  # the permit has not ended
    planner = "UPDATE permits_isolation SET approved_by_id = created_by_id WHERE id = %s"
    assert app(planner, [isolation.pk]) == CHECK
    drawer = "UPDATE permits_isolation SET drawn_by_id = approved_by_id WHERE id = %s"
    assert app(drawer, [isolation.pk]) == CHECK

    # Nor with stored energy unsaid; what was tried before that was asked is asked nothing.
    energy = "UPDATE permits_isolation SET energy = %s, energy_by_id = NULL, energy_at = NULL,"
    energy += " energy_note_id = NULL WHERE id = %s"
    assert app(energy, ["", isolation.pk]) == app(energy, [None, isolation.pk]) == CHECK
    fresh = (
        "INSERT INTO permits_isolation (site_id, place_id, number, kind, state, state_since,"
        " version, title, other_tries, reason, created_at{}) SELECT site_id, place_id, 90, 'plan',"
        " 'planned', now(), 1, 'Filler', true, '', now(){} FROM permits_isolation WHERE id = %s"
    )
    assert app(fresh.format(", energy", ", NULL"), [isolation.pk]) == CHECK
    assert app(fresh.format("", ""), [isolation.pk]) == "done to 1"
    untold = "UPDATE permits_isolation SET notified_at = NULL, notified_by_id = NULL,"
    untold += " notified_note_id = NULL WHERE id = %s"
    assert app(untold, [isolation.pk]) == CHECK

    # Nothing that was tried is undone, and no link or lock goes, while somebody relies on it.
    no_try = {"tried_at": None, "tried_by_id": None}
    undone = {f"{name}_{part}": None for name in ("applied", "locked") for part in ("at", "by_id")}
    assert point(**no_try) == point(**undone, **no_try) == point(ended_at=world.at) == CHECK
    assert point(tag="XV-9") == "P0001"
    uses = "UPDATE permits_isolationuse SET {} WHERE isolation_id = %s"
    assert app(uses.format("ended_at = now()"), [isolation.pk]) == CHECK
    assert app(uses.format("how = 'isolating'"), [isolation.pk]) == "P0001"
    mine = lock_on(world, isolation, world.technician)
    locks = "UPDATE permits_personallock SET {} WHERE id = %s"
    off_by = locks.format("off_at = now(), off_by_id = %s")
    assert app(off_by, [operator.pk, mine.pk]) == CHECK
    assert app(locks.format("on_at = now()"), [mine.pk]) == "P0001"
    untried = isolated.applied(world)
    moves = "UPDATE permits_isolation SET state = %s WHERE id = %s"
    for to, which in (("verified", untried), ("in_test", isolation), ("release", isolation)):
        assert app(moves, [to, which.pk]) == CHECK
    assert app(moves, ["closed", untried.pk]) == CHECK  # in place
    drawn = (
        "INSERT INTO permits_isolationpoint (isolation_id, sequence, tag, method, position, lock,"
        " position_after) VALUES (%s, 9, 'XV-9', 'valve', 'Closed', '', '')"
    )
    assert app(drawn, [isolation.pk]) == CHECK
    asked = gone.ask_removal(
        actor=world.supervisor, at=world.at, lock_id=mine.pk, away="Gate", tried="Called"
    )
    other_asker = "UPDATE permits_lockremoval SET asked_by_id = %s WHERE id = %s"
    assert app(other_asker, [other.pk, asked.pk]) == "P0001"
    assert app(off_by, [world.technician.pk, mine.pk]) == "done to 1"
    by = {"actor": world.technician, "at": world.at, "site_id": world.site.pk}
    card = own.draw_card(**by, place_id=world.l3.pk, title="Sealer", points=isolated.TWO)
    assert app("UPDATE permits_isolationcard SET points = '[]' WHERE id = %s", [card.pk]) == "P0001"

    # Not in force behind what is not tried, and not untried behind a permit in force.
    issuing.issue(
        actor=world.permit_issuer, at=world.at, permit_id=permit.pk, scanned=True, signed=True
    )
    link = (
        "INSERT INTO permits_isolationuse (isolation_id, permit_id, how, since)"
        " VALUES (%s, %s, 'protected', now())"
    )
    assert app(link, [untried.pk, permit.pk]) == CHECK
    falls = "UPDATE permits_isolation SET state = 'applied' WHERE id = %s"
    assert app(falls, [isolation.pk]) == CHECK
    issuing.withdraw(actor=world.permit_issuer, at=world.at, permit_id=permit.pk)
    Isolation.objects.filter(pk=isolation.pk).update(state="applied")
    assert app(gives, [world.permit_issuer.pk, permit.pk]) == CHECK
    removal = (
        "INSERT INTO permits_lockremoval (lock_id, away_id, tried_id, asked_by_id, asked_at,"
        " removed_by_id, removed_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    )
    Isolation.objects.filter(pk=isolation.pk).update(state="verified")
    lock = lock_on(world, isolation, world.technician)
    twice = [lock.pk, 1, 1, operator.pk, world.at, operator.pk, world.at]
    assert app(removal, twice) == CHECK
