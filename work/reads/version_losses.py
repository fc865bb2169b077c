"""What names something of a type that a draft of it says no more: rules, and saved mappings."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from work.models import RequirementRule, SavedMapping, TypeField, TypeLine, WorkTypeVersion
from work.services.import_ import mapping_toml
from work.services.import_.faults import MappingFault
from work.services.import_.mapping import Mapping


def rules_lost(version: WorkTypeVersion, at: datetime) -> list[RequirementRule]:
    """The rules at hold points that the newest published version has and this one has not.

    Of work under this one they ask nothing any more.
    """
    gone = _gone(version, TypeLine.objects.filter(hold_point=True))
    if not gone:
        return []
    rules = RequirementRule.objects.filter(
        Q(type=version.type_id) | Q(type=None),
        Q(ends=None) | Q(ends__gt=at),
        site=version.type.site_id,
        line_key__in=gone,
    )
    return list(rules.order_by("key"))


def mappings_lost(version: WorkTypeVersion) -> list[tuple[SavedMapping, list[str]]]:
    """The saved mappings of the site that fill in fields which this version has no more."""
    gone = _gone(version, TypeField.objects.all())
    found = []
    saved = SavedMapping.objects.filter(site=version.type.site_id) if gone else ()
    for each in saved:
        try:
            mapping = mapping_toml.parse(each.text, name=each.name)
        except MappingFault:
            continue  # of an older release: it says so where it is used
        named = {field.name.removeprefix("values.") for field in mapping.fields}
        if (lost := sorted(named & gone)) and _may_name(mapping, version.type.code):
            found.append((each, lost))
    return sorted(found, key=lambda pair: pair[0].name)


def _gone(version: WorkTypeVersion, rows: Any) -> set[str]:
    """Keys that the newest published version before this one has, and this one has not."""
    published = WorkTypeVersion.objects.filter(
        type=version.type_id, published_at__isnull=False, number__lt=version.number
    )
    before = published.order_by("-number").values("pk")[:1]
    had = set(rows.filter(version__in=before).values_list("key", flat=True))
    return had - set(rows.filter(version=version).values_list("key", flat=True))


def _may_name(mapping: Mapping, code: str) -> bool:
    """Whether records read by the mapping may be of the type with this code."""
    named = next((each for each in mapping.fields if each.name == "type"), None)
    if named is None or (named.columns and named.codes is None):
        return True
    return code in {
        named.constant,
        named.otherwise,
        named.default,
        *(named.codes or {}).values(),
    }
