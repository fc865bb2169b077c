"""`prepare` makes a database fit to be served; the demo goes into an empty one only."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from vinkey.management.commands import prepare


@pytest.fixture
def called(monkeypatch, settings, tmp_path):
    """Names of the commands that prepare calls, which are not carried out."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.css").write_text("a{}")
    names: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: names.append(name))
    monkeypatch.setattr(prepare, "get_commands", lambda: {"load_demo": "work"})
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
    monkeypatch.setattr(prepare, "_migrations_left", lambda: True)
    run()
    assert called == ["collectstatic", "migrate", "grant_app_role"]


def test_static_files_are_collected_again_when_one_changed(called, tmp_path):
    (tmp_path / "static").mkdir()
    assert run("--static-only") == "Static files collected.\n"
    assert run("--static-only") == ""
    (tmp_path / "source" / "one.css").write_text("a{color:red}")
    assert run("--static-only") == "Static files collected.\n"
    assert called == ["collectstatic", "collectstatic"]
