"""A site sets its permits up: types with routes and tests, substances with limits, settings."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from permits.models import (
    ActivityRule,
    PermitRoute,
    PermitSettings,
    PermitType,
    Substance,
    TypeTest,
)
from permits.services._named import model_of
from permits.states import MeasureKind, Risk
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.permissions import Action, can_at
from work.services import OpenAct, door

# What each risk asks where a type says nothing else: two, three, four people.
ROUTES = {
    Risk.LOW: {"people": 2, "checked": False, "endorsed": False},
    Risk.NORMAL: {"people": 3, "checked": True, "endorsed": False},
    Risk.HIGH: {"people": 4, "checked": True, "endorsed": True},
}


def _configures(act: OpenAct, site_id: int) -> Any:
    """The site, under its control, where the actor sets it up. Unknown or Forbidden else."""
    site = model_of(PermitType, "site").objects.filter(pk=site_id).first()
    if site is None:
        raise Unknown
    act.control(site_id)
    if act.actor is not None and act.actor.is_superuser and act.actor.is_active:
        act.about(site)
        return site
    if not act.scope.system and site_id not in act.scope.site_ids():
        raise Unknown
    act.about(site)
    if not can_at(act.scope, Action.CONFIGURE, site_id, ""):
        raise Forbidden(Reason("denied"))
    return site


def _whole(thing: Model) -> None:
    """Refuse what no field or constraint of the record takes."""
    try:
        thing.full_clean()
    except ValidationError as error:
        name, said = next(iter(error.message_dict.items()))
        raise Refused(Reason("permits.not_valid", {"field": name, "text": said[0]})) from None


def _put(
    act: OpenAct, thing: Any, values: Mapping[str, Any], was: Mapping[str, Any] | None, verb: str
) -> Any:
    """Put values on a record; who overtook somebody is told."""
    if any(getattr(thing, name) != value for name, value in (was or {}).items()):
        raise Refused(Reason("stale"))
    for name, value in values.items():
        setattr(thing, name, value)
    _whole(thing)
    thing.save()
    act.record(verb, thing, fields=sorted(values))
    return thing


def _create_type(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    routes: Mapping[str, Mapping[str, Any]] | None = None,
    tests: Sequence[tuple[int, int]] = (),
    **values: Any,
) -> PermitType:
    """Make a type of permit, with the usual routes where none are given.

    tests: substance ids with the minutes that a test holds.
    """
    _configures(act, site_id)
    _lists(values)
    kind = PermitType(site_id=site_id, code=code.strip(), name=name.strip())
    _put(act, kind, values, None, "created")
    for risk, route in (routes or ROUTES).items():
        each = PermitRoute(type=kind, risk=risk, **route)
        _whole(each)
        each.save()
    for substance_id, minutes in tests:
        _ask_test(act, type_id=kind.pk, substance_id=substance_id, valid_minutes=minutes)
    return kind


def _lists(values: Mapping[str, Any]) -> None:
    """Questions and controls are lists of what they are said to be."""
    for each in values.get("questions", ()):
        if not isinstance(each, dict) or not each.get("key") or not each.get("text"):
            raise Refused(Reason("permits.questions_wrong"))
        risks = each.get("risks", {})
        if not isinstance(risks, dict) or any(of not in Risk.values for of in risks.values()):
            raise Refused(Reason("permits.questions_wrong"))
    for each in values.get("controls", ()):
        whole = isinstance(each, dict) and each.get("hazard") and each.get("text")
        whole = whole and each.get("risk", Risk.LOW) in Risk.values
        if not whole or each.get("kind") not in MeasureKind.values:
            raise Refused(Reason("permits.controls_wrong"))


def _change_type(
    act: OpenAct, *, type_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> PermitType:
    """Change a type; permits that are under way go by what it says from then on."""
    kind = _of(act, PermitType, type_id)
    _lists(values)
    return _put(act, kind, values, was, "changed")


def _set_route(act: OpenAct, *, type_id: int, risk: str, **values: Any) -> PermitRoute:
    """Say what a permit of a type asks at a risk."""
    kind = _of(act, PermitType, type_id)
    route = kind.routes.filter(risk=risk).first() or PermitRoute(type=kind, risk=risk)
    for name, value in values.items():
        setattr(route, name, value)
    _whole(route)
    route.save()
    act.record("route_set", kind, risk=risk)
    return route


def _change_route(
    act: OpenAct, *, route_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> PermitRoute:
    """Change what a permit of a type asks at a risk."""
    route = _part(act, PermitRoute, route_id)
    return _put(act, route, values, was, "changed")


def _change_test(
    act: OpenAct, *, test_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> TypeTest:
    """Change how long a test holds, or ask it no more."""
    return _put(act, _part(act, TypeTest, test_id), values, was, "changed")


def _part[M: Model](act: OpenAct, model: type[M], pk: int) -> M:
    """A part of a type, of a site that the actor sets up."""
    rows = model._default_manager.select_related("type")
    found: Any = rows.filter(pk=pk).first()
    if found is None:
        raise Unknown
    _configures(act, found.type.site_id)
    return rows.get(pk=pk)


def _ask_test(
    act: OpenAct, *, type_id: int, substance_id: int, valid_minutes: int, is_active: bool = True
) -> TypeTest:
    """Say that permits of a type are tested for a substance, and how long a test holds."""
    kind = _of(act, PermitType, type_id)
    if not Substance.objects.filter(pk=substance_id, site_id=kind.site_id).exists():
        raise Refused(Reason("permits.substance_unknown"))
    test = kind.tests.filter(substance_id=substance_id).first() or TypeTest(
        type=kind, substance_id=substance_id
    )
    test.valid_minutes, test.is_active = valid_minutes, is_active
    _whole(test)
    test.save()
    act.record("test_asked", kind, substance=substance_id)
    return test


def _create_substance(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    family: str,
    unit: str,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Substance:
    """Make a substance with the site's limits."""
    _configures(act, site_id)
    substance = Substance(site_id=site_id, code=code.strip(), name=name.strip())
    values = {"family": family, "unit": unit, "low": low, "high": high}
    return _put(act, substance, values, None, "created")


