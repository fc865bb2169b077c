"""A mapping as it stands in memory: which column becomes which field, and who wins later."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from work import ports
from work.ports import Holds, ImportField
from work.states import IMPORTABLE, PlaceKind, Priority, Status

KEY_LIMIT = 200


class Kind(StrEnum):
    """What a mapping loads of the core; domains bring others at the port `importers`."""

    PLACES = "places"
    ASSETS = "assets"
    WORK = "work"


class Wins(StrEnum):
    """Whose value stands on a later run.

    source: the source's, always. vinkey: the source's until somebody changed it here. first: it
    is read when the record is created and never again.
    """

    SOURCE = "source"
    VINKEY = "vinkey"
    FIRST = "first"


class Unknown(StrEnum):
    """What becomes of a record that refers to what the site does not have.

    refuse: it is refused. report: it is loaded without the reference, and reported. keep: the
    same, and the text is kept among the source's words.
    """

    REFUSE = "refuse"
    REPORT = "report"
    KEEP = "keep"


class Form(StrEnum):
    """What a cell is turned into."""

    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    YES_NO = "yes_no"
    NUMBER = "number"
    CODE = "code"
    REFERENCE = "reference"
    CUSTOM = "custom"  # whatever the type's own field asks for


@dataclass(frozen=True)
class Target:
    """A field that a mapping may fill. `unknown` names its key in `[unknown]`."""

    form: Form = Form.TEXT
    length: int = 0
    printable: bool = False
    title: bool = False
    choices: tuple[str, ...] = ()
    needed: bool = False
    to: str = ""
    unknown: str = ""


def _to(what: str, unknown: str = "", *, needed: bool = False) -> Target:
    return Target(Form.REFERENCE, 200, needed=needed, to=what, unknown=unknown)


_CODE = Target(length=120, printable=True, needed=True)
_MOMENT = Target(Form.MOMENT)
_YES_NO = Target(Form.YES_NO)

TARGETS: dict[Kind, dict[str, Target]] = {
    Kind.PLACES: {
        "code": _CODE,
        "name": Target(length=250, needed=True),
        "kind": Target(Form.CODE, choices=tuple(PlaceKind.values), needed=True),
        "parent": _to("place", "parent"),
        "owner_team": _to("team", "team"),
        "is_active": _YES_NO,
    },
    Kind.ASSETS: {
        "code": _CODE,
        "name": Target(length=250, needed=True),
        "asset_class": _to("asset class", needed=True),
        "serial": Target(length=120),
        "status": Target(length=40),
        "place": _to("place", "place"),
        "parent": _to("asset", "parent"),
        "owner_team": _to("team", "team"),
    },
    Kind.WORK: {
        "status": Target(
            Form.CODE,
            choices=tuple(each for each in Status.values if each in IMPORTABLE),
            needed=True,
        ),
        "type": _to("work type", needed=True),
        "what": Target(length=250, title=True),
        "why": Target(length=100_000),
        "place": _to("place", "place"),
        "parent": _to("work item", "parent"),
        "mandatory": _YES_NO,
        "team": _to("team", "team"),
        "owner_post": _to("post", "owner"),
        "owner_user": _to("person", "owner"),
        "priority": Target(Form.CODE, choices=tuple(Priority.values)),
        "safety_critical": _YES_NO,
        "planned_start": _MOMENT,
        "planned_end": _MOMENT,
        "due": _MOMENT,
        "requested_at": _MOMENT,
        "closed_at": _MOMENT,
        "cancelled_at": _MOMENT,
    },
}
LINKS: dict[Kind, dict[str, Target]] = {
    Kind.PLACES: {},
    Kind.ASSETS: {},
    Kind.WORK: {"places": _to("place", "place"), "assets": _to("asset", "asset")},
}
LINE_TARGETS: dict[str, Target] = {"text": Target(length=500, needed=True)}
CUSTOM = Target(Form.CUSTOM, length=10_000)

# Never taken from the source again: what a record is known by, and what people say by a verb.
ONCE: dict[Kind, frozenset[str]] = {
    Kind.PLACES: frozenset({"code"}),
    Kind.ASSETS: frozenset({"code"}),
    Kind.WORK: frozenset(
        {
            "status",
            "type",
            "owner_post",
            "owner_user",
            "requested_at",
            "closed_at",
            "cancelled_at",
        }
    ),
}

_FORMS = {
    Holds.TEXT: Form.TEXT,
    Holds.CODE: Form.CODE,
    Holds.DAY: Form.DAY,
    Holds.MOMENT: Form.MOMENT,
    Holds.YES_NO: Form.YES_NO,
    Holds.NUMBER: Form.NUMBER,
}


def kinds() -> list[str]:
    """All that a mapping may load: of the core, and of the domains."""
    return [*Kind, *(each.key for each in ports.importers.all())]


def kind_of(key: str) -> str:
    """A kind by its key: one of the core, or that of a domain."""
    return Kind(key) if key in set(Kind) else key


def targets(kind: str) -> dict[str, Target]:
    """The fields that a mapping of this kind may fill."""
    if kind in TARGETS:
        return TARGETS[Kind(kind)]
    importer = ports.importers.get(kind)
    return {name: _target(field) for name, field in importer.fields.items()} if importer else {}


def _target(field: ImportField) -> Target:
    if (form := _FORMS.get(field.holds)) is None:
        return _to(field.holds.value, needed=field.needed)
    length = field.length if form is Form.TEXT else 0
    return Target(form, length, choices=field.choices, needed=field.needed)


def once(kind: str) -> frozenset[str]:
    """The fields of this kind that are never taken from the source again."""
    if kind in ONCE:
        return ONCE[Kind(kind)]
    importer = ports.importers.get(kind)
    fields = importer.fields if importer else {}
    return frozenset(name for name, field in fields.items() if field.once)


def links(kind: str) -> dict[str, Target]:
    """The second files of links that a mapping of this kind may name."""
    return LINKS[Kind(kind)] if kind in LINKS else {}


@dataclass(frozen=True)
class Field:
    """Where the value of one field comes from, and what is done to it on its way."""

    name: str
    target: Target
    columns: tuple[str, ...] = ()
    joined: bool = False
    separator: str = " "
    constant: str | None = None
    codes: Mapping[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    forms: tuple[str, ...] = ("iso",)
    zone: ZoneInfo | None = None
    wins: Wins = Wins.VINKEY


@dataclass(frozen=True)
class FileForm:
    """How a file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    sheet: str = ""
    header: int = 1
    empty: frozenset[str] = frozenset({""})
    zone: ZoneInfo | None = None


