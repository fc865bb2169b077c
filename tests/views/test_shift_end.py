"""The end of a shift: one send, each item through its own door; what is refused is not lost."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.views.conftest import weight
from tests.views.test_places import FRAME
from work.exceptions import Busy
from work.models import Event, Note, WorkItem
from work.services import execution, items

END = "/s/hvk/mine/end/"


def _typed(item: WorkItem, outcome: str, *, seen: int | None = None, **said: str) -> dict[str, str]:
    version = seen or WorkItem.objects.get(pk=item.pk).version
    answers = said | {"outcome": outcome, "seen": str(version)}
    return {f"i{item.pk}-{name}": value for name, value in answers.items()}


def _send(visitor, *rows, act=None):
    typed = {"act": str(act or uuid.uuid4())}
    for row in rows:
        typed |= row
    return visitor.post(END, typed)


def _results(answer) -> dict[str, str]:
    return {each.label: each.text or each.kind for each in answer.context["results"]}


def _status(*found: WorkItem) -> list[str]:
    return [WorkItem.objects.get(pk=each.pk).status for each in found]


def test_each_of_them_goes_through_its_own_door(world, sign_in):
    done, left, waits, over = [factories.live_item(world) for _each in range(4)]
    visitor = sign_in(world.technician)
    page = visitor.get(END)
    assert [row["pk"] for row in page.context["rows"]] == [
        each.pk for each in (over, waits, left, done)
    ]
    answer = _send(
        visitor,
        _typed(done, "done"),
        _typed(left, "leave", condition="Guard on, locked"),
        _typed(waits, "leave", condition="Open, fenced", waits="new", what="A new switch"),
    )
    assert answer.status_code == 200
    assert _results(answer) == {
        f"W-{done.number}": "Done, to be accepted",
        f"W-{left.number}": "Left in this condition, released",
        f"W-{waits.number}": "Left in this condition, waiting",
    }
    assert _status(done, left, waits, over) == ["done", "planned", "waiting", "live"]
    kept = WorkItem.objects.get(pk=left.pk).condition_left
    assert kept is not None
    assert kept.text == "Guard on, locked"
    assert [row["pk"] for row in answer.context["rows"]] == [over.pk, waits.pk]
    assert "Open, fenced" in answer.text


def test_given_on_with_what_the_next_must_know(world, sign_in):
    """Ownership and carrying out are two: each goes to who takes it on."""
    plan = {"owner_user_id": world.shift_lead.pk, "executor_ids": [world.shift_lead.pk]}
    both = factories.live_item(world, plan=plan)
    owned = factories.live_item(world, plan={"owner_user_id": world.shift_lead.pk})
    visitor, name = sign_in(world.shift_lead), world.second_lead.name
    answer = _send(
        visitor,
        _typed(both, "over", to=name.upper(), condition="Bolts are loose"),
        _typed(owned, "over", to="Supervisor, site"),
    )
    assert set(_results(answer).values()) == {"Given on"}
    both.refresh_from_db()
    owned.refresh_from_db()
    assert both.owner_user == world.second_lead
    assert list(both.executors.all()) == [world.second_lead]
    assert owned.owner_post == world.site_post
    assert list(owned.executors.all()) == [world.technician]
    assert Note.objects.get(kind="comment").text == "Bolts are loose"


def test_what_is_refused_stays_as_it_was_typed_and_the_rest_is_done(world, sign_in):
    kind = factories.work_type(
        world.site, "LINES", lines=[{"key": "g", "text": "Guard on?", "kind": "pass_fail"}]
    )
    missing, fine = factories.live_item(world, type_id=kind.pk), factories.live_item(world)
    stale, bare = factories.live_item(world), factories.live_item(world)
    seen = stale.version
    items.edit(actor=world.planner, at=world.at, item_id=stale.pk, why="Anew")
    visitor, before = sign_in(world.technician), Event.objects.count()
    page = visitor.get(END)
    assert "Guard on?" in page.text
    answer = _send(
        visitor,
        _typed(missing, "done", condition="Half done"),
        _typed(stale, "leave", seen=seen, condition="Cold and drained"),
        _typed(bare, "leave"),
        _typed(fine, "done"),
    )
    assert answer.status_code == 422
    assert _results(answer) == {
        f"W-{missing.number}": "refused",
        f"W-{stale.number}": "stale",
        f"W-{fine.number}": "Done, to be accepted",
    }
    assert _status(missing, stale, bare, fine) == ["live", "live", "live", "done"]
    forms = {row["pk"]: row["form"] for row in answer.context["rows"]}
    assert forms[stale.pk]["condition"].value() == "Cold and drained"
    assert forms[missing.pk]["outcome"].value() == "done"
    assert forms[bare.pk].errors == {"condition": ["Say in which condition it is left."]}
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)[before:]
    assert sorted(verb for verb in verbs if verb != "gate") == ["complete", "refused"]
    # The newer version stands in the form that came back.
    fresh = WorkItem.objects.get(pk=stale.pk).version
    assert f'name="i{stale.pk}-seen" value="{fresh}"' in answer.text


def test_words_without_an_outcome_stay_as_they_were_typed(world, sign_in):
    done, said = factories.live_item(world), factories.live_item(world)
    answer = _send(
        sign_in(world.technician), _typed(done, "done"), _typed(said, "", condition="Hot, fenced")
    )
    assert answer.status_code == 200
    assert _results(answer) == {f"W-{done.number}": "Done, to be accepted"}
    assert [row["pk"] for row in answer.context["rows"]] == [said.pk]
    assert "Hot, fenced" in answer.text
    assert "Nothing was chosen" not in answer.text
    assert "Nothing was chosen" in _send(sign_in(world.technician)).text


def test_of_two_with_one_name_neither_is_meant_by_it(world, sign_in):
    one, other = world.second_lead, world.planner
    type(one).objects.filter(pk__in=[one.pk, other.pk]).update(name="Jan Jansen")
    item = factories.live_item(world, plan={"owner_user_id": world.shift_lead.pk})
    visitor = sign_in(world.shift_lead)
    answer = _send(visitor, _typed(item, "over", to="Jan Jansen"))
    assert answer.context["rows"][0]["form"].errors == {
        "to": ["Name a person or a post of the list."]
    }
    _send(visitor, _typed(item, "over", to=f"Jan Jansen ({one.pk})"))
    item.refresh_from_db()
    assert item.owner_user == one


def test_who_gives_nothing_on_is_not_told_who_there_is(world, sign_in):
    plan = {
        "team_id": world.lasteam.pk,
        "executor_ids": [world.welder.pk],
        "owner_user_id": world.planner.pk,
    }
    factories.live_item(world, plan=plan)
    page = sign_in(world.welder).get(END)
    assert len(page.context["rows"]) == 1
    assert "Supervisor, site" not in page.text


def test_sent_twice_it_is_done_once(world, sign_in):
    done, left = factories.live_item(world), factories.live_item(world)
    visitor, act = sign_in(world.technician), uuid.uuid4()
    typed = [_typed(done, "done"), _typed(left, "leave", condition="Closed off")]
    first = _send(visitor, *typed, act=act)
    count = Event.objects.count()
    again = _send(visitor, *typed, act=act)
    assert _results(again) == _results(first)
    assert again.status_code == 200
    assert Event.objects.count() == count


def test_of_an_item_that_somebody_else_took_the_words_come_back(world, sign_in):
    item = factories.live_item(world)
    typed = _typed(item, "leave", condition="Drained, tagged")
    execution.complete(actor=world.shift_lead, at=world.at, item_id=item.pk)
    answer = _send(sign_in(world.technician), typed)
    assert answer.status_code == 422
    assert _results(answer) == {f"W-{item.number}": "stale"}
    assert "Drained, tagged" in answer.text


def test_what_is_open_to_nobody_here_any_more_is_a_result_too(world, nrd, sign_in):
    """Nothing is told of it: what is another site's and what never was look the same."""
    item = factories.live_item(world)
    other = items.request(
        actor=nrd.supervisor,
        at=world.at,
        site_id=nrd.site.pk,
        place_id=nrd.root.pk,
        type_id=nrd.mnt.pk,
        what="Of another site",
    )
    visitor, before = sign_in(world.technician), Event.objects.count()
    for pk in (other.pk, 999_999):
        answer = _send(visitor, {f"i{pk}-outcome": "leave", f"i{pk}-condition": "Hot, fenced"})
        assert answer.status_code == 422
        assert _results(answer) == {"": "gone"}
        assert "Not done: it is not open to you any more" in answer.text
        assert "Hot, fenced" in answer.text
        assert other.what not in answer.text
    assert _status(item) == ["live"]
    assert Event.objects.count() == before


