"""`prepare` makes a database fit to be served; the demo goes into an empty one only."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from vinkey import health, squashed
from vinkey.management.commands import prepare
from vinkey.roles import may_grant


@pytest.fixture
def called(monkeypatch, settings, tmp_path):
    """Names of the commands that prepare calls, which are not carried out."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.css").write_text("a{}")
    names: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: names.append(name))
    return names


def run(*options: str) -> str:
    out = StringIO()
    call_command("prepare", *options, stdout=out)
    return out.getvalue()


def test_the_demo_is_loaded_into_an_empty_database_only(db, called, settings, tmp_path):
    settings.DEMO = True
    (tmp_path / "static").mkdir()
    run()
    assert called == ["collectstatic", "grant_app_role", "load_demo"]
    called.clear()
    apps.get_model("work", "Site").objects.create(slug="x", name="X", time_zone="UTC")
    run()
    assert called == ["grant_app_role"]


def test_no_demo_where_it_is_not_wanted(db, called, settings, tmp_path):
    settings.DEMO = False
    (tmp_path / "static").mkdir()
    run()
    assert called == ["collectstatic", "grant_app_role"]


def test_migrations_are_applied_when_there_are_any(db, called, settings, tmp_path, monkeypatch):
    settings.DEMO = False
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(prepare, "migrations_left", lambda: True)
    run()
    assert called == ["collectstatic", "migrate", "grant_app_role"]


def test_nothing_is_left_after_a_start_and_what_changed_is(db, called, settings):
    settings.DEMO = True
    Path(settings.STATIC_ROOT).mkdir()
    assert prepare.anything_left()
    apps.get_model("work", "Site").objects.create(slug="x", name="X", time_zone="UTC")
    run()
    assert not prepare.anything_left()
    [source] = settings.STATICFILES_DIRS
    (source / "one.css").write_text("b{}")
    assert (prepare.static_left(), prepare.anything_left()) == (True, True)
    (source / "one.css").write_text("a{}")
    # The times of files count for nothing: an image has others.
    os.utime(source / "one.css", (0, 0))
    assert not prepare.anything_left()
    newest = max(
        name for app, name in MigrationRecorder(connection).applied_migrations() if app == "work"
    )
    MigrationRecorder(connection).record_unapplied("work", newest)
    assert (prepare.migrations_left(), prepare.anything_left()) == (True, True)


def test_who_does_not_own_the_tables_leaves_the_rights_as_they_are(as_app, called, settings):
    settings.DEMO = False
    Path(settings.STATIC_ROOT).mkdir()
    assert may_grant(connection)
    with as_app():
        assert not may_grant(connection)
        assert run().endswith("Rights are left as they are: this role does not own the tables.\n")
    assert called == ["collectstatic"]


def test_static_files_are_collected_again_when_one_changed(called, tmp_path):
    (tmp_path / "static").mkdir()
    assert run("--static-only") == "Static files collected.\n"
    assert run("--static-only") == ""
    (tmp_path / "source" / "one.css").write_text("a{color:red}")
    assert run("--static-only") == "Static files collected.\n"
    assert called == ["collectstatic", "collectstatic"]


def test_a_database_between_squashed_migrations_is_not_taken_for_whole(
    db, called, settings, monkeypatch
):
    Path(settings.STATIC_ROOT).mkdir()
    monkeypatch.setattr(health, "_migrated", False)
    assert (squashed.lacking(), health.CHECKS["migrations"]()) == ([], "")
    monkeypatch.setattr(health, "_migrated", False)
    lost = "permits", "0009_relied_on_through_permits"
    MigrationRecorder(connection).record_unapplied(*lost)
    assert prepare.migrations_left()
    assert health.CHECKS["migrations"]() == "1 not applied"
    with pytest.raises(SystemCheckError, match=r"lacks permits\.0009_relied_on_through_permits:"):
        run()
    assert called == ["collectstatic"]
