"""Every text of ours has its Dutch words, with the same things named in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from tests.database import ROOT
from tools import catalogues

APPS = ("vinkey", "work", "permits", "hazards", "documents", "competence", "changes")
APPS += ("compliance", "communication")
NAMED = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
_ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_COUNTED = {"ngettext", "ngettext_lazy"}


@pytest.fixture(scope="module")
def dutch() -> dict[str, str]:
    source = ROOT / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    return catalogues.read(source.read_text(encoding="utf-8"))


def _calls(source: str) -> Iterator[str]:
    """The keys of the messages that are marked in Python, as a catalogue has them."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if node.func.id in _ONE and given:
            yield given[0]
        elif node.func.id in _IN_CONTEXT:
            yield f"{given[0]}\x04{given[1]}"
        elif node.func.id in _COUNTED:
            yield f"{given[0]}\0{given[1]}"


def _marked(path: Path) -> Iterator[str]:
    text = path.read_text()
    if path.suffix == ".py":
        yield from _calls(text)
        return
    marks = re.findall(
        r"\b(?:p|n)?gettext\([^\n]*?\)(?=\s|$)|_\([^\n]*?\)(?=\s|$)", templatize(text)
    )
    for mark in marks:
        try:
            yield from _calls(mark.strip())
        except SyntaxError:
            continue


def test_every_text_has_its_dutch_words(dutch):
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    paths = [path for path in paths if "migrations" not in path.parts]
    paths += (ROOT / "templates").rglob("*.html")
    marked = {key for path in paths for key in _marked(path)}

    assert len(marked) > 1000
    assert sorted(marked - set(dutch)) == []


def test_the_same_things_are_named_in_both_languages(dutch):
    for key, words in dutch.items():
        asked = key.rpartition("\x04")[2].split("\0")[-1]
        if key:
            for said in words.split("\0")[-1:]:
                assert set(NAMED.findall(said)) == set(NAMED.findall(asked)), key