def test_given_on_although_what_the_next_must_know_was_not_kept(world, sign_in, monkeypatch):
    def busy(**_door):
        raise Busy

    plan = {"owner_user_id": world.shift_lead.pk, "executor_ids": [world.shift_lead.pk]}
    item = factories.live_item(world, plan=plan)
    monkeypatch.setattr(items, "comment", busy)
    visitor = sign_in(world.shift_lead)
    typed = _typed(item, "over", to=world.second_lead.name, condition="Bolts are loose")
    answer = _send(visitor, typed)
    assert _results(answer) == {
        f"W-{item.number}": "Given on. What the next must know was not kept: say it there."
    }
    assert "Bolts are loose" in answer.text
    item.refresh_from_db()
    assert item.owner_user == world.second_lead


def test_what_was_typed_comes_back_after_signing_in_as_it_was_seen(world, sign_in):
    item = factories.live_item(world)
    visitor, seen = sign_in(world.technician), item.version
    visitor.get(END)
    Session.objects.all().delete()
    _send(visitor, _typed(item, "leave", seen=seen, condition="Covered up"))
    items.edit(actor=world.planner, at=world.at, item_id=item.pk, why="Anew")
    backend = "vinkey.backends.PasswordBackend"
    visitor.client.force_login(world.technician, backend=backend)
    page = visitor.get(END)
    assert "You had been signed out" in page.text
    assert page.context["rows"][0]["form"]["condition"].value() == "Covered up"
    assert page.context["rows"][0]["version"] == seen


