"""What the application's own role cannot do in SQL, and that it can do everything it must."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    rule,
    work_type,
)
from tests.work.conftest import world  # noqa: F401
from vinkey.roles import append_only_tables
from work.models import Acceptance, Event, WorkItem
from work.services import (
    acceptance,
    blockers,
    checklist,
    clock,
    execution,
    holds,
    items,
    people,
    posts,
    proof,
    requirements,
    rules,
    types,
)

CHECK, RESTRICT, NO_RIGHT, RAISED = "23514", "23001", "42501", "P0001"


@pytest.fixture
def app(world):  # noqa: F811
    """Does SQL as the application's role, and tells the SQLSTATE with which it is refused."""
    call_command("grant_app_role", verbosity=0)

    def state(statement: str, params=(), *, then: str = "SET CONSTRAINTS ALL IMMEDIATE") -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE vinkey_app")
                cursor.execute(statement, params)
                changed = cursor.rowcount
                cursor.execute(then)
                cursor.execute("RESET ROLE")
        except DatabaseError as error:
            return error.__cause__.sqlstate
        return f"done to {changed}"

    return state


def blocked_done_item(world):  # noqa: F811
    """Completed under an open blocker, which may be told but not accepted."""
    item = live_item(world)
    blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=item.pk, kind="material", what="Seal"
    )
    item = execution.complete(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert item.blocked
    return item


CLOSED = "status = 'closed', closed_at = now()"


def accepted(item: WorkItem, by) -> None:
    Acceptance.objects.create(item=item, kind="person", by=by, at=item.done_at)


# --- closing ------------------------------------------------------------------------------------


def test_a_blocked_item_is_not_closed(app, world):  # noqa: F811
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    closing = f"UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK


def test_nor_when_the_count_of_its_blockers_is_written_over(app, world):  # noqa: F811
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    closing = f"UPDATE work_workitem SET {CLOSED}, open_blockers = 0 WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK


def test_nor_in_two_steps(app, world):  # noqa: F811
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    both = (
        "WITH emptied AS (UPDATE work_workitem SET open_blockers = 0 WHERE id = %s RETURNING id)"
        f" SELECT count(*) FROM emptied; UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    )
    assert app(both, [item.pk, item.pk]) == CHECK


def test_an_item_is_not_closed_without_acceptance(app, world):  # noqa: F811
    item = done_item(world)
    closing = f"UPDATE work_workitem SET {CLOSED} WHERE id = %s"
    assert app(closing, [item.pk]) == CHECK
    accepted(item, world.shift_lead)
    assert app(closing, [item.pk]) == "done to 1"


def test_a_closed_item_is_not_blocked_after(app, world):  # noqa: F811
    """The closure was told; what comes after it is a reopening."""
    item = closed_item(world)
    opening = "UPDATE work_workitem SET open_blockers = 1 WHERE id = %s"
    assert app(opening, [item.pk]) == CHECK


def test_an_item_is_not_made_closed(app, world):  # noqa: F811
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
def test_an_item_under_control_keeps_an_owner(app, world, make):  # noqa: F811
    item = make(world)
    bare = "UPDATE work_workitem SET owner_user_id = NULL, owner_post_id = NULL WHERE id = %s"
    assert app(bare, [item.pk]) == CHECK
    both = "UPDATE work_workitem SET owner_user_id = %s, owner_post_id = %s WHERE id = %s"
    assert app(both, [world.planner.pk, world.lead_post.pk, item.pk]) == CHECK


def test_an_unowned_request_is_not_put_in_progress(app, world):  # noqa: F811
    item = requested_item(world)
    going = "UPDATE work_workitem SET status = 'live', started_at = now() WHERE id = %s"
    assert app(going, [item.pk]) == CHECK


@pytest.mark.parametrize(
    ("status", "also"),
    [("live", ""), ("waiting", ""), ("done", ""), ("done", ", done_at = now()"), ("cancelled", "")],
)
def test_a_status_has_its_times(app, world, status, also):  # noqa: F811
    item = planned_item(world)
    moved = f"UPDATE work_workitem SET status = '{status}'{also} WHERE id = %s"
    assert app(moved, [item.pk]) == CHECK


def test_the_overlays_are_not_written(app, world):  # noqa: F811
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
def test_what_stands_is_not_deleted(app, world, table):  # noqa: F811
    _one_of_everything(world)
    assert app(f"DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})") == RAISED
    assert app(f"TRUNCATE {table} CASCADE") == NO_RIGHT


def _one_of_everything(world) -> None:  # noqa: F811
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


# --- history ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", append_only_tables())
def test_history_is_neither_changed_nor_deleted(app, world, table):  # noqa: F811
    closed_item(world)
    column = connection.introspection.get_table_description(connection.cursor(), table)[0].name
    assert app(f'UPDATE "{table}" SET "{column}" = "{column}"') == NO_RIGHT
    assert app(f'DELETE FROM "{table}"') == NO_RIGHT
    assert app(f'TRUNCATE "{table}"') == NO_RIGHT
    assert app(f'DROP TABLE "{table}"') == NO_RIGHT
    assert app(f'ALTER TABLE "{table}" RENAME TO gone') == NO_RIGHT


@pytest.mark.parametrize("table", ["work_event", "work_note", "work_act", "work_workitem"])
def test_no_trigger_is_switched_off(app, world, table):  # noqa: F811
    assert app(f"ALTER TABLE {table} DISABLE TRIGGER ALL") == NO_RIGHT
    assert app(f"ALTER TABLE {table} DISABLE TRIGGER USER") == NO_RIGHT
    assert app(f"CREATE RULE none AS ON INSERT TO {table} DO INSTEAD NOTHING") == NO_RIGHT


def test_nor_by_another_way(app, world):  # noqa: F811
    assert app("SET LOCAL session_replication_role = 'replica'") == NO_RIGHT
    assert app("SELECT set_config('session_replication_role', 'replica', true)") == NO_RIGHT
    assert app(f"DROP TRIGGER {_trigger('work_event', 'append_only')} ON work_event") == NO_RIGHT
    assert app("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'") == NO_RIGHT
    assert app("ALTER ROLE vinkey_app SUPERUSER") == NO_RIGHT
    widened = "GRANT UPDATE ON work_event TO vinkey_app; UPDATE work_event SET verb = 'x'"
    assert app(widened) == NO_RIGHT


def _trigger(table: str, name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
            [table, f"pgtrigger_{name}_%"],
        )
        return cursor.fetchone()[0]


def test_a_setting_switches_no_trigger_off(app, world):  # noqa: F811
    """The triggers' library knows such a setting, and everybody may set it."""
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    names = ",".join(
        _trigger("work_workitem", name) for name in ("never_deleted", "closed_by_acceptance")
    )
    ignoring = f"SELECT set_config('pgtrigger.ignore', '{{{names}}}', true);"
    closing = f" UPDATE work_workitem SET {CLOSED}, open_blockers = 0 WHERE id = %s"
    assert app(ignoring + closing, [item.pk]) == CHECK
    assert app(ignoring + " DELETE FROM work_workitem WHERE id = %s", [item.pk]) == RAISED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work_worktypeversion SET takes_out = true WHERE id = %s",
        "UPDATE work_worktypeversion SET published_at = NULL WHERE id = %s",
        "DELETE FROM work_worktypeversion WHERE id = %s",
    ],
)
def test_a_published_version_never_changes(app, world, statement):  # noqa: F811
    version = world.mnt.versions.get()
    assert app(statement, [version.pk]) == RAISED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work_typecriterion SET text = 'Less' WHERE version_id = %s",
        "DELETE FROM work_typecriterion WHERE version_id = %s",
        "INSERT INTO work_typestage (version_id, key, label, status, position)"
        " VALUES (%s, 'x', 'X', 'live', 0)",
    ],
)
def test_nor_does_what_it_says(app, world, statement):  # noqa: F811
    version = world.mnt.versions.get()
    assert app(statement, [version.pk]) == RESTRICT


