"""The board, the wall, and what the crew cannot do."""

import os
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from permits import packs, tasks
from permits.models import Permit
from permits.paper_forms import PaperStop
from permits.reads import board
from permits.reads.crew import most_different
from permits.services import boxes, ending, follow_up, on_it, setup, stopping, testing
from tests.permits import isolated, made
from tests.views.conftest import weight
from work.models import Notice, Site

LIST = "/s/hvk/permits/"
# session, user, scope, site, live token: what such a page asks of the frame.
FRAME = 5


@pytest.fixture
def types(world):
    return made.kinds(world)


def columns(lane) -> dict[str, list[str]]:
    return {
        each["code"]: [card["label"] for card in each["cards"]]
        for each in lane["columns"]
        if each["cards"]
    }


def test_board_wall_and_pack_show_what_is_open(world, types, sign_in, clock, settings, tmp_path):
    cold, hot = types
    asked = made.assessed(world, cold)
    made.requests.request(actor=world.technician, at=world.at, permit_id=asked.pk, signed=True)
    low = made.assessed(world, cold, risk="low", team_id=world.lasteam.pk)
    made.requests.request(actor=world.technician, at=world.at, permit_id=low.pk, signed=True)
    made.draft(world, cold)
    to_issue = made.authorised(world, cold)
    quiet = made.in_force(world, hot)
    late = made.in_force(world, cold, ends=world.t(50))
    called = made.in_force(world, cold)
    stopped = made.in_force(world, cold)
    back = made.in_force(world, cold)
    on_it.sign_on(actor=world.technician, at=world.t(2), permit_id=quiet.pk, name="Bo Smit")
    done = {"actor": world.technician, "at": world.t(3)}
    out = {"people_out": True, "left": "Cold", "signed": True}
    stopping.confirm(**done, permit_id=stopped.pk, **out)
    # The site takes on no work by itself: who issued it is told that what is left stands in none.
    rest = {"complete": False, "remaining": "Bolt it on", "left": "Swept", "signed": True}
    ending.hand_back(**done, permit_id=back.pk, **rest)
    untaken = Notice.objects.filter(code="permits.told_no_follow_up").values_list("user", flat=True)
    assert world.permit_issuer.pk in set(untaken)
    stopping.call_stop(actor=world.viewer, at=world.t(48), permit_id=called.pk)
    clock.move_to(world.t(55))
    number = {each: f"P-{each.number}" for each in (asked, low, to_issue, quiet, late, called)}

    reader = sign_in(world.viewer)
    page = reader.get(f"{LIST}board/")
    assert columns(page.context["lanes"][0]) == {
        "loud": [number[called], number[late]],
        "check": [number[asked]],
        "authorise": [number[low]],
        "issue": [number[to_issue]],
        "force": [number[quiet]],
        "stopped": [f"P-{stopped.number}"],
        "after": [f"P-{back.number}"],
    }
    text = page.content.decode()
    assert "not confirmed, 7 min" in text
    assert "overdue, 5 min" in text
    assert world.technician.name not in text
    by_type = reader.get(f"{LIST}board/", lanes="type").context["lanes"]
    assert [(lane["name"], lane["count"]) for lane in by_type] == [
        ("Cold work", 7),
        ("Hot work", 1),
    ]
    by_area = reader.get(f"{LIST}board/", lanes="area").context["lanes"]
    assert sum(lane["count"] for lane in by_area) == 8
    assert reader.get(f"{LIST}board/", place="NOWHERE").status_code == 404
    assert reader.get(f"{LIST}board/", type="\x00hot-work").context["kind"] == hot
    mine = sign_in(world.contractor).get(f"{LIST}board/").context["lanes"][0]
    assert columns(mine) == {"authorise": [number[low]]}

    # The wall: what is loud first, nobody's name, nothing to press.
    wall = reader.get(f"{LIST}wall/")
    assert [each["label"] for each in wall.context["cards"]] == [
        number[called],
        number[late],
        number[quiet],
    ]
    assert wall.context["counts"] == {"stops": 1, "overdue": 1, "force": 1}
    assert wall.context["people"] == 1
    text = wall.content.decode()
    assert "not confirmed, 7 min" in text
    assert world.technician.name not in text
    assert "Bo Smit" not in text
    assert "<a " not in text.split("<main")[1]
    assert "<button" not in text
    # The pack: as it is now, and as a file that needs nothing else.
    isolation = isolated.verified(world)
    isolated.lock_on(world, isolation, world.technician, minute=55)
    leads = {"actor": world.shift_lead, "at": world.t(55)}
    boxes.on(**leads, isolation_id=isolation.pk, name="Ab Los")
    settings.DATA_DIR = tmp_path
    assert "was ever kept as a file" in reader.get(f"{LIST}pack/").content.decode()
    assert tasks.keep_packs() == 3
    text = reader.get(f"{LIST}pack/", place="40").content.decode()
    assert "Kept as a file" in text
    assert f"I-{isolation.number}" in text
    file = (packs.root() / "hvk" / "2026-11-24T0455Z_site.html").read_text()
    assert "<style>" in file
    for said in (
        "CET",
        "Ab Los",
        "Bo Smit",
        "LK-1",
        world.technician.name,
        "vapour",
        "Cold",
        "Relieved",
    ):
        assert said in file
    for asked in ("<script", "src=", "href="):
        assert asked not in file
    sent = reader.get(f"{LIST}pack/", file=1)
    assert sent["Content-Disposition"].startswith("attachment")
    company = sign_in(world.contractor).get(f"{LIST}pack/", file=1).content.decode()
    assert number[quiet] not in company
    clock.move_to(world.t(55 + 46))
    assert "46 min ago: print this one" in reader.get(f"{LIST}pack/").content.decode()
    clock.move_to(world.t(55 + 25 * 60))
    # Of an area that is none any more nothing stays; nor what was never finished.
    for gone in ("2026-11-24T0455Z_out-9.html", ".2026-11-24T0455Z_site.html.1"):
        (packs.root() / "hvk" / gone).touch()
        os.utime(packs.root() / "hvk" / gone, (0, 0))
    assert (tasks.keep_packs(), len(list((packs.root() / "hvk").iterdir()))) == (3, 3)
    clock.move_to(world.t(55))

    # A minute later it is another page, though nobody did anything.
    clock.move_to(world.t(56))
    again = reader.get(f"{LIST}wall/")
    assert again["ETag"] != wall["ETag"]

    counts = []
    for more in (0, 29):
        for _each in range(more):
            draft = made.assessed(world, cold)
            sure = {"actor": world.technician, "at": world.at, "signed": True}
            made.requests.request(**sure, permit_id=draft.pk)
        for name in [f"Worker {n}" for n in range(more)]:
            on_it.sign_on(actor=world.technician, at=world.t(56), permit_id=quiet.pk, name=name)
        pages = ["board/", "board/?lanes=area", "wall/", "pack/", f"P-{quiet.number}/history/"]
        for path in pages:
            with CaptureQueriesContext(connection) as queries:
                answer = reader.get(f"{LIST}{path}")
            assert weight(answer) < 100_000
            asked = len(queries) - FRAME + ("board" not in path and "wall" not in path)
            counts.append(asked)
    assert counts[:5] == counts[5:] == [2, 3, 2, 8, 2]
    # The rest of a column leads to a list of exactly its rows, in its order, lane by lane.
    for lanes, count in (("", 30), ("area", 30), ("type", 30)):
        [lane] = [
            lane
            for lane in reader.get(f"{LIST}board/", lanes=lanes).context["lanes"]
            if lane["columns"] and lane["columns"][1]["more"]
        ]
        full = lane["columns"][1]
        assert (len(full["cards"]), full["more"]) == (10, 20)
        rows = reader.get(full["more_url"]).context["rows"]
        assert (len(rows), {row["stands"] for row in rows}) == (count, {"requested"})
        assert [row["label"] for row in rows[:10]] == [card["label"] for card in full["cards"]]
    every = [each["code"] for each in lane["columns"]]
    shown = {code: reader.get(LIST, column=code, place="HVK").context["rows"] for code in every}
    assert {code: len(rows) for code, rows in shown.items()} == {
        **dict.fromkeys(every, 1),
        "loud": 2,
        "check": 30,
    }
    assert reader.get(LIST, column="stopped", outside="1").context["rows"] == []


