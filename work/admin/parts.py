"""What belongs to a record and has pages of its own: a table below the record's form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils import formats, timezone

# More than these are found in the list.
SHOWN = 50


@dataclass(frozen=True)
class Part:
    """A table. head: its columns. rows: cells, each with the address it leads to or nothing.

    add: the address where one more is made, with the words of its button. more: the address of
    the list, where not all is shown.
    """

    title: str
    head: tuple[str, ...]
    rows: list[list[tuple[str, str]]]
    empty: str
    add: tuple[str, str] | None = None
    more: str = ""


def page_of(record: Model) -> str:
    """The address of a record's page in the admin."""
    return reverse(
        f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
    )


def adding(model: type[Model], **given: Any) -> str:
    """The address where a record is made, with what is known of it already."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    return f"{url}?{urlencode(given)}" if given else url


def listing(model: type[Model], **given: Any) -> str:
    """The address of a model's list, narrowed."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(given)}" if given else url


def cut(rows: Iterable[Any], url: str) -> tuple[list[Any], str]:
    """As many as are shown, and the address of the list where there are more."""
    found = list(rows)
    return found[:SHOWN], url if len(found) > SHOWN else ""


def moment(at: datetime | None) -> str:
    """A moment in the zone of the page; nothing where there is none."""
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""
