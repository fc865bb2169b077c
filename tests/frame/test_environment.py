"""Settings are read from the environment, and a wrong value is said at once."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from vinkey.environment import broker, database, env_bool, env_int, env_list, env_secret


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("TRUE", True), ("off", False), ("no", False), ("", True)]
)
def test_a_switch(monkeypatch, value, expected):
    monkeypatch.setenv("SWITCH", value)
    assert env_bool("SWITCH", True) is expected


def test_a_switch_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SWITCH is 'maybe'"):
        env_bool("SWITCH")


def test_a_number_and_a_list(monkeypatch):
    monkeypatch.setenv("NUMBER", "7")
    monkeypatch.setenv("NAMES", " a.example, b.example,")
    assert env_int("NUMBER", 1) == 7
    assert env_list("NAMES") == ["a.example", "b.example"]
    monkeypatch.setenv("NUMBER", "seven")
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        env_int("NUMBER", 1)


def test_a_secret_comes_from_the_variable_or_from_a_file(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("PASS_FILE", str(file))
    assert env_secret("PASS") == "from the file"
    monkeypatch.setenv("PASS", "from the variable")
    with pytest.raises(ImproperlyConfigured, match="keep one"):
        env_secret("PASS")
    monkeypatch.delenv("PASS_FILE")
    assert env_secret("PASS") == "from the variable"


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), ("  \n", "names an empty file")]
)
def test_a_secret_file_that_gives_nothing_is_refused(monkeypatch, tmp_path, content, words):
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("PASS_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match=words):
        env_secret("PASS", "default")


def test_a_database_url():
    assert database("postgresql://me:p%40ss@db.example:5433/site?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "site",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    by_socket = database("postgresql://me@%2Ftmp%2FvinKey/site")
    assert (by_socket["HOST"], by_socket["PORT"]) == ("/tmp/vinKey", "")
    with pytest.raises(ImproperlyConfigured):
        database("mysql://me@db/site")


def test_celery_spells_a_socket_its_own_way():
    assert broker("unix:///tmp/x/valkey.sock") == "redis+socket:///tmp/x/valkey.sock"
    assert broker("redis://valkey:6379/0") == "redis://valkey:6379/0"
