"""What the application's own role cannot do in SQL: close, and undo what stands."""

import pytest

from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    work_type,
)
from tests.work.by_sql import (
    CHECK,
    CLOSED,
    NO_RIGHT,
    RAISED,
    accepted,
    blocked_done_item,
)
from work.services import (
    acceptance,
    blockers,
    holds,
)

# --- closing ------------------------------------------------------------------------------------


def test_a_blocked_item_is_not_closed(app, world):
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    closing = f"UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK


def test_nor_when_the_count_of_its_blockers_is_written_over(app, world):
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    closing = f"UPDATE work_workitem SET {CLOSED}, open_blockers = 0 WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK


def test_nor_in_two_steps(app, world):
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    both = (
        "WITH emptied AS (UPDATE work_workitem SET open_blockers = 0 WHERE id = %s RETURNING id)"
        f" SELECT count(*) FROM emptied; UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    )
    assert app(both, [item.pk, item.pk]) == CHECK


def test_an_item_is_not_closed_without_acceptance(app, world):
    item = done_item(world)
    closing = f"UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK
    accepted(item, world.shift_lead)
    assert app(closing, [item.pk]) == "done to 1"


def test_a_closed_item_is_not_blocked_after(app, world):
    """The closure was told; what comes after it is a reopening."""
    item = closed_item(world)
    opening = "UPDATE work_workitem SET open_blockers = 1 WHERE id = %s"
    assert app(opening, [item.pk]) == CHECK


def test_an_item_is_not_made_closed(app, world):
    item = requested_item(world)
    making = (
        "INSERT INTO work_workitem (site_id, number, type_id, type_version_id, place_id, what, why,"
        " status, stage, priority, safety_critical, mandatory, values, source_kind,"
        " external_system, external_key, source_words, incomplete, version, requested_at,"
        " closed_at, unmet_start, open_blockers)"
        " SELECT site_id, number + 1000, type_id, type_version_id, place_id, what, why, 'closed',"
        " stage, priority, safety_critical, mandatory, values, source_kind, external_system,"
        " external_key, source_words, incomplete, version, requested_at, now(), 0, 0"
        " FROM work_workitem WHERE id = %s"
    )
    assert app(making, [item.pk]) == CHECK


# --- standing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [planned_item, live_item, done_item])
def test_an_item_under_control_keeps_an_owner(app, world, make):
    item = make(world)
    bare = "UPDATE work_workitem SET owner_user_id = NULL, owner_post_id = NULL WHERE id = %s"
    assert app(bare, [item.pk]) == CHECK
    both = "UPDATE work_workitem SET owner_user_id = %s, owner_post_id = %s WHERE id = %s"
    assert app(both, [world.planner.pk, world.lead_post.pk, item.pk]) == CHECK


def test_an_unowned_request_is_not_put_in_progress(app, world):
    item = requested_item(world)
    going = "UPDATE work_workitem SET status = 'live', started_at = now() WHERE id = %s"
    assert app(going, [item.pk]) == CHECK


@pytest.mark.parametrize(
    ("status", "also"),
    [("live", ""), ("waiting", ""), ("done", ""), ("done", ", done_at = now()"), ("cancelled", "")],
)
def test_a_status_has_its_times(app, world, status, also):
    item = planned_item(world)
    moved = f"UPDATE work_workitem SET status = '{status}'{also} WHERE id = %s"
    assert app(moved, [item.pk]) == CHECK


def test_the_overlays_are_not_written(app, world):
    item = planned_item(world)
    assert app("UPDATE work_workitem SET ready = false WHERE id = %s", [item.pk]) == "428C9"
    assert app("UPDATE work_workitem SET blocked = true WHERE id = %s", [item.pk]) == "428C9"


@pytest.mark.parametrize(
    "table",
    [
        "work_workitem",
        "work_prerequisite",
        "work_blocker",
        "work_acceptance",
        "work_evidence",
        "work_checklistline",
        "work_hold",
        "work_window",
    ],
)
def test_what_stands_is_not_deleted(app, world, table):
    _one_of_everything(world)
    assert app(f"DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})") == RAISED
    assert app(f"TRUNCATE {table} CASCADE") == NO_RIGHT


def _one_of_everything(world) -> None:
    kind = work_type(
        world.site,
        "EVERY",
        criteria=[{"key": "shown", "text": "Shown", "evidence": True}],
        lines=[{"key": "one", "text": "One?", "kind": "pass_fail"}],
    )
    item = done_item(world, type_id=kind.pk)
    acceptance.accept(actor=world.shift_lead, at=world.t(1), item_id=item.pk)
    waiting = live_item(world)
    blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=waiting.pk, kind="plant", what="Seal"
    )
    holds.place(
        actor=world.shift_lead,
        at=world.t(1),
        item_id=waiting.pk,
        kind="restart",
        place_id=world.l3.pk,
    )
    holds.create_window(
        actor=world.supervisor,
        at=world.t(1),
        site_id=world.site.pk,
        place_id=world.l3.pk,
        name="Sunday",
        planned_from=world.t(5),
        planned_to=world.t(6),
    )
