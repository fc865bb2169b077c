"""Static files: colours that can be read, icons that are there, names that survive hashing."""

import re
from pathlib import Path

import pytest

from work.models import WorkType
from work.reads import item_rows, trail
from work.templatetags import sprite, vinkey
from work.views import pictures

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SURFACES = ["sunken", "canvas", "surface", "raised", "hover", "selected"]
TONES = ["stop", "late", "temp", "go"]


def _pairs() -> list[tuple[str, str, float]]:
    pairs = [(ink, on, 4.5) for ink in ("ink", "ink-2", "ink-3", *TONES) for on in SURFACES]
    pairs += [(ink, f"{tone}-tint", 4.5) for tone in TONES for ink in (tone, "ink", "ink-2")]
    pairs += [("on-action", "action", 4.5), ("on-action", "action-hover", 4.5)]
    pairs += [("on-solid", "stop-solid", 4.5), ("on-solid", "go-solid", 4.5)]
    pairs += [("line-control", on, 3) for on in ("canvas", "surface", "raised")]
    return pairs + [("focus", on, 3) for on in SURFACES]


def _tokens() -> dict[str, tuple[str, str]]:
    text = (CSS / "tokens.css").read_text()
    found = re.findall(r"--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)", text)
    return {name: (light, dark) for name, light, dark in found} | {
        "on-solid": ("#ffffff", "#ffffff")
    }


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_tokens_can_be_read(theme):
    tokens, poor = _tokens(), []
    for front, back, need in _pairs():
        low, high = sorted((_luminance(tokens[front][theme]), _luminance(tokens[back][theme])))
        if (high + 0.05) / (low + 0.05) < need:
            poor.append((front, back))
    assert poor == []


def test_sprite_is_what_its_module_builds():
    assert (ROOT / "static" / "icons.svg").read_text() == sprite.build()


def test_every_icon_that_a_template_names_is_in_the_sprite():
    known = set(sprite.NAMES) | set(sprite.FILLED)
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
        + re.findall(r'empty.html" with name="([^"]+)"', path.read_text())
    }
    assert named - known == set()


def test_every_icon_that_a_page_gives_its_rows_is_in_the_sprite():
    """A long page says each of them many times."""
    given = {name for _words, name in trail._WORDS.values()} | set(item_rows._ICONS.values())
    given |= {WorkType._meta.get_field("icon").default, *pictures._ICONS.values()}
    given |= set(vinkey.STATUS_ICONS.values()) | set(vinkey.TONE_ICONS.values()) - {None}
    assert given - set(sprite.NAMES) - set(sprite.FILLED) == set()


def test_stylesheets_import_nothing_and_name_no_file():
    for path in CSS.rglob("*.css"):
        assert not re.search(r"@import|url\(", path.read_text()), path.name


def test_every_stylesheet_stands_in_the_layers_and_is_linked():
    linked = "".join(path.read_text() for path in TEMPLATES)
    for path in sorted(CSS.rglob("*.css")):
        # What stands in the admin is not in our layers but beside those of its toolkit.
        layered = re.search(r"@layer (reset|tokens|base|components)\b", path.read_text())
        assert layered or path.name == "admin.css", path.name
        assert str(path.relative_to(ROOT / "static")) in linked, path.name


def test_every_static_name_in_a_template_is_a_file():
    for path in TEMPLATES:
        for name in re.findall(r"{% static '([^']+)' %}", path.read_text()):
            assert (ROOT / "static" / name).is_file(), (path.name, name)


def test_static_files_can_be_collected_under_hashed_names(tmp_path, settings):
    from django.contrib.staticfiles import finders
    from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    names = {}
    for finder in finders.get_finders():
        for name, source in finder.list([]):
            if name.startswith(("css/", "js/", "icons", "favicon")):
                with source.open(name) as content:
                    storage._save(name, content)
                names[name] = (storage, name)
    assert len(names) >= 20
    results = list(storage.post_process(names))
    assert [failed for _, _, failed in results if isinstance(failed, Exception)] == []
