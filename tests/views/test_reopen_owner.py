"""The form of a reopening asks for an owner where the one it had may own it no longer."""

import pytest

from tests import factories
from tests.factories import closed_item
from tests.ui.markup import Markup
from tests.views.conftest import page_of
from work.models import Acceptance, WorkItem
from work.services import people
from work.states import Role, Status


@pytest.mark.parametrize("left", [False, True])
def test_an_owner_is_asked_for_when_the_one_it_had_has_left(world, sign_in, left):
    owner = factories.person(world.site, Role.SUPERVISOR)
    item = closed_item(world, plan={"owner_user_id": owner.pk})
    if left:
        people.deactivate_person(actor=None, at=world.at, user_id=owner.pk)
    visitor = sign_in(world.shift_lead)

    form = Markup(visitor.get(f"{page_of(item)}reopen/").text)

    asked = [tag for tag in form.tags if tag.attrs.get("name") == "owner"]
    assert bool(asked) is left
    typed = {"owner": f"user:{world.hse.pk}"} if left else {}
    if left:
        assert visitor.act(item, "reopen", reason="Trips again").status_code == 422
        assert WorkItem.objects.get(pk=item.pk).status == Status.CLOSED
    assert visitor.act(item, "reopen", reason="Trips again", **typed).status_code == 303
    item = WorkItem.objects.get(pk=item.pk)
    assert (item.status, item.owner_user) == (Status.PLANNED, world.hse if left else owner)


def test_why_and_a_criterion_are_asked_for_where_the_import_brought_none(world, sign_in):
    kind = factories.work_type(world.site, "BARE", criteria=[])
    item = WorkItem.objects.create(
        site=world.site,
        number=900,
        type=kind,
        type_version=kind.versions.get(),
        what="Old order",
        place=world.l3,
        owner_post=world.lead_post,
        status=Status.CLOSED,
        requested_at=world.at,
        closed_at=world.at,
    )
    Acceptance.objects.create(item=item, kind="source", at=world.at)
    visitor = sign_in(world.shift_lead)

    form = Markup(visitor.get(f"{page_of(item)}reopen/").text)

    names = {tag.attrs.get("name") for tag in form.tags}
    assert {"why", "criterion"} <= names
    refused = visitor.act(item, "reopen", reason="Leaks")
    assert refused.status_code == 422
    assert "Say why: a scope says what and why." in refused.text
    assert "It needs at least one acceptance criterion." in refused.text
    sent = visitor.act(item, "reopen", reason="Leaks", why="It leaked", criterion="Dry")
    assert sent.status_code == 303
    item = WorkItem.objects.get(pk=item.pk)
    assert (item.status, item.why, item.criteria.get().text) == (
        Status.PLANNED,
        "It leaked",
        "Dry",
    )


def test_neither_is_asked_for_where_both_are_there(world, sign_in):
    item = closed_item(world)

    form = Markup(sign_in(world.shift_lead).get(f"{page_of(item)}reopen/").text)

    assert not {"why", "criterion"} & {tag.attrs.get("name") for tag in form.tags}
