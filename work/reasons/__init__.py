"""Words for coded reasons: per language and per viewer, made when they are read.

The core's own stand in `words`; those of a domain come through `ports.words`.

A reason names ids; who may not see what it is `about` reads the general sentence. `say` loads every
name that a list of reasons needs at once: two queries at most, whatever the length.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from work import ports
from work.exceptions import Reason
from work.models import User, WorkItem
from work.permissions import Scope, sees
from work.reasons.guests import Guest, guest_everywhere
from work.reasons.told import TOLD, TOLD_SQL, untold, whole
from work.reasons.words import GENERAL, LABELS, WORDS
from work.templatetags import phrases


@dataclass(frozen=True)
class Said:
    """A reason in words: what is so and why, who can clear it, and where."""

    code: str
    text: str
    who: str = ""
    url: str = ""
    phone: str = ""


_PEOPLE_SQL = """
SELECT 'user', u.id, u.name, u.phone, NULL, u.id, u.company_id
  FROM work_user u WHERE u.id = ANY(%(user)s)
UNION ALL
SELECT 'post', p.id, p.name, h.phone, h.name, h.id, h.company_id
  FROM work_post p
  LEFT JOIN work_duty d ON d.post_id = p.id AND d.ends IS NULL
  LEFT JOIN work_user h ON h.id = d.user_id
 WHERE p.id = ANY(%(post)s)
UNION ALL
SELECT 'team', t.id, t.name, NULL, NULL, NULL, CASE WHEN t.kind = 'company' THEN t.id END
  FROM work_team t WHERE t.id = ANY(%(team)s)
"""


@dataclass(frozen=True)
class Named:
    """A person, post or team by name. holder: who has the duty of a post now.

    Of what an event's reason is about: its words, and as holder the reason that stands on it now.
    lacking: as a guest reads of a stranger what is told of the own people alone.
    """

    name: str
    phone: str = ""
    holder: str = ""
    lacking: str = ""


class Names:
    """Names of people, posts, teams and items, within what the reader may see: two queries at most.

    `more` asks for further names, as pairs like ("user", 5).
    """

    def __init__(
        self,
        reasons: Iterable[Reason],
        who: Scope,
        more: Iterable[tuple[str, Any]] = (),
        known: Iterable[WorkItem] = (),
        guest: Guest | None = None,
    ) -> None:
        """known: items at hand with their site and place, which need not be asked for.

        guest: where the reader reads people as one; without it who has no role but a contractor's.
        """
        reasons, guest = list(reasons), guest or guest_everywhere(who)
        self._asked = _pairs(reasons, more)
        self.guest = guest
        self._people = _people(self._asked, untold(_all(reasons)), guest)
        at_hand = {item.pk: item for item in known}
        self._asked["item"] |= set(at_hand)
        missing = self._asked["item"] - set(at_hand)
        if missing:
            at_hand |= WorkItem.objects.select_related("place", "site").in_bulk(missing)
        self.items = {pk: item for pk, item in at_hand.items() if sees(who, item)}

    def cover(self, reasons: Iterable[Reason]) -> bool:
        """Whether everything that these reasons name was asked for."""
        kinds = ("user", "post", "team", "item")
        wanted = _pairs(reasons)
        return all(wanted[kind] <= self._asked[kind] for kind in kinds)

    def named(self, kind: str, pk: Any) -> Named | None:
        """The person, post or team with this id, where it was asked for."""
        return self._people.get((kind, int(pk))) if str(pk).isdecimal() else None

    def of(self, person: User | None) -> str:
        """How the reader reads somebody who is at hand and has a part in something."""
        return self.called(person.pk, person.name, person.company_id) if person else ""

    def called(self, pk: int | None, name: str, company_id: int | None) -> str:
        """The same, where only this much of the person is at hand."""
        return self.guest.name(pk, name, company_id) if self.guest else name

    def hide(self, reason: Reason) -> bool:
        """Whether it, or a reason inside it, is about an item that the reader may not see."""
        return any(_hidden(each, self) for each in _all([reason]))

    def who(self, clears: tuple[str, Any] | None) -> tuple[str, str]:
        """Who clears, as a name and a phone number; empty where nobody is named."""
        kind, key = clears or ("", "")
        if kind == "executors":
            return _("its executors"), ""
        if kind == "role":
            return str(LABELS["roles"].get(str(key), "")), ""
        found = self.named(kind, key)
        if found is None:
            return "", ""
        if kind == "post":
            holder = found.holder or _("nobody on duty")
            return f"{found.name} ({holder})", found.phone
        return found.name, found.phone


def _pairs(reasons: Iterable[Reason], more: Iterable[tuple[str, Any]] = ()) -> dict[str, set[int]]:
    """The ids that reasons name, and those in `more`, by kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    every = list(_all(reasons))
    pairs = [pair for reason in every for pair in (reason.about, reason.clears)]
    pairs += [("item", pk) for reason in every for pk in reason.params.get("items", ())]
    for pair in [*pairs, *more]:
        if pair and str(pair[1]).isdecimal():
            wanted[pair[0]].add(int(pair[1]))
    return wanted


