"""The page of the components: in development alone, in either theme, wide and narrow."""

import os
import re
import subprocess
import sys

import pytest

from tests.database import ROOT
from vinkey.gallery.kinds import Component
from vinkey.gallery.views import COMPONENTS

# Of the shell, not shown as a component by itself.
SHELL = {"_head", "_side", "_places", "_preferences", "_toasts", "_live"}
# Drawn by the one that is shown.
INSIDE = {
    "_act_form",
    "_form_faults",
    "_why",
    "_field_notes",
    "acts",
    "table",
    "field",
    "proof",
}
ASK = "from django.urls import resolve; print(resolve('/components/').url_name)"


def _asked(**environment: str) -> subprocess.CompletedProcess:
    code = f"import django; django.setup(); {ASK}"
    known = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "vinkey.settings"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_is_not_there_in_production():
    answer = _asked(
        VINKEY_ENV="production",
        SECRET_KEY="k" * 50,
        ALLOWED_HOSTS="work.example.org",
        DATABASE_URL="postgresql://vinkey_app@127.0.0.1:1/vinkey",
        REDIS_URL="redis://127.0.0.1:1",
    )
    assert "Resolver404" in answer.stderr
    assert answer.returncode == 1


def test_it_is_there_in_development():
    assert _asked(VINKEY_ENV="development").stdout == "components\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "frame"),
    [
        ("", '<div class="gallery "\nid="gallery"\n>'),
        ("?theme=dark", '<div class="gallery "\nid="gallery"\ndata-theme="dark">'),
        (
            "?theme=light&width=phone",
            '<div class="gallery phone"\nid="gallery"\ndata-theme="light">',
        ),
        ("?theme=%22onload=&width=%22", '<div class="gallery "\nid="gallery"\n>'),
    ],
)
def test_the_theme_and_the_width_are_those_of_the_address(client, asked, frame):
    assert frame in client.get(f"/components/{asked}").content.decode()


def test_every_component_is_shown():
    partials = {path.stem for path in (ROOT / "templates" / "components").glob("*.html")}
    shown = {
        name
        for component in COMPONENTS
        for state in component.states
        for name in re.findall(r"components/(\w+)\.html", state.source)
    }
    assert partials - SHELL - INSIDE - shown == set()


@pytest.mark.parametrize("component", COMPONENTS, ids=[each.key for each in COMPONENTS])
def test_it_says_what_it_takes(component: Component):
    assert component.parameters()
    assert component.states