@dataclass(frozen=True)
class Join:
    """A second file whose rows belong to records of the first: links, or checklist lines.

    record: the column that holds the record's key. to: the column that holds what is linked, or
    a line's own key.
    """

    name: str
    file: str
    form: FileForm
    record: str
    to: str
    fields: tuple[Field, ...] = ()
    words: tuple[str, ...] = ()
    wins: Wins = Wins.VINKEY

    @property
    def needed(self) -> Iterator[str]:
        """The columns it reads."""
        yield self.record
        yield self.to
        yield from _columns(self.fields, self.words)


@dataclass(frozen=True)
class ImportMapping:
    """A whole mapping, checked. `text` is the mapping as it was written.

    complete: whether the file holds all that the source has, so that what it lacks is gone there.
    """

    kind: str
    name: str
    system: str
    text: str
    form: FileForm
    key: str
    fields: tuple[Field, ...]
    words: tuple[str, ...] = ()
    links: tuple[Join, ...] = ()
    lines: Join | None = None
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    complete: bool = True

    @property
    def needed(self) -> Iterator[str]:
        """The columns of the first file that it reads."""
        yield self.key
        yield from _columns(self.fields, self.words)

    @property
    def key_limit(self) -> int:
        """How long a key may be: it is the code as well where no field says that."""
        code = targets(self.kind).get("code")
        if code is None or any(each.name == "code" for each in self.fields):
            return KEY_LIMIT
        return code.length

    @property
    def joins(self) -> tuple[Join, ...]:
        """All second files."""
        return (*self.links, *([self.lines] if self.lines else []))

    def on_unknown(self, what: str) -> Unknown:
        """What the mapping says of an unknown reference of this kind."""
        return self.unknown.get(what, Unknown.REFUSE)

    def wins(self, name: str) -> Wins:
        """Who wins on a later run for one field."""
        if name in once(self.kind):
            return Wins.FIRST
        for item in self.fields:
            if item.name == name:
                return item.wins
        return Wins.VINKEY


def _columns(fields: tuple[Field, ...], words: tuple[str, ...]) -> Iterator[str]:
    for item in fields:
        yield from item.columns
    yield from (name for name in words if name != "*")
