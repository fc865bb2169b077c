"""A type of work exported to a file, and imported from one.

An import makes or changes a draft alone: the type's name, category and icon are those of the file
only where the type is new, and nothing is published. Rules are in the file where asked for. Where
they are asked for at the import too, those whose key the site does not have yet are made, in the
mode in which a rule of their kind begins; the others stay as they are.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from work.exceptions import Busy, Reason, Refused
from work.models import (
    AssetClass,
    Place,
    RequirementRule,
    User,
    WorkType,
    WorkTypeVersion,
)
from work.permissions import Scope
from work.services import rules, types
from work.services._configure import check_may, check_seen, configure
from work.services._definition import Definition, load
from work.services._draft import COLUMNS, KEY, changed_kinds
from work.services._rule_fields import check_whole, checked, first_mode
from work.services._type_changes import PartChange, part_change, parts_of, plain, settings_of
from work.services._type_document import LARGEST, MOST, RULE, Document, read, written
from work.services.acts import OpenAct, door

_ATTRIBUTES = ("name", "category", "icon")
_TEN_YEARS = 315_360_000


@dataclass(frozen=True)
class ImportNote:
    """What importing a file would do, or what is wrong with it.

    type_id: None of a type that would be new. against: number of the version it is compared with,
    the draft, or else the newest published one. stays: of the type itself, what the file has
    otherwise and the import leaves. settings: before and after. rules_new: with the mode they
    begin in; rules_stay: those the site has, with what the file has otherwise.
    """

    code: str = ""
    type_id: int | None = None
    against: int | None = None
    draft: bool = False
    stays: tuple[str, ...] = ()
    settings: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    parts: Mapping[str, PartChange] = field(default_factory=dict)
    rules_new: Mapping[str, str] = field(default_factory=dict)
    rules_stay: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    writing: int = 0
    faults: tuple[Reason, ...] = ()


def export(who: Scope, *, version_id: int, at: datetime, with_rules: bool = False) -> str:
    """A version, draft or not, as the text of a file; with the rules that name its type."""
    version = types.version_of(version_id)
    check_may(who, version.type.site_id)
    said = load(version_id)
    kind = {"code": version.type.code, **{n: getattr(version.type, n) for n in _ATTRIBUTES}}
    named = None
    if with_rules:
        found = RequirementRule.objects.filter(type=version.type_id).order_by("key")
        known = found.select_related("place", "asset_class")
        named = [_rule_row(each) for each in known if each.ends is None or each.ends > at]
    return written(kind, settings_of(version), parts_of(said), named)


def preview(
    who: Scope, *, site_id: int, data: bytes, code: str = "", with_rules: bool = False
) -> ImportNote:
    """What importing the file at a site would do. code: another than the one in the file.

    Rules that the site could not have are faults only where they are asked for.
    """
    check_may(who, site_id)
    document = read(data)
    kind = _checked(document, site_id, code, with_rules)
    if document.faults:
        return ImportNote(code=_code(document, code), faults=tuple(document.faults[:MOST]))
    return _note(document, kind, site_id, code)


def import_inner(
    act: OpenAct,
    *,
    site_id: int,
    data: bytes,
    code: str = "",
    with_rules: bool = False,
    seen: int | None = None,
) -> WorkTypeVersion:
    """Make a draft that says what the file says: of a new type, or of the one with its code.

    seen: the writing of the type's draft when this was looked at, 0 where there was none.
    """
    configure(act, site_id)
    document = read(data)
    kind = _checked(document, site_id, code, with_rules)
    if document.faults:
        raise Refused(document.faults[:MOST])
    if kind is None:
        attributes = {name: document.type[name] for name in _ATTRIBUTES}
        kind = types.create_inner(act, site_id=site_id, code=_code(document, code), **attributes)
    draft = kind.versions.filter(published_at=None).first()
    check_seen(seen, types.writing(draft.pk) if draft is not None and seen is not None else 0)
    if draft is None:
        draft = types.draft_inner(act, type_id=kind.pk)
    parts: Mapping[str, Any] = document.parts
    draft = types.write_inner(act, version_id=draft.pk, settings=document.settings, **parts)
    made = _make_rules(act, kind, document.rules or []) if with_rules else []
    act.record("imported", draft, rules=made)
    return draft


def _make_rules(act: OpenAct, kind: WorkType, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    known = set(_rules_of(kind.site_id, rows))
    return [
        rules.create_inner(
            act, site_id=kind.site_id, key=row["key"], type_id=kind.pk, **_stored(row, kind.site_id)
        ).pk
        for row in rows
        if row["key"] not in known
    ]


# --- what is wrong ----------------------------------------------------------------------------


def _checked(document: Document, site_id: int, code: str, with_rules: bool) -> WorkType | None:
    """Note what is wrong with the file at this site: the type with its code, where there is one."""
    if not document.type:
        return None
    if len(code) > 20 or "\x00" in code:
        document.fault("type.code", Reason("code_too_long", {"longest": 20}))
        return None
    kind = WorkType.objects.filter(site_id=site_id, code=_code(document, code)).first()
    keys = [row["key"] for row in document.parts["fields"]]
    if kind is not None:
        for key, reason in changed_kinds(kind.pk, document.parts["fields"]).items():
            document.fault(f"fields[{keys.index(key)}].kind", reason)
    points = {row["key"] for row in document.parts["lines"] if row["hold_point"]}
    for index, row in enumerate(document.rules or [] if with_rules else []):
        for name, reason in _rule_faults(row, site_id, points):
            document.fault(f"rules[{index}]{name}", reason)
    return kind


def _rule_faults(
    row: Mapping[str, Any], site_id: int, points: Collection[str]
) -> list[tuple[str, Reason]]:
    if not KEY.match(row["key"]) or len(row["key"]) > 60:
        return [(".key", Reason("key_unfit", {"key": row["key"][:60]}))]
    if len(row["line_key"]) > 40:
        return [(".line_key", Reason("name_too_long", {"longest": 40}))]
    if abs(row["lead"] or 0) > _TEN_YEARS:
        given = str(row["lead"])[:60]
        return [(".lead", Reason("choice_not_known", {"what": "lead", "value": given}))]
    try:
        values = _stored(row, site_id)
        rule = RequirementRule(site_id=site_id, key=row["key"])
        for name, value in checked(rule, values).items():
            setattr(rule, name, value)
        check_whole(rule, points)
    except Refused as refusal:
        return [("", reason) for reason in refusal.reasons]
    return []


def _stored(row: Mapping[str, Any], site_id: int) -> dict[str, Any]:
    """A rule of the file as the site's rows; refuses a place or class that the site lacks."""
    values = {name: row[name] for name in RULE if name not in ("key", "place", "asset_class")}
    values["lead"] = None if row["lead"] is None else timedelta(seconds=row["lead"])
    values["place_id"] = _id(Place, site_id, row["place"], "place_unknown")
    values["asset_class_id"] = _id(AssetClass, site_id, row["asset_class"], "asset_class_unknown")
    return values


