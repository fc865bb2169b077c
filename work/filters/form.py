"""The form that narrows a view. It is drawn from what was asked; `selection` does the reading."""

import functools
from typing import Any, NamedTuple

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from work.filters.asked import ENDS
from work.filters.chips import my_role
from work.filters.custom import RANGED
from work.filters.selection import Selection
from work.filters.widgets import Checks, Choice, Day, Text, Whole
from work.filters.words import ANY_STATUS, FLAGS, LABELS, ME, NOBODY, RANGES
from work.reads.facets import CustomField, Named
from work.states import BlockerKind, FieldKind, Priority, Role, Status

_ANY = ("", gettext_lazy("Any"))


class Offered(NamedTuple):
    """All that the form differs by."""

    values: tuple[tuple[str, tuple[str, ...]], ...]
    types: tuple[Named, ...]
    teams: tuple[Named, ...]
    fields: tuple[CustomField, ...]
    clears: Named | None
    unknown: tuple[tuple[str, str], ...]
    language: str | None


def form(selection: Selection) -> "FilterForm":
    """The form over a selection. Nobody changes one, so that those of one site share theirs."""
    asked, facets = selection.asked, selection.context.facets
    offered = Offered(
        tuple(asked.values.items()),
        tuple(facets.types),
        tuple(facets.teams),
        tuple(shown_fields(selection)),
        facets.clears,
        tuple(selection.unknown),
        get_language(),
    )
    return _form(offered)


class FilterForm(forms.Form):
    """Bound to what was asked for; nothing is required. drawn: its rows, once they were drawn."""

    drawn: SafeString | None = None

    def __init__(self, offered: Offered) -> None:
        asked = dict(offered.values)
        many = ("status", "priority")
        data = {name: list(values) if name in many else values[0] for name, values in asked.items()}
        super().__init__(data, auto_id="filter-%s")
        types = [(each.code, each.name) for each in offered.types]
        teams = [(each.code, each.name) for each in offered.teams]
        clearing = [
            ("me", ME),
            ("nobody", NOBODY),
            *((f"role:{code}", name) for code, name in Role.choices),
        ]
        clears = asked.get("clears", ("",))[0]
        if clears.startswith("me:"):
            clearing.append((clears, my_role(clears)))
        elif clears and offered.clears:
            clearing.append((clears, offered.clears.name))
        self._add("q", _text())
        self._add("status", _checks([*Status.choices, *ANY_STATUS.items()]))
        self._add("type", _choice(types))
        self._add("place", _text(_("The code of a place; all below it too.")))
        self._add("owner", _text(_("A name or part of it, or: me.")))
        self._add("team", _choice(teams))
        self._add("executor", _text(_("A name or part of it, or: me.")))
        self._add("asset", _text(_("The code of a thing.")))
        self._add("priority", _checks(Priority.choices))
        self._add("kind", _choice(BlockerKind.choices))
        self._add("clears", _choice(clearing))
        for name in ("blocked", "ready", "overdue"):
            self._add(name, _choice(FLAGS.items()))
        self._add("due_before", forms.DateField(widget=Day()))
        self._add("waiting_days", forms.IntegerField(min_value=0, widget=Whole()))
        self._add("since", forms.DateField(widget=Day()))
        for field in offered.fields:
            self._add_custom(field)
        for name, _value in offered.unknown:
            if name in self.fields and name not in self.errors:
                self.add_error(name, _("This is not understood."))

    def _add_custom(self, field: CustomField) -> None:
        """The value of a field; of one that can be compared, the least and the most."""
        name = f"f.{field.key}"
        if field.kind not in RANGED or name in self.data:
            self._add(name, _custom(field), field.heading)
        if field.kind in RANGED:
            for end, label in RANGES.items():
                control = _text() if field.kind == FieldKind.NUMBER else _day()
                self._add(name + end, control, label % {"field": field.heading})

    def _add(self, name: str, field: forms.Field, label: Any = None) -> None:
        field.required, field.label = False, label or LABELS[name]
        self.fields[name] = field


_form = functools.lru_cache(maxsize=64)(FilterForm)


def shown_fields(selection: Selection) -> list[CustomField]:
    """The fields to filter by: of the one type asked for, and those that are asked for."""
    asked, facets = selection.asked, selection.context.facets
    codes = asked.values.get("type", ())
    one = next((each.pk for each in facets.types if (each.code,) == codes), None)
    by_key: dict[str, CustomField] = {}
    for field in facets.fields:
        said = any(f"f.{field.key}{end}" in asked.values for end in ("", *ENDS))
        if said or (field.filterable and field.type_id == one):
            by_key.setdefault(field.key, field)
    return list(by_key.values())


def _text(hint: str = "") -> forms.CharField:
    return forms.CharField(widget=Text(), help_text=hint)


def _day() -> forms.CharField:
    return forms.CharField(widget=Day())


def _checks(choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(choices=choices, widget=Checks())


def _choice(choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[_ANY, *choices], widget=Choice())


def _custom(field: CustomField) -> forms.Field:
    if field.kind == FieldKind.CHOICE:
        return _choice((each, each) for each in field.choices)
    if field.kind == FieldKind.YES_NO:
        return _choice(FLAGS.items())
    if field.kind == FieldKind.DATE:
        return _day()
    return _text()
