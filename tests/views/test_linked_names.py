"""Names that a form shows are read again only where somebody changed them."""

import re

import pytest

from tests import factories
from tests.factories import planned_item, requested_item
from work.models import ItemPlace


@pytest.mark.parametrize("codes", [["P-1,2"], [f"VERY-LONG-TAG-{n:04}" for n in range(150)]])
def test_what_was_left_as_it_stood_stays(world, sign_in, codes):
    places = [factories.place(world.site, code, parent=world.l3) for code in codes]
    item = planned_item(world, place_ids=[each.pk for each in places])
    visitor = sign_in(world.planner)
    form = visitor.get(f"/s/hvk/work/W-{item.number}/edit/").context["act"].form
    typed = {name: "" if value is None else value for name, value in form.initial.items()}

    answer = visitor.act(item, "edit", **(typed | {"what": "Another word"}))

    assert answer.status_code == 303, answer.content.decode()[:2000]
    item.refresh_from_db()
    assert item.what == "Another word"
    assert ItemPlace.objects.filter(item=item).count() == len(codes)


def test_a_guest_is_told_nothing_of_a_place_in_a_filter(world, sign_in):
    item = requested_item(world, by=world.contractor, what="Weld the frame")
    guest = sign_in(world.contractor)

    def shown(code):
        page = guest.get("/s/hvk/work/", place=code).content.decode()
        ours = r'(csrfmiddlewaretoken" value|name="act" value|data-live)="[^"]+"'
        return re.sub(ours, "", page)

    assert item.what in shown("L3")
    hidden, nowhere = shown("L4"), shown("L9")
    assert "IBC" not in hidden
    assert hidden.replace("L4", "") == nowhere.replace("L9", "")
