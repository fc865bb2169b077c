"""Classes of things: their own fields and statuses. What things use is not taken from them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from work.exceptions import Reason, Refused, Unknown
from work.models import Asset, AssetClass
from work.services._configure import configure, free_code, named, one_of, put
from work.services._draft import KEY
from work.services.acts import OpenAct, door
from work.states import FieldKind

_LONGEST = 120
# A class has no list of choices to choose from.
KINDS = tuple(kind for kind in FieldKind.values if kind != FieldKind.CHOICE)


def _create(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    fields: Sequence[Mapping[str, Any]] = (),
    statuses: Sequence[Mapping[str, Any]] = (),
) -> AssetClass:
    """Add a class of things. fields: {key, label, kind}; statuses: {key, label, ready}."""
    site = configure(act, site_id)
    made = AssetClass.objects.create(
        site=site,
        code=free_code(AssetClass, site_id, code, 40),
        name=named(name, _LONGEST),
        fields=_fields(fields),
        statuses=_statuses(statuses),
    )
    act.record("created", made)
    return made


def _change(
    act: OpenAct,
    *,
    class_id: int,
    name: str | None = None,
    fields: Sequence[Mapping[str, Any]] | None = None,
    statuses: Sequence[Mapping[str, Any]] | None = None,
    seen: str | None = None,
) -> AssetClass:
    """Change the name, the fields or the statuses of a class; what is not given stays.

    Rows are added, relabelled and put in another order. Refused is to take away, or to give
    another kind, what things of the class have a value or status of. seen: `digest` of the class
    as the person saw it.
    """
    site_id = AssetClass.objects.filter(pk=class_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    configure(act, site_id)
    kind = AssetClass.objects.get(pk=class_id)
    act.about(kind)
    if seen is not None and seen != digest(kind):
        raise Refused(Reason("stale"))
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = named(name, _LONGEST)
    if fields is not None:
        values["fields"] = _fields(fields)
    if statuses is not None:
        values["statuses"] = _statuses(statuses)
    _refuse_used(kind, values)
    changed = put(kind, values)
    if changed:
        act.record("changed", kind, fields=sorted(changed))
    return kind


def digest(kind: AssetClass) -> str:
    """The fields and statuses of a class as a short word, by which a change is seen."""
    text = json.dumps([kind.fields, kind.statuses], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fields(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    _keys(rows)
    for each in rows:
        one_of(each["kind"], KINDS, "field_kind")
    return [
        {"key": each["key"], "label": named(each["label"], _LONGEST), "kind": str(each["kind"])}
        for each in rows
    ]


def _statuses(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    _keys(rows)
    return [
        {
            "key": each["key"],
            "label": named(each["label"], _LONGEST),
            "ready": bool(each.get("ready", True)),
        }
        for each in rows
    ]


def _keys(rows: Iterable[Mapping[str, Any]]) -> None:
    keys = [each["key"] for each in rows]
    for key in keys:
        if not KEY.match(key):
            raise Refused(Reason("key_unfit", {"key": key[:60]}))
        if keys.count(key) > 1:
            raise Refused(Reason("key_twice", {"key": key}))


def _refuse_used(kind: AssetClass, values: Mapping[str, Any]) -> None:
    things = Asset.objects.filter(asset_class=kind)
    reasons = []
    kept = {each["key"]: each["kind"] for each in values.get("fields", kind.fields)}
    for each in kind.fields:
        if kept.get(each["key"]) != each["kind"]:
            count = things.filter(values__has_key=each["key"]).count()
            if count:
                reasons.append(Reason("class_field_used", {"key": each["key"], "count": count}))
    stay = {each["key"] for each in values.get("statuses", kind.statuses)}
    for each in kind.statuses:
        if each["key"] not in stay and (count := things.filter(status=each["key"]).count()):
            reasons.append(Reason("class_status_used", {"key": each["key"], "count": count}))
    if reasons:
        raise Refused(reasons)


create_class = door(_create)
change_class = door(_change)

__all__ = ["change_class", "create_class", "digest"]
