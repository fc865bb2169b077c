"""Acts on parts of an item: their forms have pages of their own, and come in place by script."""

import pytest

from tests.ui.markup import Markup
from tests.views.cases import CASES
from work.models import WorkItem
from work.views._acts import SPECS

PARTS = [verb for verb, spec in SPECS.items() if spec.part]


@pytest.fixture
def case(world, request):
    """The item of a case, the address of its act, and what the part's link is called."""
    verb = request.param
    item = CASES[verb].make(world)
    of = CASES[verb].of(item)
    return verb, item, of, f"/s/hvk/work/W-{item.number}/{verb}/?of={of}"


each_part = pytest.mark.parametrize("case", PARTS, indirect=True)


@each_part
def test_its_form_is_reached_sent_and_done_without_a_script(world, sign_in, case):
    verb, item, of, url = case
    visitor = sign_in(CASES[verb].actor(world))
    page = Markup(visitor.see(item).text)
    if verb == "answer":
        # The line that is next is answered where it stands.
        assert page.by_id(f"act-{verb}-{of}").attrs["action"] == url
    else:
        assert page.by_id(f"ask-{verb}-{of}").attrs["href"] == url
        assert page.by_id(f"act-{verb}-{of}") is None
    form = Markup(visitor.client.get(url).text).by_id(f"act-{verb}-{of}")
    assert (form.attrs["method"], form.attrs["action"]) == ("post", url)
    given = {
        tag.attrs["name"]: tag.attrs["value"]
        for tag in form.inside
        if tag.attrs.get("type") == "hidden" and tag.attrs["name"] in ("act", "seen")
    }
    typed = CASES[verb].typed(world, WorkItem.objects.get(pk=item.pk))
    assert visitor.client.post(url, given | typed).status_code == 303


@each_part
def test_by_script_the_form_alone_comes_to_where_the_link_stands(world, sign_in, case):
    verb, item, of, url = case
    visitor = sign_in(CASES[verb].actor(world))
    boosted = {"HX-Request": "true", "HX-Boosted": "true"}
    answer = visitor.client.get(url, headers=boosted)
    page = Markup(answer.text)
    assert answer.status_code == 200
    assert page.unbalanced == []
    (outer,) = [tag for tag in page.tags if not tag.path]
    assert (outer.name, "open" in outer.attrs) == ("details", True)
    form = page.by_id(f"act-{verb}-{of}")
    assert form.attrs["hx-post"] == form.attrs["action"] == url
    assert form.attrs["hx-target"] == "#item"
    # The focus of the link goes on to what stands in its place.
    assert page.by_id(f"ask-{verb}-{of}").name == "summary"


@each_part
def test_a_form_that_came_back_stands_open_in_its_row(world, sign_in, case):
    verb, item, of, _url = case
    answer = sign_in(CASES[verb].actor(world)).act(item, verb, of=of, htmx=True)
    page = Markup(answer.text)
    assert answer.status_code == 422
    assert page.by_id(f"act-{verb}-{of}") is not None
    if verb == "answer":
        return
    assert page.by_id(f"ask-{verb}-{of}").name == "summary"
    opened = [tag for tag in page.all("details") if "open" in tag.attrs]
    assert any(page.by_id(f"act-{verb}-{of}") in tag.inside for tag in opened)


def test_who_may_not_is_told_so_in_place(world, sign_in):
    item = CASES["clear"].make(world)
    url = f"/s/hvk/work/W-{item.number}/clear/?of={CASES['clear'].of(item)}"
    answer = sign_in(world.viewer).get(url, htmx=True)
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert "this is not yours to do" in answer.text


@pytest.mark.parametrize("case", ["check", "answer", "dispose"], indirect=True)
def test_nothing_is_answered_before_somebody_answers(world, sign_in, case):
    """The first choice is empty, and to be left: as it stands the form is not taken."""
    verb, item, of, url = case
    visitor = sign_in(CASES[verb].actor(world))
    form = Markup(visitor.client.get(url).text).by_id(f"act-{verb}-{of}")
    select = next(tag for tag in form.inside if tag.name == "select")
    first = next(tag for tag in select.inside if tag.name == "option")
    assert (first.attrs["value"], first.text, "required" in select.attrs) == ("", "Choose", True)
    left = visitor.act(item, verb, of=of, **{select.attrs["name"]: ""})
    assert left.status_code == 422
