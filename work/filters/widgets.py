"""Controls of the filter form, drawn without a template each: a list has dozens of options.

The markup is that of Django's own widgets.
"""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """Attributes of a control; a true one stands alone."""
    plain = ((name, value) for name, value in attrs.items() if value not in (None, False, True))
    alone = ((name,) for name, value in attrs.items() if value is True)
    return format_html(
        "{}{}", format_html_join("", ' {}="{}"', plain), format_html_join("", " {}", alone)
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        format_html(' value="{}"', value) if value not in (None, "") else "",
        _attributes(widget["attrs"]),
    )


def _options(widget: dict[str, Any]) -> list[dict[str, Any]]:
    return [option for _group, options, _index in widget["optgroups"] for option in options]


class _Quick:
    """Draws an `input`, or the several of a choice."""

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: BaseRenderer | None = None
    ) -> SafeString:
        widget = context["widget"]
        if "optgroups" not in widget:
            return _input(widget)
        return format_html_join("\n", "{}", ((_input(option),) for option in _options(widget)))


def _select(widget: dict[str, Any]) -> SafeString:
    options = [option for _group, options, _index in widget["optgroups"] for option in options]
    drawn = format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((option["value"], _attributes(option["attrs"]), option["label"]) for option in options),
    )
    return format_html(
        '<select name="{}"{}>\n{}\n</select>', widget["name"], _attributes(widget["attrs"]), drawn
    )


class Text(_Quick, forms.TextInput):
    """A line of text."""


class Whole(_Quick, forms.NumberInput):
    """A whole number."""


class Day(_Quick, forms.DateInput):
    """A day, in the form that browsers send."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Checks(_Quick, forms.CheckboxSelectMultiple):
    """Several of a few."""


class Choice(forms.Select):
    """One of several."""

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: BaseRenderer | None = None
    ) -> SafeString:
        return _select(context["widget"])