def _id(model: Any, site_id: int, code: str, unknown: str) -> int | None:
    if not code:
        return None
    found = model.objects.filter(site_id=site_id, code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(Reason(unknown))
    return found


# --- what it says, and what that changes ------------------------------------------------------


def _note(document: Document, kind: WorkType | None, site_id: int, code: str) -> ImportNote:
    before = _before(kind)
    was = settings_of(before.version) if before else {}
    parts = parts_of(before) if before else {name: [] for name in COLUMNS}
    now = {name: [plain(row) for row in rows] for name, rows in document.parts.items()}
    stand = _rules_of(site_id, document.rules or [])
    rows = document.rules or []
    return ImportNote(
        code=_code(document, code),
        type_id=kind.pk if kind else None,
        against=before.version.number if before else None,
        draft=before is not None and before.version.published_at is None,
        stays=tuple(n for n in _ATTRIBUTES if kind and getattr(kind, n) != document.type[n]),
        settings={
            name: (was.get(name), value)
            for name, value in document.settings.items()
            if was and was[name] != value
        },
        parts={name: part_change(parts[name], now[name]) for name in COLUMNS},
        rules_new={
            row["key"]: str(first_mode(row["kind"])) for row in rows if row["key"] not in stand
        },
        rules_stay={
            row["key"]: tuple(sorted(n for n in row if stand[row["key"]].get(n) != row[n]))
            for row in rows
            if row["key"] in stand
        },
        texts={
            **{
                name: {row["key"]: row.get("label") or row["text"] for row in [*parts[name], *said]}
                for name, said in now.items()
            },
            "rules": {row["key"]: row["what"] for row in rows},
        },
        writing=_writing(before),
    )


def _writing(before: Definition | None) -> int:
    """Which writing of the draft stands; 0 where there is no draft."""
    if before is None or before.version.published_at is not None:
        return 0
    return types.writing(before.version.pk)


def _before(kind: WorkType | None) -> Definition | None:
    if kind is None:
        return None
    newest = kind.versions.order_by("-number").values_list("pk", flat=True).first()
    return load(newest) if newest is not None else None


def _rules_of(site_id: int, rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rules of the site with the keys of the file, by key."""
    keys = [row["key"] for row in rows]
    found = RequirementRule.objects.filter(site_id=site_id, key__in=keys)
    return {each.key: _rule_row(each) for each in found.select_related("place", "asset_class")}


def _rule_row(rule: RequirementRule) -> dict[str, Any]:
    row = {name: getattr(rule, name) for name in RULE}
    row["place"] = rule.place.code if rule.place else ""
    row["asset_class"] = rule.asset_class.code if rule.asset_class else ""
    row["lead"] = None if rule.lead is None else int(rule.lead.total_seconds())
    return row


def _code(document: Document, code: str) -> str:
    return (code or document.type.get("code", "")).strip()


_import_door = door(import_inner)


def import_type(
    *,
    actor: User | None,
    site_id: int,
    data: bytes,
    code: str = "",
    with_rules: bool = False,
    seen: int | None = None,
    act: UUID | None = None,
    at: datetime | None = None,
) -> WorkTypeVersion:
    """Import a file: the draft. Then the rules that it made are asked of the work they touch.

    Where the site is busy meanwhile, `rules.apply_begun` goes on within the minute.
    """
    given = {"code": code, "with_rules": with_rules, "seen": seen}
    draft = _import_door(actor=actor, act=act, at=at, site_id=site_id, data=data, **given)
    if with_rules:
        for rule in RequirementRule.objects.filter(type=draft.type_id):
            with suppress(Busy):
                rules.apply_rule(rule_id=rule.pk, at=at)
    return draft


__all__ = ["LARGEST", "ImportNote", "PartChange", "export", "import_type", "preview"]
