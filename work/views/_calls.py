"""How what was sent becomes a call of a service."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from work.exceptions import Reason, Refused
from work.models import (
    Asset,
    ItemPlace,
    Place,
    User,
    WorkItem,
)
from work.permissions import Action, Scope, can, visible
from work.reads.item import coded, number_of
from work.services import (
    checklist,
    execution,
    files,
    holds,
    items,
    requirements,
)
from work.services import proof as proofs
from work.services._things import known_assets
from work.views._refusals import NEVER


@dataclass(frozen=True)
class Sent:
    """What a person sent: who, which act, which version was seen, and the cleaned answers.

    page: what its form needed to know of the item; None of an act that asks nothing.
    """

    actor: User
    act: UUID
    at: datetime
    seen: int | None
    item_id: int
    page: Any
    form: Any
    of: int | None = None
    # Whether it is sent only to be refused: nothing that was typed can be done.
    hopeless: bool = False

    @property
    def door(self) -> dict[str, Any]:
        """What every door takes."""
        return {
            "actor": self.actor,
            "act": self.act,
            "happened_at": self.form.cleaned_data.get("happened_at"),
        }

    @property
    def on_part(self) -> dict[str, Any]:
        """What every door of a part takes whose version nobody sends."""
        return self.door | {"seen": NEVER} if self.hopeless else self.door

    @property
    def on_line(self) -> dict[str, Any]:
        """What every door of a checklist line takes."""
        return {**self.door, "line_id": self.of, "seen": self._seen}

    @property
    def _seen(self) -> int | None:
        return NEVER if self.hopeless else self.seen

    @property
    def on_item(self) -> dict[str, Any]:
        """What every door of an item takes."""
        return {**self.door, "item_id": self.item_id, "seen": self._seen}

    def get(self, name: str, default: Any = "") -> Any:
        """One of the cleaned answers."""
        value = self.form.cleaned_data.get(name)
        return default if value is None else value


def owner(text: str) -> dict[str, int]:
    kind, _sep, key = text.partition(":")
    return {f"owner_{kind}_id": int(key)} if kind in ("user", "post") else {}


def item_named(sent: Sent, name: str, code: str) -> int | None:
    """The id of an item that was named by its number; refused when it is not the reader's."""
    typed = str(sent.get(name)).strip()
    if not typed:
        return None
    number = number_of(typed)
    found = WorkItem.objects.filter(
        visible(sent.page.who), site=sent.page.site, number=number
    ).first()
    if number is None or found is None:
        raise Refused(Reason(code))
    return found.pk


def place_named(sent: Sent, name: str, default: int) -> int:
    typed = str(sent.get(name)).strip()
    if not typed:
        return default
    seen = visible(sent.page.who, place="", team=None)
    place = coded(Place.objects.filter(seen, site=sent.page.site), typed)
    if place is None:
        raise Refused(Reason("place_unknown"))
    return place.pk


def places_named(sent: Sent, name: str) -> list[int]:
    """Ids of the places whose codes were typed with commas: the reader's, and those it has."""
    codes = {code.strip() for code in str(sent.get(name)).split(",") if code.strip()}
    had = Q(pk__in=ItemPlace.objects.filter(item=sent.page.item).values("place"))
    places = Place.objects.filter(
        visible(sent.page.who, place="", team=None) | had, site=sent.page.site, code__in=codes
    )
    found = dict(places.values_list("code", "pk"))
    if codes - set(found):
        raise Refused(Reason("place_unknown"))
    return list(found.values())


def assets_named(who: Scope, site_id: int, typed: str) -> list[int]:
    """Ids of the assets whose codes were typed with commas, of those that `who` may know of."""
    codes = {code.strip() for code in typed.split(",") if code.strip()}
    known = known_assets(who, site_id).filter(code__in=codes) if codes else Asset.objects.none()
    found = dict(known.values_list("code", "pk"))
    if codes - set(found):
        raise Refused(Reason("asset_unknown"))
    return list(found.values())


def moment(sent: Sent, name: str) -> Any:
    """A moment of the form, which knows no seconds: untouched, it stays what it was."""
    typed, before = sent.form.cleaned_data.get(name), getattr(sent.page.item, name)
    same = before is not None and typed == before.replace(second=0, microsecond=0)
    return before if same else typed