def _change_substance(
    act: OpenAct, *, substance_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Substance:
    """Change a substance; tests that were taken keep the limits that held then."""
    return _put(act, _of(act, Substance, substance_id), values, was, "changed")


def _create_rule(act: OpenAct, *, site_id: int, **values: Any) -> ActivityRule:
    """Say that work under a type of permit and another activity do not go together."""
    _configures(act, site_id)
    _of_site(site_id, values)
    return _put(act, ActivityRule(site_id=site_id), values, None, "created")


def _change_rule(
    act: OpenAct, *, rule_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> ActivityRule:
    """Change a rule of activities; it is asked as it says from then on."""
    rule = _of(act, ActivityRule, rule_id)
    _of_site(rule.site_id, values)
    return _put(act, rule, values, was, "changed")


def _of_site(site_id: int, values: Mapping[str, Any]) -> None:
    for name in ("type", "other_type", "work_type"):
        pk = values.get(f"{name}_id")
        rows = model_of(ActivityRule, name).objects.filter(pk=pk, site_id=site_id)
        if pk is not None and not rows.exists():
            raise Refused(Reason("permits.type_unknown"))


def _change_settings(
    act: OpenAct, *, site_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> PermitSettings:
    """Change what a site says of its permits."""
    _configures(act, site_id)
    row = PermitSettings.objects.filter(site_id=site_id).first() or PermitSettings(site_id=site_id)
    return _put(act, row, values, was, "changed")


def _set_settings(
    act: OpenAct, *, settings_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> PermitSettings:
    """Change the settings that a site has."""
    return _put(act, _of(act, PermitSettings, settings_id), values, was, "changed")


def _of[M: Model](act: OpenAct, model: type[M], pk: int) -> M:
    """A record of a site that the actor sets up, read anew under its control."""
    found = model._default_manager.filter(pk=pk).first()
    if found is None:
        raise Unknown
    _configures(act, found.site_id)  # type: ignore[attr-defined]
    return model._default_manager.get(pk=pk)


create_type = door(_create_type)
change_type = door(_change_type)
set_route = door(_set_route)
ask_test = door(_ask_test)
create_substance = door(_create_substance)
change_substance = door(_change_substance)
create_rule = door(_create_rule)
change_rule = door(_change_rule)
change_settings = door(_change_settings)
set_settings = door(_set_settings)
change_route = door(_change_route)
change_test = door(_change_test)

__all__ = [
    "ROUTES",
    "ask_test",
    "change_rule",
    "change_route",
    "change_settings",
    "change_substance",
    "change_test",
    "change_type",
    "create_rule",
    "create_substance",
    "create_type",
    "set_route",
    "set_settings",
]
