"""What narrows a view now, said one by one, each with the address without it."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from work.filters.asked import bare
from work.filters.lapsed import NOBODY
from work.filters.plain import day
from work.filters.selection import Selection
from work.filters.words import ANY_STATUS, FLAGS, LABELS, ME, NO_TEAM, RANGES, WORDED
from work.filters.words import NOBODY as NOBODY_NAMED
from work.reads.causes import cause_words, is_cause
from work.states import ENDED, BlockerKind, FieldKind, Priority, Role, Status


@dataclass(frozen=True)
class Chip:
    """One filter: what, which, and the way without it."""

    label: str
    value: str
    remove_url: str


def chips(selection: Selection) -> list[Chip]:
    """One for each value that was asked for or is too many, and one for a period that was put."""
    asked, unknown = selection.asked, set(selection.unknown)
    found = []
    for name, values in asked.values.items():
        for value in values:
            said = _said(selection, name, value)
            if (name, value) in unknown:
                said = _("%(value)s (not understood)") % {"value": _plain(value)}
            found.append(Chip(label(selection, name), said, asked.without(name, value)))
    for name, value in asked.left:
        said = _("%(value)s (not understood)") % {"value": _plain(value)}
        found.append(Chip(label(selection, name), said, asked.without(name, value)))
    if asked.after and ("after", asked.after) in unknown:
        said = _("%(value)s (not understood)") % {"value": _plain(asked.after)}
        found.append(Chip(str(LABELS["after"]), said, asked.url()))
    if selection.since:
        open_only = tuple(
            value for value in asked.values.get("status", ()) if value not in {*ENDED, "all"}
        )
        said = date_format(selection.since, _("j M Y"))
        away = asked.url(status=open_only or None)
        found.append(Chip(_("Ended work, raised since"), said, away))
    return found


def label(selection: Selection, name: str) -> str:
    """The name of a parameter in words; a custom field has its own."""
    if name.startswith("f."):
        for field in selection.context.facets.fields:
            if name == f"f.{field.key}":
                return field.heading
            for end, said in RANGES.items():
                if name == f"f.{field.key}{end}":
                    return str(said) % {"field": field.heading}
        return _plain(name)
    return str(LABELS[name])


def _plain(value: str) -> str:
    return value.replace("\x00", "�")[:40]


def _said(selection: Selection, name: str, value: str) -> str:
    facets = selection.context.facets
    choices: dict[str, dict] = {
        "status": dict(Status.choices) | ANY_STATUS,
        "priority": dict(Priority.choices),
        "kind": dict(BlockerKind.choices),
        "type": {each.code: each.name for each in facets.types},
        "team": {each.code: each.name for each in facets.teams} | {"none": NO_TEAM},
    }
    if name in choices:
        return str(choices[name].get(value, value))
    if name in ("owner", "executor", "clears"):
        return _person(selection, name, value)
    if name in ("place", "here") and value in facets.places:
        return facets.places[value].name
    if name in ("due_before", "since", "closed_since", "held_since") and (found := day(value)):
        return date_format(found, _("j M Y"))
    if name == "incomplete" and is_cause(value):
        return cause_words(value, selection.context.facets.field_labels())
    if name.startswith("f."):
        return _custom(selection, name, value)
    if name in ("asset", "q", "place", "here", "waiting_days"):
        return _plain(value)
    return str(FLAGS.get(value, _plain(value)))


def _custom(selection: Selection, name: str, value: str) -> str:
    """The value of a custom field as it was asked; yes or no, and a day, in words."""
    fields = selection.context.facets.fields
    kinds = {field.kind for field in fields if bare(name) == f"f.{field.key}"}
    if kinds == {FieldKind.YES_NO}:
        return str(FLAGS.get(value, _plain(value)))
    if kinds and kinds <= {FieldKind.DATE, FieldKind.MOMENT} and (found := day(value)):
        return date_format(found, _("j M Y"))
    return _plain(value)


def my_role(value: str) -> str:
    """Myself in one role, as `me:role:planner` asks for it."""
    role = value.removeprefix("me:role:")
    return f"{ME} · {dict(Role.choices).get(role, _plain(role))}"


def _person(selection: Selection, name: str, value: str) -> str:
    """A person, post or role by name; part of a name stays as it was typed."""
    facets = selection.context.facets
    if value in WORDED:
        return str(WORDED[value])
    if name == "clears" and value == NOBODY:
        return str(NOBODY_NAMED)
    if name == "clears" and value.startswith("me:"):
        return my_role(value)
    if name == "clears" and value.startswith("role:"):
        return str(dict(Role.choices).get(value.removeprefix("role:"), value))
    known = {
        "owner": facets.owners + facets.owner_posts,
        "executor": facets.executors,
        "clears": [facets.clears] if facets.clears else [],
    }[name]
    return known[0].name if len(known) == 1 else _plain(value)
