"""What templates may not hold: bare words, inline style or script, a comment that is missing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
every_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=[str(path.relative_to(ROOT)) for path in TEMPLATES]
)
# Names, not words.
NAMES = {"Vinkey", "V"}
READ_OUT = r'(?:aria-label|placeholder|alt|title|value|data-lost|data-failed)="([^"]*)"'
TAGS = (
    r"{% comment.*?endcomment %}",
    r"{% blocktranslate.*?endblocktranslate %}",
    # Names of icons in the admin's own set.
    r"<span class=\"material-symbols-outlined[^>]*>.*?</span>",
)


def _without_code(source: str) -> str:
    for pattern in (*TAGS, r"{#.*?#}", r"{%.*?%}", r"{{.*?}}"):
        source = re.sub(pattern, "", source, flags=re.DOTALL)
    return source


@every_template
def test_every_word_is_translatable(path):
    plain = _without_code(path.read_text())
    words = re.sub(r"<[^>]*>", " ", re.sub(r"<!DOCTYPE html>", "", plain))
    read_out = " ".join(re.findall(READ_OUT, plain))
    left = [word for word in re.findall(r"[A-Za-z]{2,}", words) if word not in NAMES]
    assert left == []
    assert re.findall(r"[A-Z][a-z]+", read_out) == []


@every_template
def test_no_inline_style_or_script(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|hx-on|javascript:|\|safe\b", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@every_template
def test_nothing_comes_from_elsewhere(path):
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", path.read_text())


def test_every_component_and_page_says_what_it_expects():
    for path in TEMPLATES:
        folder = path.relative_to(ROOT).parts[0]
        if folder in ("components", "work") and not path.name.startswith("_"):
            source = re.sub(r'^{% extends "[^"]+" %}\n', "", path.read_text())
            assert source.startswith("{% comment %}"), path.name


@every_template
def test_no_file_is_too_long(path):
    assert len(path.read_text().splitlines()) <= 250
