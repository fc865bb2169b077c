"""The end of my shift: every item under way that is mine, each done, left or given on.

One send; each item is an act of its own through the door that its page uses, with a result of its
own. What is refused stays as it was typed.
"""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Unknown
from work.forms.shift_end import NEW, Ending
from work.models import Site
from work.permissions import Scope
from work.reads import item as items_read
from work.reads import shift_end as read
from work.reads.choices import SiteChoices
from work.reads.shift_end import Left
from work.reasons import Names, say
from work.services import execution, items
from work.states import BlockerKind
from work.views import _kept, _refusals
from work.views._site import number_in, site_view

# Of the reasons why an item cannot be completed so many are said; its page says all.
_SAID = 3


@dataclass
class Result:
    """What became of one item. typed: what was said of one that the page no longer asks."""

    pk: int
    label: str
    url: str
    what: str
    text: str
    kind: str = ""
    reasons: list[dict[str, str]] = field(default_factory=list)
    typed: str = ""

    @property
    def done(self) -> bool:
        """Whether it was."""
        return not self.kind


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def shift_end(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """GET lists and asks; POST does each that was chosen, and says how each went."""
    people = _people(site, who, at)
    if request.method != "POST":
        typed = _kept.typed_before(request)
        return _render(request, site, who, at, people, typed)
    _kept.forget(request)
    try:
        act = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        damaged = dict(_refusals.INCOMPLETE)
        return _render(request, site, who, at, people, request.POST, refusal=damaged)
    chosen = _chosen(request.POST)
    found = read.left(site, who, at, chosen)
    results, again = _gone(chosen, found), set()
    for left in found:
        form = Ending(request.POST, left, people)
        if not form.is_valid():
            again.add(left.item.pk)
        elif form.cleaned_data["outcome"]:
            result = _carry_out(request, site, who, left, form, act)
            results.append(result)
            if not result.done:
                again.add(left.item.pk)
    return _render(request, site, who, at, people, request.POST, results, again)


def _people(site: Site, who: Scope, at: datetime) -> dict[str, tuple[str, str]]:
    """Who can take work on, by the name in small letters: the name, and the key."""
    choices = SiteChoices(site, who, at, together=True)
    (_posts, posts), _people = choices.owners()
    known = [*posts, *((f"user:{pk}", name) for pk, name in choices.people())]
    called = Counter(name.casefold() for _key, name in known)
    found: dict[str, tuple[str, str]] = {}
    for key, name in known:
        # Of two with one name each is told by the number, and the name alone is nobody's.
        if called[name.casefold()] > 1:
            name = f"{name} ({key.partition(':')[2]})"
        found[name.casefold()] = (name, key)
    return found


def _chosen(typed: QueryDict) -> list[int]:
    """The items of which something was said, at most as many as one page asks."""
    tail = "-outcome"
    names = [name for name in typed if name.startswith("i") and name.endswith(tail)]
    found = [number_in(name[1 : -len(tail)]) for name in names if typed[name]]
    return [pk for pk in found if pk is not None][: read.MOST]


def _said_of(typed: QueryDict, pk: int) -> bool:
    """Whether something was typed of an item."""
    return any(typed.get(f"i{pk}-{name}", "").strip() for name in ("condition", "what", "to"))


def _gone(chosen: list[int], found: list[Left]) -> list[Result]:
    """Of what was chosen, the items that are open to the person no longer."""
    left = {each.item.pk for each in found}
    return [
        Result(pk, label="", url="", what=_("An item that was here before"), text="", kind="gone")
        for pk in dict.fromkeys(chosen)
        if pk not in left
    ]


def _carry_out(
    request: HttpRequest, site: Site, who: Scope, left: Left, form: Ending, act: uuid.UUID
) -> Result:
    """One item through its door; sent again with the same page, once."""
    item, said = left.item, form.cleaned_data
    door: dict[str, Any] = {
        "actor": request.user,
        "act": uuid.uuid5(act, str(item.pk)),
        "item_id": item.pk,
        "seen": number_in(request.POST.get(f"i{item.pk}-seen", "")) or _refusals.NEVER,
    }
    result = Result(item.pk, left.row.label, items_read.url(site, item.number), left.row.what, "")
    try:
        result.text = _do(door, left, said)
    except Unknown:
        result.kind = "forbidden"
    except NotDone as error:
        result.kind = _refusals.answer_of(error)[1]
        result.reasons = _refusals.refusal(error, who)["reasons"]
    if result.done and said["outcome"] == "over" and said["condition"]:
        try:
            _tell(request, door["act"], item.pk, said["condition"])
        except NotDone:
            result.text = _("Given on. What the next must know was not kept: say it there.")
            result.typed = said["condition"]
    return result


def _do(door: dict[str, Any], left: Left, said: dict[str, Any]) -> str:
    match said["outcome"]:
        case "done":
            execution.complete(**door)
            return _("Done, to be accepted")
        case "leave" if not said.get("waits"):
            execution.stop(**door, condition=said["condition"])
            return _("Left in this condition, released")
        case "leave":
            new = {"kind": BlockerKind.OTHER, "what": said["what"]}
            execution.wait(
                **door,
                condition=said["condition"],
                blocker_id=None if said["waits"] == NEW else number_in(said["waits"]) or 0,
                blocker=new if said["waits"] == NEW else None,
            )
            return _("Left in this condition, waiting")
    takers = _takers(left, door["actor"].pk, *said["to"]) if said.get("to") else {}
    items.assign(**door, **takers)
    return _("Given on")


def _takers(left: Left, me: int, kind: str, pk: int) -> dict[str, Any]:
    """Who takes on what was the person's: the ownership, the carrying out, or both."""
    given: dict[str, Any] = {}
    if kind == "post" or left.mine or not left.carries:
        given[f"owner_{kind}_id"] = pk
    if kind == "user" and left.carries:
        given["executor_ids"] = sorted(left.executor_ids - {me} | {pk})
    return given


def _tell(request: HttpRequest, act: uuid.UUID, item_id: int, words: str) -> None:
    """What the next must know, as a comment; the item is already given on."""
    actor: Any = request.user
    items.comment(actor=actor, act=uuid.uuid5(act, "note"), item_id=item_id, text=words)


def _render(
    request: HttpRequest,
    site: Site,
    who: Scope,
    at: datetime,
    people: dict[str, tuple[str, str]],
    typed: QueryDict | None,
    results: list[Result] | None = None,
    again: set[int] | None = None,
    refusal: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page as things stand now; `again`: the items whose form comes back as it was typed."""
    found = read.left(site, who, at)
    kept = typed if again is None else None
    back = {left.item.pk for left in found} if kept else again or set()
    if typed is not None and results is not None:
        # What was said of one without an outcome stays as it was typed.
        done = {each.pk for each in results if each.done}
        back |= {each.item.pk for each in found if _said_of(typed, each.item.pk)} - done
    rows = [
        _row(left, typed if left.item.pk in back else None, people, kept)
        for left in found[: read.MOST]
    ]
    _say_held(rows, who)
    asked = {row["pk"] for row in rows}
    for each in results or []:
        if not each.done and each.pk not in asked and typed is not None:
            each.typed = typed.get(f"i{each.pk}-condition", "")
    gone = any(each.kind == "gone" for each in results or [])
    failed = bool(again) or gone or refusal is not None
    values = {
        "site": site,
        "rows": rows,
        "more": len(found) > read.MOST,
        "most": read.MOST,
        "results": results or [],
        "invalid": any(row["form"].errors for row in rows),
        "unchosen": results == [] and not failed,
        # Who may give nothing on is not told who there is.
        "people": [name for name, _key in people.values()]
        if any("to" in row["form"].fields for row in rows)
        else [],
        "duties": read.duties(site, who),
        "refusal": refusal,
        "kept_note": _kept.note(request),
    }
    return render(request, "work/shift_end.html", values, status=422 if failed else 200)


def _row(
    left: Left,
    typed: QueryDict | None,
    people: dict[str, tuple[str, str]],
    kept: QueryDict | None,
) -> dict[str, Any]:
    """kept: what comes back unsent, with the version that was seen when it was typed."""
    pk = left.item.pk
    seen = number_in(kept.get(f"i{pk}-seen", "")) if kept else None
    return {
        "item": left.row,
        "pk": pk,
        "version": seen or left.item.version,
        "left": left,
        "form": Ending(typed, left, people),
        "why": f"why-{pk}",
        "denied": [],
        "missing": [],
        "more": max(0, len(left.missing) - _SAID),
    }


def _say_held(rows: list[dict[str, Any]], who: Scope) -> None:
    """What is not open, and why, in words: two queries at most, whatever the number of items."""
    coded = [
        [*left.denied.values(), *left.missing[:_SAID]] for left in (row["left"] for row in rows)
    ]
    names = Names([reason for many in coded for reason in many], who)
    labels = {"done": _("Done"), "leave": _("Leave it in this condition"), "over": _("Over to")}
    for row, many in zip(rows, coded, strict=True):
        said = [{"text": s.text, "who": s.who, "url": s.url} for s in say(many, who, names)]
        denied = [labels[act] for act in row["left"].denied]
        row["denied"] = [{"label": label, **why} for label, why in zip(denied, said, strict=False)]
        row["missing"] = said[len(denied) :] if "done" not in row["left"].denied else []