def test_what_the_crew_cannot_do(world, types, sign_in):
    cold, hot = types
    setup.create_type(
        actor=world.site_admin,
        at=made.AT,
        site_id=world.site.pk,
        code="line-break",
        name="Line breaking",
        isolation_class="proved",
    )
    reader = sign_in(world.viewer)
    assert reader.get(f"{LIST}crew/", place="l3").status_code == 404
    assert "No shift is planned then" in reader.get(f"{LIST}crew/").content.decode()
    night = [world.technician, world.operator, world.supervisor, world.permit_issuer]
    made.shift(world, "night", night, world.t(-60), world.t(420))
    made.shift(world, "day", [world.technician], world.t(420), world.t(900))

    def told(**asked) -> dict[str, dict[str, list[str]]]:
        rows = reader.get(f"{LIST}crew/", **asked).context["rows"]
        return {
            row["code"]: {each["risk_text"]: each["missing"] for each in row["verdicts"]}
            for row in rows
        }

    # Four at night carry low and normal; who authorises and endorses may be elsewhere.
    assert told()["cold-work"]["Low"] == ["Nobody at the site has the role: who authorises it."]
    elsewhere = [world.permit_authoriser, world.hse]
    with CaptureQueriesContext(connection) as queries:
        now = told()
    assert len(elsewhere) == 2
    assert len(queries) - FRAME + 1 == 7  # without a live token
    assert now["cold-work"] == {"Low": [], "Normal": [], "High": []}
    assert now["hot-work"]["Normal"] == []
    assert now["line-break"]["Normal"] == []
    # One alone is not two.
    alone = told(shift="next")
    assert alone["cold-work"]["Low"] == ["Nobody here has the role: permit issuer."]
    assert "Nobody here has the role: who checks it." in alone["cold-work"]["Normal"]


