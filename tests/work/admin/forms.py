"""Forms of the admin, filled in as a browser would and sent."""

from typing import Any

from django.forms import MultiWidget
from django.test import Client
from django.utils import timezone

ZONE = "Europe/Amsterdam"
BACKEND = "vinkey.backends.PasswordBackend"


def opened(client: Client, url: str) -> dict[str, Any]:
    """What an opened form holds, by the names of its inputs; times by the site's clock."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    with timezone.override(ZONE):
        return _held(form_in(page))


def _held(form: Any) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, MultiWidget):
            for number, part in enumerate(widget.decompress(value)):
                held[f"{bound.html_name}_{number}"] = "" if part is None else str(part)
        elif isinstance(value, (list, tuple)):
            held[bound.html_name] = [str(each) for each in value]
        elif value is True:
            held[bound.html_name] = "on"
        elif value is not False:
            held[bound.html_name] = "" if value is None else str(value)
    return held


def form_in(page: Any) -> Any:
    """The form on a page: of a record, or of a step."""
    shown = page.context["adminform"].form if "adminform" in page.context else None
    return shown if shown is not None else page.context["form"]


def send(client: Client, url: str, **typed: Any) -> Any:
    """Open a form, type over what is given, and send it."""
    return client.post(url, opened(client, url) | typed)


def errors(page: Any) -> list[str]:
    """What a form that came back says."""
    return [text for texts in form_in(page).errors.values() for text in texts]
