"""Groups of blockers in words: what, how many, how long, each with the address of its list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from work.filters import Selection
from work.filters.lapsed import NOBODY
from work.filters.words import NOBODY as NOBODY_NAMED
from work.permissions import Scope
from work.reads.blocks import Held, held
from work.reasons import Names
from work.states import BlockerKind
from work.templatetags.phrases import stood

_ICONS: dict[str, str] = {
    BlockerKind.MATERIAL: "package",
    BlockerKind.PLANT: "factory",
    BlockerKind.PERMIT: "shield-check",
    BlockerKind.ISOLATION: "lock",
    BlockerKind.DOCUMENT: "file-text",
    BlockerKind.COMPETENCE: "graduation-cap",
    BlockerKind.CONTRACTOR: "hard-hat",
    BlockerKind.ACCESS: "key-round",
    BlockerKind.WINDOW: "calendar-clock",
    BlockerKind.WORK: "git-branch",
    BlockerKind.DECISION: "gavel",
    BlockerKind.PEOPLE: "users",
    BlockerKind.OTHER: "circle-question-mark",
}


# As many groups of a list are shown: those that hold its work longest.
MOST = 100


def grouped(selection: Selection) -> tuple[str, list[dict[str, Any]], int]:
    """What blocks the work of a list now, by kind or by who clears; each leads to its part of it.

    First by which of the two: a guest is not told who clears. Last how many groups are not shown.
    Hours are those for which what is open has stood so far; in a period, where one is asked for.
    Two queries at most.
    """
    context, asked = selection.context, selection.asked
    by = asked.group
    if by == "clears" and context.who.only_contractor(context.site.pk):
        by = "kind"
    rows = held(
        context.site,
        context.at,
        items=Q(item__in=selection.rows().order_by().values("pk")),
        which=selection.blocks,
        since=context.held_from,
        groupings=[(by,)],
    )[(by,)]
    left, rows = max(0, len(rows) - MOST), rows[:MOST]
    names = names_of([each.key[0] for each in rows], context.who) if by == "clears" else None
    here = reverse("work:item_list", args=[context.site.slug])
    shown = [
        row(each, by, names, at=context.at)
        | {"url": here + asked.url(group="", **{by: _asked(selection, each.key[0])})}
        for each in rows
    ]
    return by, shown, left


def _asked(selection: Selection, key: str) -> str:
    """How a filter asks for a group; a role that is mine at some places stays mine there."""
    mine = selection.asked.one("clears") == "me" and key.startswith("role:")
    return f"me:{key}" if mine else key or NOBODY


def row(group: Held, by: str, names: Names | None, *, at: datetime) -> dict[str, Any]:
    """One group by kind or by who clears, without its addresses."""
    key = group.key[0]
    if by == "kind":
        label, icon = str(BlockerKind(key).label), _ICONS.get(key, "circle-question-mark")
    else:
        label, icon = clearer(key, names), "user" if key.startswith("user:") else "users"
    return {"label": label, "icon": icon} | numbers(group, at)


def numbers(group: Held, at: datetime) -> dict[str, Any]:
    """What is said of a group in numbers."""
    return {
        "now": exact(group.now),
        "items": exact(group.items),
        "seconds": group.seconds,
        "held": stood(group.seconds),
        "oldest": group.oldest,
        "is_now": group.now > 0,
    }


def exact(count: int) -> str:
    """A number as it is, however large."""
    return number_format(count, use_l10n=True, force_grouping=True)


def names_of(clearers: Iterable[str], who: Scope) -> Names:
    """The names of who clears: one query, whatever the length."""
    pairs = [each.partition(":") for each in clearers]
    return Names([], who, [(kind, key) for kind, _colon, key in pairs if kind != "role"])


def clearer(clears: str, names: Names | None) -> str:
    """Who clears, by name; a post with who has its duty now."""
    if not clears:
        return str(NOBODY_NAMED)
    kind, _colon, key = clears.partition(":")
    found = names.who((kind, key))[0] if names else ""
    return found or _("somebody who is not known here")
