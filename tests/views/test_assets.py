"""The page of a thing: what it is, where it is and was, its work, and who may know of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.ui.markup import Markup
from tests.views.test_places import FRAME
from work.reads import kept
from work.services import assets, holds, items
from work.states import HoldKind


def url(code: str) -> str:
    return reverse("work:asset_detail", args=["hvk", code])


@pytest.fixture
def things(world):
    """A toolbox at line 3 with a wrench in it that stood at line 4 before."""
    kind = assets.create_class(
        actor=None,
        at=world.at,
        site_id=world.site.pk,
        code="tool",
        name="Tool",
        fields=[{"key": "load", "label": "Load", "kind": "number"}],
        statuses=[
            {"key": "ok", "label": "Calibrated", "ready": True},
            {"key": "due", "label": "Calibration due", "ready": False},
        ],
    )
    box = factories.asset(kind, "BOX", place=world.l3)
    wrench = factories.asset(kind, "A/W 1", place=world.l4, values={"load": 12})
    given = {"actor": None, "asset_id": wrench.pk}
    assets.move(**given, at=world.t(1), container_id=box.pk)
    assets.set_status(**given, at=world.t(1), status="due")
    return box, wrench


def _named(world, *things, **given):
    """Work at line 3 that names these things."""
    return factories.planned_item(world, asset_ids=[each.pk for each in things], **given)


def _panel(answer, name: str) -> str:
    return " ".join(Markup(answer.text).by_id(name).text.split())


def test_what_it_is_where_it_is_and_what_is_done_on_it(world, things, sign_in, clock):
    box, wrench = things
    clock.move_to(world.t(2))
    item = _named(world, wrench, what="Calibrate the wrench")
    factories.closed_item(world, asset_ids=[wrench.pk], what="Earlier work")
    holds.place(
        actor=world.shift_lead,
        at=world.t(2),
        item_id=item.pk,
        kind=HoldKind.USE,
        asset_id=wrench.pk,
    )
    answer = sign_in(world.viewer).get(url(wrench.code))
    assert _panel(answer, "state") == "State now Calibration due Not ready for use Pouches"
    assert _panel(answer, "fields") == "What it is Load 12"
    moved = _panel(answer, "locations")
    assert moved.index("BOX") < moved.index("L4 IBC")
    assert f"W-{item.number} Calibrate the wrench" in _panel(answer, "open-work")
    assert "Earlier work" in _panel(answer, "ended-work")
    assert f"W-{item.number}" in _panel(answer, "holds")
    numbers = [each["count"] for each in answer.context["counts"]]
    assert numbers == ["1", "0", "0", "0", "0"]
    assert "A/W 1" in _panel(sign_in(world.viewer).get(url("BOX")), "contents")


def test_queries_of_a_thing_do_not_grow(world, things, sign_in, clock):
    box, wrench = things
    clock.move_to(world.t(2))
    visitor, counts = sign_in(world.technician), []
    for more in (0, 30):
        for n in range(more):
            _named(world, box)
            factories.asset(box.asset_class, f"T-{n}", container_id=box.pk)
        visitor.get(url("BOX"))
        kept.forget()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(url("BOX")).status_code == 200
        counts.append(len(asked) - FRAME)
    assert counts == [10, 10], "\n".join(q["sql"][:200] for q in asked)


def test_who_may_not_know_of_it_finds_nothing(world, things, nrd, sign_in, clock):
    clock.move_to(world.t(2))
    for person in (world.contractor, nrd.supervisor):
        assert sign_in(person).get(url("BOX")).status_code == 404
    technician = sign_in(world.technician)
    assert technician.get(url("BOX")).status_code == 200
    assert technician.get(url(world.pump.code)).status_code == 404
    assert technician.get(url("NONE")).status_code == 404
    assert technician.get("/s/hvk/assets/%00/").status_code == 404
    # What stands elsewhere and is named by visible work: where it stands is not told.
    items.edit(
        actor=world.planner,
        at=world.t(2),
        item_id=_named(world).pk,
        asset_ids=[world.pump.pk],
    )
    page = technician.get(url(world.pump.code)).text
    assert "Elsewhere" in page
    assert "Feed pump" not in page


def test_a_guest_reads_what_it_is_and_the_own_work(world, things, sign_in, clock):
    box, wrench = things
    clock.move_to(world.t(2))
    own = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    mine = _named(world, wrench, plan=own | {"owner_user_id": world.planner.pk})
    other = _named(world, wrench, what="Secret rework")
    holds.place(
        actor=world.shift_lead, at=world.t(2), item_id=other.pk, kind="use", asset_id=wrench.pk
    )
    answer = sign_in(world.contractor).get(url(wrench.code))
    assert "Calibration due" in answer.text
    assert f"W-{mine.number}" in answer.text
    for hidden in ("Secret", f"W-{other.number}", "BOX", "IBC", "Holds", 'id="fields"'):
        assert hidden not in answer.text, hidden
    assert sign_in(world.contractor).get(url("BOX")).status_code == 404


def test_a_label_holds_the_plain_address(world, things, sign_in, clock):
    clock.move_to(world.t(2))
    visitor = sign_in(world.viewer)
    for address in (url("A/W 1"), reverse("work:place_detail", args=["hvk", "L3"])):
        answer = visitor.get(address, label="")
        assert answer.context["address"] == f"http://testserver{address}"
        assert answer.text.count("<svg") >= 1
        assert "style=" not in Markup(answer.text).by_id("main").text
    assert sign_in(world.contractor).get(url("BOX"), label="").status_code == 404
