"""Every act of the item page over HTTP, and every way in which it is not done."""

import re
import uuid

import pytest

from tests import factories
from tests.ui.markup import Markup
from tests.views.cases import CASES, seen_of
from tests.views.conftest import page_of
from tests.work.outcomes import snapshot
from work.exceptions import Busy
from work.models import ChecklistLine, Event, WorkItem
from work.permissions import Denied
from work.services import acts, items
from work.views import items as views
from work.views._acts import SPECS
from work.views._item_context import section_of

# Acts that take the version of the item, or of the line they are about.
VERSIONED = [
    verb for verb, spec in SPECS.items() if not spec.part and verb not in ("evidence", "comment")
]


WANTING = {
    "plan": {"what": "", "place": ""},
    "wait": {"condition": ""},
    "stop": {"condition": ""},
    "confirm-stopped": {"condition": ""},
    "give-back": {"missing": ""},
    "return": {"reason": ""},
    "reopen": {"reason": ""},
    "cancel": {"reason": ""},
    "accept-loss": {"reason": ""},
    "raise-blocker": {"what": ""},
    "edit": {"what": ""},
    "criterion": {"text": ""},
    "stage": {"stage": "third"},
    "hold": {"kind": "everything"},
    "assign": {"owner": "user:x"},
    "require": {"role": ""},
    "clear": {"word": ""},
    "promise": {"expected": "soon"},
    "waive": {"until": "31-12-2026"},
    "end-waiver": {"reason": ""},
    "check": {"passed": "perhaps"},
    "withdraw": {"reason": ""},
    "answer": {"answer": "maybe"},
    "dispose": {"word": ""},
    "evidence": {"said": ""},
    "strike": {"word": ""},
    "judge": {"word": ""},
    "withdraw-criterion": {"reason": ""},
    "end-hold": {"word": ""},
    "comment": {"text": ""},
    "start": {"happened_at": "yesterday"},
    "resume": {"happened_at": "yesterday"},
    "complete": {"happened_at": "2026-02-30T10:00"},
}


@pytest.fixture
def sent(world, sign_in):
    """Send the act of a case, by its own actor or by another."""

    def send(verb, item, *, by=None, **more):
        case = CASES[verb]
        visitor = sign_in(by or case.actor(world))
        if "of" not in more:
            more["of"] = case.of(item)
        return visitor.act(
            item, verb, **({"seen": seen_of(verb, item)} | case.typed(world, item) | more)
        )

    return send


def typed_words(verb, world, item):
    for name, typed in CASES[verb].typed(world, item).items():
        for each in typed if isinstance(typed, list) else [typed]:
            yield name, str(each)


def told(item):
    """Verbs of the item's events, in order."""
    return list(Event.objects.filter(item=item).order_by("pk").values_list("verb", flat=True))


def _fresh(item):
    return WorkItem.objects.get(pk=item.pk)


def test_every_act_has_a_case():
    assert set(CASES) == set(SPECS)


@pytest.mark.parametrize("verb", SPECS)
def test_done_once_and_once_only(world, sent, verb):
    case = CASES[verb]
    item = case.make(world)
    count, again = len(told(item)), {"act": uuid.uuid4(), "of": case.of(item)}
    again |= {"seen": seen_of(verb, item)}
    answer = sent(verb, item, **again)
    assert answer.status_code == 303
    section = section_of(SPECS[verb])
    line = "#checklist-next" if SPECS[verb].part is ChecklistLine else f"#{section}" * bool(section)
    assert answer["Location"] == f"/s/hvk/work/W-{item.number}/{line}"
    assert case.event in told(item)[count:]
    assert "refused" not in told(item)
    if case.to:
        assert _fresh(item).status == case.to
    before, count = snapshot(item), len(told(item))
    assert sent(verb, item, **again).status_code == 303
    answer = sent(verb, item, htmx=True, **again)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.lstrip().startswith('<div class="stack" id="item">')
    assert 'role="alert"' not in text
    assert snapshot(item) == before
    assert told(item)[count:] == []


