"""Custom values of work items, each in the form that its type's field asks for."""

from typing import Any
from zoneinfo import ZoneInfo

from work.exceptions import Refused
from work.models import Site
from work.services._definition import definition
from work.services._fields import checked_values
from work.services.import_ import lookups
from work.services.import_.convert import Unfit, moment, yes_no
from work.states import FieldKind


class Custom:
    """Puts the custom values of staged records in form, by the newest version of their type."""

    def __init__(self, site: Site, zone: ZoneInfo) -> None:
        """Read every type of the site at once: while rows are copied, nothing else can be asked."""
        self.zone = zone
        versions = lookups.versions(site, site.work_types.values_list("code", flat=True))
        self.known = {code: definition(version.pk) for code, version in versions.items()}

    def value(self, type_code: str | None, name: str, text: str) -> Any:
        """One value in the form of its field. Raises Unfit. An unknown type is refused later."""
        found = self.known.get(type_code or "")
        if found is None:
            return text
        key = name.removeprefix("values.")
        field = found.field(key)
        if field is None:
            raise Unfit("no_such_field", key=key)
        said: Any = text
        if field.kind == FieldKind.YES_NO:
            said = yes_no(text)
        elif field.kind == FieldKind.MOMENT:
            said = moment(text, ("iso",), self.zone)
        try:
            return checked_values(found, {key: said})[key]
        except Refused as refused:
            raise Unfit("bad_value", kind=field.get_kind_display(), label=field.label) from refused
