"""The containers run what `serve` runs; the two differ in the environment alone."""

import os
import re
import subprocess
import sys

import yaml
from django.conf import settings

from tests.database import ROOT
from vinkey.processes import BEAT, PREPARE, WEB, WORKER

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {"prepare": PREPARE, "web": WEB, "worker": WORKER, "beat": BEAT}
SOURCES = "".join(path.read_text() for path in sorted((ROOT / "vinkey").rglob("*.py")))
# Read by the web server itself, and by Python.
FOREIGN = {"GRANIAN_HOST", "GRANIAN_PORT", "PATH", "PYTHONUNBUFFERED"}


def known(name: str) -> bool:
    """Whether the settings, or what stands beside them, ask the environment for it."""
    name = name.removesuffix("_FILE")
    asked = rf"""env(_bool|_int|_list|_secret)?\(\s*["']{name}["']"""
    return name in FOREIGN or re.search(asked, SOURCES) is not None


def test_the_commands_are_those_of_serve():
    assert {name: COMPOSE["services"][name]["command"] for name in OURS} == OURS
    [last] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.M)
    assert yaml.safe_load(last) == WEB


def test_every_variable_is_one_that_is_read():
    for name in OURS:
        asked = COMPOSE["services"][name]["environment"]
        assert [key for key in asked if not known(key)] == []
    baked = set(re.findall(r"\b([A-Z][A-Z_]+)=", DOCKERFILE))
    assert [key for key in sorted(baked) if not known(key)] == []
    assert not known("SECRET_KEYS")


def test_every_variable_is_in_the_operations_guide():
    guide = (ROOT / "docs" / "operations.md").read_text()
    asked = set(re.findall(r"""\benv(?:_bool|_int|_list|_secret)?\(\s*"([A-Z_]+)\"""", SOURCES))
    names = {name.removesuffix("_FILE") for name in asked}
    assert sorted(name for name in names if f"`{name}`" not in guide) == []


def test_each_part_has_a_health_check_and_a_volume_where_it_keeps_something():
    services = COMPOSE["services"]
    assert set(services) == {"prepare", "web", "worker", "beat", "postgres", "valkey"}
    assert [
        name for name in services if name != "prepare" and "healthcheck" not in services[name]
    ] == []
    kept = {
        volume.partition(":")[0] for service in services.values() for volume in service["volumes"]
    }
    assert kept == set(COMPOSE["volumes"]) == {"files", "postgres", "valkey"}
    assert services["postgres"]["image"] == "postgres:18"


def test_nothing_runs_as_root_and_only_who_prepares_is_the_owner():
    assert "\nUSER vinkey\n" in DOCKERFILE
    services = COMPOSE["services"]
    assert (services["postgres"]["user"], services["valkey"]["user"]) == ("postgres", "valkey")
    owners = [name for name in OURS if "database_owner_url" in services[name]["secrets"]]
    assert owners == ["prepare"]


def test_secrets_are_files_and_never_in_the_file_itself():
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            secret = any(word in name for word in ("SECRET", "PASSWORD", "DATABASE"))
            assert not secret or str(value).startswith("/run/secrets/")
    assert all(entry["file"].startswith("./secrets/") for entry in COMPOSE["secrets"].values())


def test_static_files_are_collected_without_a_server_and_stay_collected(tmp_path):
    """As the image is built, and as it is started: there its files can only be read."""
    assert "STATIC_ROOT=/srv/static python manage.py prepare --static-only\n" in DOCKERFILE
    known = {"PATH": os.environ["PATH"], "VINKEY_DATA": str(tmp_path / "data")}
    known |= {"STATIC_ROOT": str(tmp_path / "static")}
    command = [sys.executable, "manage.py", "prepare", "--static-only"]
    for said in ("Static files collected.\n", ""):
        done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, said), done.stderr
    assert not (tmp_path / "data").exists()


def test_settings_are_those_of_production_by_default_in_the_image():
    assert "VINKEY_ENV=production" in DOCKERFILE
    assert settings.ENVIRONMENT == "development"