def test_different_people_are_counted_with_who_may_never_be_one():
    pairs = [("performer", "issuer"), ("performer", "authoriser")]
    able = {"performer": [1], "issuer": [1, 2], "authoriser": [1, 2]}
    assert most_different(able, pairs, 2) == 2
    assert most_different(able, pairs, 3) == 2
    assert most_different(able | {"authoriser": [3]}, pairs, 3) == 3
    assert most_different(able | {"issuer": [1]}, pairs, 2) == 0
    # Six parts have six people, however many are asked: it is not searched for more.
    assert most_different({part: range(8) for part in "abcdef"}, [], 9) == 6


def test_lanes_that_are_loud_are_open_first():
    lanes = [board.Lane(name, name, counts={"force": 10}) for name in "abcdefghi"]
    lanes[-1].counts["loud"] = 1
    board._open(lanes)
    assert "".join(lane.key for lane in lanes if lane.open) == "abcdefgi"


def test_what_happened_meanwhile_is_entered_from_paper(world, types, sign_in, clock):
    """From 0 on Vinkey is away; at 90 it is written what happened."""
    hot = types[1]
    Site.objects.filter(pk=world.site.pk).update(triage_type=world.mnt)
    permit = made.in_force(world, hot)
    untaken = made.issued(world, hot)
    boss, at = world.technician, world.t(90)
    bo = on_it.sign_on(actor=boss, at=world.t(1), permit_id=permit.pk, name="Bo")
    mine = {"actor": boss, "at": at}
    paper = mine | {"happened_at": world.t(50)}
    out = {"people_out": True, "left": "Cold", "signed": True}
    # By then the test has run out: that was so at its second, whatever is written later.
    early = paper | {"happened_at": world.t(0.5)}
    assert made.against(stopping.confirm, permit, **early, **out) == ["paper_before"]
    late = paper | {"happened_at": world.t(-1)}
    assert made.against(stopping.confirm, permit, **late, **out) == ["paper_before"]
    again = paper | {"actor": world.permit_issuer, "scanned": True, "signed": True}
    assert made.against(stopping.bring_back, permit, **again)[0] == "not_from_paper"
    assert made.against(on_it.sign_on, permit, **paper, name="Jo") == ["stands_stop_called"]
    # A slip of before the call is no answer to it; of that very minute it is.
    called = made.in_force(world, types[0])
    call = world.t(55.5)
    stopping.call_stop(actor=world.viewer, at=call, permit_id=called.pk)
    assert made.against(stopping.confirm, called, **paper, **out) == ["paper_before"]
    minute = mine | {"happened_at": world.t(55)}
    stopping.confirm(**minute, permit_id=called.pk, **out)
    assert called.stops.get().confirmed_at == call
    never = {"actor": world.supervisor, "at": world.t(20), "happened_at": world.t(1)}
    assert made.against(stopping.confirm, untaken, **never, **out) == [
        "paper_untaken",
        "stands_issued",
    ]

    # As summer time ends the clock shows an hour twice, and it is asked which; in spring one is
    # skipped.
    with timezone.override(world.site.time_zone):
        asked = {"happened_at": "2026-10-25T02:30"}
        assert list(PaperStop(asked).errors) == ["which"]
        for which, utc in (("first", 0), ("second", 1)):
            form = PaperStop(asked | {"which": which})
            assert form.is_valid()
            assert form.cleaned_data["happened_at"] == datetime(2026, 10, 25, utc, 30, tzinfo=UTC)
        assert "which" not in PaperStop({"happened_at": "2026-10-25T03:30"}).fields
        spring = PaperStop({"happened_at": "2026-03-29T02:30"})
        assert spring.errors.as_data()["happened_at"][0].code == "skipped"
        assert "which" not in spring.fields

    clock.move_to(at)
    world.technician.set_password("words-that-open")
    world.technician.save()
    page = sign_in(boss)
    url = f"{LIST}P-{permit.number}/"
    assert "Enter from paper" in page.get(url).content.decode()
    assert "From paper: it was stopped" in page.get(url, paper=1).content.decode()

    def send(verb, **typed):
        seen = Permit.objects.get(pk=permit.pk).version
        known = {"act": str(uuid.uuid4()), "seen": seen, "password": "words-that-open"}
        return page.post(f"{url}?do=paper-{verb}", known | typed).status_code

    gone = {"presence": str(bo.pk), "happened_at": "2026-11-24T05:30"}
    assert send("sign_off", **gone | {"happened_at": "2026-11-24T04:00"}) == 422
    assert send("sign_off", **gone) == 303
    bo.refresh_from_db()
    assert bo.off_at == world.t(30)
    # A good reading of then lets nothing go on; a bad one would stop it.
    read = {"value-0": "20.9", "value-1": "0", "instrument": "X", "calibrated_until": "2027-01-01"}
    # What is of just now is tested at the place: paper needs no look, and so lets nothing go on.
    oxygen = permit.type.tests.get(substance__code="oxygen").substance_id
    recent = {"point": permit.sample_points[0], "substance_id": oxygen}
    recent = {"readings": [recent | {"value": Decimal("20.9")}], "instrument": "X", "paper": True}
    recent |= {"calibrated_until": at.date(), "happened_at": world.t(80)}
    assert made.against(testing.record, permit, **mine, **recent) == ["paper_too_new"]
    assert send("test", **read, happened_at="2026-11-24T06:00") == 303
    test = permit.gas_tests.latest("pk")
    assert (test.taken_at, test.recorded_at) == (world.t(60), at)
    # Page and pack go by the reading that counts, and tell of the other.
    answer = page.get(url)
    assert "lets nothing go on" in answer.content.decode()
    assert {each["state"] for each in answer.context["permit"]["tests"]} == {"within", "over"}
    due = page.get(f"{LIST}pack/").context["tests"]
    of_it = [each["until"] for each in due if each["label"] == f"P-{permit.number}"]
    assert of_it[0] == world.t(60)
    issuer = mine | {"actor": world.permit_issuer, "scanned": True, "signed": True}
    assert made.against(stopping.bring_back, permit, **issuer) == ["test_run_out"]
    assert send("confirm", happened_at="2026-11-24T05:50", people_out="on", left="Cold") == 303
    permit.refresh_from_db()
    assert (permit.state, permit.state_since) == ("stopped", world.t(50))
    stop = permit.stops.get()
    assert (stop.called_at, stop.confirmed_at) == (world.t(50), world.t(50))

    # What is left goes on as work, made with the hand-back; else it is named before the end.
    back = {"complete": "no", "left": "Bracket off", "watcher": world.operator.name}
    back |= {"happened_at": "2026-11-24T05:55"}
    assert send("hand_back", **back) == 422
    assert send("hand_back", **back, remaining="Weld it on again") == 303
    permit.refresh_from_db()
    item = permit.follow_up
    assert (item.what, item.place_id) == ("Weld it on again", permit.place_id)
    assert url in item.why
    assert permit.aftercare_until == world.t(90 + 30)  # 55 + 60 is past half of it
    planner = {"actor": world.planner, "at": at, "item_id": item.pk}
    assert made.against(follow_up.name, permit, **planner) == ["nothing_left"]
    Permit.objects.filter(pk=permit.pk).update(follow_up=None, state="handed_back")
    closes = {"actor": world.permit_issuer, "at": at, "signed": True, "inspected": "Clean"}
    assert made.against(ending.close, permit, **closes) == ["follow_up_needed"]
    follow_up.name(**planner, permit_id=permit.pk)
    assert ending.close(**closes, permit_id=permit.pk).state == "closed"

    history = page.get(f"{url}history/").context["history"]
    assert [(each["text"], each["late"]) for each in history if "from paper" in each["text"]] == [
        ("wrote from paper: Hand back", True),
        ("wrote from paper: Confirm that it is stopped", True),
        ("wrote from paper: Record a gas test", True),
        ("wrote from paper: Sign off", True),
    ]
    missing = paper | {"complete": False, "left": "x", "watcher_id": world.operator.pk}
    assert made.against(ending.hand_back, permit, **missing)[0] == "stands_closed"


def test_who_was_signed_on_hears_of_the_stop_and_of_what_comes_back(world, types):
    permit = made.in_force(world, types[0])
    on_it.sign_on(
        actor=world.operator, at=world.at, permit_id=permit.pk, person_id=world.operator.pk
    )
    stopping.call_stop(actor=world.viewer, at=world.t(1), permit_id=permit.pk)
    out = {"people_out": True, "left": "Cold", "signed": True}
    stopping.confirm(actor=world.technician, at=world.t(2), permit_id=permit.pk, **out)
    made.ticked(world, permit, at=world.t(3))
    sure = {"scanned": True, "signed": True, "permit_id": permit.pk}
    stopping.bring_back(actor=world.permit_issuer, at=world.t(4), **sure)
    told = Notice.objects.filter(user=world.operator).order_by("pk").values_list("code", flat=True)
    assert list(told) == ["permits.told_stop", "permits.told_brought_back"]
