"""What ends by the clock or by a call: stops, gas tests, overdue issues, the change of shift."""

import pytest

from permits.forms import Issue
from permits.models import GasTest, Permit, Presence, Stop
from permits.reads import lists
from permits.reads.detail import shown
from permits.services import (
    _enter,
    clock,
    deciding,
    ending,
    issuing,
    on_it,
    requests,
    setup,
    stopping,
)
from permits.services._facts import facts_of, load, with_current
from permits.services.guards import refusals
from permits.standing import standing, with_standing
from permits.states import Verb
from tests import factories
from tests.factories import live_item, planned_item
from tests.permits import made
from tests.permits.made import against
from work.exceptions import Busy, Forbidden, Refused
from work.models import Event, Note, Notice, Prerequisite, WorkItem
from work.permissions import scope
from work.reads.notices import unseen
from work.services import blockers, execution, people


@pytest.fixture
def types(world):
    return made.kinds(world)


def stands(permit, at) -> str:
    permit.refresh_from_db()
    [by_sql] = with_standing(Permit.objects.filter(pk=permit.pk), at)
    assert by_sql.stands == standing(permit, at).code
    return by_sql.stands


def blocked(item, at) -> bool:
    return WorkItem.objects.blocked(at).filter(pk=item.pk).exists()


def told_at_its_second(item) -> str:
    """What the work says from the moment at which its permit holds no longer, with no task run."""
    need = {"item": item, "gate": "start", "supplier": "permits.permit", "withdrawn_at": None}
    row = Prerequisite.objects.get(**need)
    assert (row.answer, row.clears.split(":")[0]) == ("met", "user")
    return row.reason["code"]


def started(world, kind, **given):
    """Work in progress under a permit in force."""
    item = planned_item(world)
    permit = made.in_force(world, kind, items=[item], **given)
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    return permit, item


def test_a_stop_is_called_confirmed_and_brought_back_by_the_issuer(world, types):
    permit, item = started(world, types[0])
    sure = {"actor": world.permit_issuer, "signed": True, "scanned": True}
    me = {"actor": world.technician, "person_id": world.technician.pk}
    on_it.sign_on(**me, at=world.t(1), permit_id=permit.pk)
    assert against(stopping.call_stop, permit, actor=world.contractor, at=world.t(2)) == ["Unknown"]

    stopping.call_stop(actor=world.viewer, at=world.t(2), permit_id=permit.pk)
    assert stands(permit, world.t(2)) == "stop_called"
    assert blocked(item, world.t(2))
    stopping.say_why(actor=world.viewer, at=world.t(3), permit_id=permit.pk, why="Smoke")
    assert against(stopping.bring_back, permit, **sure, at=world.t(3)) == ["stands_stop_called"]
    confirm = {"actor": world.technician, "at": world.t(9), "signed": True}
    why = {"at": world.t(4), "why": "No reason"}
    assert against(stopping.say_why, permit, actor=world.planner, **why) == ["not_yours_to_say"]
    assert against(stopping.confirm, permit, actor=world.planner, at=world.t(9)) == ["role_needed"]
    assert against(stopping.confirm, permit, **confirm) == [
        "people_out_needed",
        "condition_left_needed",
    ]
    stopping.confirm(**confirm, permit_id=permit.pk, people_out=True, left="Guard on, cold")
    assert stands(permit, world.t(9)) == "stopped"
    assert not Presence.objects.filter(off_at=None).exists()
    stop = Stop.objects.get()
    assert (stop.called_by, stop.note.text) == (world.viewer, "Smoke")
    assert (stop.confirmed_by, stop.left.text) == (world.technician, "Guard on, cold")

    # Who carried it out and is ill is replaced, with why.
    other = {"actor": world.permit_issuer, "at": world.t(10)}
    second = {"person_id": world.second_technician.pk}
    assert against(requests.name_performer, permit, **other, **second) == ["reason_needed"]
    requests.name_performer(**other, **second, permit_id=permit.pk, why="Gone home ill")
    back = {"person_id": world.technician.pk, "why": "Well again"}
    requests.name_performer(**other, **back, permit_id=permit.pk)

    # Nothing comes back by itself, and with all that an issue asks.
    assert against(stopping.bring_back, permit, **sure, at=world.t(20)) == ["not_ticked"]
    made.ticked(world, permit, at=world.t(20))
    assert against(
        stopping.bring_back, permit, at=world.t(20), actor=world.technician, signed=True
    ) == ["role_needed"]
    stopping.bring_back(**sure, at=world.t(20), permit_id=permit.pk)
    assert stands(permit, world.t(20)) == "issued"
    assert blocked(item, world.t(20))
    issuing.withdraw(actor=world.permit_issuer, at=world.t(21), permit_id=permit.pk)
    assert stands(permit, world.t(21)) == "stopped"
    made.ticked(world, permit, at=world.t(22))
    stopping.bring_back(**sure, at=world.t(22), permit_id=permit.pk, ends=world.t(60))
    take = {"actor": world.technician, "scanned": True, "signed": True}
    assert stands(permit, world.t(60)) == "stopped"
    assert against(issuing.take, permit, **take, at=world.t(60)) == ["stands_stopped"]
    issuing.take(**take, at=world.t(23), permit_id=permit.pk)
    assert stands(permit, world.t(23)) == "in_force"
    assert not blocked(item, world.t(23))
    assert Stop.objects.get().ended_at == world.t(23)
    assert permit.issues.count() == 3


