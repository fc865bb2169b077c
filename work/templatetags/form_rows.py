"""The rows of forms: a page of acts has dozens of them, drawn without a template each."""

from django.forms import BoundField, CheckboxInput, Select
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from work.templatetags.markup import put
from work.templatetags.markup import word as _


def row(bound: BoundField, *, say_optional: bool) -> SafeString:
    """A label, its control, hint and errors; a group of controls is a fieldset of its own.

    say_optional: it may be left empty, and that is worth saying.
    """
    if bound.use_fieldset:
        values = {"field": bound, "say_optional": say_optional, "notes": _notes(bound)}
        return SafeString(render_to_string("components/field.html", values))
    widget, label, notes = bound.field.widget, bound.label, _notes(bound)
    invalid = " invalid" if bound.errors else ""
    if isinstance(widget, CheckboxInput):
        return put(
            '<div class="field check{}"><label for="{}">{}<span>{}</span></label>{}</div>\n',
            invalid, bound.id_for_label, bound.as_widget(attrs={}), label, notes,
        )  # fmt: skip
    control = bound.as_widget(attrs={"class": "select" if isinstance(widget, Select) else "input"})
    empty = put(' <span class="optional">{}</span>', _("(may be left empty)"))
    return put(
        '<div class="field{}"><label for="{}">{}{}</label>\n{}{}</div>\n',
        invalid, bound.id_for_label, label, empty if say_optional else "", control, notes,
    )  # fmt: skip


def _notes(bound: BoundField) -> SafeString:
    """The hint, and what is wrong."""
    if bound.errors:
        notes = render_to_string("components/_field_notes.html", {"field": bound})
        return SafeString(f"\n{notes}")
    if not bound.help_text:
        return SafeString("")
    return put('\n<span class="hint" id="{}_helptext">{}</span>', bound.auto_id, bound.help_text)