@pytest.mark.parametrize("verb", SPECS)
def test_every_way_of_not_being_done(world, nrd, sent, sign_in, verb, monkeypatch):
    case = CASES[verb]
    item = case.make(world)
    before, count = snapshot(item), len(told(item))
    for stranger in (world.other_contractor, nrd.supervisor):
        answer = sent(verb, item, by=stranger)
        assert answer.status_code == 404
        assert item.what not in answer.content.decode()
    for wrong in ({"act": "not-a-uuid"}, {"seen": "x"}, {"seen": "9" * 5000}):
        assert sent(verb, item, **wrong).status_code == 422
    if verb in VERSIONED:
        assert sent(verb, item, seen=None).status_code == 422
    if verb in WANTING:
        _asks_for_what_is_missing(verb, world, item, sent(verb, item, **WANTING[verb]))
    if SPECS[verb].part:
        for of in ("", "0", "²", "-1", "x", "9" * 20, "9" * 17):
            assert sent(verb, item, of=of).status_code == 404
    url, query = f"/s/hvk/work/W-{item.number}/{verb}/", {}
    if SPECS[verb].part:
        query = {"of": case.of(item)}
    asked = sign_in(case.actor(world)).get(url, **query)
    assert asked.status_code == 200
    assert f'action="{url}' in asked.content.decode()
    asked = sign_in(world.viewer).get(url, **query)
    assert asked.status_code == 403
    assert f'action="{url}' not in asked.content.decode()
    with monkeypatch.context() as patched:
        patched.setattr(acts, "_attempt", _busy)
        answer = sent(verb, item)
    assert answer.status_code == 503
    assert "the site is busy" in answer.content.decode()
    assert told(item)[count:] == []
    answer = sent(verb, item, by=world.viewer)
    assert answer.status_code == 403
    assert "this is not yours to do" in answer.content.decode()
    assert told(item)[count:] == ["refused"]
    assert snapshot(item) == before


def _busy(*args):
    raise Busy


def _asks_for_what_is_missing(verb, world, item, answer):
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "something is missing in the form" in text
    assert re.search(r'aria-invalid="true"|Not saved', text)
    for name, typed in typed_words(verb, world, item):
        assert name in WANTING[verb] or typed in text


@pytest.mark.parametrize("verb", VERSIONED)
def test_stale_shows_the_newer_state_and_keeps_what_was_typed(world, sent, verb):
    item = CASES[verb].make(world)
    seen = item.version
    WorkItem.objects.filter(pk=item.pk).update(version=seen + 1, what="Replace the newer switch")
    answer = sent(verb, item, seen=seen)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "somebody changed this while you were looking" in text
    assert "Replace the newer switch" in text
    assert f'name="seen" value="{seen + 1}"' in text or verb == "accept-loss"
    for name, typed in typed_words(verb, world, item):
        assert typed in text, name


@pytest.mark.parametrize("verb", ["answer", "dispose"])
def test_stale_line(world, sent, verb):
    item = CASES[verb].make(world)
    line = item.lines.get()
    answer = sent(verb, item, seen=line.version + 1)
    assert answer.status_code == 409
    assert f'name="seen" value="{line.version}"' in answer.content.decode()


def test_the_act_of_another_form_is_refused(world, sent, sign_in):
    item, act = CASES["comment"].make(world), uuid.uuid4()
    assert sent("comment", item, act=act).status_code == 303
    answer = sign_in(world.operator).act(item, "raise-blocker", act=act, kind="access", what="Roof")
    assert answer.status_code == 422
    assert "This form was sent before, for something else" in answer.content.decode()


@pytest.mark.parametrize("verb", sorted(set(VERSIONED) - {"accept-loss", "stage"}))
def test_refused_by_a_rule_keeps_what_was_typed(world, sent, verb):
    """On an item that was cancelled meanwhile nothing of this can be done any more."""
    item = CASES[verb].make(world)
    if item.status in ("live", "done", "closed"):
        WorkItem.objects.filter(pk=item.pk).update(
            status="cancelled", cancelled_at=world.at, closed_at=None
        )
    elif item.status != "cancelled":
        items.cancel(actor=world.planner, at=world.at, item_id=item.pk, reason="Double")
    before, count = snapshot(item), len(told(item))
    answer = sent(verb, item)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "a rule refuses it" in text
    assert "is not possible while the status is “Cancelled”" in text or verb == "confirm-stopped"
    for name, typed in typed_words(verb, world, item):
        assert typed in text, name
    assert snapshot(item) == before
    assert told(item)[count:] == ["refused"]


HELD = {
    "start": ("planned", "operator"),
    "accept": ("done", "technician"),
    "plan": ("requested", "operator"),
}


@pytest.mark.parametrize("verb", HELD)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_held_button_is_refused_and_kept(world, sign_in, verb, htmx):
    status, name = HELD[verb]
    item = CASES[verb].make(world)
    assert item.status == status
    visitor, count = sign_in(getattr(world, name)), len(told(item))
    shown = visitor.see(item).content.decode()
    assert re.search(rf'id="act-{verb}"[^§]*?aria-disabled="true"', shown)
    answer = visitor.act(item, verb, htmx=htmx)
    text = answer.content.decode()
    assert answer.status_code == 403
    assert 'id="item"' in text
    assert ("<html" in text) is not htmx
    assert told(item)[count:] == ["refused"]


