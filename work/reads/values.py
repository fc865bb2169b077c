"""Values of own fields as text, in the reader's language and the site's zone."""

from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from work.states import FieldKind


def said(kind: str, value: Any) -> str:
    """A stored value in words; nothing where there is none."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if kind == FieldKind.NUMBER and isinstance(value, int | float):
        return number_format(int(value) if value == int(value) else value)
    if kind == FieldKind.DATE and (day := parse_date(str(value))):
        return date_format(day, _("j M Y"))
    if kind == FieldKind.MOMENT and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), _("j M Y") + " H:i")
    return str(value)
