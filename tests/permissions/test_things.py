"""Things of a site: whoever may not know of one cannot tell it from one that is not there."""

import uuid

import pytest

from tests import factories
from tests.views.conftest import clock, nrd, sign_in, world  # noqa: F401
from work.models import Event, ItemAsset, WorkItem
from work.services import holds, items
from work.states import HoldKind, Role

NEW, LIST = "/s/hvk/work/new/", "/s/hvk/work/"


@pytest.fixture
def guest(world):  # noqa: F811
    """A contractor of LasTeam whose membership is for Packaging alone."""
    given = {"place": world.packaging, "company": world.lasteam}
    return factories.person(world.site, Role.CONTRACTOR, username="guest", **given)


@pytest.fixture
def things(world):  # noqa: F811
    """A toolbox at line 3 with a wrench in it, a lamp nowhere; the pump stands elsewhere."""
    kind = factories.asset_class(world.site, "tool")
    box = factories.asset(kind, "BOX", place=world.l3)
    wrench = factories.asset(kind, "WRENCH", container_id=box.pk)
    return {"BOX": box, "WRENCH": wrench, "LAMP": factories.asset(kind, "LAMP")}


def _raise(world, visitor, assets):  # noqa: F811
    typed = {"act": str(uuid.uuid4()), "type": world.mnt.pk, "place": "L3", "what": "Look"}
    return visitor.post(NEW, typed | {"why": "It leaks", "assets": assets})


@pytest.mark.parametrize("who", ["guest", "technician"])
@pytest.mark.parametrize("code", ["PUMP-0301", "PUMP-NONE", "LAMP"])
def test_a_thing_out_of_reach_is_answered_as_one_that_is_not_there(
    world,  # noqa: F811
    guest,
    things,
    sign_in,  # noqa: F811
    who,
    code,
):
    visitor = sign_in(guest if who == "guest" else world.technician)
    answer = _raise(world, visitor, code)
    assert answer.status_code == 422
    assert "An asset is not of this site, or not yours to name." in answer.text
    assert "Thing PUMP-0301" not in answer.text
    assert not WorkItem.objects.exists()
    listed = visitor.get(LIST, asset=code)
    assert listed.context["trouble"]["text"] == f"“{code}” is not understood as Asset."


def test_what_stands_within_reach_is_known_also_inside_another_thing(
    world,  # noqa: F811
    guest,
    things,
    sign_in,  # noqa: F811
):
    for code in ("BOX", "WRENCH"):
        assert _raise(world, sign_in(guest), code).status_code == 422, code
    assert _raise(world, sign_in(world.technician), "BOX, WRENCH").status_code == 303
    assert _raise(world, sign_in(world.planner), "LAMP, PUMP-0301").status_code == 303
    named = ItemAsset.objects.order_by("item__number", "asset__code")
    codes = list(named.values_list("item__number", "asset__code"))
    assert codes == [(1, "BOX"), (1, "WRENCH"), (2, "LAMP"), (2, "PUMP-0301")]


def test_what_an_own_item_names_is_known(world, guest, things, sign_in):  # noqa: F811
    item = factories.requested_item(world, by=guest)
    ids = [world.pump.pk, things["LAMP"].pk]
    items.edit(actor=world.planner, at=world.at, item_id=item.pk, asset_ids=ids)
    assert _raise(world, sign_in(guest), "LAMP, PUMP-0301").status_code == 303
    assert sign_in(guest).get(LIST, asset="LAMP").context["pager"].total_text == "2"
    # Of another company's item nothing is known.
    assert _raise(world, sign_in(world.other_contractor), "LAMP").status_code == 422


def test_the_services_say_the_same(world, things):  # noqa: F811
    """Asking, editing and holding, by the ids of things."""
    item = factories.done_item(world)
    pump, none = world.pump.pk, 10**9
    given = {"actor": world.shift_lead, "at": world.at, "item_id": item.pk}
    reasons = []
    for pk in (pump, none):
        for act, more in (
            (items.edit, {"asset_ids": [pk]}),
            (holds.place, {"kind": HoldKind.USE, "asset_id": pk}),
        ):
            with pytest.raises(Exception, match="asset_unknown") as caught:
                act(**given, **more)
            reasons.append([reason.as_json() for reason in caught.value.reasons])
    assert reasons == [reasons[0]] * 4
    assert not ItemAsset.objects.exists()
    assert Event.objects.filter(item=item, verb="refused").count() == 4