def _people(
    wanted: Mapping[str, set[int]], told: Mapping[str, set[int]], guest: Guest | None
) -> dict[tuple[str, int], Named]:
    ids = {kind: sorted(wanted.get(kind, ())) for kind in ("user", "post", "team")}
    ids |= {kind: sorted(told.get(kind, ())) for kind in TOLD if kind not in ids}
    if not any(ids.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_SQL + (TOLD_SQL if told else ""), ids)
        return {(kind, pk): _named(kind, guest, *row) for kind, pk, *row in cursor.fetchall()}


def _named(
    kind: str,
    guest: Guest | None,
    name: str,
    phone: str | None,
    holder: str | None,
    person: int | None,
    company: int | None,
) -> Named:
    """One row of the query, as the reader reads it. person: whose phone it is."""
    if guest is None or kind not in ("user", "post", "team"):
        return Named(name, phone or "", holder or "")
    own = guest.is_own(person, company)
    if kind == "user":
        lacking = "" if own else guest.lacking(person, name, company)
        return Named(guest.name(person, name, company), phone or "" if own else "", "", lacking)
    if kind == "post":
        held = guest.name(person, holder, company) if holder else ""
        return Named(name, phone or "" if own else "", held)
    known = company is None or company in guest.companies
    return Named(name if known else _("Another company"))