def test_a_gas_test_that_runs_out_is_a_stop_called_at_its_second(world, types):
    permit, item = started(world, types[1])
    until = world.t(60)
    just = until - made.SECOND
    assert (stands(permit, just), blocked(item, just)) == ("in_force", False)
    assert (stands(permit, until), blocked(item, until)) == ("stop_called", True)
    assert not Stop.objects.exists()  # no task has run
    assert told_at_its_second(item) == "permits.stands_stop_called"

    sure = {"actor": world.permit_issuer, "signed": True}
    assert against(stopping.bring_back, permit, **sure, at=world.t(70)) == ["test_run_out"]
    made.gas_tested(world, permit, at=world.t(70))
    assert stands(permit, world.t(70)) == "stop_called"
    assert Stop.objects.get().called_at == until
    performs = {"actor": world.technician, "signed": True, "at": world.t(71)}
    assert against(stopping.bring_back, permit, **performs) == ["role_needed"]
    stopping.bring_back(**sure, at=world.t(71), permit_id=permit.pk)
    assert (stands(permit, world.t(71)), blocked(item, world.t(71))) == ("in_force", False)
    assert permit.tests_until == world.t(130)

    # The minute task writes the same; after an hour it takes a new issue.
    assert clock.settle_due(world.t(131)) == 1
    assert clock.settle_due(world.t(131)) == 0
    assert Stop.objects.get(ended_at=None).called_at == world.t(130)
    made.gas_tested(world, permit, at=world.t(191))
    assert against(stopping.bring_back, permit, **sure, at=world.t(191)) == ["bring_back_too_late"]

    # Who sees something after it is heard: no act of the issuer alone brings that back.
    stopping.call_stop(actor=world.viewer, at=world.t(192), permit_id=permit.pk, why="Smoke")
    assert against(stopping.bring_back, permit, **sure, at=world.t(192)) == ["stands_stop_called"]
    stopping.stop_all(actor=world.supervisor, at=world.t(193), site_id=world.site.pk)
    stop = Stop.objects.get(ended_at=None)
    assert (stop.cause, stop.called_by, stop.note.text) == ("person", world.viewer, "Smoke")
    assert standing(permit, world.t(193)).since == world.t(130)

    # Issued anew and stopped before it is taken: a stop of its own, and no short way out.
    out = {"people_out": True, "left": "Cold", "signed": True}
    stopping.confirm(actor=world.technician, at=world.t(194), permit_id=permit.pk, **out)
    made.ticked(world, permit, at=world.t(195))
    stopping.bring_back(**sure, at=world.t(196), permit_id=permit.pk, scanned=True)
    stopping.call_stop(actor=world.technician, at=world.t(197), permit_id=permit.pk, why="Gas")
    [before, now] = Stop.objects.filter(permit=permit).order_by("-pk")[:2][::-1]
    assert before.ended_at == world.t(197)
    assert (now.called_by, now.note.text, now.confirmed_at) == (world.technician, "Gas", None)
    Stop.objects.filter(pk=now.pk).update(cause="test")
    assert against(stopping.bring_back, permit, **sure, at=world.t(197)) == ["stands_stop_called"]

    # What reads out of limits is one at once, whatever is said to have been read before it.
    other = made.in_force(world, types[1])
    site = {"actor": world.site_admin, "at": world.t(1)}
    sulphide = setup.create_substance(
        **site,
        site_id=world.site.pk,
        code="h2s",
        name="sulphide",
        family="toxic",
        unit="ppm",
        high=5,
    )
    setup.ask_test(**site, type_id=types[1].pk, substance_id=sulphide.pk, valid_minutes=60)
    made.gas_tested(world, other, at=world.t(2))
    other.refresh_from_db()
    assert other.tests_until == world.t(60)  # what was never tested makes it no longer
    made.gas_tested(world, other, at=world.t(5), lel="11")
    made.gas_tested(world, other, at=world.t(6), happened_at=world.t(4))
    assert stands(other, world.t(6)) == "stop_called"
    assert Stop.objects.get(permit=other).cause == "limits"
    assert load(other.pk, world.t(6)).out_of_limits()
    assert GasTest.objects.filter(permit=other, within=False).count() == 1
    made.gas_tested(world, other, at=world.t(7))
    assert against(stopping.bring_back, other, **sure, at=world.t(7)) == ["stands_stop_called"]

    # A test that came to be asked after a permit was authorised is asked of it too.
    cold = made.authorised(world, types[0])
    longest = {"type_id": types[0].pk, "substance_id": sulphide.pk, "valid_minutes": 1441}
    with pytest.raises(Refused, match="not_valid"):
        setup.ask_test(**site, **longest)
    setup.ask_test(**site, type_id=types[0].pk, substance_id=sulphide.pk, valid_minutes=60)
    made.ticked(world, cold)
    issue = {**sure, "at": world.t(7), "scanned": True}
    assert against(issuing.issue, cold, **issue) == ["points_needed"]


