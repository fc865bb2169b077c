"""The controls of forms, drawn without templates where a page has dozens of them.

Django draws every option of a choice by a template of its own. What comes out is the same, but for
the line breaks between options; a test compares the two.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from work.templatetags.markup import join, put


class Renderer(DjangoTemplates):
    """Django's own way for everything but the plainest controls."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """A control, by the name of its template."""
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _attrs(attrs: Mapping[str, Any]) -> SafeString:
    return join(
        put(" {}", name) if value is True else put(' {}="{}"', name, str(value))
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = put(' value="{}"', str(widget["value"])) if widget["value"] is not None else ""
    drawn = _attrs(widget["attrs"])
    return put('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, drawn)


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    drawn = _attrs(widget["attrs"])
    return put(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], drawn, widget["value"] or ""
    )


def _select(widget: Mapping[str, Any]) -> SafeString:
    options = widget["drawn"] if "drawn" in widget else _options(widget["optgroups"])
    return put(
        '<select name="{}"{}>\n{}</select>', widget["name"], _attrs(widget["attrs"]), options
    )


def _options(groups: Iterable[tuple[Any, Any, int]]) -> SafeString:
    found = []
    for name, options, _index in groups:
        drawn = join(_option(each) for each in options)
        found.append(put('<optgroup label="{}">\n{}</optgroup>\n', name, drawn) if name else drawn)
    return join(found)


def _option(option: Mapping[str, Any]) -> SafeString:
    drawn = _attrs(option["attrs"])
    return put('<option value="{}"{}>{}</option>\n', str(option["value"]), drawn, option["label"])


_OF_DJANGO = "django/forms/widgets/{}.html"
_PLAIN = (
    "text",
    "number",
    "email",
    "url",
    "tel",
    "password",
    "hidden",
    "file",
    "date",
    "datetime",
    "time",
)
_DRAWN: Mapping[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{_OF_DJANGO.format(name): _input for name in _PLAIN},
    _OF_DJANGO.format("textarea"): _textarea,
    _OF_DJANGO.format("select"): _select,
}
