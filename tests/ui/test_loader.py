"""Pages are sent without the indentation of their templates, and say the same."""

import copy
import re
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.template.loader import get_template

from tests.ui.pages import PAGES
from vinkey.loader import flat

ROOT = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
every_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=[str(path.relative_to(ROOT)) for path in TEMPLATES]
)
# Differ at each drawing.
_FRESH = re.compile(r'(name="(?:csrfmiddlewaretoken|act)" value=")[^"]+')
_BLOCKS = ("if", "for", "with", "block", "partialdef")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<p>\n  a\n  b\n</p>\n", "<p>\na\nb\n</p>\n"),
        ("a\n  {% if x %}\n    b\n  {% endif %}\nc\n", "a\n{% if x %}b\n{% endif %}c\n"),
        ("{% load i18n %}\n<p>\n", "\n{% load i18n %}<p>\n"),
        ("{% if x %}a{% endif %}\nb", "{% if x %}a{% endif %}\nb"),
        ("{% translate 'a' %}\n  {{ b }}\n", "{% translate 'a' %}\n{{ b }}\n"),
        ("{% translate 'a' as b %}\n{{ b }}\n", "\n{% translate 'a' as b %}{{ b }}\n"),
        ("{% include 'a' %}\n  {% include 'b' %}\n", "{% include 'a' %}\n{% include 'b' %}\n"),
        ("{% endblocktranslate %}\n{{ b }}\n", "\n{% endblocktranslate %}\n{{ b }}\n"),
    ],
)
def test_a_silent_line_goes_and_every_other_one_begins_at_its_first_character(written, sent):
    assert flat(written) == sent


def test_what_a_variable_holds_is_not_touched():
    kept = "one\n    two\n\n  three"
    drawn = (
        Engine().from_string(flat("<p>\n  {{ words }}\n</p>\n")).render(Context({"words": kept}))
    )
    assert drawn == f"<p>\n{kept}\n</p>\n"


def test_the_pages_of_this_installation_are_drawn_flat(settings):
    source = get_template("components/pager.html").template.source
    assert "\n " not in source
    assert "\n\n" not in source


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_as_with_its_indentation(draw, name, settings):
    sent = draw(name)
    indented = copy.deepcopy(settings.TEMPLATES)
    del indented[0]["OPTIONS"]["loaders"]
    settings.TEMPLATES = [indented[0] | {"APP_DIRS": True}]
    written = draw(name)
    assert len(sent) < len(written)
    assert _plain(sent) == _plain(written)


def _plain(html: str) -> str:
    return _FRESH.sub(r"\1", re.sub(r"\s+", " ", html)).replace("<title> ", "<title>")


@every_template
def test_a_block_that_begins_inside_a_line_ends_in_it(path):
    for line in path.read_text().splitlines():
        if re.fullmatch(r"\s*{%(?:(?!%}).)*%}\s*", line):
            continue
        for block in _BLOCKS:
            begun = len(re.findall(rf"{{% {block}\b", line))
            assert begun <= len(re.findall(rf"{{% end{block}\b", line)), line


@every_template
def test_a_sentence_over_several_lines_is_trimmed(path):
    sentences = re.findall(
        r"{% blocktranslate(.*?)%}(.*?){% endblocktranslate", path.read_text(), re.DOTALL
    )
    assert [words for how, words in sentences if "\n" in words and "trimmed" not in how] == []