def test_who_is_still_at_work_when_the_time_ends_is_overdue(world, types):
    permit, item = started(world, types[0], ends=world.t(60))
    end = world.t(60)
    assert (stands(permit, end - made.SECOND), blocked(item, end - made.SECOND)) == (
        "in_force",
        False,
    )
    assert (stands(permit, end), blocked(item, end)) == ("overdue", True)
    assert WorkItem.objects.get(pk=item.pk).blocked_from == end
    assert told_at_its_second(item) == "permits.stands_overdue"
    late = {"at": end, "signed": True}
    back = {**late, "actor": world.technician, "complete": True, "left": "Done"}
    assert against(ending.hand_back, permit, **back) == ["stands_overdue"]
    assert against(on_it.sign_on, permit, actor=world.technician, at=end) == ["stands_overdue"]
    over = {**late, "actor": world.permit_issuer}
    assert against(issuing.take_over, permit, **over) == ["stands_overdue"]
    assert against(stopping.bring_back, permit, **over) == ["stands_overdue"]
    stopping.confirm(
        actor=world.second_lead,
        at=world.t(75),
        permit_id=permit.pk,
        people_out=True,
        left="Left open",
        signed=True,
    )
    stop = Stop.objects.get()
    assert (stop.cause, stop.called_at, stop.called_by) == ("overdue", end, None)
    made.ticked(world, permit, at=world.t(75))
    back = {**over, "at": world.t(75), "scanned": True}
    assert against(stopping.bring_back, permit, **back) == ["window_past"]
    ending.hand_back(
        actor=world.technician,
        at=world.t(80),
        permit_id=permit.pk,
        complete=False,
        left="Bracket off",
        remaining="Weld the bracket on again",
        signed=True,
    )
    assert (stands(permit, world.t(80)), permit.complete) == ("handed_back", False)


