"""The house stands as it is drawn: imports go down only, and work/ knows no supporting domain."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOMAINS = ("permits", "hazards", "documents", "competence", "changes", "communication")
SUPPORTING = (*DOMAINS, "compliance")
OPEN_ROOMS = {"services", "reads", "states", "exceptions", "ports", "events", "permissions"}
OPEN_ROOMS |= {"pages", "admin", "prepared"}
ENTERED_BY_COMPLIANCE = {"reads", "services"}


def sources(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> set[str]:
    """Every module that the file imports, with the names taken from a package as modules too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_contracts_of_import_linter_are_kept():
    command = [ROOT / ".venv/bin/lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"[3-9] kept, 0 broken", done.stdout)


@pytest.mark.parametrize("package", SUPPORTING)
def test_upper_floors_enter_work_by_its_open_rooms_only(package):
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(package)
        for name in imported(path)
        if name.startswith("work.") and name.split(".")[1] not in OPEN_ROOMS
    }
    assert wrong == set()


def test_compliance_enters_the_domains_by_their_reads_and_services_only():
    wrong = {
        name
        for path in sources("compliance")
        for name in imported(path)
        if name.split(".")[0] in DOMAINS and name.split(".")[1] not in ENTERED_BY_COMPLIANCE
    }
    assert wrong == set()


def test_work_names_no_supporting_application_not_even_as_a_string():
    """As an application is named: `permits`, `permits.permit`; a sentence may speak of permits.

    states.py is left out: a kind of requirement may share its word with a domain.
    """
    named = re.compile(rf"(?:{'|'.join(SUPPORTING)})(?:\.[a-z_.]+)?")
    wrong = []
    for path in [path for path in sources("work") if path.name != "states.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                wrong += [f"{path}: {node.value}"] if named.fullmatch(node.value) else []
        wrong += [name for name in imported(path) if name.split(".")[0] in SUPPORTING]
    assert wrong == []


def test_every_application_says_what_it_is_in_a_sentence():
    for package in SUPPORTING:
        words = ast.get_docstring(ast.parse((ROOT / package / "apps.py").read_text()))
        assert words
        assert words.endswith(".")


def test_no_room_is_a_lumber_room():
    lumber = {"utils", "common", "core", "helpers", "misc", "signals"}
    packages = ("vinkey", "work", *SUPPORTING, "tests", "tools")
    names = {path.stem for package in packages for path in sources(package)}
    assert names & lumber == set()


def test_no_file_is_longer_than_a_room():
    packages = ("vinkey", "work", *SUPPORTING)
    long = {
        str(path.relative_to(ROOT)): lines
        for package in packages
        for path in sources(package)
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_django_signals_are_not_used():
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("vinkey", "work", *SUPPORTING)
        for path in sources(package)
        for name in imported(path)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert wrong == []


def test_the_repository_names_no_machine():
    """No paths of a developer's machine and no registry's host in anything that is kept."""
    wrong = re.compile(r"/(?:root|home/\w+|Users/\w+)/|\bindex-url\s*=\s*https?:")
    kept = [ROOT / name for name in ("Makefile", "Dockerfile", "docker-compose.yml", "README.md")]
    for package in ("vinkey", "work", *SUPPORTING, "tools"):
        kept += sources(package)
    assert [str(path) for path in kept if wrong.search(path.read_text())] == []