def _all(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """The reasons, and those that stand inside them."""
    for reason in reasons:
        yield reason
        params = reason.params
        for inner in (params.get("what"), params.get("reason"), *params.get("reasons", ())):
            if isinstance(inner, Mapping) and "code" in inner:
                yield from _all([Reason.from_json(inner)])


def say(reasons: Sequence[Reason], who: Scope, names: Names | None = None) -> list[Said]:
    """The reasons in words, for this reader and in the language that is active."""
    names = names or Names(reasons, who)
    return [_said(reason, names) for reason in reasons]


def once(reasons: Iterable[Reason], names: Names) -> list[Reason]:
    """The reasons, each general sentence once: nobody counts what is not theirs to see."""
    kept, general = [], set()
    for reason in reasons:
        if _hidden(reason, names):
            sentence = _general(reason.code)
            if sentence in general:
                continue
            general.add(sentence)
        kept.append(reason)
    return kept


def _said(reason: Reason, names: Names) -> Said:
    if _hidden(reason, names):
        return Said(reason.code, _general(reason.code))
    # Who clears other work is told to who may see that work.
    who, phone = ("", "") if names.hide(reason) else names.who(reason.clears)
    return Said(reason.code, text(reason, names), who, _url(reason, names), phone)


def _hidden(reason: Reason, names: Names | None) -> bool:
    """Whether it is about an item that the reader may not see, or that nobody looked up."""
    if reason.about is None or reason.about[0] != "item":
        return False
    return names is None or reason.about[1] not in names.items


def _stranger(reason: Reason, names: Names | None) -> bool:
    """Whether it is about a person of whom the reader is not told what he lacks."""
    kind, pk = reason.about or ("", None)
    person = names.named("user", pk) if names and kind == "user" else None
    return person is not None and bool(person.lacking)


def text(reason: Reason, names: Names | None = None) -> str:
    """The sentence of one reason; an unknown code is shown as itself, never as an empty line."""
    known = reason.code in WORDS
    sentence = WORDS[reason.code] if known else ports.words.sentence(reason.code)
    if sentence is None:
        return reason.code
    try:
        # A requirement that was never answered has no reason yet.
        said = (str(sentence) % _Gaps(_params(reason, names))).removesuffix(": ")
        begins = _stranger(reason, names) and str(sentence).startswith("%(person)s")
        return said[:1].upper() + said[1:] if begins else said
    except (TypeError, ValueError):
        return str(sentence)


def _general(code: str) -> str:
    """What somebody reads who may not see what a reason of this code is about."""
    return str(GENERAL.get(code) or ports.words.general(code) or WORDS["general"])


class _Gaps(dict[str, str]):
    """Parameters of which history kept not all."""

    def __missing__(self, name: str) -> str:
        return "…"


def _params(reason: Reason, names: Names | None) -> dict[str, str]:
    kind, pk = reason.about or ("", None)
    found = names.named(kind, pk) if names and kind in TOLD else None
    given = whole(reason, found.name, json.loads(found.holder or "{}")) if found else reason.params
    params = {name: _word(name, value, names) for name, value in given.items()}
    if reason.about and names:
        kind, pk = reason.about
        person = names.named(kind, pk) if kind == "user" else None
        if person is not None:
            params["person"] = person.lacking or person.name
        elif kind == "item" and pk in names.items:
            params["item"] = names.items[pk].what
    params.setdefault("person", _("somebody"))
    return params


def _word(name: str, value: Any, names: Names | None) -> str:
    """One parameter in words."""
    if isinstance(value, Mapping):
        inner = Reason.from_json(value) if "code" in value else None
        if inner is None:
            return ""
        return _general(inner.code) if _hidden(inner, names) else text(inner, names)
    if isinstance(value, list | tuple):
        if name == "items":
            return _numbers(value, names)
        if name == "roles":
            return ", ".join(str(LABELS["roles"].get(each, each)) for each in value)
        return " ".join(_word("", each, names) for each in value)
    if name in ("until", "since") and isinstance(value, str) and (at := parse_datetime(value)):
        return moment(at)
    label = LABELS.get(name, {}).get(str(value))
    return str(label if label is not None else value)


def _numbers(ids: Sequence[int], names: Names | None) -> str:
    """The numbers of those items that the reader may see; that there are others is said."""
    seen = [f"W-{names.items[pk].number}" for pk in ids if names and pk in names.items]
    if not seen:
        return _("other work")
    if len(seen) < len(ids):
        return _("%(numbers)s and others") % {"numbers": ", ".join(seen)}
    return ", ".join(seen)


def moment(at: datetime | None) -> str:
    """A moment in the site's zone, as pages say it everywhere."""
    return phrases.moment(at, localdate()) if at else ""


def _url(reason: Reason, names: Names) -> str:
    given = reason.params.get("url")
    if _stranger(reason, names):
        return ""
    if isinstance(given, str) and given.startswith("/"):
        return given
    if reason.about and reason.about[0] == "item":
        item = names.items.get(reason.about[1])
        if item is not None:
            return reverse("work:item_detail", args=[item.site.slug, f"W-{item.number}"])
    anchors = {
        "line": "#line-%s",
        "criterion": "#criterion-%s",
        "blocker": "#blocker-%s",
        "prerequisite": "#requirement-%s",
    }
    if reason.about and reason.about[0] in anchors:
        return anchors[reason.about[0]] % reason.about[1]
    return ""
