"""What a rule asks of who makes it, in words; and the values that its door takes."""

import hashlib
import json
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.admin.rule_suppliers import asked_by, field_of, name_of, named
from work.admin.steps import StepForm
from work.models import AssetClass, RequirementRule, Site, TypeLine, WorkType
from work.states import DECIDING, BlockerKind, Gate, Role

_HOUR = timedelta(hours=1)
_NOBODY = ("", gettext_lazy("Nobody"))


class RuleForm(StepForm):
    """A rule. `seen`: what the page showed of it; `looked`: what was said that it touches."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    looked = forms.CharField(widget=forms.HiddenInput, required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("site"))
    what = forms.CharField(
        label=gettext_lazy("what is required"),
        max_length=250,
        help_text=gettext_lazy("As people will read it at the work: “Gas measured by HSE”."),
    )
    key = forms.CharField(
        label=gettext_lazy("key"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: made from the words. It never changes."),
    )
    supplier = forms.ChoiceField(label=gettext_lazy("answered by"))
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"),
        choices=BlockerKind.choices,
        initial=BlockerKind.DECISION,
        help_text=gettext_lazy("Permits and isolations are enforced at once; all else is watched."),
    )
    gate = forms.ChoiceField(label=gettext_lazy("gate"), choices=Gate.choices)
    line_key = forms.ChoiceField(
        label=gettext_lazy("hold point"),
        required=False,
        help_text=gettext_lazy(
            "Of a rule at a hold point: the line of the checklist. Without a work type it is meant"
            " in every type that has a hold point with this key."
        ),
    )
    type = forms.ModelChoiceField(
        WorkType.objects.none(),
        label=gettext_lazy("work type"),
        required=False,
        help_text=gettext_lazy("Empty: all types."),
    )
    asset_class = forms.ModelChoiceField(
        AssetClass.objects.none(),
        label=gettext_lazy("asset class"),
        required=False,
        help_text=gettext_lazy("Work on things of this class alone."),
    )
    safety_critical_only = forms.BooleanField(
        label=gettext_lazy("safety-critical items only"), required=False
    )
    one_time = forms.BooleanField(
        label=gettext_lazy("checked once, at the start"),
        required=False,
        help_text=gettext_lazy("Not asked again while the work goes on."),
    )
    hours = forms.DecimalField(
        label=gettext_lazy("lead, hours"),
        required=False,
        min_value=0,
        max_value=87600,
        decimal_places=2,
        help_text=gettext_lazy(
            "So long before the planned start it blocks what is not met. Empty: that of its kind."
        ),
    )
    waivable_by = forms.ChoiceField(
        label=gettext_lazy("waivable by"),
        required=False,
        choices=[_NOBODY, *(each for each in Role.choices if each[0] in DECIDING)],
    )
    starts = forms.SplitDateTimeField(
        label=gettext_lazy("in force from"),
        required=False,
        help_text=gettext_lazy("Empty: from now on."),
    )
    ends = forms.SplitDateTimeField(label=gettext_lazy("in force until"), required=False)

    def __init__(
        self,
        *args: Any,
        rule: RequirementRule | None,
        sites: Collection[int],
        place: forms.ModelChoiceField,
        **given: Any,
    ) -> None:
        """sites: those at which the person makes rules. place: the field that finds one."""
        self.rule = rule
        self.base_fields = dict(self.base_fields)
        own = [rule.site_id] if rule is not None else sorted(sites)
        self.asked = asked_by(rule)
        self._add_params()
        self.base_fields["place"] = place
        super().__init__(*args, initial=_initial(rule), **given)
        self._choices(own)
        if rule is not None:
            del self.fields["site"], self.fields["key"]
        self.fields["seen"].initial = self._digest(self.initial)

    def _add_params(self) -> None:
        for supplier in self.asked:
            for param in supplier.params:
                field = field_of(param)
                field.help_text = supplier.title
                self.base_fields[name_of(supplier, param)] = field

    def _choices(self, own: list[int]) -> None:
        said: dict[str, Any] = self.fields
        said["supplier"].choices = [(each.key, each.title) for each in self.asked]
        said["type"].queryset = WorkType.objects.filter(site__in=own).order_by("name")
        said["asset_class"].queryset = AssetClass.objects.filter(site__in=own).order_by("name")
        said["line_key"].choices = [("", _("None")), *_hold_points(own, self.rule)]
        if "site" in said:
            said["site"].queryset = Site.objects.filter(pk__in=own).order_by("name")
            said["site"].initial = own[0] if len(own) == 1 else None

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        params = [name_of(supplier, param) for supplier in self.asked for param in supplier.params]
        named = [
            (_("What is required"), ["site", "what", "key", "supplier", *params, "kind"]),
            (_("When"), ["gate", "line_key", "one_time", "hours"]),
            (_("Of which work"), ["type", "place", "asset_class", "safety_critical_only"]),
            (_("From, until, and who may waive it"), ["starts", "ends", "waivable_by"]),
        ]
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in named
        ]

    def clean(self) -> dict[str, Any]:
        """What the supplier must be told is told; a hold point is named by who asks at one."""
        said = super().clean() or {}
        for supplier in self.asked:
            if supplier.key != said.get("supplier"):
                continue
            for param in supplier.params:
                name = name_of(supplier, param)
                if param.required and name not in self.errors and not said.get(name):
                    self.add_error(name, _("Say this: the answer depends on it."))
        at_line = said.get("gate") == Gate.HOLD_POINT
        if at_line and not said.get("line_key") and "line_key" not in self.errors:
            self.add_error("line_key", _("Name the hold point."))
        if said.get("line_key") and said.get("gate") and not at_line:
            self.add_error("line_key", _("Only a rule at a hold point names one."))
        return said

    def values(self) -> dict[str, Any]:
        """The values of the rule as its door takes them: all of a new one, else what changed."""
        known = self.cleaned_data
        values = {
            name: known[name]
            for name in ("what", "supplier", "kind", "gate", "line_key", "safety_critical_only")
        }
        values |= {name: known[name] for name in ("one_time", "waivable_by", "starts", "ends")}
        for name in ("type", "place", "asset_class"):
            values[f"{name}_id"] = known[name].pk if known[name] is not None else None
        values["params"] = self._params(known["supplier"])
        if self.rule is None:
            values["lead"] = _lead(known["hours"])
            return {name: value for name, value in values.items() if value is not None}
        if "hours" in self.changed_data:
            values["lead"] = _lead(known["hours"])
        if values["starts"] is None:
            del values["starts"]
        for name in ("starts", "ends"):
            if name not in self.changed_data:
                values.pop(name, None)  # the form knows no parts of a second
        return {name: value for name, value in values.items() if getattr(self.rule, name) != value}

    def _params(self, key: str) -> dict[str, Any]:
        params = next((each.params for each in self.asked if each.key == key), ())
        said = {each.name: self.cleaned_data[named(key, each.name)] for each in params}
        before = self.rule.params if self.rule is not None and self.rule.supplier == key else {}
        kept = {name: value for name, value in before.items() if name not in said}
        return kept | {name: value for name, value in said.items() if value not in (None, "")}

    def new_key(self) -> str:
        """The key of a new rule: the one that was given, or one made from its words."""
        said = self.cleaned_data
        return said["key"] or slugify(said["what"])[:60].strip("-_") or "rule"

    def wanted(self) -> str:
        """What is asked for, as a short word: a look is at these values and no others."""
        return self._digest(self.values() | {"key": self.cleaned_data.get("key", "")})

    def _digest(self, said: dict[str, Any]) -> str:
        text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _initial(rule: RequirementRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    names = ("what", "supplier", "kind", "gate", "line_key", "safety_critical_only", "one_time")
    said: dict[str, Any] = {name: getattr(rule, name) for name in names}
    said |= {name: getattr(rule, name) for name in ("waivable_by", "starts", "ends")}
    said |= {name: getattr(rule, f"{name}_id") for name in ("type", "place", "asset_class")}
    said |= {named(rule.supplier, name): value for name, value in rule.params.items()}
    if rule.lead is not None:
        hours = Decimal(rule.lead / _HOUR).quantize(Decimal("0.01"))
        said["hours"] = Decimal(format(hours.normalize(), "f"))
    return said


def _lead(hours: Decimal | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=float(hours))


def _hold_points(sites: list[int], rule: RequirementRule | None) -> list[Any]:
    """The hold points of the types of these sites, those of the newest version, by type."""
    lines = TypeLine.objects.filter(
        hold_point=True, version__type__site__in=sites, version__published_at__isnull=False
    ).select_related("version__type")
    newest: dict[int, int] = {}
    found = list(lines.order_by("version__type__name", "version__type", "position"))
    for line in found:
        of = line.version.type_id
        newest[of] = max(newest.get(of, 0), line.version.number)
    groups: dict[str, list[tuple[str, str]]] = {}
    for line in found:
        if line.version.number == newest[line.version.type_id]:
            groups.setdefault(str(line.version.type), []).append((line.key, line.text))
    known = {key for rows in groups.values() for key, _text in rows}
    own: list[Any] = list(groups.items())
    if rule is not None and rule.line_key and rule.line_key not in known:
        own.append((rule.line_key, rule.line_key))
    return own
