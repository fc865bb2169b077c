"""What a version of a type changes against the published one before it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from work.models import (
    TypeCriterion,
    TypeField,
    TypeLine,
    TypeStage,
    WorkTypeVersion,
)
from work.services._definition import load
from work.services._type_changes import PartChange, part_change, parts_of, settings_of

PARTS: dict[str, tuple[Any, type[Model], str]] = {
    "fields": (gettext_lazy("Fields"), TypeField, "label"),
    "stages": (gettext_lazy("Stages"), TypeStage, "label"),
    "criteria": (gettext_lazy("Acceptance criteria"), TypeCriterion, "text"),
    "lines": (gettext_lazy("Checklist"), TypeLine, "text"),
}
_KINDS = {
    "new": pgettext_lazy("row of a type", "New"),
    "changed": pgettext_lazy("row of a type", "Changed"),
    "gone": pgettext_lazy("row of a type", "Gone"),
    "moved": pgettext_lazy("row of a type", "Order"),
}


@dataclass(frozen=True)
class Said:
    """One change: in which part, what kind of change it is, of what, and how."""

    part: str
    kind: str
    what: str
    how: str = ""


@dataclass(frozen=True)
class Changes:
    """against: number of the published version; None where there is none yet."""

    against: int | None
    rows: tuple[Said, ...]


def what_changes(version: WorkTypeVersion) -> Changes:
    """What a draft says otherwise than the newest published version of its type."""
    published = WorkTypeVersion.objects.filter(
        type=version.type_id, published_at__isnull=False, number__lt=version.number
    ).order_by("-number")
    before_id = published.values_list("pk", flat=True).first()
    now = load(version.pk)
    rows = parts_of(now)
    if before_id is None:
        return Changes(None, ())
    before = load(before_id)
    was = parts_of(before)
    said = settings_words(settings_of(before.version), settings_of(now.version))
    for part in PARTS:
        texts = {row["key"]: row[PARTS[part][2]] for row in [*was[part], *rows[part]]}
        said += part_words(part, part_change(was[part], rows[part]), texts)
    return Changes(before.version.number, tuple(said))


def settings_words(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Said]:
    """Each setting that is otherwise, before and after."""
    return [
        Said(
            _("Settings"),
            str(_KINDS["changed"]),
            column_word(WorkTypeVersion, name),
            _("%(before)s → %(after)s")
            % {"before": _word(name, was[name]), "after": _word(name, value)},
        )
        for name, value in now.items()
        if was[name] != value
    ]


def part_words(part: str, change: PartChange, texts: Mapping[str, str]) -> list[Said]:
    """What is new, changed and gone in a part; of what changes, which columns."""
    title, model, _named = PARTS[part]
    said = [Said(str(title), str(_KINDS["new"]), texts.get(key, key)) for key in change.new]
    said += [
        Said(
            str(title),
            str(_KINDS["changed"]),
            texts.get(key, key),
            ", ".join(column_word(model, column) for column in columns),
        )
        for key, columns in change.changed.items()
    ]
    said += [Said(str(title), str(_KINDS["gone"]), texts.get(key, key)) for key in change.gone]
    if change.moved:
        said.append(Said(str(title), str(_KINDS["moved"]), _("They stand in another order.")))
    return said


def column_word(model: type[Model], name: str) -> str:
    """What people call a column."""
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return _("not said")
    choices: Any = WorkTypeVersion._meta.get_field(name).choices
    return str(dict(choices or ()).get(value, value))
