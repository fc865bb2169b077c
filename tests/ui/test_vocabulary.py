"""The tags: exact markup of the words that every page shares."""

import datetime as dt

import pytest
import time_machine
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.template import Context, Template
from django.utils import timezone

from tests.ui.stand_ins import ItemRow
from work.states import Status
from work.templatetags import vinkey


def drawn(source: str, **context) -> str:
    return Template("{% load vinkey %}" + source).render(Context(context))


def test_icon_is_a_decoration_from_the_sprite():
    assert drawn('{% icon "check" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#check"/></svg>'
    )


def test_the_address_of_the_sprite_is_asked_once_and_anew_where_the_files_are_elsewhere(
    settings, monkeypatch
):
    asked = []
    url = StaticFilesStorage.url

    def counted(self, name):
        asked.append(name)
        return url(self, name)

    monkeypatch.setattr(StaticFilesStorage, "url", counted)
    for address in ("/elsewhere/", "/static/"):
        settings.STATIC_URL = address
        for _twice in range(2):
            assert f'href="{address}icons.svg#check"' in drawn('{% icon "check" %}')
    assert asked == ["icons.svg"] * 2


def test_icon_outside_the_sprite_is_drawn_in_place():
    html = drawn('{% icon "anchor" %}')
    assert html.startswith('<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path')
    assert "\n" not in html


@pytest.mark.parametrize("name", ["", None, "no-such-icon", '"><script>'])
def test_icon_that_nobody_drew_is_nothing(name):
    assert drawn("{% icon name %}", name=name) == ""


@pytest.mark.parametrize("status", Status)
def test_status_is_shape_and_word(status):
    html = drawn("{% status_pill code %}", code=status.value)
    assert f'data-s="{status.value}"' in html
    assert html.endswith(f"{status.label}</span>")
    assert "<svg" in html


def test_blocked_says_how_many():
    assert drawn("{% blocked 2 %}").endswith("Blocked · 2</span>")
    assert 'class="flag stop"' in drawn("{% blocked %}")


def test_nobody_is_said():
    assert "No owner" in drawn('{% who "" %}')


def test_person_by_initials_and_post_by_icon():
    assert ">MO</span>" in drawn('{% who "Mara Okafor" %}')
    assert "<svg" in drawn('{% who "Shift lead, Packaging" "post" %}')


def test_names_are_escaped():
    assert "<b>" not in drawn("{% who name %}", name="<b>x</b>")


@time_machine.travel(dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC), tick=False)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime(2026, 11, 24, 13, 0, tzinfo=dt.UTC), "Today 14:00"),
        (dt.datetime(2026, 11, 23, 22, 59, tzinfo=dt.UTC), "Yesterday 23:59"),
        (dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC), "Today 00:00"),
        (dt.datetime(2026, 11, 27, 9, 0, tzinfo=dt.UTC), "Fri 27 Nov 10:00"),
        (dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC), "29 Mar 03:30"),
        (dt.date(2025, 11, 27), "27 Nov 2025"),
        (dt.date(2026, 11, 25), "Tomorrow"),
    ],
)
def test_moment_is_said_in_the_zone_of_the_site(value, text):
    with timezone.override("Europe/Amsterdam"):
        assert drawn("{{ value|moment }}", value=value).endswith(f">{text}</time>")


def test_the_two_half_past_two_of_a_night_in_autumn_are_two():
    with timezone.override("Europe/Amsterdam"):
        drawn_at = [
            drawn("{{ value|moment }}", value=dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC))
            for hour in (0, 1)
        ]
    assert ["T02:30+02:00" in drawn_at[0], "T02:30+01:00" in drawn_at[1]] == [True, True]


def test_no_due_date_is_said_and_a_late_one_is_told_in_words():
    assert "No date" in drawn("{% due value %}", value=None)
    late = drawn("{% due value True %}", value=dt.date(2026, 11, 1))
    assert "Overdue: " in late
    assert "late" in late


@pytest.mark.parametrize(("clock", "said"), [((0, 0), "1 Feb"), ((0, 1), "1 Feb 00:01")])
def test_a_date_alone_has_no_time_of_day(clock, said):
    """Sources that know days alone put midnight, in the zone of the site."""
    at = dt.datetime(2026, 11, 24, 4, tzinfo=dt.UTC)
    value = dt.datetime(2026, 2, 1, *clock, tzinfo=timezone.get_current_timezone())
    assert f">{said}</time>" in drawn("{% due value False at %}", value=value, at=at)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (47 * 60, "47 h"), (48 * 60, "2 d"), (-5, "0 min")],
)
def test_age_in_its_largest_whole_unit(minutes, text):
    now = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)
    assert vinkey.age(now - dt.timedelta(minutes=minutes), now) == text


def test_marks_of_a_blocked_item_never_say_clear_to_start():
    html = drawn("{% marks item %}", item=ItemRow("W-1", "x", is_blocked=True, is_ready=True))
    assert "Blocked" in html
    assert "Clear to start" not in html


def test_clear_to_start_is_only_for_planned_work():
    assert "Clear to start" in drawn("{% marks item %}", item=ItemRow("W-1", "x", is_ready=True))
    live = ItemRow("W-1", "x", Status.LIVE, is_ready=True)
    assert drawn("{% marks item %}", item=live) == ""


def test_marks_refuse_a_thing_whose_overlays_were_not_read():
    thing = ItemRow("W-1", "x")
    thing.is_blocked = lambda at: True
    with pytest.raises(TypeError, match="read at a moment"):
        vinkey.marks(thing)


def test_two_forms_never_share_an_act():
    assert drawn("{% act_fields 3 %}") != drawn("{% act_fields 3 %}")
    assert 'name="seen" value="3"' in drawn("{% act_fields 3 %}")
    assert 'name="act" value="abc"' in drawn('{% act_fields 3 "abc" %}')