def fields(sent: Sent) -> dict[str, Any]:
    """The plain fields of the edit and plan forms."""
    item = sent.page.item
    # What was left as it stood is not read again: of a code with a comma in it nobody could.
    typed = set(sent.form.changed_data)
    parent_id = item_named(sent, "parent", "parent_unknown")
    if parent_id is None and sent.page.other(item.parent_id) is None:
        # It was not shown, so that leaving it empty says nothing.
        parent_id = item.parent_id
    return {
        "what": sent.get("what"),
        "why": sent.get("why"),
        "place_id": place_named(sent, "place", item.place_id),
        "priority": sent.get("priority"),
        "safety_critical": bool(sent.get("safety_critical", False)),
        "planned_start": moment(sent, "planned_start"),
        "planned_end": moment(sent, "planned_end"),
        "due": moment(sent, "due"),
        "team_id": int(sent.get("team")) if sent.get("team") else None,
        "window_id": int(sent.get("window")) if sent.get("window") else None,
        "parent_id": parent_id,
        "mandatory": bool(sent.get("mandatory", False)),
        "values": sent.form.values(),
        "asset_ids": assets_named(sent.page.who, item.site_id, sent.get("assets"))
        if "assets" in typed
        else None,
        "place_ids": places_named(sent, "places") if "places" in typed else None,
    }


def plan(sent: Sent) -> object:
    chosen = int(sent.get("type") or sent.page.item.type_id)
    given = fields(sent)
    if chosen != sent.page.item.type_id:
        # The fields shown were those of the old type.
        given["values"] = None
    return items.plan(
        **sent.on_item,
        **given,
        **owner(sent.get("owner")),
        type_id=chosen,
        executor_ids=[int(pk) for pk in sent.get("executors", [])],
    )


def assign(sent: Sent) -> object:
    return items.assign(
        **sent.on_item,
        **owner(sent.get("owner")),
        executor_ids=[int(pk) for pk in sent.get("executors", [])],
    )


def wait(sent: Sent) -> object:
    blocker = None
    if not sent.get("blocker") and sent.get("what"):
        blocker = {
            "kind": sent.get("kind") or "other",
            "what": sent.get("what"),
            "clears": sent.get("clears"),
        }
    return execution.wait(
        **sent.on_item,
        condition=sent.get("condition"),
        blocker_id=int(sent.get("blocker")) if sent.get("blocker") else None,
        blocker=blocker,
    )


def evidence(sent: Sent) -> object:
    data, item = sent.form.cleaned_data, sent.page.item
    may = can(sent.page.who, Action.EVIDENCE, item, executors=sent.page.executor_ids)
    # Nothing is kept of who may not; the door says so.
    keep = may and item.status in proofs.PROVABLE and data.get("file")
    blob = files.store(data["file"].chunks(), at=sent.at) if keep else None
    is_image = blob is not None and blob.content_type in files.IMAGE_TYPES
    kind, _sep, pk = (data.get("shows") or "").partition(":")
    return proofs.attach(
        **sent.door,
        item_id=item.pk,
        kind=sent.form.kind(is_image=is_image),
        blob=blob,
        name=data["file"].name if data.get("file") else "",
        value=data.get("value"),
        unit=data.get("unit") or "",
        said=data.get("said") or "",
        criterion_id=int(pk) if kind == "criterion" else None,
        line_id=int(pk) if kind == "line" else None,
    )


def require(sent: Sent) -> object:
    hours, line = sent.get("lead", None), sent.get("line")
    asked = sent.on_item | {
        "gate": sent.get("gate"),
        "line_id": int(line) if line else None,
        "lead": None if hours is None else timedelta(hours=hours),
    }
    if sent.get("supplier") == "work.item":
        return requirements.require(
            **asked,
            kind="work",
            supplier="work.item",
            source_id=item_named(sent, "number", "other_item_unknown"),
        )
    return requirements.require(
        **asked,
        kind="decision",
        supplier="work.check",
        params={"role": sent.get("role")},
        what=sent.get("what"),
    )


def hold(sent: Sent) -> object:
    return holds.place(
        **sent.on_item,
        kind=sent.get("kind"),
        place_id=place_named(sent, "place", sent.page.item.place_id),
        until_accepted=not sent.get("decided", False),
        why=sent.get("why"),
    )


def line(sent: Sent) -> object:
    file = sent.get("photo", None)
    # Nothing is kept of who may not answer; the door says so.
    may = can(sent.page.who, Action.CHECKLIST, sent.page.item, executors=sent.page.executor_ids)
    return checklist.answer(
        **sent.on_line,
        answer=sent.get("answer"),
        value=sent.get("value", None),
        said=sent.get("said"),
        photo=(files.store(file.chunks(), at=sent.at), file.name) if file and may else None,
    )
