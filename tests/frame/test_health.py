"""Alive is asked of the process alone; ready names what is not there."""

import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from vinkey import health


@pytest.fixture
def started(monkeypatch):
    """Say how long ago the process started."""

    def ago(minutes: float) -> None:
        monkeypatch.setattr(health, "_started", time.monotonic() - minutes * 60)

    ago(0)
    return ago


def beat(minutes: float) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    apps.get_model("work", "Heartbeat").objects.update_or_create(name="minute", defaults={"at": at})


def test_alive_asks_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/healthz/")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_after_a_fresh_start(client, db, started):
    response = client.get("/readyz/")
    assert (response.status_code, response.json()) == (200, {"ready": True, "missing": {}})


def test_ready_while_the_minute_task_runs(client, db, started):
    started(60)
    beat(2)
    assert client.get("/readyz/").status_code == 200


def test_not_ready_when_the_minute_task_never_ran(client, db, started):
    started(3.1)
    response = client.get("/readyz/")
    assert (response.status_code, response.json()["missing"]) == (503, {"minute": "never ran"})


def test_not_ready_when_the_minute_task_is_old(client, db, started):
    started(60)
    beat(4)
    response = client.get("/readyz/")
    assert response.status_code == 503
    assert response.json()["missing"]["minute"].startswith("last ran at ")


def test_not_ready_without_broker(client, db, started, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    response = client.get("/readyz/")
    assert response.json() == {"ready": False, "missing": {"broker": "does not answer"}}


def test_not_ready_without_database(client, db, started, monkeypatch):
    from django.db import OperationalError, connection

    def gone(*args, **kwargs):
        raise OperationalError("the address of the server")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", gone)
        response = client.get("/readyz/")
    assert response.status_code == 503
    assert response.json()["missing"] == {"database": "does not answer"}


def test_not_ready_with_a_migration_left(client, db, started, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: [("x", False)])
    assert client.get("/readyz/").json()["missing"] == {"migrations": "1 not applied"}


def without(table: str) -> None:
    """Take a table away, until the test's transaction ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table} CASCADE")


def test_not_ready_before_the_first_migration(client, db, started, monkeypatch):
    """The minute's table is not there yet, and is not asked for."""
    monkeypatch.setattr(health, "_migrated", False)
    started(60)
    without("work_heartbeat")
    without("django_migrations")
    response = client.get("/readyz/")
    assert response.status_code == 503
    assert list(response.json()["missing"]) == ["migrations"]
    assert response.json()["missing"]["migrations"].endswith(" not applied")


def test_not_ready_without_the_table_of_the_minute(client, db, started, monkeypatch):
    monkeypatch.setattr(health, "_migrated", True)
    without("work_heartbeat")
    response = client.get("/readyz/")
    assert response.status_code == 503
    assert response.json()["missing"] == {"minute": "cannot be asked"}


def test_not_ready_when_the_migrations_cannot_be_asked(client, db, started, monkeypatch):
    from django.db import ProgrammingError

    def denied(*args):
        raise ProgrammingError("permission denied for table django_migrations")

    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "MigrationExecutor", denied)
    response = client.get("/readyz/")
    assert response.status_code == 503
    assert response.json()["missing"] == {"migrations": "cannot be asked"}
