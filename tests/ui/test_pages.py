"""Every page in every state: well formed, in order, labelled, no inline style or script."""

import collections
import re

import pytest

from tests.ui.markup import Markup
from tests.ui.pages import PAGES

SEVEN = [
    "What must happen",
    "Who owns it",
    "Where",
    "Status now",
    "What blocks it",
    "Context and safeguards",
    "What must be true before it is done",
]
CONTROLS = ("input", "select", "textarea")
every_page = pytest.mark.parametrize("name", PAGES)
# The page of the components shows parameters as they are written, and a main act in many states.
page_of_work = pytest.mark.parametrize("name", [name for name in PAGES if name != "components"])


@every_page
def test_page_is_well_formed(draw, name):
    page = Markup(draw(name))
    assert page.unbalanced == []
    ids = collections.Counter(tag.attrs["id"] for tag in page.tags if "id" in tag.attrs)
    assert [key for key, times in ids.items() if times > 1] == []


@every_page
def test_page_has_one_heading_of_each_level_above_the_next(draw, name):
    levels = [int(tag.name[1]) for tag in Markup(draw(name)).all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    in_main = [
        int(tag.name[1])
        for tag in Markup(draw(name)).all("h1", "h2", "h3", "h4")
        if "main" in tag.path and "popover" not in tag.attrs
    ]
    below = [low for high, low in zip([0, *in_main], in_main, strict=False) if low > high + 1]
    # The head of an item stands under the refusal, which is read first.
    assert below == ([2] if "refusal" in draw(name) and in_main[0] == 2 else [])


@every_page
def test_page_has_no_inline_style_or_script(draw, name):
    page = Markup(draw(name))
    assert [tag.name for tag in page.tags if "style" in tag.attrs] == []
    assert page.all("style") == []
    handlers = [key for tag in page.tags for key in tag.attrs if key.startswith(("on", "hx-on"))]
    assert handlers == []
    assert [tag.name for tag in page.all("script") if not tag.attrs.get("src")] == []


@every_page
def test_every_control_is_labelled(draw, name):
    page = Markup(draw(name))
    labelled = {tag.attrs["for"] for tag in page.all("label") if "for" in tag.attrs}
    bare = [
        tag.attrs.get("name", "?")
        for tag in page.all(*CONTROLS)
        if tag.attrs.get("type") not in ("hidden", "submit")
        and "aria-label" not in tag.attrs
        and tag.attrs.get("id") not in labelled
    ]
    assert bare == []


@every_page
def test_every_button_and_link_says_something(draw, name):
    page = Markup(draw(name))
    silent = [
        tag.attrs
        for tag in page.all("button", "a", "summary")
        if not tag.text.strip() and "aria-label" not in tag.attrs
    ]
    assert silent == []


@every_page
def test_every_reference_leads_somewhere(draw, name):
    page = Markup(draw(name))
    known = {tag.attrs["id"] for tag in page.tags if "id" in tag.attrs}
    wanted = set()
    for tag in page.tags:
        for key in ("aria-describedby", "aria-labelledby", "for", "form", "popovertarget"):
            wanted |= set(tag.attrs.get(key, "").split())
        target = tag.attrs.get("hx-target", "")
        if target.startswith("#"):
            wanted.add(target[1:])
    assert wanted - known == set()


@every_page
def test_every_post_carries_its_token_and_every_act_its_two_answers(draw, name):
    page = Markup(draw(name))
    for form in page.all("form"):
        if form.attrs.get("method") != "post":
            continue
        names = [tag.attrs.get("name") for tag in form.inside if tag.name == "input"]
        assert "csrfmiddlewaretoken" in names
        if form.attrs.get("hx-post"):
            assert form.attrs["action"] == form.attrs["hx-post"]
            assert {"act", "seen"} <= set(names)


@page_of_work
def test_nothing_of_the_template_language_is_left(draw, name):
    html = draw(name)
    assert not re.search(r"{[{%#]|[#%}]}", html.replace('"}]}', ""))
    assert "None" not in Markup(html).by_id("main").text.replace("None\n", "")


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("item")])
def test_item_gives_the_seven_answers_in_order(draw, name):
    page = Markup(draw(name))
    seven = next(tag for tag in page.all("dl") if "seven" in tag.attrs.get("class", ""))
    assert [tag.text.strip() for tag in seven.inside if tag.name == "dt"] == SEVEN
    groups = [tag for tag in seven.inside if tag.name == "div"]
    assert len(groups) == 7
    for group in groups:
        answers = [tag.text.strip() for tag in group.inside if tag.name == "dd"]
        assert answers
        assert all(answers)


def test_what_is_missing_is_said(draw):
    page = Markup(draw("item-bare"))
    seven = next(tag for tag in page.all("dl") if "seven" in tag.attrs.get("class", ""))
    answers = [tag.text.strip() for tag in seven.inside if tag.attrs.get("class") == "a"]
    assert answers[1] == "No owner"
    assert answers[5:] == ["Not answered", "Not answered"]


def test_a_held_act_is_shown_with_its_reasons_and_can_be_sent(draw):
    page = Markup(draw("item"))
    form = page.by_id("act-start")
    button = next(tag for tag in form.inside if tag.name == "button")
    assert button.attrs["type"] == "submit"
    assert button.attrs["aria-disabled"] == "true"
    why = page.by_id(button.attrs["aria-describedby"]).text
    assert "Permit EP-231 is not in force." in why
    assert "Cleared by permit issuer" in " ".join(why.split())


@page_of_work
def test_page_has_at_most_one_primary_act(draw, name):
    """In the head; and on a phone, in its place, under the thumb (tests/browser/test_walks.py)."""
    page = Markup(draw(name))
    main = [tag for tag in page.tags if "main" in tag.path]
    primary = [tag for tag in main if "primary" in tag.attrs.get("class", "").split()]
    bars = [tag for tag in main if "item-bar" in tag.attrs.get("class", "").split()]
    under = [tag for bar in bars for tag in bar.inside if tag in primary]
    assert len(under) <= 1
    assert len(primary) - len(under) <= 1


def test_a_form_that_came_back_keeps_what_was_typed_and_stands_open(draw):
    html = draw("item-invalid")
    page = Markup(html)
    field = page.by_id("act-wait-what")
    assert field.attrs["value"] == "Valve kit"
    missing = page.by_id("act-wait-condition")
    assert missing.attrs["aria-invalid"] == "true"
    assert missing.attrs["aria-describedby"] == (
        "act-wait-condition_helptext act-wait-condition_error"
    )
    details = [tag for tag in page.all("details") if "open" in tag.attrs]
    assert any(page.by_id("act-wait") in tag.inside for tag in details)


@pytest.mark.parametrize(
    ("name", "fragment", "root"),
    [("item", "item", "item"), ("list", "work", "work"), ("board", "work", "work"),
     ("new", "new", "new"), ("place", "place", "place"), ("refused", "refused", "refused")],
)  # fmt: skip
def test_fragment_is_the_region_alone(draw, name, fragment, root):
    page = Markup(draw(name, fragment))
    assert page.unbalanced == []
    assert page.tags[0].attrs["id"] == root
    assert page.all("html", "h1") == page.all("h1")
    assert [tag for tag in page.tags if not tag.path] == [page.tags[0]]


def test_stranger_words_are_escaped(draw):
    from tests.ui.item_pages import bare

    context = bare()
    context["item"].what = '<img src=x onerror="alert(1)">'
    html = draw("item-bare", **context)
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