def test_what_is_not_mine_to_do_says_so_and_is_refused(world, nrd, sign_in):
    item, other = factories.live_item(world), world.second_technician.name
    visitor = sign_in(world.technician)
    page = visitor.get(END)
    assert f'name="i{item.pk}-outcome" value="over"' not in page.text
    assert "Over to:" in page.text
    for outcome, kept in (("over", ["refused"]), ("explode", [])):
        before = Event.objects.count()
        answer = _send(visitor, _typed(item, outcome, to=other))
        assert answer.status_code == 422
        assert [each.verb for each in Event.objects.order_by("pk")[before:]] == kept
    for person in (world.viewer, world.contractor):
        answer = _send(sign_in(person), _typed(item, "leave", condition="x"))
        assert answer.context["rows"] == []
    assert _send(sign_in(nrd.supervisor), _typed(item, "done")).status_code == 404
    assert _status(item) == ["live"]


def test_wrong_input_is_never_our_failure(world, sign_in):
    item = factories.live_item(world)
    visitor, count = sign_in(world.technician), Event.objects.count()
    assert _send(visitor, _typed(item, "done"), act="x").status_code == 422
    wrong = [
        {f"i{item.pk}-outcome": "done", f"i{item.pk}-seen": "²"},
        {"ix-outcome": "done", "i-outcome": "done", "i99999999999999999999-outcome": "done"},
        _typed(item, "leave", condition="\x00"),
        _typed(item, "leave", condition="c", waits="9" * 30),
        _typed(item, "leave", condition="c", waits="new"),
    ]
    for typed in wrong:
        assert _send(visitor, typed).status_code in (200, 422)
    assert _status(item) == ["live"]
    assert set(Event.objects.order_by("pk").values_list("verb", flat=True)[count:]) <= {"refused"}


@pytest.mark.parametrize("more", [1, 30])
def test_queries_of_the_end_of_a_shift_do_not_grow(world, sign_in, more):
    for _one in range(more):
        factories.live_item(world)
    visitor = sign_in(world.technician)
    visitor.get(END)
    with CaptureQueriesContext(connection) as asked:
        answer = visitor.get(END)
    assert len(answer.context["rows"]) == more
    said = "\n".join(each["sql"][:200] for each in asked)
    assert len(asked) - FRAME == 6, said
    assert weight(answer) < 100_000
