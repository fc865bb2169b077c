"""How times and names are said: plain functions, in the language of the reader."""

import datetime as dt

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def day(value: dt.date, today: dt.date) -> str:
    """A day as people say it beside today."""
    named = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    away = (value - today).days
    if away in named:
        return named[away]
    # Translators: Django date formats; a day near today, a day of this year, any other day.
    near, year, other = _("D j M"), _("j M"), _("j M Y")
    same_year = value.year == today.year
    return date_filter(value, near if abs(away) < 7 else year if same_year else other)


def moment(value: dt.date, today: dt.date) -> str:
    """A day, or a day and a time of day, seen from `today`, both in the zone of the site."""
    if not isinstance(value, dt.datetime):
        return day(value, today)
    local = timezone.localtime(value)
    return f"{day(local.date(), today)} {local:%H:%M}"


def age(since: dt.datetime, now: dt.datetime) -> str:
    """How long it has been so, in its largest whole unit; never less than nothing."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return pgettext("minutes", "%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return pgettext("hours", "%(n)s h") % {"n": minutes // 60}
    return pgettext("days", "%(n)s d") % {"n": minutes // (24 * 60)}


def initials(name: str) -> str:
    """The two letters beside a person's name."""
    words = [word for word in name.replace(",", " ").split() if word[:1].isalpha()]
    return (words[0][0] + words[-1][0]).upper() if words else "–"


def stood(seconds: float) -> str:
    """How long something was held, in hours; minutes below one hour, tenths below ten."""
    if seconds < 3600:
        return pgettext("minutes", "%(n)s min") % {"n": int(seconds // 60)}
    hours = seconds / 3600
    said = number_format(hours, decimal_pos=1 if hours < 9.95 else 0, force_grouping=True)
    return pgettext("hours", "%(n)s h") % {"n": said}
