"""A demo whose loading was cut short is loaded to its end by the next start, or said to be half."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import demo
from tests.work.outcomes import rolled_back
from vinkey.management.commands import prepare
from work import ports
from work.demo import hvk, progress
from work.demo.site import Ground
from work.management.commands import load_demo
from work.models import Act, Event, Site, User, WorkItem
from work.services import clock, places

AT = "2026-11-24T05:00+01:00"
MOMENT = datetime.fromisoformat(AT)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


class Killed(BaseException):
    """As a kill, nothing catches it."""


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Some of the demo's jobs: of each kind of step one at least; and what one domain plays."""
    some = (*hvk.ENDED[15:28], *hvk.ENDED[-2:], *hvk.waiting.JOBS, *hvk.live.JOBS[:5])
    monkeypatch.setattr(load_demo, "DEMOS", demo.of_jobs(*some, domains=True))
    played = [ports.plays.get("competence.demo")]
    monkeypatch.setattr(ports.plays, "all", lambda: played)


@pytest.fixture
def cut(monkeypatch):
    """Load the demo, and end after so many acts have begun; or in the last step, by None."""
    who = Ground.who

    def load(after: int | None) -> str:
        left, out = after, StringIO()

        def counted(self, key, at):
            nonlocal left
            left = left - 1 if left is not None else None
            if left == 0:
                raise Killed
            return who(self, key, at)

        def settled(at):
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(Ground, "who", counted)
            if after is None:
                patch.setattr(clock, "settle_due", settled)
            with pytest.raises(Killed):
                call_command("load_demo", at=AT, stdout=out)
        return out.getvalue()

    return load


def loaded() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = sorted(name for (name,) in cursor.fetchall())
        cursor.execute("SELECT " + ", ".join(f'(SELECT count(*) FROM "{name}")' for name in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def items() -> list[tuple]:
    found = WorkItem.objects.order_by("site__slug", "number")
    shown = ("site__slug", "number", "what", "status", "open_blockers", "unmet_start")
    return list(found.values_list(*shown, "ready_until", "blocked_from", "version"))


def test_loading_goes_on_where_it_was_cut_short_and_does_nothing_twice(db, cut):
    with rolled_back():
        call_command("load_demo", at=AT, stdout=StringIO())
        whole = (counted(), items())
    done = []
    for after in (1, 20, 150, None):
        cut(after)
        assert progress.cut_short() == MOMENT
        assert not progress.loaded()
        done.append(Act.objects.count())
    assert done == sorted(set(done))
    assert done[0] == 0

    assert loaded() == (
        "Going on with the demo of 2026-11-24 04:00 UTC.\n"
        "Havenkade Ingredients & Terminal: 83 places, 30 items.\n"
        "Nordmaris Depot: 4 places, 3 items.\n"
    )
    assert progress.loaded()
    assert progress.cut_short() is None
    assert (counted(), items()) == whole
    assert not Event.objects.filter(verb="refused").exists()
    assert clock.reconcile(MOMENT) == []


def test_prepare_loads_a_half_demo_to_its_end(db, cut, settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT, settings.DEMO = tmp_path, True
    called: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: called.append(name))
    cut(15)
    assert Site.objects.exists()
    call_command("prepare", stdout=StringIO())
    assert called == ["collectstatic", "grant_app_role", "load_demo"]


def test_prepare_does_not_pass_over_a_half_demo_where_none_is_wanted(
    db, cut, settings, tmp_path, monkeypatch
):
    settings.STATIC_ROOT, settings.DEMO = tmp_path, False
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: None)
    cut(15)
    with pytest.raises(CommandError, match=r"half a demo.*make reset"):
        call_command("prepare", stdout=StringIO())


def test_a_half_demo_of_another_version_is_said_and_left_alone(db, cut, monkeypatch):
    cut(15)
    before = counted()
    monkeypatch.setattr(progress, "_version", lambda: "another")
    with pytest.raises(CommandError, match=r"by another version\. `make reset` removes"):
        loaded()
    assert counted() == before


def test_a_half_demo_that_cannot_be_loaded_to_its_end_is_said(db, cut):
    """Somebody worked on: a place of the demo is there already."""
    cut(4)
    site = Site.objects.get()
    given = {"site_id": site.pk, "code": "10", "name": "Ours", "kind": "area", "parent_id": None}
    parent = site.places.order_by("path").first()
    places.create_place(actor=None, at=MOMENT, **given | {"parent_id": parent.pk})
    with pytest.raises(CommandError, match=r"could not be loaded to its end\. `make reset`"):
        loaded()
    assert not progress.loaded()


def test_a_database_with_anything_else_gets_no_demo(db):
    User.objects.create_user("ola", "correct horse staple")
    before = counted()
    with pytest.raises(CommandError, match="not empty"):
        loaded()
    assert counted() == before
    assert progress.cut_short() is None


def test_the_moment_of_a_half_demo_stands(db, cut):
    cut(2)
    with pytest.raises(CommandError, match="is of 2026-11-24 04:00 UTC"):
        call_command("load_demo", at=(MOMENT + timedelta(days=1)).isoformat(), stdout=StringIO())
