"""Production is refused, with every reason at once, before anything is served."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tests.database import ROOT
from vinkey.embedded.home import APP, Home
from vinkey.production import demo_accounts, refuse, refuse_settings, role_faults

GOOD = {
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
    "DEMO": False,
    "ALLOWED_HOSTS": ["work.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://work.example.org"],
    "TRUSTED_PROXIES": 0,
    "DATABASE_URL": "postgresql://vinkey_app@db/vinkey",
    "REDIS_URL": "redis://valkey",
    "development_key": "development",
}
ENVIRONMENT = {
    "VINKEY_ENV": "production",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "work.example.org",
    "REDIS_URL": "redis://127.0.0.1:1",
    "PATH": os.environ["PATH"],
}


def test_what_is_whole_is_not_refused():
    refuse_settings(**GOOD)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "development"}, "SECRET_KEY is the development key"),
        ({"SECRET_KEY": "short"}, "fewer than 50"),
        ({"SECRET_KEY": " " * 60}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "k" + " \t" * 30}, "fewer than 50"),
        ({"CSRF_TRUSTED_ORIGINS": ["https://*"]}, "CSRF_TRUSTED_ORIGINS has a wildcard"),
        ({"CSRF_TRUSTED_ORIGINS": ["https://a.org", "https://*.a.org"]}, "has a wildcard"),
        ({"TRUSTED_PROXIES": -1}, "TRUSTED_PROXIES is below 0"),
        ({"DEBUG": True}, "DEBUG is on"),
        ({"DEMO": True}, "VINKEY_DEMO is on"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": ["*"]}, "wildcard"),
        ({"ALLOWED_HOSTS": ["ok.example", ".example.org"]}, "wildcard"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing"),
    ],
)
def test_each_setting_that_is_refused(changed, reason):
    with pytest.raises(ImproperlyConfigured, match=reason):
        refuse_settings(**GOOD | changed)


def run(*command: str, **changed: str) -> subprocess.CompletedProcess:
    known = {name: value for name, value in (ENVIRONMENT | changed).items() if value}
    return subprocess.run(
        [sys.executable, *command], env=known, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_no_command_starts_with_settings_that_are_refused():
    wrong = {"SECRET_KEY": " " * 60, "DEBUG": "1", "ALLOWED_HOSTS": "*", "TRUSTED_PROXIES": "-1"}
    done = run("manage.py", "serve", **wrong, CSRF_TRUSTED_ORIGINS="https://*")
    assert done.returncode != 0
    for words in (
        "SECRET_KEY is missing",
        "DEBUG is on",
        "ALLOWED_HOSTS has a wildcard",
        "CSRF_TRUSTED_ORIGINS has a wildcard",
        "TRUSTED_PROXIES is below 0",
        "DATABASE_URL is missing",
    ):
        assert words in done.stderr


def url_of(role: str) -> str:
    """The test database, signed in to as another role."""
    known = connection.get_connection_params()
    parts = urlsplit(os.environ["DATABASE_URL"])
    if role == "owner":
        return parts._replace(path=f"/{known['dbname']}").geturl()
    if "VINKEY_TEST_SERVER" in os.environ:
        ours = Home(settings.DATA_DIR).database_url(APP)
        return urlsplit(ours)._replace(path=f"/{known['dbname']}").geturl()
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE vinkey_app LOGIN PASSWORD 'only-in-tests'")
    where = parts.netloc.rpartition("@")[2]
    return f"postgresql://vinkey_app:only-in-tests@{where}/{known['dbname']}"


def test_only_the_applications_role_may_serve(transactional_db):
    with psycopg.connect(url_of("app")) as session:
        assert role_faults(session.cursor()) == []
    with psycopg.connect(url_of("owner")) as session:
        [*_, last] = role_faults(session.cursor())
    assert last.endswith(("owns the tables.", "is a superuser."))


def test_a_superuser_is_refused():
    class Cursor:
        def execute(self, sql):
            assert "session_user" in sql

        def fetchone(self):
            return ("postgres", True, True, True, True)

    assert role_faults(Cursor()) == ["The database role postgres is a superuser."]


@pytest.mark.parametrize(
    ("rights", "fault"),
    [
        ("SUPERUSER", "may become a superuser."),
        ("CREATEROLE", "may make roles or databases."),
        ("BYPASSRLS", "may make roles or databases."),
    ],
)
def test_what_a_role_may_become_counts_as_its_own(transactional_db, rights, fault):
    """Made, asked and taken back in one transaction of the server's superuser."""
    if "VINKEY_TEST_SERVER" not in os.environ:
        pytest.skip("the given server has another superuser")
    known = connection.get_connection_params()
    parts = urlsplit(Home(settings.DATA_DIR).database_url("postgres"))
    with psycopg.connect(parts._replace(path=f"/{known['dbname']}").geturl()) as session:
        session.execute(f"CREATE ROLE above {rights} ROLE {APP}")
        session.execute(f"SET SESSION AUTHORIZATION {APP}")
        assert role_faults(session.cursor()) == [f"The database role {APP} {fault}"]
        session.rollback()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import vinkey.wsgi"],
        ["-m", "celery", "--quiet", "--app=vinkey", "worker", "--pool=solo"],
        ["-m", "celery", "--quiet", "--app=vinkey", "beat"],
    ],
    ids=["web", "worker", "beat"],
)
def test_no_process_serves_as_the_owner(transactional_db, command):
    done = run(*command, DATABASE_URL=url_of("owner"))
    assert done.returncode != 0
    assert "Production is refused. The database role" in done.stderr


def test_accounts_with_the_demos_passwords_are_refused(db, settings, monkeypatch):
    people = get_user_model().objects
    people.create_user(username="viewer", password="demo-viewer")
    people.create_user(username="admin", password="another one entirely")
    people.create_user(username="issuer", password="demo-issuer", is_active=False)
    assert demo_accounts() == ["The account viewer has the demo's password."]
    monkeypatch.setattr("vinkey.production.role_faults", lambda cursor: [])
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match=r"viewer has the demo's password"):
        refuse()
    settings.PRODUCTION = False
    refuse()
