"""Events hold codes and ids: no sentence that was typed, and nobody's name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests import factories
from tests.factories import demo, live_item, planned_item
from work.exceptions import NotDone, Reason
from work.models import Event, User
from work.permissions import scope
from work.reads import item as pages
from work.services import blockers, execution, holds, people, posts
from work.states import Role

# A code, a key, an id, a time: one word.
_WORD = re.compile(r"[\w.:+/-]*")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


def _told() -> set[str]:
    """Everything in words that stands in any event."""
    said = {text for event in Event.objects.all() for text in _strings(event.data)}
    names = {part for user in User.objects.all() for part in (user.name, user.username) if part}
    names -= set(Role.values)  # people are called after what they are
    return {text for text in said if not _WORD.fullmatch(text) or text in names}


def test_no_event_of_the_demo_holds_words(db):
    demo.of_november()

    assert Event.objects.count() > 100
    assert _told() == set()


@pytest.fixture
def item(world):
    """Planned work whose start is refused: by a rule, by a blocker, by one who has left."""
    kind = factories.work_type(
        world.site,
        lines=[{"key": "g", "text": "Guard tight?", "kind": "pass_fail"}],
        criteria=[{"key": "a", "text": "Runs dry", "needed_at": "complete", "evidence": True}],
        fields=[
            {"key": "cause", "label": "Root cause", "kind": "text", "required_at": "complete"},
            {"key": "crane", "label": "Crane booked", "kind": "text", "required_at": "start"},
        ],
    )
    factories.rule(world.site, "gas", what="Air is measured")
    item = planned_item(world, type_id=kind.pk)
    blockers.raise_(
        actor=world.operator,
        at=world.t(1),
        item_id=item.pk,
        kind="material",
        what="Seal kit from Jan de Vries",
    )
    people.deactivate_person(actor=None, at=world.t(2), user_id=world.technician.pk)
    with pytest.raises(NotDone):
        execution.start(actor=world.supervisor, at=world.t(3), item_id=item.pk)
    return item


def _trail(world, item) -> str:
    """What the shift lead reads of the newest refusal."""
    who = scope(world.shift_lead, world.t(9))
    page = pages.load(world.site, pages.find(world.site, who, f"W-{item.number}"), who, world.t(9))
    return next(row["said"] for row in page.history if row["text"].startswith("was refused"))


def test_a_refused_start_holds_no_words_and_reads_as_before(world, item):
    assert _told() == set()
    assert _trail(world, item) == (
        "Air is measured: Not checked yet by: HSE."
        f" The executors must be fit: {world.technician.name} has left."
        " Blocked: Seal kit from Jan de Vries"
        " “Crane booked” has no answer yet."
    )


def test_a_refused_completion_holds_no_words_and_reads_as_before(world):
    kind = factories.work_type(
        world.site,
        lines=[{"key": "g", "text": "Guard tight?", "kind": "pass_fail"}],
        criteria=[{"key": "a", "text": "Runs dry", "needed_at": "complete", "evidence": True}],
        fields=[{"key": "cause", "label": "Root cause", "kind": "text", "required_at": "complete"}],
    )
    item = live_item(world, type_id=kind.pk)
    with pytest.raises(NotDone):
        execution.complete(actor=world.technician, at=world.t(3), item_id=item.pk)

    assert _told() == set()
    assert _trail(world, item) == (
        "Checklist: “Guard tight?” has no answer."
        " “Root cause” has no answer yet."
        " Evidence is missing for: Runs dry"
    )


def test_refusals_of_the_set_up_hold_no_words(world):
    window = holds.create_window(
        actor=world.shift_lead,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        name="Stop of line 3",
        planned_from=world.t(5),
        planned_to=world.t(50),
    )
    for refused in (
        lambda: posts.take_duty(actor=world.supervisor, at=world.t(3), post_id=world.lead_post.pk),
        lambda: holds.close_window(actor=world.shift_lead, at=world.t(3), window_id=window.pk),
    ):
        with pytest.raises(NotDone):
            refused()

    assert Event.objects.filter(verb="refused").count() == 2
    assert _told() == set()


def test_history_keeps_codes_numbers_and_times_alone():
    typed = {"code": "typed", "params": {"text": "Ask Jan"}}
    reason = Reason(
        "requirement_unmet",
        {
            "what": typed,
            "reason": {
                "code": "fit_only_until",
                "params": {"until": "2026-11-24T05:00+01:00"},
                "about": ["user", 5],
            },
            "url": "/x/",
            "answer": "unmet",
            "count": 3,
            "kind": "two words",
            "roles": ["hse"],
            "items": [1, 2],
        },
        ("prerequisite", 7),
        ("role", "hse"),
    )

    assert reason.as_event() == {
        "code": "requirement_unmet",
        "params": {
            "what": {"code": "typed"},
            "reason": {
                "code": "fit_only_until",
                "params": {"until": "2026-11-24T05:00+01:00"},
                "about": ["user", 5],
            },
            "answer": "unmet",
            "count": 3,
            "roles": ["hse"],
            "items": [1, 2],
        },
        "about": ["prerequisite", 7],
        "clears": ["role", "hse"],
    }
