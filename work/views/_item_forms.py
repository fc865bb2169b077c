"""The forms of an item page, with what they need to know of the item."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from work.permissions import Action, can
from work.reads import item as read
from work.reads.choices import Choices, SiteChoices
from work.reads.item import Page
from work.services import _owners
from work.services.guards import scope_reasons, warnings_at
from work.states import FieldKind, Gate
from work.views._acts import Spec


class Known:
    """What forms need to know of the item; choices of the site are asked when they are used."""

    def __init__(self, page: Page, *, together: bool = False) -> None:
        """together: its form uses several choices of the site."""
        self.page = page
        item, facts = page.item, page.facts
        self.people_url = read.url(page.site, item.number, "people")
        self.warned = bool(warnings_at(facts, Gate.START, page.at))
        self.open_blockers = [
            SimpleNamespace(pk=row["pk"], text=f"{row['kind_text']}: {row['what']}")
            for row in page.rows.blockers
            if row["pk"] is not None
        ]
        self.to_judge = [
            each for each in facts.criteria if not each.evidence and each.judged_at is None
        ]
        self.takes_out = facts.definition.version.takes_out
        has_owner = bool(item.owner_user_id or item.owner_post_id)
        self.owned = has_owner and _owners.still(item, page.at) is None
        self.may_accept_as_is = bool(can(page.who, Action.ACCEPT_AS_IS, item))
        self.hold_points = [
            (each.pk, each.text) for each in facts.lines if each.hold_point and not each.answer
        ]
        lacking = {reason.code for reason in scope_reasons(facts)}
        named = {"why_needed": "why", "criteria_needed": "criterion"}
        self.lacks = {name for code, name in named.items() if code in lacking}
        self.stages = [
            (each.key, each.label)
            for each in facts.definition.stages
            if each.status == item.status and each.key != item.stage
        ]
        self.custom_fields = facts.definition.fields
        self.provable = [
            *((f"criterion:{each.pk}", each.text) for each in facts.criteria),
            *((f"line:{each.pk}", each.text) for each in facts.lines),
        ]
        choices = SiteChoices(page.site, page.who, page.at, together=together)
        self.owners, self.clearers = choices.owners, choices.clearers
        # What the item has already stays a choice, also when it is no longer in use.
        has = page.item
        self.people = lambda: _with(
            choices.people(), *((row["id"], row["name"]) for row in has.executor_rows)
        )
        self.teams = lambda: _with(choices.teams(), (has.team_id, has.team))
        self.windows = lambda: _with(choices.windows(), (has.window_id, has.window))
        self.types = lambda: _with(choices.types(), (has.type_id, has.type.name))


def _with(known: Choices, *more: tuple[int | None, Any]) -> Choices:
    """Choices and those that are not among them yet."""
    keys = {key for key, _name in known}
    return [*known, *((key, str(name)) for key, name in more if key and key not in keys)]


def make_form(
    page: Page,
    spec: Spec,
    of: int | None = None,
    data: Any = None,
    files: Any = None,
    given: dict[str, Any] | None = None,
) -> forms.Form:
    """The form of an act, bound when `data` is given. given: answers that its address brings."""
    known: Any = Known(page, together=spec.apart)
    if spec.verb == "answer":
        known = next((line for line in page.facts.lines if line.pk == of), None)
    key = f"{spec.verb}-{of}" if of else spec.verb
    return spec.form(
        data,
        files,
        known=known,
        initial=_initial(page, spec) | (given or {}),
        auto_id=f"act-{key}-%s",
    )


def _initial(page: Page, spec: Spec) -> dict[str, Any]:
    item = page.item
    if spec.verb == "assign":
        return _owner_initial(page)
    if spec.verb not in ("edit", "plan"):
        return {}
    parent = page.other(item.parent_id)
    values = {
        name: getattr(item, name)
        for name in (
            "what",
            "why",
            "priority",
            "safety_critical",
            "planned_start",
            "planned_end",
            "due",
            "mandatory",
        )
    }
    values |= {
        "place": item.place.code,
        "team": item.team_id or "",
        "window": item.window_id or "",
        "parent": read.label(parent.number) if parent else "",
        "type": item.type_id,
        "assets": ", ".join(row["code"] for row in item.asset_rows),
        "places": ", ".join(row["code"] for row in item.place_rows),
    }
    kinds = {each.key: each.kind for each in page.facts.definition.fields}
    for key, value in item.values.items():
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif kinds.get(key) == FieldKind.MOMENT:
            value = parse_datetime(value)
        values[f"f.{key}"] = value
    return values | _owner_initial(page)


def _owner_initial(page: Page) -> dict[str, Any]:
    item = page.item
    owner = ""
    if item.owner_post_id:
        owner = f"post:{item.owner_post_id}"
    elif item.owner_user_id:
        owner = f"user:{item.owner_user_id}"
    return {"owner": owner, "executors": sorted(page.executor_ids)}
