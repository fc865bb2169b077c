"""A mapping that is written from the columns of a file: one group of answers a field.

The answers are called as the mapping calls what they say ("fields.what.column"), so that whatever
the parser finds wrong is told at the answer that it is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from work import ports
from work.forms.import_toml import Saved
from work.forms.import_words import DELIMITERS, FIELDS, UNKNOWNS, WHAT_IS_UNKNOWN, WINS
from work.services.import_ import sketch
from work.services.import_.convert import NO, YES
from work.services.import_.faults import MappingFault
from work.services.import_.mapping import (
    LINE_TARGETS,
    Form,
    Kind,
    Target,
    links,
    once,
    targets,
)
from work.services.import_.mapping_toml import HEADER_LIMIT

type Choices = Iterable[tuple[str, Any]]
_TEXT = {"spellcheck": "false", "autocomplete": "off"}
_MAPPED = (Form.CODE, Form.YES_NO, Form.REFERENCE)


@dataclass
class Group:
    """The answers about one field: those that are always seen, and the rest."""

    label: str
    name: str
    needed: bool
    main: list[forms.BoundField] = field(default_factory=list)
    more: list[forms.BoundField] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether the rest says something already, or is wrong."""
        return any(each.errors or each.value() for each in self.more)


class WriteMapping(Saved):
    """All that a form can say of a mapping."""

    system = forms.CharField(
        label=gettext_lazy("Source system"),
        max_length=40,
        help_text=gettext_lazy(
            "A short name that stays: with its key it identifies a record for ever."
        ),
    )
    key = forms.ChoiceField(label=gettext_lazy("Column with the record's key"), choices=[])
    words = forms.BooleanField(
        label=gettext_lazy("Keep all columns as the source's own words"), required=False
    )
    complete = forms.BooleanField(
        label=gettext_lazy("The file holds all records: one that it lacks is gone in the source"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        columns: list[str],
        known: Mapping[str, Choices],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.columns = kind, columns
        self.others: Mapping[str, list[str]] = {}
        # Fields that take few answers, and the answers as they may stand in the file.
        self.fitting: dict[str, set[str]] = {}
        self.fields["key"].choices = self._columns("key", _("Not chosen"))  # type: ignore[attr-defined]
        self._file()
        for group in sketch.groups(kind):
            own = targets(kind) if group.startswith("fields.") else LINE_TARGETS
            self._group(group, own[group.rpartition(".")[2]], known)
        if kind is Kind.WORK:
            self.fields["values"] = _lines(
                _("Fields of the work type"), _("One a line: key of the field = column.")
            )
        for name in links(kind):
            self._join(f"links.{name}", ("file", "record", "to"))
        if kind is Kind.WORK:
            self._join("lines", ("file", "record", "key"))
        for name in sketch.UNKNOWN.get(kind, ()):
            answers = [(value, label) for value, label in UNKNOWNS.items()]
            self._choice(f"unknown.{name}", WHAT_IS_UNKNOWN[name], answers)

    def _columns(self, name: str, nothing: str) -> list[tuple[str, str]]:
        """The columns of the file, and the one that was said though the file lacks it."""
        said = self.data.get(name) if self.is_bound else self.initial.get(name)
        lacking = [(said, _("%(name)s (not in the file)") % {"name": said})]
        columns = [(column, column) for column in self.columns]
        return [("", nothing), *columns, *(lacking if said and said not in self.columns else [])]

    def _choice(self, name: str, label: Any, choices: Choices) -> None:
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=list(choices))

    def _text(self, name: str, label: Any, hint: Any = "", *, listed: str = "") -> None:
        attrs = _TEXT | ({"list": listed} if listed else {})
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=200,
            help_text=hint,
            strip=not name.endswith(".separator"),
            widget=forms.TextInput(attrs=attrs),
        )

    def _file(self) -> None:
        self._text("file.encoding", _("Encoding"), _("utf-8, windows-1252 …"))
        self._choice("file.delimiter", _("What parts the cells"), DELIMITERS.items())
        self._text("file.quote", _("Quote"))
        self._text("file.sheet", _("Sheet of a spreadsheet"), _("Else the first one."))
        self.fields["file.header"] = forms.IntegerField(
            label=_("Line of the column names"),
            required=False,
            min_value=1,
            max_value=HEADER_LIMIT,
        )
        self._text("file.empty", _("Words that mean nothing"), _("With commas: null, -"))
        self._text("file.time_zone", _("Time zone of dates"), _("Else the site's."))

    def _group(self, name: str, target: Target, known: Mapping[str, Choices]) -> None:
        if name.startswith("fields."):
            self._choice(f"{name}.column", _("Column"), self._columns(f"{name}.column", _("None")))
            for nth, label in (("second", _("Else the column")), ("third", _("Else"))):
                self._text(f"{name}.{nth}", label, listed="columns")
        else:
            for nth, label in (("column", _("Column")), ("second", _("And the column"))):
                self._text(f"{name}.{nth}", label, listed="other-columns")
        fixed = known.get(name) or [(each, each) for each in target.choices]
        label = pgettext_lazy("mapping", "Always the same")
        if fixed:
            self._choice(f"{name}.constant", label, [("", _("None")), *fixed])
        else:
            self._text(f"{name}.constant", label)
        self.fields[f"{name}.joined"] = forms.BooleanField(
            label=_("All these columns, joined"), required=False
        )
        self._text(f"{name}.separator", _("Joined by"))
        if target.form in _MAPPED:
            hint = _("One a line: code of the source = what it becomes.")
            if target.choices:
                hint = f"{hint} {', '.join(target.choices)}"
            self.fields[f"{name}.map"] = _lines(_("Codes"), hint)
            if target.form is Form.YES_NO:
                cases = (str.lower, str.title, str.upper)
                self.fitting[name] = {case(word) for word in YES | NO for case in cases}
            elif fixed:
                self.fitting[name] = {str(value) for value, _label in fixed}
            self._text(f"{name}.otherwise", _("Any other code becomes"))
        if target.form in (Form.MOMENT, Form.DAY):
            self._text(
                f"{name}.date",
                _("Form of the date"),
                _("iso, epoch_ms, epoch_s, or such as %d.%m.%Y; several with | between."),
            )
        self._text(f"{name}.default", _("Where there is nothing"))
        if name.rpartition(".")[2] not in once(self.kind) and name.startswith("fields."):
            self._choice(f"{name}.wins", _("Who wins on a later run"), WINS.items())

    def _join(self, name: str, parts: tuple[str, ...]) -> None:
        labels = {
            "file": _("File"),
            "record": _("Column with the record's key"),
            "to": _("Column with what is linked"),
            "key": _("Column with the line's own key"),
        }
        for part in parts:
            listed = "other-files" if part == "file" else "other-columns"
            self._text(f"{name}.{part}", labels[part], listed=listed)
        self._choice(f"{name}.wins", _("Who wins on a later run"), WINS.items())

    def groups(self) -> list[Group]:
        """The fields of a record, each with its answers; those that are needed first."""
        own = targets(self.kind)
        found = [self._shown(f"fields.{name}", own[name]) for name in own]
        return sorted(found, key=lambda group: not group.needed)

    def _shown(self, name: str, target: Target) -> Group:
        needed = target.needed and not name.endswith(".code") or name == "fields.what"
        group = Group(self._label(name.rpartition(".")[2]), name, needed)
        main = (f"{name}.column", f"{name}.constant")
        for each in self.fields:
            if each.startswith(f"{name}."):
                (group.main if each in main else group.more).append(self[each])
        return group

    def _label(self, name: str) -> str:
        """What a field is called, by its domain or by us."""
        importer = ports.importers.get(self.kind)
        return str(importer.fields[name].title if importer else FIELDS[name])

    def joins(self) -> list[Group]:
        """The second files: links, and lines of a checklist."""
        found = []
        for name in sketch.joins(self.kind):
            label = FIELDS.get(name.rpartition(".")[2], name)
            group = Group(str(label), name, False)
            group.more = [self[each] for each in self.fields if each.startswith(f"{name}.")]
            found.append(group)
        return found

    def part(self, prefix: str) -> list[forms.BoundField]:
        """The answers whose names begin so."""
        return [self[name] for name in self.fields if name.startswith(prefix)]

    def file_part(self) -> list[forms.BoundField]:
        """How the file is written."""
        return self.part("file.")

    def unknown_part(self) -> list[forms.BoundField]:
        """What becomes of unknown references."""
        return self.part("unknown.")

    def clean(self) -> dict[str, Any]:
        """Half a line says nothing, and would be lost."""
        data = super().clean() or {}
        for name in [name for name in self.fields if name.endswith(".map") or name == "values"]:
            for line in data.get(name, "").splitlines():
                left, _sign, right = line.rpartition("=")
                if line.strip() and not (left.strip() and right.strip()):
                    said = {"line": line.strip()[:60]}
                    self.add_error(
                        name, _("Say what this becomes, or leave it out: %(line)s") % said
                    )
                    break
        return data

    def lacks(self, needed: Iterable[str]) -> bool:
        """Whether the file lacks a column that the mapping reads; told at the form."""
        lacking = [name for name in dict.fromkeys(needed) if name not in self.columns]
        for name in lacking:
            self.add_error(None, _("The file has no column %(name)s.") % {"name": name})
        return bool(lacking)

    def tell(self, fault: MappingFault) -> None:
        """Put what the parser found wrong at the answer that it is about."""
        known = [name for name in self.fields if f"{name}.".startswith(f"{fault.key}.")]
        close = [name for name in self.fields if fault.key.startswith(f"{name}.")]
        at = next(iter([*close, *known]), None)
        self.add_error(at, fault.problem if at else str(fault))


def _lines(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        help_text=hint,
        widget=forms.Textarea(attrs=_TEXT | {"rows": 4}),
    )
