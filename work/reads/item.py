"""One item as its page shows it: the seven answers at one moment, for one reader."""

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from work import addresses
from work.exceptions import Reason
from work.models import (
    Acceptance,
    Blocker,
    BlockerPromise,
    ItemAsset,
    ItemExecutor,
    ItemPlace,
    Place,
    Prerequisite,
    Site,
    WorkItem,
)
from work.permissions import Action, Scope, can, sees, visible
from work.prepared import given, often, prepared
from work.reads import trail
from work.reads.item_rows import Rows
from work.reasons import Names, once, say
from work.reasons.guests import guest_at
from work.services import _facts, _owners
from work.services._definition import definition
from work.services._facts import Facts
from work.states import ENDED

_NUMBER = re.compile(r"(?:[Ww][- ]?)?(\d{1,15})")


def label(number: int) -> str:
    """How a number is written: W-1042."""
    return f"W-{number}"


def number_of(text: str) -> int | None:
    """The number in "W-1042", "W1042" or "1042"; None where it is none of these."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match[1]) if match else None


def url(site: Site, number: int, verb: str = "") -> str:
    """The page of an item, or the address of one of its acts."""
    return addresses.item(site.slug, label(number), verb)


def find(site: Site, who: Scope, text: str) -> WorkItem | None:
    """The item with this number, where `who` may see it: one query with everything it joins."""
    number = number_of(text)
    if number is None:
        return None
    item = next(iter(_numbered(_facts.four_eyed(), site=site.pk, number=number)), None)
    if item is None or not sees(who, item):
        return None
    item.site = site
    item.type_version = definition(item.type_version_id).version
    return item


def id_of(site: Site, number: int) -> int | None:
    """The id of the item with this number, whoever may see it: its door says who may."""
    return next(iter(_ids(site=site.pk, number=number)), None)


@often
def _ids() -> QuerySet[Any]:
    """Of the item of a site with a number its id."""
    found = WorkItem.objects.filter(site=given("site"), number=given("number"))
    return found.order_by().values_list("pk", flat=True)


@often
def _numbered(four_eyed: tuple[str, ...]) -> QuerySet[WorkItem]:
    """An item of a site by its number, with everything it joins."""
    return (
        WorkItem.objects.filter(site=given("site"), number=given("number"))
        .select_related(
            "place",
            "type",
            "owner_user",
            "owner_post",
            "team",
            "window",
            "condition_left",
            "requested_by",
        )
        .annotate(
            executor_rows=_linked(
                ItemExecutor,
                id=F("user_id"),
                name=F("user__name"),
                company=F("user__company__name"),
            ),
            asset_rows=_linked(ItemAsset, code=F("asset__code"), name=F("asset__name")),
            place_rows=_linked(
                ItemPlace, code=F("place__code"), name=F("place__name"), path=F("place__path")
            ),
            around=_facts.around(four_eyed),
            accepted=_accepted(),
            owner_known=_owners.known(),
        )
    )


def _accepted() -> Subquery:
    """The acceptance that stands: by whom, in which post, when."""
    rows = Acceptance.objects.filter(item=OuterRef("pk"), struck_at=None)
    said = JSONObject(by=F("by__name"), post=F("post__name"), at=F("at"))
    return Subquery(rows.values_list(said)[:1])


def _linked(model: Any, **columns: Any) -> ArraySubquery:
    rows = model.objects.filter(item=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values_list(JSONObject(**columns), flat=True)[:300])


@dataclass
class Page:
    """Everything the page of an item says, and what its forms need to know."""

    site: Site
    item: WorkItem
    facts: Facts
    who: Scope
    at: datetime
    past: trail.Trail

    @functools.cached_property
    def rows(self) -> Rows:
        """Its parts in words: two queries for names, when they are first shown."""
        events = self.past.events
        also = (trail.reasons(events), trail.mentioned(events))
        return Rows(self.site, self.facts, self.who, self.at, *also)

    @property
    def names(self) -> Names:
        """The names of whoever and whatever the rows name."""
        return self.rows.names

    @property
    def executor_ids(self) -> set[int]:
        """Ids of the executors."""
        return {row["id"] for row in self.item.executor_rows}

    def other(self, pk: int | None) -> WorkItem | None:
        """Another item that this one names, where the reader may know of it."""
        return self.names.items.get(pk) if pk else None

    @property
    def history(self) -> list[dict[str, Any]]:
        """What happened to it, newest first."""
        return trail.rows(self.past.events, self.who, self.names)


def load(
    site: Site,
    item: WorkItem,
    who: Scope,
    at: datetime,
    before: int | None = None,
    each: bool = False,
) -> Page:
    """The page of an item that was found: at most twelve queries, whatever stands around it.

    before, each: which stretch of its history, as `trail.events_of` takes them.
    """
    past = trail.events_of(item, before, each=each)
    return Page(site, item, _proven(item), who, at, past)


def load_for_gates(site: Site, item: WorkItem, who: Scope, at: datetime) -> Page:
    """What the gates ask of an item: all of it but its history."""
    return Page(site, item, _proven(item), who, at, trail.Trail([]))


def _proven(item: WorkItem) -> Facts:
    return _facts.proof_of(_own(item), item.around)


def load_for_form(site: Site, item: WorkItem, who: Scope, at: datetime) -> Page:
    """What the form of an act asks, and an act that is sent: nothing of proof, kin and history."""
    return Page(site, item, _facts.asked(_own(item), item.around), who, at, trail.Trail([]))


def _own(item: WorkItem) -> Facts:
    """The requirements and open blockers of an item: two queries."""
    facts = Facts(item, None)  # type: ignore[arg-type]  no supplier is asked here
    facts.prerequisites = _requirements(item=item.pk)
    facts.blockers = _blockers(item=item.pk)
    return facts


@prepared
def _requirements() -> QuerySet[Prerequisite]:
    return Prerequisite.objects.filter(item=given("item"), withdrawn_at=None).order_by("pk")


@prepared
def _blockers() -> QuerySet[Blocker]:
    promises = BlockerPromise.objects.filter(blocker=OuterRef("pk")).order_by("pk")
    return (
        Blocker.objects.filter(item=given("item"), ended_at=None)
        .annotate(promised=ArraySubquery(promises.values("expected")))
        .order_by("since", "pk")
    )


def place_by_code(site: Site, who: Scope, code: str) -> Place | None:
    """A place in use, by its code, where the reader may see it."""
    rows = Place.objects.filter(visible(who, place="", team=None), site=site, is_active=True)
    return coded(rows, code.strip())


def coded(rows: QuerySet[Place], code: str) -> Place | None:
    """The place with this code; typed in other letters, where only one place is meant by it."""
    if found := rows.filter(code=code).first():
        return found
    meant = list(rows.filter(code__iexact=code)[:2])
    return meant[0] if len(meant) == 1 else None


def reason_list(page: Page, reasons: list[Reason]) -> list[dict[str, str]]:
    """Reasons in words for buttons and refusals."""
    names = _names(page, reasons)
    kept = once(reasons, names)
    return [
        {
            "text": said.text,
            "who": said.who,
            "phone": said.phone,
            "url": said.url or _spot(page, reason),
        }
        for reason, said in zip(kept, say(kept, page.who, names), strict=True)
    ]


def _spot(page: Page, reason: Reason) -> str:
    """Where the reader sets right what stands in no row of the page."""
    item = page.item
    if item.status in ENDED or not can(page.who, Action.EDIT, item):
        return ""
    match reason.code:
        case "field_missing":
            spot = f"#act-edit-f.{reason.params.get('key', '')}"
            return url(page.site, item.number, "edit") + spot
        case "why_needed":
            return url(page.site, item.number, "edit") + "#act-edit-why"
        case "criteria_needed":
            return url(page.site, item.number, "criterion")
        case "owner_needed":
            return url(page.site, item.number, "assign")
    return ""


def countable(page: Page, reasons: list[Reason]) -> list[Reason]:
    """Reasons of which the reader may know how many there are."""
    about_work = [each for each in reasons if each.about and each.about[0] == "item"]
    return once(reasons, _names(page, about_work))


def _names(page: Page, reasons: list[Reason]) -> Names:
    if page.names.cover(reasons):
        return page.names
    guest = guest_at(page.who, page.site.pk, page.item.place.path)
    return Names(reasons, page.who, guest=guest)
