"""What a person must be told: shown on the first page, until that person has seen it."""

import uuid

import pytest

from tests import factories
from work.models import Event, Notice
from work.services import clock as by_time
from work.services import execution, requirements


@pytest.fixture
def told(world):
    """A live item whose stop nobody confirmed, told to owner and shift lead."""
    factories.rule(world.site, "air", what="Air measured")
    item = factories.planned_item(world, plan={"owner_user_id": world.supervisor.pk})
    row = item.prerequisites.get(rule__key="air")
    requirements.check(
        actor=world.hse, at=world.at, prerequisite_id=row.pk, passed=True, valid_until=world.t(60)
    )
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    by_time.settle_due(world.t(60))
    assert by_time.tell_unconfirmed(world.t(70)) == 1
    return Notice.objects.get(user=world.supervisor, item=item)


def test_shown_until_seen(world, sign_in, clock, told):
    clock.move_to(world.t(72))
    visitor = sign_in(world.supervisor)
    text = visitor.get("/").text
    assert "not confirmed stopped, 12 min" in text
    assert f'href="/s/hvk/work/W-{told.item.number}/"' in text

    act = {"act": str(uuid.uuid4()), "back": "/"}
    answer = visitor.post(f"/notices/{told.pk}/seen/", act)
    assert (answer.status_code, answer.url) == (302, "/")
    assert visitor.post(f"/notices/{told.pk}/seen/", act).status_code == 302
    told.refresh_from_db()
    assert told.seen_at == world.t(72)
    assert Event.objects.filter(verb="notice_seen").count() == 1
    assert "not confirmed stopped" not in visitor.get("/").text


def test_a_notice_is_its_persons_alone(world, sign_in, told):
    visitor = sign_in(world.planner)
    assert "not confirmed stopped" not in visitor.get("/").text
    answer = visitor.post(f"/notices/{told.pk}/seen/", {"act": str(uuid.uuid4())})
    assert answer.status_code == 404
    told.refresh_from_db()
    assert told.seen_at is None


@pytest.mark.parametrize("back", ["https://elsewhere.invalid/", "//elsewhere.invalid/", "x"])
def test_leads_nowhere_else(world, sign_in, told, back):
    visitor = sign_in(world.supervisor)
    answer = visitor.post(f"/notices/{told.pk}/seen/", {"act": str(uuid.uuid4()), "back": back})
    assert answer.url == "/"


def test_a_broken_form_is_not_found(world, sign_in, told):
    visitor = sign_in(world.supervisor)
    assert visitor.post(f"/notices/{told.pk}/seen/", {"act": "x"}).status_code == 404
    assert visitor.get(f"/notices/{told.pk}/seen/").status_code == 405