# --- what it must be able to do -----------------------------------------------------------------


@pytest.fixture
def as_the_application(world):  # noqa: F811
    """The whole test from here on runs with the rights of the web and the worker."""
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vinkey_app")
    yield world
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_whole_life_works_with_its_rights(as_the_application):
    world = as_the_application  # noqa: F811
    kind = work_type(
        world.site,
        "LIFE",
        criteria=[{"key": "shown", "text": "Shown", "evidence": True}, {"key": "ok", "text": "OK"}],
        lines=[{"key": "one", "text": "One?", "kind": "pass_fail"}],
    )
    other = closed_item(world)
    made = rule(world.site, "hse", waivable_by="shift_lead")
    item = requested_item(world, type_id=kind.pk)
    items.comment(actor=world.operator, at=world.t(1), item_id=item.pk, text="It squeaks")
    item = items.plan(
        actor=world.planner,
        at=world.t(2),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )
    item = items.edit(
        actor=world.planner, at=world.t(3), item_id=item.pk, planned_start=world.t(60)
    )
    need = item.prerequisites.get(rule=made)
    by = {"at": world.t(4), "prerequisite_id": need.pk}
    requirements.waive(actor=world.shift_lead, until=world.t(90), reason="Seen", **by)
    requirements.end_waiver(actor=world.shift_lead, reason="Not so", **by)
    requirements.check(actor=world.hse, passed=True, valid_until=world.t(30), **by)
    hand = requirements.require(
        actor=world.planner,
        at=world.t(5),
        item_id=item.pk,
        gate="close",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )
    requirements.withdraw_requirement(
        actor=world.planner, at=world.t(5), prerequisite_id=hand.pk, reason="By mistake"
    )
    hold = holds.place(
        actor=world.shift_lead,
        at=world.t(5),
        item_id=item.pk,
        kind="restart",
        place_id=world.l3.pk,
        until_accepted=False,
    )
    item = execution.start(actor=world.technician, at=world.t(6), item_id=item.pk)
    assert clock.settle_due(world.t(31)) == 1
    assert clock.tell_unconfirmed(world.t(41)) == 1
    item = execution.confirm_stopped(
        actor=world.technician, at=world.t(42), item_id=item.pk, condition="Safe"
    )
    requirements.check(
        actor=world.hse, at=world.t(43), prerequisite_id=need.pk, passed=True, remark="Again"
    )
    item = execution.resume(actor=world.technician, at=world.t(44), item_id=item.pk)
    line = checklist.answer(
        actor=world.technician, at=world.t(45), line_id=item.lines.get().pk, answer="fail"
    )
    line = checklist.dispose(
        actor=world.technician,
        at=world.t(46),
        line_id=line.pk,
        disposition="follow_up",
        word="Another day",
    )
    left = items.plan(
        actor=world.planner,
        at=world.t(46),
        item_id=line.follow_up_id,
        owner_post_id=world.lead_post.pk,
    )
    assert left.status == "planned"
    item = execution.complete(actor=world.technician, at=world.t(47), item_id=item.pk)
    item = acceptance.give_back(
        actor=world.shift_lead, at=world.t(48), item_id=item.pk, missing="A photo"
    )
    blockers.clear(
        actor=world.shift_lead,
        at=world.t(49),
        blocker_id=item.blockers.get(ended_at=None).pk,
        word="Here it is",
    )
    proof.attach(
        actor=world.technician,
        at=world.t(49),
        item_id=item.pk,
        kind="signature",
        said="T. Vos",
        criterion_id=item.criteria.get(key="shown").pk,
    )
    item = execution.resume(actor=world.technician, at=world.t(50), item_id=item.pk)
    item = execution.complete(actor=world.technician, at=world.t(51), item_id=item.pk)
    holds.end(actor=world.shift_lead, at=world.t(52), hold_id=hold.pk, word="Over")
    item = acceptance.accept(
        actor=world.shift_lead,
        at=world.t(53),
        item_id=item.pk,
        judged={item.criteria.get(key="ok").pk: "It runs"},
    )
    assert (item.status, item.acceptances.get().by) == ("closed", world.shift_lead)
    item = acceptance.reopen(
        actor=world.shift_lead, at=world.t(54), item_id=item.pk, reason="It broke"
    )
    item = items.return_(actor=world.planner, at=world.t(55), item_id=item.pk, reason="Later")
    item = items.cancel(actor=world.planner, at=world.t(56), item_id=item.pk, reason="Never")
    assert item.status == "cancelled"
    rules.end_rule(actor=world.site_admin, at=world.t(57), rule_id=made.pk)
    types.copy_version(actor=world.site_admin, at=world.t(58), version_id=item.type_version_id)
    posts.take_duty(actor=world.second_lead, at=world.t(59), post_id=world.lead_post.pk)
    people.deactivate_person(actor=world.site_admin, at=world.t(60), user_id=world.technician.pk)
    clock.beat("minute", world.t(61))
    assert clock.reconcile(world.t(61)) == []
    connection.check_constraints()
    assert Event.objects.filter(item=item, verb="accept").count() == 1
