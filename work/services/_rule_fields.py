"""What a rule may say: its fields checked, alone and together."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from work import ports
from work.exceptions import Reason, Refused
from work.models import AssetClass, Place, RequirementRule, TypeLine, WorkType
from work.services._configure import named, of_site, one_of
from work.states import DECIDING, BlockerKind, Gate, Mode, Role

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
        one_of(values["waivable_by"], DECIDING, "role")
    if "supplier" in values and ports.suppliers.get(values["supplier"]) is None:
        raise Refused(Reason("supplier_missing", {"supplier": values["supplier"]}))
    return values


def check_whole(rule: RequirementRule, points: Collection[str] | None = None) -> None:
    """Refuse a rule whose parts do not fit together.

    points: keys of the hold points that there will be, of a rule whose type is not there yet.
    """
    reasons = []
    if (rule.gate == Gate.HOLD_POINT) != bool(rule.line_key):
        reasons.append(Reason("rule_hold_point_line"))
    elif rule.line_key and not _is_point(rule, points):
        reasons.append(Reason("rule_line_unknown", {"key": rule.line_key[:60]}))
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


def check_ends(ends: datetime | None, at: datetime) -> None:
    """Refuse an end that lies in the past: what was required until now was required."""
    if ends is not None and ends < at:
        raise Refused(Reason("ends_in_the_past"))


def _is_point(rule: RequirementRule, points: Collection[str] | None) -> bool:
    """Whether a version of a type that the rule is about, draft or not, has its hold point."""
    if points is not None:
        return rule.line_key in points
    lines = TypeLine.objects.filter(
        version__type__site=rule.site_id, key=rule.line_key[:60], hold_point=True
    )
    if rule.type_id is not None:
        lines = lines.filter(version__type=rule.type_id)
    return "\x00" not in rule.line_key and lines.exists()