def test_what_was_authorised_and_never_issued_lapses(world, types):
    item = planned_item(world)
    permit = made.authorised(world, types[0], items=[item], ends=world.t(60))
    made.ticked(world, permit)
    issue = {"actor": world.permit_issuer, "at": world.at, "signed": True, "scanned": True}
    issuing.issue(**issue, permit_id=permit.pk, ends=world.t(30))
    assert clock.settle_due(world.t(31)) == 1
    event = Event.objects.get(subject_type="permits.permit", verb="permit_not_taken")
    assert event.happened_at == world.t(30)
    assert stands(permit, world.t(60) - made.SECOND) == "authorised"
    assert stands(permit, world.t(60)) == "lapsed"
    # Lists and their numbers go by the clock too, while no task has run.
    reader, found = scope(world.viewer, world.t(60)), []
    for at in (world.t(60) - made.SECOND, world.t(60)):
        for tab in ("now", "ended"):
            found.append([each.pk for each in lists.chosen(world.site, reader, at, tab, {})])
        found.append(lists.counts(world.site, reader, at))
    assert found == [[permit.pk], [], {"authorised": 1}, [], [permit.pk], {}]
    made_by = {"actor": world.permit_issuer, "at": world.t(61), "signed": True, "scanned": True}
    assert against(issuing.issue, permit, **made_by) == ["stands_lapsed"]
    assert clock.settle_due(world.t(61)) == 1
    permit.refresh_from_db()
    assert (permit.state, permit.ended_at) == ("lapsed", world.t(60))

    # It goes on being asked for until another is there, or it is taken off the work.
    copy = requests.copy(
        actor=world.technician,
        at=world.t(62),
        permit_id=permit.pk,
        starts=world.t(62),
        ends=world.t(120),
    )
    assert (copy.what, copy.condition, copy.performing_authority) == (permit.what, "", None)
    assert not copy.hazards.exists()
    assert not copy.people.exists()
    asked = {"item": item, "withdrawn_at": None, "gate": "start", "supplier": "permits.permit"}
    assert [row.source_id for row in Prerequisite.objects.filter(**asked)] == [copy.pk]
    requests.unlink(actor=world.technician, at=world.t(63), link_id=permit.links.get().pk)
    requests.unlink(actor=world.technician, at=world.t(63), link_id=copy.links.get().pk)
    assert not Prerequisite.objects.filter(**asked).exists()


def test_it_goes_on_over_the_change_of_shift_by_takeover_alone(world, types):
    incoming = factories.person(world.site, "permit_issuer", username="issuer_day")
    made.shift(world, "night", [world.permit_issuer], world.t(-60), world.t(120))
    made.shift(world, "day", [incoming], world.t(105), world.t(600))
    permit = made.authorised(world, types[0])
    made.ticked(world, permit)
    issue = {"actor": world.permit_issuer, "at": world.at, "scanned": True, "signed": True}
    assert against(issuing.issue, permit, **issue, ends=world.t(151)) == ["issue_too_long"]
    stranger = factories.person(world.site, "permit_issuer", username="issuer_off")
    assert against(issuing.issue, permit, **issue | {"actor": stranger}) == ["issuer_no_shift"]
    issuing.issue(**issue, permit_id=permit.pk)
    permit = issuing.take(
        actor=world.technician, at=world.at, permit_id=permit.pk, scanned=True, signed=True
    )
    assert permit.issue_ends == world.t(150)

    # The performing authority changes too: who comes in accepts first.
    over = {"actor": incoming, "at": world.t(110), "signed": True, "scanned": True}
    accept = {"at": world.t(109), "signed": True, "scanned": True}
    for who, code in (
        (world.permit_authoriser, "performer_signed"),
        (world.permit_issuer, "performer_signed"),
        (world.technician, "performs_already"),
    ):
        assert against(issuing.accept, permit, actor=who, **accept) == [code]
    again = {**over, "actor": world.permit_issuer}
    assert against(issuing.take_over, permit, **again) == ["issues_already"]
    assert (
        permit.version
        == issuing.accept(**accept, actor=world.second_technician, permit_id=permit.pk).version - 1
    )
    assert load(permit.pk, world.t(139)).coming == world.second_technician.pk
    assert load(permit.pk, world.t(140)).coming is None
    # It was the wrong permit: who is to stay says so, and nobody comes in.
    issuing.accept(**accept, actor=world.technician, permit_id=permit.pk)
    assert load(permit.pk, world.t(110)).coming == world.technician.pk
    assert against(issuing.accept, permit, actor=world.technician, **accept) == ["performs_already"]
    # A type that asks more since is said in words at the next step, and keeps none from being kept.
    kind = {"actor": world.site_admin, "at": world.t(109), "type_id": types[0].pk}
    setup.change_type(**kind, isolation_class="valve")
    issuing.accept(**accept, actor=world.second_technician, permit_id=permit.pk)
    assert against(issuing.take_over, permit, **over) == ["isolation_needed"]
    setup.change_type(**kind, isolation_class="")
    assert against(issuing.take_over, permit, **over | {"scanned": False}) == ["look_needed"]
    assert against(issuing.take_over, permit, **over, ends=world.t(481)) == ["issue_too_long"]
    issuing.take_over(**over, permit_id=permit.pk)
    permit.refresh_from_db()
    assert (permit.issuer, permit.performing_authority) == (incoming, world.second_technician)
    assert permit.issue_ends == world.t(480)  # never past what is authorised
    assert stands(permit, world.t(200)) == "in_force"
    assert [each.how for each in permit.issues.all()] == ["taken_over", ""]
    now = permit.issues.get(ended_at=None)
    assert (now.issuer_scanned, now.taker_scanned) == (True, True)


