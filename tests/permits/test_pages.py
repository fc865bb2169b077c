"""The pages of permits, over HTTP."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from permits import panels
from permits.models import Permit
from permits.permissions import reads_names
from permits.reads import lists
from permits.reads.names import apart_in, roll
from permits.services import on_it, requests, stopping
from permits.services._facts import by_name
from tests.competence.conftest import Hvk
from tests.factories import planned_item
from tests.permits import made
from tests.views.conftest import weight
from work.permissions import Grant, scope
from work.services.people import change_person

LIST = "/s/hvk/permits/"
PASSWORD = "words-that-open"


@pytest.fixture
def types(world):
    return made.kinds(world)


def url(permit) -> str:
    return f"{LIST}P-{permit.number}/"


def do(visitor, permit, verb, *, of="", seen=None, password=PASSWORD, **typed):
    """Send the form of a deed, with the password of who signs."""
    if seen is None:
        seen = Permit.objects.get(pk=permit.pk).version
    known = {"act": str(uuid.uuid4()), "seen": seen, "password": password}
    return visitor.post(f"{url(permit)}?do={verb}" + (f"&of={of}" if of else ""), known | typed)


def with_password(person):
    person.set_password(PASSWORD)
    person.save()
    return person


def test_a_permit_is_asked_for_and_brought_into_force_from_its_pages(world, types, sign_in):
    item = planned_item(world)
    mine = sign_in(with_password(world.technician))
    assert "Hot work" in mine.get(f"{LIST}new/").content.decode()
    ask = f"{LIST}new/?type=hot-work&item=W-{item.number}&place=L3"
    said = {
        "what": "Weld the bracket",
        "place": "L3",
        "where_exactly": "Left",
        "method": "MIG",
        "tools": "Set",
        "condition": "Stopped",
        "risk": "normal",
        "starts": "2026-11-24T05:00",
        "ends": "2026-11-24T09:00",
        "items": f"W-{item.number}",
        "performer": world.technician.name,
        "q-spark": "The set",
        "sample_points": "At the job",
        "people": "Bo Smit",
    }
    act = {"act": str(uuid.uuid4())}
    wrong = mine.post(ask, said | act | {"place": "NOWHERE"})
    many = "\n".join(f"Flange {n}" for n in range(13))
    assert mine.post(ask, said | act | {"sample_points": many}).status_code == 422
    assert (wrong.status_code, Permit.objects.count()) == (422, 0)
    assert "Weld the bracket" in wrong.content.decode()
    assert mine.post(ask, said | act).status_code == 302 or Permit.objects.exists()
    permit = Permit.objects.get()
    assert permit.links.get().item_id == item.pk

    # What is missing stands on the page; each act is one form.
    page = mine.get(url(permit)).content.decode()
    assert "Ask for it" in page
    more = {"text": "Fire", "kind": "barrier", "measure": "Blanket"}
    assert do(mine, permit, "hazard", **more).status_code == 303
    assert do(mine, permit, "assess").status_code == 303
    assert do(mine, permit, "request", password="wrong").status_code == 422
    assert do(mine, permit, "request", seen=1).status_code == 409
    assert do(mine, permit, "request").status_code == 303
    lead = sign_in(with_password(world.supervisor))
    assert do(lead, permit, "check").status_code == 303
    assert do(lead, permit, "authorise").status_code == 403
    signer = sign_in(with_password(world.permit_authoriser))
    assert do(signer, permit, "authorise").status_code == 303

    issuer = sign_in(with_password(world.permit_issuer))
    page = issuer.get(url(permit))
    asked = page.content.decode()
    # On a phone the next act lies under the thumb: what is there is ticked before the issue.
    assert page.context["bar"]["act"]["url"] == "#ask-tick"
    assert 'id="ask-tick"' in page.content.decode()
    assert "No test of oxygen at At the job." in asked
    assert "Not ticked: Blanket" in asked
    read = {"value-0": "20.9", "value-1": "0", "instrument": "X", "calibrated_until": "2027-01-01"}
    label = {"code": "https://x/s/hvk/places/L3/"}
    assert do(issuer, permit, "test", **read, code="L3").status_code == 422
    read |= label
    # What is half said is not done, and not half of it.
    half = read | {"value-1": "12345678"}
    assert do(issuer, permit, "test", **half).status_code == 422
    assert do(issuer, permit, "test", **read | {"calibrated_until": "soon"}).status_code == 422
    assert not permit.gas_tests.exists()
    assert do(issuer, permit, "tick", measures=["0"]).status_code == 422
    assert do(sign_in(world.viewer), permit, "tick").status_code == 403
    assert do(issuer, permit, "test", **read).status_code == 303
    measure = permit.hazards.get().measures.get()
    assert do(issuer, permit, "tick", measures=[measure.pk]).status_code == 303
    assert do(issuer, permit, "issue", code="L4").status_code == 422
    assert do(issuer, permit, "issue", code="L3").status_code == 422
    assert do(issuer, permit, "issue", code="https://x/s/nrd/places/L3/").status_code == 422
    assert do(issuer, permit, "issue", **label).status_code == 303
    typed = {"code": "l3", "why": "The label is gone"}
    assert do(mine, permit, "take", **typed).status_code == 303
    permit.refresh_from_db()
    assert permit.state == "in_force"
    issue = permit.issues.get()
    assert (issue.issuer_scanned, issue.taker_scanned) == (True, False)
    assert issue.taker_note.text == "The label is gone"
    assert do(issuer, permit, "on-name", name=" ").status_code == 422
    assert not permit.presences.exists()
    assert do(mine, permit, "on").status_code == 303
    answer = mine.get(url(permit))
    page = answer.content.decode()
    bar = answer.context["bar"]
    assert (bar["act"]["held"], bar["beside"]["form"]) == ("why-bar", "act-stop")
    assert 'class="item-bar no-print"' in page
    assert "Stop this work" in page
    presence = permit.presences.get()
    assert do(mine, permit, "off", of=presence.pk).status_code == 303

    # A print says until when; the code on it says whether that is so still.
    paper = mine.get(f"{url(permit)}print/")
    assert paper.context["permit"]["valid_to"] == permit.tests_until < permit.issue_ends
    now = int(permit.state_since.timestamp())

    def outdated(**printed) -> bool:
        return "out of date" in mine.get(url(permit), **printed).content.decode()

    assert outdated(printed=1)
    assert not outdated(printed="²")
    assert not outdated(printed=permit.version, at=now)
    assert outdated(printed=permit.version, at=now - 1)
    copy = {"act": str(uuid.uuid4()), "starts": "2026-11-25T05:00", "ends": "2026-11-25T09:00"}
    assert mine.post(f"{url(permit)}copy/", copy).status_code == 303
    again = Permit.objects.get(copied_from=permit)
    edited = said | {"what": "Weld two", "act": str(uuid.uuid4()), "seen": again.version}
    assert mine.post(f"{url(again)}edit/", edited).status_code == 303
    again.refresh_from_db()
    assert again.what == "Weld two"


def test_everybody_stops_what_they_see_and_what_is_at_a_place(world, types, sign_in):
    item = planned_item(world)
    permit = made.in_force(world, types[0], items=[item])
    reader = sign_in(world.viewer)
    assert do(reader, permit, "stop").status_code == 303
    page = reader.get(url(permit)).content.decode()
    assert "A stop is called: not confirmed, 0 min" in page
    assert "Bring back" not in page
    other = made.in_force(world, types[0])
    stranger = sign_in(world.other_contractor)
    assert stranger.get(url(other)).status_code == 404
    here = {"act": str(uuid.uuid4()), "place": "l3", "why": "Smoke " * 60}
    answer = stranger.post(f"{LIST}stop/", here)
    assert answer.status_code == 303
    assert Permit.objects.get(pk=other.pk).state == "stop_called"
    assert "P-2" not in stranger.get(f"{LIST}stop/").content.decode()
    # Nobody of one company is named to another, nor work that is not theirs.
    welding = made.in_force(world, types[0], items=[item], team_id=world.lasteam.pk)
    other_one = made.in_force(world, types[0], place_id=world.l4.pk, team_id=world.lasteam.pk)
    lead_page = sign_in(world.shift_lead)
    again = here | {"act": str(uuid.uuid4())}
    assert stranger.post(f"{LIST}stop/", again).status_code == 303
    lasteam = sign_in(world.contractor)
    for person, phone in ((world.technician, "2117"), (world.other_contractor, "2118")):
        change_person(actor=world.site_admin, at=world.at, user_id=person.pk, phone=phone)
    answer = lasteam.get(url(welding))
    page = answer.content.decode()
    assert answer.context["permit"]["stop"]["by"] == "Somebody of another company"
    assert "all of it" not in page
    # What is refused them names nobody more: who clears it, of the site without a phone.
    refused = [do(lasteam, welding, verb, why="It smoked") for verb in ("say-why", "bring-back")]
    assert [each.status_code for each in refused] == [403, 403]
    own = {"actor": world.technician, "at": world.at, "permit_id": other_one.pk}
    left = do(lasteam, other_one, "hand-back", condition="complete", left="Clean")
    [told] = left.context["refusal"]["reasons"]
    assert (told["who"], told["phone"]) == (world.technician.name, "")
    # The people of the site who have a part in it they read, wherever the permit is read.
    on_it.sign_on(**own, name="Bo Smit")
    for people in (world.welder, world.operator):
        on = {"actor": people, "at": world.at, "person_id": people.pk}
        on_it.sign_on(**on, permit_id=other_one.pk)
    mine = url(other_one)
    read = [lasteam.get(each).content.decode() for each in (mine, f"{mine}print/", LIST)]
    read.append(lasteam.get(f"{mine}history/").content.decode())
    for each in (page, *read, *(one.content.decode() for one in refused)):
        assert world.technician.name in each
        for unread in (world.other_contractor.name, str(world.hydrex), "2117", "2118"):
            assert unread not in each
    for name in (world.welder.name, world.operator.name, world.permit_issuer.name, "Bo Smit"):
        assert name in read[0]
        assert name in read[1]
    # What somebody lacks is told of the own people alone, at any depth of what is said.
    hvk = Hvk(world)
    hvk.rule("HOT", capacity="permits.worker")
    several = [{"person_id": each.pk} for each in (world.operator, world.welder)]
    given = {"team_id": world.lasteam.pk, "performer_id": world.welder.pk}
    waiting = made.authorised(world, types[0], people=several, **given, by=world.contractor)
    asked = lasteam.get(url(waiting)).context["missing"]
    lacks = [each["text"] for each in asked if "Hot paper" in each["text"]]
    named = [each for each in asked if "/competence/" in each["url"]]
    assert [world.welder.name in each["text"] for each in named] == [True] * len(named)
    assert [world.operator.name in each for each in lacks] == [False] * len(lacks)
    lacking = "Somebody of the site has no Hot paper (HOT)."
    assert [each for each in lacks if lacking in each][0].count("omebody of the site") == 2
    assert any(f"{world.welder.name} has no" in each for each in lacks)
    theirs = lead_page.get(url(waiting)).context["missing"]
    assert any(f"{world.operator.name} has no" in each["text"] for each in theirs)
    # What they change of a draft keeps whom they do not read by name, whatever became of them.
    one = [{"person_id": world.other_contractor.pk}]
    draft = made.draft(world, types[0], team_id=world.hydrex.pk, people=one)
    ours = {"team_id": world.lasteam.pk, "people": [*one, *several]}
    by = {"actor": world.technician, "at": world.at, "permit_id": draft.pk}
    draft = requests.change(**by, seen=draft.version, **ours)
    form = lasteam.get(f"{url(draft)}edit/").context["form"]
    assert form.initial["people"] == f"{world.operator.name}\n{world.welder.name}"
    said = {"act": str(uuid.uuid4()), "seen": draft.version, "place": "L3", "risk": "normal"}
    said |= dict.fromkeys(("what", "where_exactly", "method", "tools", "condition"), "Said")
    said |= {"starts": "2026-11-24T05:00", "ends": "2026-11-24T09:00", "team": world.lasteam.code}
    said["people"] = f"{world.operator.name}\nBo Smit"
    plan = {"executor_ids": [world.welder.pk], "team_id": world.lasteam.pk}
    planned_item(world, plan=plan)  # so that they know of the place
    assert lasteam.post(f"{url(draft)}edit/", said).status_code == 303
    kept = draft.people.filter(ended_at=None).values_list("person", "name")
    stay = {(world.operator.pk, ""), (world.other_contractor.pk, ""), (None, "Bo Smit")}
    assert set(kept) == stay
    # Who is a guest at one place only, reads as one there, and finds no stranger by such a permit.
    guest = scope(world.welder, world.at)
    post = Grant(world.site.pk, world.l4.path, "viewer", None, world.lead_post.pk)
    both, stranger_id = replace(guest, grants=(*guest.grants, post)), one[0]["person_id"]
    assert [reads_names(both, each) for each in (other_one, welding)] == [True, False]
    asked = {"person": world.other_contractor}
    found = [
        list(lists.chosen(world.site, who, world.at, "all", asked).values_list("pk", flat=True))
        for who in (both, scope(world.supervisor, world.at))
    ]
    assert found == [[], [draft.pk]]
    assert lasteam.get(f"{url(other_one)}judged/").status_code == 404
    assert lasteam.get(LIST, person=stranger_id).status_code == 404
    theirs = lead_page.get(mine).content.decode()
    assert all(name in theirs for name in (world.operator.name, world.permit_issuer.name))
    counted = [
        panels.OfItem().rows(scope(who, world.at), item, world.at).count()
        for who in (world.viewer, world.contractor, world.other_contractor)
    ]
    assert counted == [2, 1, 0]
    every = here | {"act": str(uuid.uuid4()), "all": "1"}
    assert stranger.post(f"{LIST}stop/", every).status_code == 403
    assert stranger.post(f"{LIST}stop/", here | {"place": "NOWHERE"}).status_code == 422
    last = made.in_force(world, types[0])
    site = {"act": str(uuid.uuid4()), "all": "site"}
    assert stranger.post(f"{LIST}stop/", site).status_code == 403
    lead = sign_in(world.supervisor)
    done = lead.post(f"{LIST}stop/", site)
    assert (done.status_code, done.url) == (303, f"{LIST}stop/?stopped=1")
    # Who stops all learns who is there; from a place its page leads to it.
    assert [row["label"] for row in lead.get(done.url).context["stopped"]] == [
        "P-1",
        "P-2",
        "P-3",
        "P-7",
        "P-4",
    ]
    assert stranger.get(done.url).context["stopped"] is None
    assert f"{LIST}stop/?place=L3" in lead.get("/s/hvk/places/L3/").content.decode()
    assert Permit.objects.get(pk=last.pk).state == "stop_called"


def test_the_list_shows_first_what_nobody_may_miss(world, types, sign_in, clock):
    cold = types[0]
    quiet = made.in_force(world, cold)
    stopped = made.in_force(world, cold)
    late = made.in_force(world, cold, ends=world.t(60))
    waiting = made.authorised(world, cold, place_ids=[world.l4.pk])
    draft = made.draft(world, cold, team_id=world.lasteam.pk)
    stopping.call_stop(actor=world.viewer, at=world.t(1), permit_id=stopped.pk)
    clock.move_to(world.t(61))

    def numbers(visitor, **asked) -> list[str]:
        return [row["label"] for row in visitor.get(LIST, **asked).context["rows"]]

    reader = sign_in(world.viewer)
    order = [f"P-{each.number}" for each in (stopped, late, quiet, waiting)]
    assert numbers(reader) == order
    assert numbers(reader, show="issue") == [f"P-{waiting.number}"]
    assert numbers(reader, show="asked") == [f"P-{draft.number}"]
    assert numbers(reader, show="ended") == []
    assert numbers(reader, place="L4") == [f"P-{waiting.number}"]
    assert reader.get(LIST, place="NOWHERE").status_code == 404
    assert numbers(reader, type="hot-work") == []
    # Of a person: the open ones in which somebody has a part; a guest asks of the own company.
    mine = numbers(reader, person=world.technician.pk)
    assert set(mine) >= {f"P-{late.number}", f"P-{stopped.number}"}
    assert numbers(reader, person=world.hse.pk) == []
    assert numbers(reader, person=world.hse.pk, column="loud") == []
    assert len(numbers(reader, person=world.technician.pk, column="loud")) == 2
    over = world.site, scope(world.viewer, waiting.ends), waiting.ends, "ended"
    parts = [lists.chosen(*over, {"person": who}) for who in (world.technician, world.hse)]
    assert [[each.pk for each in rows] for rows in parts] == [[waiting.pk], []]

    # What comes to begin within a day is to be issued, though nobody did anything.
    def state(at) -> str:
        with connection.cursor() as cursor:
            cursor.execute(panels.LAPSES, {"site": world.site.pk, "at": at})
            return cursor.fetchone()[0]

    edge = waiting.starts - timedelta(hours=24)
    assert state(edge) != state(edge + timedelta(seconds=1))
    for visitor, asked in ((reader, "x"), (sign_in(world.contractor), world.technician.pk)):
        for of in (LIST, "/s/hvk/isolations/"):
            assert visitor.get(of, person=asked).status_code == 404
    text = reader.get(LIST).content.decode()
    assert "not confirmed," in text
    assert "Overdue" in text
    assert numbers(sign_in(world.contractor), show="asked") == [f"P-{draft.number}"]
    assert numbers(sign_in(world.other_contractor), show="asked") == []
    found = reader.get("/s/hvk/search/", q=f"P-{late.number}").content.decode()
    assert url(late) in found
    on_it.sign_on(actor=world.technician, at=world.t(2), permit_id=quiet.pk, name="Bo Smit")
    paper = reader.get(f"{LIST}pack/", place="L3").content.decode()
    assert paper.count("<section") == 4
    assert "Bo Smit" in paper
    assert reader.get(f"{LIST}pack/", place="NOWHERE").status_code == 404
    panel = reader.get(LIST, htmx=True, panel=1).content.decode()
    assert url(stopped) in panel
    assert "<html" not in panel


def test_who_reads_the_same_is_told_apart_by_number_and_time():
    at = datetime(2026, 11, 24, 4, tzinfo=UTC)
    on = [SimpleNamespace(person=None, name=name, on_at=at) for name in ("Bo", "An", "Bo")]
    assert [each.split(" since")[0] for each in roll(on, by_name)] == ["Bo (1)", "An", "Bo (2)"]
    assert roll(on, by_name)[2].startswith("Bo (2) since ")


def test_who_is_named_and_on_it_has_one_number_in_both():
    one, two, three = (SimpleNamespace(pk=n, person_id=n, name="", person=n) for n in (7, 8, 9))
    bo = SimpleNamespace(person_id=None, name="Bo", person=None)

    def name(person, typed=""):
        return typed or "Somebody"

    on, under = apart_in(name, [two, bo, bo], [one, two, bo, three])
    assert on == ["Somebody (1)", "Bo (1)", "Bo (2)"]
    assert under == ["Somebody (2)", "Somebody (1)", "Bo (1)", "Somebody (3)"]
    assert apart_in(name, [two], [bo, two]) == [["Somebody"], ["Bo", "Somebody"]]


# session, user, scope, site, live token: what such a page asks of the frame.
FRAME = 5


def test_queries_do_not_grow(world, types, sign_in):
    reader = sign_in(world.supervisor)
    counts = []
    permit = made.in_force(world, types[1])
    for more in (1, 29):
        for _each in range(more):
            made.draft(world, types[0])
        for name in [f"Worker {more} {n}" for n in range(more)]:
            on_it.sign_on(actor=world.technician, at=world.at, permit_id=permit.pk, name=name)
        for page in (f"{LIST}?show=asked", url(permit)):
            with CaptureQueriesContext(connection) as asked:
                answer = reader.get(page)
            assert weight(answer) < 100_000
            counts.append(len(asked) - FRAME)
    assert counts == [4, 7, 4, 7]

    # Before an issue other domains are asked too.
    permit = made.authorised(world, types[1], items=[planned_item(world)])
    issuer = sign_in(world.permit_issuer)
    with CaptureQueriesContext(connection) as asked:
        issuer.get(url(permit))
    assert len(asked) - FRAME == 8, "\n".join(each["sql"][:120] for each in asked)
