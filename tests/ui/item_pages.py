"""The item page in its states."""

from typing import Any

from tests.ui.stand_ins import SITE, ItemPage, Row, WaitForm, act
from vinkey.gallery.item import full
from work.states import Status


def bare() -> dict[str, Any]:
    """Just requested: nothing else is answered."""
    item = ItemPage(
        "W-1066", "Grease port missing", Status.REQUESTED, owner_text="", why="",
        executors_text="", next_step_by="", requested_by_text="",
    )  # fmt: skip
    return {"site": SITE, "item": item, "acts": [act("plan", "Plan", primary=True)]}


def refused() -> dict[str, Any]:
    """A start that rules refuse: the newer state, the reasons, and the held button."""
    context = full()
    held = context["acts"][2]
    held.primary, context["acts"][0].primary = True, False
    context["refusal"] = Row(kind="refused", title="Start W-1042", reasons=held.reasons)
    return context


def invalid() -> dict[str, Any]:
    """A form that came back with what was typed."""
    context = full()
    form = WaitForm({"kind": "material", "what": "Valve kit"}, auto_id="act-wait-%s")
    form.is_valid()
    context["acts"][1].form = form
    context["refusal"] = Row(kind="invalid", title="", reasons=[])
    return context


def _told(kind: str) -> dict[str, Any]:
    return {**full(), "refusal": Row(kind=kind, title="Complete W-1042", reasons=[])}


def closed() -> dict[str, Any]:
    item = ItemPage("W-0900", "Replace seal", Status.CLOSED, closed_note="Accepted in SAP")
    return {"site": SITE, "item": item, "acts": [], "holds": []}


ITEM_PAGES = {
    "item": full,
    "item-bare": bare,
    "item-refused": refused,
    "item-invalid": invalid,
    "item-stale": lambda: _told("stale"),
    "item-busy": lambda: _told("busy"),
    "item-closed": closed,
}
