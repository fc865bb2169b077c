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
