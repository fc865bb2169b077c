"""Which suppliers a rule may name, and the fields by which it says what it asks of each."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from work import ports
from work.models import RequirementRule
from work.states import Role


def asked_by(rule: RequirementRule | None) -> list[ports.Askable]:
    """The suppliers that a rule may name; that of the rule too, which another domain may be."""
    known = [each for each in ports.askable.all() if ports.suppliers.get(each.key) is not None]
    if rule is not None and rule.supplier not in {each.key for each in known}:
        known.append(ports.Askable(rule.supplier, rule.supplier))
    return known


def named(key: str, param: str) -> str:
    """What the field of a supplier's param is called."""
    return f"p_{key.replace('.', '_')}_{param}"


def name_of(supplier: ports.Askable, param: ports.Param) -> str:
    """What a field of the form is called."""
    return named(supplier.key, param.name)


def field_of(param: ports.Param) -> forms.Field:
    """The field of a param; the form says what is missing once a supplier is chosen."""
    label: Any = param.label
    empty = ("", gettext_lazy("Not said"))
    match param.kind:
        case "role":
            return forms.ChoiceField(label=label, required=False, choices=[empty, *Role.choices])
        case "choice":
            return forms.ChoiceField(label=label, required=False, choices=[empty, *param.choices])
        case "yes_no":
            return forms.BooleanField(label=label, required=False)
    return forms.CharField(label=label, required=False, max_length=250)