def test_stop_work_here_stops_what_is_there_and_shows_nothing_of_it(world, types, monkeypatch):
    here = made.in_force(world, types[0])
    above = made.in_force(world, types[0], place_id=world.packaging.pk)
    affects = made.in_force(world, types[0], place_id=world.l4.pk, place_ids=[world.l3.pk])
    away = made.in_force(world, types[0], place_id=world.l4.pk)
    bare = live_item(world)
    live_item(world, place_id=world.l4.pk, plan={"executor_ids": [world.operator.pk]})
    # Issued and not taken; and work of two places that is asked to stop by what happens at one.
    idle = made.issued(world, types[0])
    plan = {"executor_ids": [world.second_technician.pk]}
    both = planned_item(world, place_id=world.l4.pk, place_ids=[world.l3.pk], plan=plan)
    other = made.in_force(world, types[0], items=[both], place_id=world.l4.pk)
    execution.start(actor=world.second_technician, at=world.at, item_id=both.pk)
    stopping.call_stop(actor=world.viewer, at=world.at, permit_id=other.pk)
    stranger = {"actor": world.other_contractor, "at": world.t(1), "site_id": world.site.pk}
    hears, recheck = [], _enter.recheck
    monkeypatch.setattr(_enter, "recheck", lambda **said: (hears.append(said), recheck(**said)))
    assert stopping.stop_here(**stranger, place_id=world.l3.pk) is None
    assert [len(each["source_ids"]) for each in hears] == [4]  # at its end, of all
    assert [stands(each, world.t(1)) for each in (here, above, affects, away)] == [
        "stop_called",
        "stop_called",
        "stop_called",
        "in_force",
    ]
    # Who works there without a permit is told too.
    told = Notice.objects.filter(code="permits.told_stop_here")
    assert set(told.values_list("item", flat=True)) == {bare.pk, both.pk}
    assert told.filter(user=world.technician).exists()
    assert set(Stop.objects.exclude(permit=other).values_list("cause", "called_by")) == {
        ("here", world.other_contractor.pk)
    }
    # And asked, until it says that it stopped; then it goes on once who leads there says so.
    bare.refresh_from_db()
    assert (bare.stop_asked_at, bare.is_blocked(world.t(1))) == (world.t(1), True)
    asked = bare.blockers.get(ended_at=None)
    assert (asked.what["code"], asked.clears) == ("permits.stop_here", "role:shift_lead")
    stops = both.blockers.filter(ended_at=None, what__code="permits.stop_here")
    assert stops.count() == 1  # here it goes on by no word of the permit's issuer
    known = WorkItem.objects.exclude(pk__in=[bare.pk, both.pk])
    assert not known.filter(stop_asked_at__isnull=False).exists()
    by = {"actor": world.technician, "item_id": bare.pk}
    waits = execution.confirm_stopped(**by, at=world.t(2), condition="Guard on")
    assert (waits.status, waits.stop_asked_at) == ("waiting", None)
    with pytest.raises(Refused, match="blocker_open"):
        execution.resume(**by, at=world.t(2))
    blockers.clear(actor=world.shift_lead, at=world.t(2), blocker_id=asked.pk, word="No smoke")
    execution.resume(**by, at=world.t(2))
    waiting = made.authorised(world, types[0], place_id=world.l4.pk)
    made.ticked(world, waiting)
    on = {"actor": world.technician, "permit_id": away.pk, "name": "Bo Smit"}
    on_it.sign_on(**on, at=world.t(1))
    called = {"actor": world.technician, "name": " bo  smit"}
    assert against(on_it.sign_on, away, **called, at=world.t(1)) == ["on_it_already"]
    # All is stopped at a place: what holds it or affects it is not issued without a word either.
    wide = made.authorised(world, types[0], place_id=world.packaging.pk)
    into = made.authorised(world, types[0], place_id=world.l4.pk, place_ids=[world.l3.pk])
    three = {"actor": world.supervisor, "site_id": world.site.pk, "place_id": world.l3.pk}
    assert stopping.stop_all(**three, at=world.t(2)) == 0
    issue = {"actor": world.permit_issuer, "at": world.t(2), "scanned": True, "signed": True}
    for each in (wide, into):
        made.ticked(world, each)
        assert against(issuing.issue, each, **issue) == ["all_stopped_people"]
    assert refusals(load(waiting.pk, world.t(2)), Verb.ISSUE, scope(world.hse, world.t(2))) == []
    with pytest.raises(Forbidden):
        stopping.stop_all(actor=world.technician, at=world.t(2), site_id=world.site.pk)
    assert stopping.stop_all(actor=world.supervisor, at=world.t(2), site_id=world.site.pk) == 1
    assert stands(away, world.t(2)) == "stop_called"

    # Nobody else goes in while people are not known to be out; where the word alone is missing
    # the issuer says why.
    issue = {"actor": world.permit_issuer, "at": world.t(3), "scanned": True, "signed": True}
    word = {"despite": "Drill; all were counted at the gate"}
    assert against(issuing.issue, waiting, **issue, **word) == ["all_stopped_people"]
    safe = {"people_out": True, "left": "Safe", "signed": True}
    stopping.confirm(actor=world.technician, at=world.t(3), permit_id=away.pk, **safe)
    # Who took one may be there without being signed on.
    assert against(issuing.issue, waiting, **issue, **word) == ["all_stopped_people"]
    for each in (here, above, affects, other):
        stopping.confirm(actor=world.technician, at=world.t(3), permit_id=each.pk, **safe)
    assert against(issuing.issue, waiting, **issue) == ["all_stopped_word"]
    assert "despite" in Issue(known=load(waiting.pk, world.t(3))).fields
    issuing.issue(**issue, **word, permit_id=waiting.pk)
    event = Event.objects.get(subject_id=waiting.pk, verb="permit_issue")
    assert Note.objects.get(pk=event.data["despite"]).text == word["despite"]
    back = {"permit_id": away.pk, **issue}
    made.ticked(world, away, at=world.t(3))
    stopping.confirm(actor=world.technician, at=world.t(4), permit_id=idle.pk, **safe)
    stopping.bring_back(**back | {"at": world.t(5)})