def test_a_refused_start_makes_its_requirements_due(world, sign_in):
    from tests.views.cases import _with_rule

    item = _with_rule(world)
    visitor, count = sign_in(world.technician), len(told(item))
    assert "Not clear to start yet" in visitor.see(item).content.decode()
    answer = visitor.act(item, "start")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Checked by HSE: Not checked yet by: HSE." in text
    assert "Cleared by HSE" in text
    assert told(item)[count:] == ["refused", "blocked"]
    assert _fresh(item).is_blocked(world.at)
    assert "Checked by HSE" in text.split("What blocks it")[1][:400]


@pytest.mark.parametrize("verb", WANTING)
def test_who_may_not_is_refused_by_the_door_whatever_is_missing(world, sent, verb):
    item = CASES[verb].make(world)
    before, count = snapshot(item), len(told(item))
    answer = sent(verb, item, by=world.viewer, **WANTING[verb])
    assert answer.status_code == 403
    assert "this is not yours to do" in answer.text
    assert told(item)[count:] == ["refused"]
    assert snapshot(item) == before


@pytest.mark.parametrize("verb", WANTING)
def test_what_is_sent_without_hope_does_nothing_even_where_it_may(world, verb, sent, monkeypatch):
    """Somebody who was given the right between the page and the door: nothing was typed for it."""
    monkeypatch.setattr(views, "may", lambda *args: Denied())
    item = CASES[verb].make(world)
    before = snapshot(item)
    assert sent(verb, item, **WANTING[verb]).status_code in (403, 409, 422)
    assert snapshot(item) == before


@pytest.mark.parametrize("verb", sorted(set(SPECS) - {"start", "complete", "resume", "accept"}))
def test_an_empty_form_of_who_may_is_only_incomplete(world, sign_in, verb):
    case = CASES[verb]
    item = case.make(world)
    before, count = snapshot(item), len(told(item))
    answer = sign_in(case.actor(world)).act(item, verb, of=case.of(item))
    if verb == "assign":
        assert answer.status_code == 303
        return
    assert answer.status_code == 422
    assert snapshot(item) == before
    assert told(item)[count:] == []


PARTS = [verb for verb, spec in SPECS.items() if spec.part]


@pytest.mark.parametrize("verb", PARTS)
def test_a_part_of_another_item(world, sign_in, verb):
    case = CASES[verb]
    item, other = case.make(world), CASES["edit"].make(world)
    before, count = snapshot(item), len(told(item))
    typed = case.typed(world, item)
    answer = sign_in(case.actor(world)).act(other, verb, of=case.of(item), **typed)
    assert answer.status_code == 404
    assert snapshot(item) == before
    assert told(item)[count:] == []


def test_no_such_act(world, sign_in):
    item = CASES["start"].make(world)
    visitor = sign_in(world.technician)
    assert visitor.act(item, "explode").status_code == 404
    assert visitor.get(f"/s/hvk/work/W-{item.number}/explode/").status_code == 404
    assert visitor.client.put(f"/s/hvk/work/W-{item.number}/start/").status_code == 405


@pytest.mark.parametrize("wrong", [{"act": "x"}, {"act": ""}, {"seen": "x"}, {"seen": ""}])
def test_a_form_that_did_not_come_whole_is_not_called_sent_before(world, sign_in, wrong):
    item = factories.live_item(world)
    known = {"act": str(uuid.uuid4()), "seen": item.version}
    answer = sign_in(world.technician).post(f"{page_of(item)}complete/", known | wrong)
    assert answer.status_code == 422
    assert "This form did not come whole" in answer.text
    assert "sent before" not in answer.text


def test_planning_marks_what_it_needs(world, sign_in):
    item = factories.requested_item(world, why="")
    page = Markup(sign_in(world.planner).get(f"{page_of(item)}plan/").text)
    needed = {name: "required" in page.by_id(f"act-plan-{name}").attrs for name in ("owner", "why")}
    assert needed == {"owner": True, "why": True}


def test_which_executor_is_refused(world, sign_in):
    item = factories.planned_item(world)
    answer = sign_in(world.planner).act(item, "assign", executors=[world.contractor.pk])
    assert answer.status_code == 422
    said = f"{world.contractor.name}, named as executor, has no role for this work here."
    assert said in answer.text


def test_a_place_is_found_whatever_the_letters(world, sign_in):
    item, visitor = factories.requested_item(world), sign_in(world.planner)
    typed = {"what": item.what, "why": item.why, "priority": "3"}
    assert visitor.act(item, "edit", place=" l4", **typed).status_code == 303
    item.refresh_from_db()
    assert item.place == world.l4
    factories.place(world.site, "l3", parent=world.root)
    assert visitor.act(item, "edit", place="L3", **typed).status_code == 303
    item.refresh_from_db()
    assert item.place == world.l3
    factories.place(world.site, "Dock", parent=world.root)
    factories.place(world.site, "DOCK", parent=world.root)
    unclear = visitor.act(item, "edit", place="dock", **typed)
    assert (unclear.status_code, "The place is not of this site" in unclear.text) == (422, True)
