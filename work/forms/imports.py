"""The forms of an import: its files, what they hold, the mapping that is chosen."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work import ports
from work.services.import_.mapping import Kind
from work.services.import_.shelf import Choice
from work.services.import_.uploads import ENDINGS

_OF_WORK = {
    Kind.PLACES.value: _("Places"),
    Kind.ASSETS.value: _("Assets"),
    Kind.WORK.value: _("Work"),
}
_ACCEPT = ",".join(ENDINGS)


def kinds() -> dict[str, Any]:
    """What can be brought in, in words: of work, and of the domains."""
    return _OF_WORK | {each.key: each.title for each in ports.importers.all()}


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """Any number of files."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_Several(attrs={"accept": _ACCEPT}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of them, checked as one is."""
        many = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Files, self).clean(each, initial) for each in many]


class NewImport(forms.Form):
    """What is brought in, and how it is read."""

    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=lambda: list(kinds().items()),
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("An export as CSV or XLSX; with the joined files 200 MB at most."),
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
    )
    more = Files(
        label=_("Joined files"),
        required=False,
        allow_empty_file=True,
        help_text=_("Links or checklist lines that the mapping reads from files of their own."),
    )
    mapping = forms.ChoiceField(
        label=_("Mapping"),
        required=False,
        help_text=_("Says which column becomes what. It can be chosen or written later too."),
    )

    def __init__(self, *args: Any, mappings: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {each.key: each.kind for each in mappings}
        self.fields["mapping"].choices = mapping_choices(mappings)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A mapping is for one kind of records."""
        data = super().clean() or {}
        chosen, kind = data.get("mapping"), data.get("kind")
        if chosen and kind and self.kinds[chosen] != kind:
            said = {"kind": kinds()[self.kinds[chosen]]}
            self.add_error("mapping", _("This mapping is for %(kind)s.") % said)
        return data


def mapping_choices(mappings: Iterable[Choice]) -> list[tuple[str, Any]]:
    """Mappings to choose from, by kind, and none."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in mappings:
        groups.setdefault(str(kinds().get(each.kind, each.kind)), []).append((each.key, each.name))
    return [("", _("None yet")), *groups.items()]
