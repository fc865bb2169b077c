"""Static files: colours that can be read, icons that are there, names that survive hashing."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string

from vinkey import bundles
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


def test_only_the_bundle_imports_and_no_stylesheet_names_a_file():
    for path in CSS.rglob("*.css"):
        assert not re.search(r"url\(", path.read_text()), path.name
        assert ("@import" in path.read_text()) == (path.name == "vinkey.css"), path.name


def _text(name: str) -> str:
    return (ROOT / "static" / name).read_text()


def test_every_stylesheet_stands_in_a_layer_and_once_in_the_bundle():
    listed = bundles.parts("css/vinkey.css", _text("css/vinkey.css"))
    assert listed[:2] == ["css/tokens.css", "css/base.css"]
    files = {str(path.relative_to(ROOT / "static")) for path in CSS.rglob("*.css")}
    # What stands in the admin is not in our layers but beside those of its toolkit.
    assert sorted(listed) == sorted(files - {"css/vinkey.css", "css/admin.css"})
    for name in listed:
        assert re.search(r"@layer (reset|tokens|base|components)\b", _text(name)), name


def test_every_script_is_in_the_bundle_or_on_the_pages_that_need_it():
    linked = "".join(path.read_text() for path in TEMPLATES)
    listed = bundles.parts("js/vinkey.js", _text("js/vinkey.js"))
    assert listed[0] == "js/app.js"
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert (f"js/{path.name}" in listed) != (f"'js/{path.name}'" in linked), path.name


def test_a_page_asks_for_one_stylesheet_and_one_script_of_ours(rf):
    html = render_to_string("base_plain.html", request=rf.get("/"))
    assert re.findall(r'rel="stylesheet" href="([^"]+)"', html) == ["/static/css/vinkey.css"]
    assert re.findall(r'src="(/static/js/[^"]+)"', html) == ["/static/js/vinkey.js"]
    assert not [path for path in TEMPLATES if ".css" in path.read_text() and not _own(path)]


def _own(path: Path) -> bool:
    return path.name == "_head.html" or "admin" in path.parts


def test_every_static_name_in_a_template_is_a_file():
    for path in TEMPLATES:
        for name in re.findall(r"{% static '([^']+)' %}", path.read_text()):
            assert (ROOT / "static" / name).is_file(), (path.name, name)


def _collect(folder: Path, without: str = "") -> tuple[bundles.HashedStorage, list]:
    storage = bundles.HashedStorage(location=folder, base_url="/static/")
    names = {}
    for finder in finders.get_finders():
        for name, source in finder.list([]):
            if name.startswith(("css/", "js/", "icons", "favicon")) and name != without:
                with source.open(name) as content:
                    storage._save(name, content)
                names[name] = (source, name)
    assert len(names) >= 20
    return storage, list(storage.post_process(names))


def test_bundles_are_collected_with_their_parts_in_order_under_hashed_names(tmp_path):
    storage, results = _collect(tmp_path)
    assert [failed for _, _, failed in results if isinstance(failed, Exception)] == []
    for name in bundles.NAMES:
        hashed = storage.stored_name(name)
        assert re.fullmatch(r"\w+/vinkey\.[0-9a-f]{12}\.\w+", hashed)
        served = (tmp_path / hashed).read_text()
        places = [served.find(_text(part).rstrip()) for part in bundles.parts(name, _text(name))]
        assert places == sorted(places)
        assert places[0] > 0
        assert not re.search(r"^@?import ", served, re.MULTILINE)
        assert (tmp_path / f"{hashed}.gz").stat().st_size < 20_000


def test_a_bundle_whose_part_is_no_file_is_not_collected(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"^css/components/menu\.css is no static file"):
        _collect(tmp_path, without="css/components/menu.css")


def test_every_width_that_a_page_names_is_a_width():
    """A part of a grid without one is a twelfth wide."""
    known = set(re.findall(r"\.(span-\d+) ", (CSS / "base.css").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r"span-\d+", path.read_text())}
    assert named <= known