def test_who_must_know_of_a_stop_is_told_until_it_is_confirmed(world, types, monkeypatch):
    permit = made.in_force(world, types[0])
    # Whom the site knows is that person, whoever types the name.
    called = {"name": world.second_technician.name.upper()}
    on_it.sign_on(actor=world.technician, at=world.t(1), permit_id=permit.pk, **called)
    owner = world.area_owner
    stopping.call_stop(actor=world.viewer, at=world.t(2), permit_id=permit.pk)
    concerned = {
        owner.pk,
        world.technician.pk,
        world.second_technician.pk,
        world.permit_issuer.pk,
        world.shift_lead.pk,
    }
    told = Notice.objects.filter(item=None)
    assert set(told.values_list("user_id", "code")) == {
        (pk, "permits.told_stop") for pk in concerned
    }
    [row] = unseen(scope(world.shift_lead, world.t(2)), world.t(2))
    assert (row["label"], row["url"]) == ("P-1", "/s/hvk/permits/P-1/")
    assert row["text"] == "A stop is called on P-1: stop the work now."

    # Every ten minutes anew, once; and no more once somebody has confirmed it.
    assert clock.tell_unconfirmed(world.t(2), world.t(3)) == 0
    assert clock.tell_unconfirmed(world.t(11), world.t(12)) == 1
    assert clock.tell_unconfirmed(world.t(12), world.t(13)) == 0
    newest = unseen(scope(world.shift_lead, world.t(12)), world.t(12))[0]
    assert newest["text"] == "P-1: a stop was called and is not confirmed, 10 min."
    out = {"people_out": True, "left": "Guard on", "signed": True}
    stopping.confirm(actor=world.shift_lead, at=world.t(14), permit_id=permit.pk, **out)
    cancel = {"actor": world.supervisor, "at": world.t(14), "why": "Not today"}
    assert against(deciding.cancel, permit, **cancel) == ["stands_stopped"]
    untaken = made.issued(world, types[0])
    of = {"at": world.t(14), "permit_id": untaken.pk}
    sure = {"actor": world.permit_issuer, "scanned": True, "signed": True}
    stopping.call_stop(actor=world.viewer, **of)
    stopping.confirm(actor=world.shift_lead, **of, **out)
    made.ticked(world, untaken, at=world.t(14))
    stopping.bring_back(**sure, **of)
    issuing.withdraw(actor=world.permit_issuer, **of)
    assert stands(untaken, world.t(14)) == "authorised"
    assert not Stop.objects.filter(permit=untaken, ended_at=None).exists()
    made.ticked(world, untaken, at=world.t(14))
    issuing.issue(**sure, **of)
    stopping.call_stop(actor=world.viewer, **of)
    stopping.confirm(actor=world.shift_lead, **of, **out)
    deciding.cancel(**cancel, permit_id=untaken.pk)
    assert not Stop.objects.filter(permit=untaken, ended_at=None).exists()
    assert clock.tell_unconfirmed(world.t(21), world.t(40)) == 0

    item = planned_item(world)
    late = made.in_force(world, types[0], items=[item], ends=world.t(60))
    assert clock.tell_unconfirmed(world.t(59), world.t(60)) == 1
    assert told.filter(code="permits.told_overdue", user=late.issuer).count() == 1
    assert clock.tell_unconfirmed(world.t(60), world.t(61)) == 0

    # One that fails is tried once more, and holds up no other.
    other = made.in_force(world, types[0], ends=world.t(60))
    tell, tried = clock.tell_again, []

    def fails(**given):
        tried.append(given["permit_id"])
        if given["permit_id"] == late.pk:
            raise Busy
        return tell(**given)

    monkeypatch.setattr(clock, "tell_again", fails)
    assert clock.tell_unconfirmed(world.t(61), world.t(75)) == 1
    assert tried == [late.pk, other.pk, late.pk]
    monkeypatch.undo()

    # Who performs it is named with who issued it and who owns the area; who left is not.
    def named(permit) -> dict[str, str]:
        facts = facts_of(with_current(Permit.objects.filter(pk=permit.pk)).get(), world.t(90))
        rows = shown(facts, scope(world.viewer, world.t(90)))["confirms"]
        return {each["part"]: each["name"] for each in rows}

    both = {"Issuer": world.permit_issuer.name, "Area owner": owner.name}
    assert named(late) == {"Performing authority": world.technician.name} | both
    [role] = world.technician.memberships.all()
    people.end_role(actor=world.site_admin, at=world.t(80), membership_id=role.pk)
    assert named(late) == both
    assert clock.tell_unconfirmed(world.t(75), world.t(90)) == 2
    again = told.filter(at=world.t(90), params__number=late.number)
    assert {owner.pk, world.permit_issuer.pk} <= set(again.values_list("user", flat=True))
    row = Prerequisite.objects.get(
        item=item, gate="start", supplier="permits.permit", withdrawn_at=None
    )
    assert (row.reason["code"], row.clears) == ("permits.stands_overdue", "role:permit_issuer")
    # Also an issuer who is none any more, whatever else that is.
    people.end_role(
        actor=world.site_admin,
        at=world.t(85),
        membership_id=world.permit_issuer.memberships.get().pk,
    )
    by = {"actor": world.site_admin, "at": world.t(85), "user_id": world.permit_issuer.pk}
    people.grant_role(**by, site_id=world.site.pk, role="technician")
    factories.person(world.site, "permit_issuer", username="issuer_next")
    assert named(late) == {"Area owner": owner.name, "Permit issuer": "Issuer next"}
