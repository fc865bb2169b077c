"""A person leaves: listed, handed over item by item, gone; what remained stays listed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.work.admin.forms import errors, opened
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Duty, Event, User, WorkItem
from work.services import blockers, items, leaving, people, posts
from work.states import BlockerKind, Role


@pytest.fixture
def person(world):
    """The planner owns three items, executes one, holds a duty and is waited for."""
    return world.planner


@pytest.fixture
def owned(world, person):
    mine = {"owner_user_id": person.pk}
    return [factories.planned_item(world, plan=mine, what=f"Job {n}") for n in range(3)]


@pytest.fixture
def url(person):
    return f"/admin/work/user/{person.pk}/leave/"


def fresh(item) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def _post(client, url, **typed):
    form = opened(client, url)
    form.pop("leaves", None)
    return client.post(url, form | typed)


def test_everything_that_hangs_on_a_person_is_listed(world, admin, person, owned, url):
    executed = factories.planned_item(world, plan={"executor_ids": [person.pk]}, what="Dig")
    waited = factories.planned_item(world, what="Weld")
    blockers.raise_(
        actor=world.supervisor,
        item_id=waited.pk,
        kind=BlockerKind.DECISION,
        what="Which rod",
        clears=f"user:{person.pk}",
    )
    post = factories.post_with_duty(world.l4, person, name="Planner, IBC")

    page = admin.get(url).text

    for item in (*owned, executed, waited):
        assert f'href="/s/hvk/work/W-{item.number}/"' in page
    assert page.count("Planner, IBC") == 3  # named for it, chosen, on duty
    assert Duty.objects.filter(post=post, ends=None).exists()
    assert admin.get(f"/admin/work/user/{world.viewer.pk}/leave/").text.count("W-") == 0


def test_work_is_handed_over_and_the_person_goes_in_one_step(world, admin, person, owned, url):
    chosen = [str(owned[0].pk), str(owned[1].pk)]
    typed = {"items": chosen, "owner_post": world.lead_post.pk, "leaves": "on"}

    answer = _post(admin, url, **typed)

    assert answer.status_code == 200, errors(answer)
    results = [(each.what, each.said, each.done) for each in answer.context["results"]]
    assert results == [
        (f"W-{owned[1].number}", "handed over", True),
        (f"W-{owned[0].number}", "handed over", True),
        (person.name, "has left", True),
    ]
    assert [fresh(item).owner_post for item in owned] == [world.lead_post, world.lead_post, None]
    assert fresh(owned[2]).owner_user == person
    assert not User.objects.get(pk=person.pk).is_active
    # What was not handed over stays listed, here and in the list of who left.
    assert [each.pk for each in answer.context["found"].owned] == [owned[2].pk]
    assert person.name in admin.get("/admin/work/user/?left=owns").text
    event = Event.objects.filter(item=owned[0], verb="assign").last()
    assert (event.actor, event.data["owner_post"]) == (world.site_admin, world.lead_post.pk)

    later = _post(admin, url, items=[str(owned[2].pk)], owner_user=world.supervisor.pk)
    assert later.status_code == 200, errors(later)
    assert fresh(owned[2]).owner_user == world.supervisor
    assert person.name not in admin.get("/admin/work/user/?left=owns").text


def test_every_kind_is_given_on_in_one_step(world, admin, person, owned, url):
    executed = factories.planned_item(world, plan={"executor_ids": [person.pk]}, what="Dig")
    blocker = blockers.raise_(
        actor=world.supervisor,
        item_id=executed.pk,
        kind=BlockerKind.DECISION,
        what="Which rod",
        clears=f"user:{person.pk}",
    )
    post = factories.post_with_duty(world.l4, person, name="Planner, IBC")
    deputy = posts.name_holder(
        actor=None, post_id=post.pk, user_id=world.second_lead.pk, deputy=True
    )
    also = posts.name_holder(actor=None, post_id=world.site_post.pk, user_id=person.pk)
    assert f"{world.second_lead.name}" in admin.get(url).text
    holding = person.held_posts.get(post=post)

    answer = _post(
        admin,
        url,
        items=[str(owned[0].pk)],
        owner_user=world.supervisor.pk,
        executor=world.technician.pk,
        clears_post=world.lead_post.pk,
        posts=[str(holding.pk)],
        holder=world.area_owner.pk,
        leaves="on",
    )

    assert answer.status_code == 200, errors(answer)
    assert [(each.what, each.said, each.done) for each in answer.context["results"]] == [
        (f"W-{owned[0].number}", "handed over", True),
        (f"W-{executed.number}", "carried out by another", True),
        (f"W-{executed.number}", "cleared by another", True),
        ("Planner, IBC", "another is named", True),
        (person.name, "has left", True),
        ("Planner, IBC", "the duty ended, nobody is on duty", True),
        ("Supervisor, site", "named no longer", True),
    ]
    assert fresh(owned[0]).owner_user == world.supervisor
    assert executed.item_executors.get().user == world.technician
    blocker.refresh_from_db()
    assert blocker.clears == f"post:{world.lead_post.pk}"
    named = post.holders.filter(ends=None).order_by("pk")
    assert [(row.user, row.deputy) for row in named] == [
        (world.second_lead, True),
        (world.area_owner, False),
    ]
    for gone in (holding, also):
        gone.refresh_from_db()
        assert gone.ends is not None
    assert deputy.ends is None
    assert not Duty.objects.filter(user=person, ends=None).exists()
    # What was given to nobody stays listed.
    assert {each.pk for each in answer.context["found"].owned} == {owned[1].pk, owned[2].pk}


def test_what_cannot_be_given_on_is_said_and_the_rest_goes_on(world, admin, person, owned, url):
    executed = factories.planned_item(world, plan={"executor_ids": [person.pk]}, what="Dig")
    factories.post_with_duty(world.l4, person, name="Planner, IBC")

    answer = _post(
        admin,
        url,
        owner_post=world.lead_post.pk,
        executor=world.viewer.pk,
        holder=world.contractor.pk,
    )

    assert answer.status_code == 422
    results = {each.what: (each.said, each.done) for each in answer.context["results"]}
    assert results.pop("Planner, IBC") == ("A contractor cannot hold a post of the site.", False)
    said, done = results.pop(f"W-{executed.number}")
    assert ("has no role for this work here" in said, done) == (True, False)
    assert set(results.values()) == {("handed over", True)}
    assert executed.item_executors.get().user == person
    assert User.objects.get(pk=person.pk).is_active
    assert Duty.objects.get(post__name="Planner, IBC").ends is None


def test_the_page_asks_as_much_for_many_as_for_one(world, admin, person, url):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert admin.get(url).status_code == 200
        return len(caught)

    def more(number: int) -> None:
        plan = {"owner_user_id": person.pk, "executor_ids": [person.pk]}
        item = factories.planned_item(world, plan=plan, what=f"Job {number}")
        blockers.raise_(
            actor=world.supervisor,
            item_id=item.pk,
            kind=BlockerKind.DECISION,
            what="Which",
            clears=f"user:{person.pk}",
        )
        factories.post_with_duty(world.l4, person, name=f"Post {number}")

    more(0)
    asked()
    one = asked()
    for number in range(1, 30):
        more(number)
    assert (asked(), one) == (one, one)
    assert one <= 20


def test_the_same_form_sent_twice_does_it_once(world, admin, person, owned, url):
    typed = opened(admin, url) | {"owner_user": world.supervisor.pk}
    first = admin.post(url, typed)
    events = Event.objects.filter(verb="assign").count()

    again = admin.post(url, typed)

    assert first.status_code == 200
    # The items are not among the person's by now, and who left is gone already.
    assert again.status_code == 422
    assert Event.objects.filter(verb="assign").count() == events == 3
    assert Event.objects.filter(verb="left").count() == 1


def test_each_refusal_is_said_in_words_and_the_rest_goes_on(world, admin, person, owned, url):
    form = opened(admin, url)
    items.assign(actor=world.supervisor, item_id=owned[0].pk, owner_user_id=world.supervisor.pk)
    contractor = form | {"owner_user": world.contractor.pk, "leaves": ""}
    contractor["items"] = [str(owned[1].pk)]

    answer = admin.post(url, contractor)

    assert answer.status_code == 422
    [result] = answer.context["results"]
    assert (result.what, result.done) == (f"W-{owned[1].number}", False)
    assert "contractor" in result.said
    assert fresh(owned[1]).owner_user == person
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"leaves": ""}, "Say to whom what you chose goes."),
        ({"owner_user": "self"}, "That is who leaves."),
        ({"owner_user": "lead", "owner_post": "post"}, "A person or a post, not both."),
        ({"owner_post": "foreign"}, "Select a valid choice."),
        ({"items": ["0"], "owner_post": "post"}, "Select a valid choice."),
    ],
)
def test_what_is_typed_wrong_changes_nothing(world, nrd, admin, person, owned, url, typed, said):
    known = {
        "self": person.pk,
        "lead": world.shift_lead.pk,
        "post": world.lead_post.pk,
        "foreign": nrd.post.pk,
    }
    sent = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in typed.items()
    }
    answer = _post(admin, url, **sent)
    assert answer.status_code == 422
    assert said in errors(answer)[0]
    assert {fresh(item).owner_user for item in owned} == {person}


def test_who_is_also_of_another_site_is_not_let_go(world, nrd, admin, person, owned, url):
    people.grant_role(actor=None, user_id=person.pk, site_id=nrd.site.pk, role=Role.PLANNER)
    theirs = factories.requested_item(world, what="Of hvk")

    answer = _post(admin, url, owner_post=world.lead_post.pk, leaves="on")

    assert answer.status_code == 422
    *handed, gone = answer.context["results"]
    assert [each.done for each in handed] == [True] * 3
    assert gone.said.startswith("This person also belongs to a site that you do not administer.")
    assert User.objects.get(pk=person.pk).is_active
    assert theirs.owner_user is None


def test_who_may_hand_over(world, nrd, person, owned):
    given = {"item_id": owned[0].pk, "from_user_id": person.pk, "owner_user_id": world.hse.pk}
    for who, error in (
        (world.technician, Forbidden),
        (world.hse, Forbidden),
        (nrd.admin, Unknown),
        (User.objects.create_superuser("root", name="Root"), Unknown),
    ):
        with pytest.raises(error):
            leaving.hand_over(actor=who, **given)
    with pytest.raises(Refused) as none:
        leaving.hand_over(actor=world.site_admin, item_id=owned[0].pk, from_user_id=person.pk)
    assert [reason.code for reason in none.value.reasons] == ["owner_needed"]
    leaving.hand_over(actor=world.site_admin, **given)
    with pytest.raises(Refused) as again:
        leaving.hand_over(actor=world.site_admin, **given)
    assert [reason.code for reason in again.value.reasons] == ["owned_by_another"]
    with pytest.raises(Forbidden):
        items.assign(actor=world.site_admin, item_id=owned[1].pk, owner_user_id=world.supervisor.pk)
