"""Custom values of work items, each in the form that its type's field asks for."""

from typing import Any
from zoneinfo import ZoneInfo

from work.exceptions import Refused
from work.models import Site, WorkItem
from work.services._definition import Definition, definition
from work.services._fields import checked_values
from work.services.import_ import lookups
from work.services.import_.convert import Unfit, day, moment, text_of, yes_no
from work.services.import_.mapping import Field
from work.services.import_.rows import Cell
from work.states import FieldKind


class Custom:
    """Puts the custom values of staged records in form, by the newest version of their type."""

    def __init__(self, site: Site, zone: ZoneInfo) -> None:
        """Read every type of the site at once: while rows are copied, nothing else can be asked."""
        self.zone = zone
        versions = lookups.versions(site, site.work_types.values_list("code", flat=True))
        self.known = {code: definition(version.pk) for code, version in versions.items()}

    def value(self, type_code: str | None, mapped: Field, said: Cell | None) -> Any:
        """One value in the form of its field. Raises Unfit. An unknown type is refused later."""
        found = self.known.get(type_code or "")
        if found is None or said is None:
            return None
        key = mapped.name.removeprefix("values.")
        field = found.field(key)
        if field is None:
            raise Unfit("no_such_field", key=key)
        fit: Any = text_of(said)
        if field.kind == FieldKind.YES_NO:
            fit = yes_no(fit)
        elif field.kind == FieldKind.MOMENT:
            fit = moment(said, mapped.forms, mapped.zone or self.zone)
        elif field.kind == FieldKind.DATE:
            fit = day(said, mapped.forms, mapped.zone or self.zone)
        return _checked(found, key, fit)


def fit_values(item: WorkItem, said: dict[str, Any]) -> dict[str, Unfit]:
    """Put what is said of an item's own values in the form of its type and version, in place.

    They were read by the newest version of the type that the mapping names, and the item may be of
    another. The names of those that it cannot hold are given back.
    """
    own, unfit = definition(item.type_version_id), {}
    for name, value in said.items():
        if name.startswith("values.") and value is not None:
            try:
                said[name] = _checked(own, name.removeprefix("values."), value)
            except Unfit as found:
                unfit[name] = found
    return unfit


def _checked(found: Definition, key: str, value: Any) -> Any:
    """A value as it is stored. Raises Unfit."""
    field = found.field(key)
    if field is None:
        raise Unfit("no_such_field", key=key)
    try:
        return checked_values(found, {key: value})[key]
    except Refused as refused:
        raise Unfit("bad_value", kind=field.get_kind_display(), label=field.label) from refused
