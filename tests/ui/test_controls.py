"""What pages are put together from: exact markup, exact geometry."""

import re

import pytest
from django.template import Context, Template

from work.templatetags import gauges


def drawn(source: str, **context) -> str:
    return Template("{% load vinkey controls gauges %}" + source).render(Context(context))


def test_a_button_sends_its_form_and_a_link_leads_on():
    assert drawn('{% button "Start" %}') == '<button class="btn" type="submit">Start</button>'
    assert drawn('{% button "Plan" "/plan/" "primary" %}') == (
        '<a class="btn primary" href="/plan/">Plan</a>'
    )


def test_a_button_takes_what_it_is_given_besides_and_escapes_it():
    html = drawn('{% button word name="do" form_id=word value="" %}', word='"><b>')
    assert html == (
        '<button class="btn" form-id="&quot;&gt;&lt;b&gt;" name="do" type="submit">'
        "&quot;&gt;&lt;b&gt;</button>"
    )


def test_a_button_of_an_icon_is_read_out():
    html = drawn('{% button "More" "/more/" "quiet icon" "ellipsis" %}')
    assert html.startswith('<a class="btn quiet icon" href="/more/" aria-label="More"><svg')
    assert html.endswith("</svg></a>")


def test_a_held_button_stays_and_names_its_reason():
    html = drawn('{% button "Start" icon="play" held="why" %}')
    assert 'aria-describedby="why" aria-disabled="true"' in html
    assert "#lock" in html
    assert "#play" not in html
    assert " disabled" not in html


def test_a_panel_is_named_by_its_heading():
    assert drawn('{% panel "x" "Holds" count=0 %}in{% endpanel %}') == (
        '<section class="panel" id="x" aria-labelledby="h-x"><header><h2 id="h-x">Holds</h2>'
        '<span class="count">0</span></header>in</section>'
    )
    assert drawn('{% panel "x" "Holds" quiet=True css="fill" %}{% endpanel %}') == (
        '<section class="panel fill" id="x" aria-labelledby="h-x">'
        '<h2 class="vh" id="h-x">Holds</h2></section>'
    )


def test_what_stands_in_a_panel_is_escaped_once():
    html = drawn('{% panel "x" word aside=word %}{{ word }}{% endpanel %}', word="<b>")
    assert html.count("&lt;b&gt;") == 3
    assert "<b>" not in html


def test_a_note_has_the_icon_of_its_tone_and_is_news_where_it_says_so():
    html = drawn('{% note "stop" role="alert" %}Not saved{% endnote %}')
    assert html.startswith('<div class="note stop" role="alert"><svg')
    assert "#octagon-x" in html
    assert html.endswith("<div>Not saved</div></div>")
    assert 'class="note">' in drawn("{% note %}x{% endnote %}")


@pytest.mark.parametrize(
    ("source", "css", "band", "at", "hit"),
    [
        ("20.8 17 25 19.5 23.5", "ana", ("31.2", "50.0"), "46.6", 0),
        ("24 0 40 none 20", "ana stop", ("0.0", "50.0"), "59.1", 1),
        ("4 5 10 6.5 8.5", "ana stop", ("30.0", "40.0"), "-0.9", 1),
        ("12 5 10 6.5 none", "ana", ("30.0", "70.0"), "99.1", 0),
        ("1 5 5 none none", "ana", ("0.0", "0.0"), "-0.9", 0),
    ],
)
def test_a_value_stands_against_its_band(source, css, band, at, hit):
    html = drawn(f"{{% band {source} %}}", none=None)
    assert f'class="{css}"' in html
    assert (
        re.search(r'class="band" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', html).groups() == band
    )
    assert re.search(r'class="ptr" x="([-\d.]+)"', html)[1] == at
    assert html.count("lim hit") == hit


def test_a_load_is_cut_in_blocked_overdue_and_the_rest():
    assert re.findall(
        r'class="([\w-]+)" x="(\d+)" width="(\d+)"', drawn("{% load_bar 28 4 2 40 %}")
    ) == [
        ("l-stop", "0", "4"),
        ("l-late", "4", "2"),
        ("l-rest", "6", "22"),
    ]
    assert 'viewBox="0 0 40 1"' in drawn("{% load_bar 28 4 2 40 %}")
    assert re.findall(r'width="(\d+)"', drawn("{% load_bar 3 3 3 %}")) == ["3"]
    assert "<rect" not in drawn("{% load_bar 0 %}")


def test_a_share_is_never_more_than_the_whole():
    assert 'width="55.6"' in drawn("{% meter 5 9 %}")
    assert 'width="100.0"' in drawn("{% meter 12 9 %}")
    assert 'width="0.0"' in drawn("{% meter 0 0 %}")


def test_a_reading_past_its_limit_says_which():
    html = drawn('{% reading "24" "ppm" "above 20 ppm" %}')
    assert 'class="reading stop"' in html
    assert '<span class="vh"> above 20 ppm</span>' in html
    assert drawn('{% reading "7" "bar" %}') == '<span class="reading">7 <small>bar</small></span>'


@pytest.mark.parametrize(
    ("count", "most", "said"), [(0, 9, 0), (1, 9, 1), (3, 9, 2), (9, 9, 4), (1, 1, 4), (0, 0, 0)]
)
def test_the_fullest_cell_has_the_strongest_shade(count, most, said):
    assert gauges.shade(count, most) == said
