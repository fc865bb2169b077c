"""What a rule may say: its fields checked, alone and together."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Model

from work import ports
from work.exceptions import Reason, Refused
from work.models import AssetClass, Place, RequirementRule, WorkType
from work.services._configure import named, of_site, one_of
from work.states import BlockerKind, Gate, Mode, Role

# Rules of these kinds ship enforced; every other begins in watch.
_ENFORCED = frozenset({BlockerKind.PERMIT, BlockerKind.ISOLATION})
_REACHES: dict[str, tuple[type[Model], str]] = {
    "type_id": (WorkType, "type_unknown"),
    "place_id": (Place, "place_unknown"),
    "asset_class_id": (AssetClass, "asset_class_unknown"),
}
CHANGEABLE = frozenset(
    {
        "what",
        "supplier",
        "params",
        "kind",
        "gate",
        "line_key",
        "safety_critical_only",
        "one_time",
        "lead",
        "waivable_by",
        "starts",
        "ends",
        *_REACHES,
    }
)


def first_mode(kind: str) -> str:
    """The mode in which a rule of a kind begins: another is HSE's to give."""
    return Mode.ENFORCE if kind in _ENFORCED else Mode.WATCH


def checked(rule: RequirementRule, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored on the rule; what they name is of the rule's site."""
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"not a field of a rule: {sorted(unknown)}")
    values = dict(values)
    for name, (model, code) in _REACHES.items():
        if values.get(name) is not None:
            of_site(model, values[name], rule.site_id, code)
    if "what" in values:
        values["what"] = named(values["what"], 250)
    if "kind" in values:
        one_of(values["kind"], BlockerKind.values, "blocker_kind")
    if "gate" in values:
        one_of(values["gate"], Gate.values, "gate")
    if values.get("waivable_by"):
        one_of(values["waivable_by"], Role.values, "role")
    if "supplier" in values and ports.suppliers.get(values["supplier"]) is None:
        raise Refused(Reason("supplier_missing", {"supplier": values["supplier"]}))
    return values


def check_whole(rule: RequirementRule) -> None:
    """Refuse a rule whose parts do not fit together."""
    reasons = []
    if (rule.gate == Gate.HOLD_POINT) != bool(rule.line_key):
        reasons.append(Reason("rule_hold_point_line"))
    if rule.ends is not None and rule.ends <= rule.starts:
        reasons.append(Reason("ends_before_start"))
    if rule.supplier == "work.check" and rule.params.get("role") not in Role.values:
        reasons.append(Reason("rule_check_role"))
    if rule.lead is not None and rule.lead < timedelta(0):
        reasons.append(Reason("lead_negative"))
    if rule.one_time and rule.gate != Gate.START:
        reasons.append(Reason("one_time_at_start_only"))
    if reasons:
        raise Refused(reasons)
