"""What the page shows: components, each with its states and what is written at its head."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import engines
from django.utils.functional import Promise
from django.utils.translation import gettext as _

_OF_TAG = re.compile(r"{% templatetag openblock %} (\w+) {% templatetag closeblock %}")
_LOADED = "{% load i18n vinkey controls gauges cards %}"


@dataclass(frozen=True)
class State:
    """One state: its name, how a page would write it, and with what."""

    name: str | Promise
    source: str
    make: Callable[[], dict[str, Any]] = dict
    broad: bool = False

    def drawn(self, request: Any) -> str:
        """As a page has it."""
        return engines["django"].from_string(_LOADED + self.source).render(self.make(), request)


@dataclass(frozen=True)
class Component:
    """A partial or a tag, called as pages call it."""

    key: str
    where: str | Callable[..., Any]
    states: tuple[State, ...]

    def name(self) -> str:
        """What a page writes to have it."""
        if isinstance(self.where, str):
            return self.where
        return _("the tag %(name)s") % {"name": self.where.__name__}

    def parameters(self) -> str:
        """What stands at its head."""
        if not isinstance(self.where, str):
            return inspect.getdoc(self.where) or ""
        source = (Path(settings.BASE_DIR) / "templates" / self.where).read_text()
        told = re.search(r"{% comment %}(.*?){% endcomment %}", source, re.DOTALL)
        return _OF_TAG.sub(r"the tag \1", told[1].strip()) if told else ""


def include(path: str, label: str | Promise, /, *, broad: bool = False, **context: Any) -> State:
    """A state of a partial, with these values."""
    return State(label, f'{{% include "components/{path}.html" %}}', lambda: context, broad)
