"""The cards of a board, and their menus: drawn without a template, because there are fifty.

What is only read out stands in <i>, the shortest element: a page has five hundred of them.
"""

import re
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from work import addresses
from work.templatetags.markup import join, put
from work.templatetags.markup import word as _
from work.templatetags.vinkey import due, flag, icon, marks, who

register = template.Library()

NOTHING = mark_safe("")
# Icons of the sprite that stand on the page itself (_card_icons.html): a card has up to six.
_STANDS = {
    "wrench": "doer",
    "users": "post",
    "lock": "lock",
    "shield-check": "permit",
    "octagon-x": "stop",
}
_IN_SPRITE = re.compile(rf'href="[^"#]+#({"|".join(_STANDS)})"')


def _of_page(name: str) -> SafeString:
    """An icon that stands once on the page (_card_icons.html)."""
    return put('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


_PIN, _POST, _DOER, _LOCK = (_of_page(name) for name in ("pin", "post", "doer", "lock"))


@register.simple_tag
def card(item: Any, slug: str, staged: bool = False) -> SafeString:
    """An item on the board: drawn once, since a row may be kept for its reader.

    item    a row as in board.html; its icons stand in _card_icons.html, and what its menu does is
            sent by the forms #move and #ask of the board
    slug    of the site
    staged  the stage stands over the cards
    """
    kept = item.drawn
    if staged not in kept:
        kept[staged] = _card(item, slug, staged)
    return kept[staged]


def _card(item: Any, slug: str, staged: bool) -> SafeString:
    drawn = put(
        '<li class="card{}" id="card-{}">\n{}<a class="title" href="{}">{}</a>\n{}{}{}{}</li>\n',
        " is-blocked" if item.is_blocked else "",
        item.label,
        _first(item),
        addresses.item(slug, item.label),
        item.what,
        _where(item),
        _people(item),
        _marks(item, staged),
        _menu_of(item),
    )
    # What people typed holds no quotation mark by now.
    return mark_safe(_IN_SPRITE.sub(lambda found: f'href="#i-{_STANDS[found[1]]}"', drawn))


def _first(item: Any) -> SafeString:
    """Type, number, priority, and what opens the menu."""
    opener = NOTHING
    if item.moves:
        opener = put(
            '<button class="btn quiet icon more" type="button" popovertarget="menu-{}"'
            ' aria-label="{}"></button>',
            item.label,
            _("Move %(label)s") % {"label": item.label},
        )
    return put(
        '<div class="first"><span class="type">{}<i>{}</i></span> <span class="wno">{}</span>'
        ' <span class="prio"><i>{} </i>{}</span> {}</div>\n',
        icon(item.type_icon or "clipboard-list"),
        item.type_label,
        item.label,
        _("Priority"),
        item.get_priority_display(),
        opener,
    )


def _where(item: Any) -> SafeString:
    return put(
        '<div class="line">{}<span class="clip">{}</span>{}</div>\n',
        _PIN,
        item.place.name,
        due(item.due, item.is_overdue) if item.due else "",
    )


def _people(item: Any) -> SafeString:
    """Who owns it, who carries it out, and by whom the next step is taken."""
    if item.owner_text and item.owner_kind == "post":
        lines = [put('<div class="clip">{} {}</div>\n', _POST, item.owner_text)]
    else:
        lines = [who(item.owner_text), mark_safe("\n")]
    if item.executors_text and item.executors_text != item.next_by:
        said = put("<i>{} </i>{}", _("Done by"), item.executors_text)
        lines.append(put('<div class="clip">{} {}</div>\n', _DOER, said))
    if item.next_by:
        lines.append(put('<div class="clip next">{}: {}</div>\n', item.next_text, item.next_by))
    return join(lines)


def _marks(item: Any, staged: bool) -> SafeString:
    """What stands beside its status, and what blocks it."""
    drawn = []
    if item.stage_text and not staged:
        drawn.append(flag("calm", item.stage_text, "route"))
    drawn += [flag("calm", _("Holds %(name)s") % {"name": held}, "hand") for held in item.holds]
    if marked := marks(item, bool(item.block_text)):
        drawn.append(marked)
    row = put('<div class="row">{}</div>\n', join(drawn)) if drawn else NOTHING
    if not (item.is_blocked and item.block_text):
        return row
    more = ""
    if item.open_blockers > 1:
        more = " " + _("+%(n)s more") % {"n": item.open_blockers - 1}
    return put(
        '{}<p class="blockline">{}<span><i>{} </i>{}{}</span></p>\n',
        row,
        icon("octagon-x"),
        _("Blocked:"),
        item.block_text,
        more,
    )


def _menu_of(item: Any) -> SafeString:
    return menu(item.label, item.moves) if item.moves else NOTHING


@register.simple_tag
def menu(label: str, moves: Any) -> SafeString:
    """What can be done to one card, over everything else; opened by popovertarget="menu-…".

    What cannot be done stands there with its reason, and may be tried: the server refuses.

    label   number of the item; the menu is #menu-<label>
    moves   list of .label .url .at_once bool (by POST of the form #move, else its page, by the
            form #ask) .drops bool, optional (a drop on a stage sends it there too)
            .reasons list (not empty: it is held) .reason .who str (the first in
            words, and who clears it) .more int (further ones)
    """
    return put(
        '<div class="menu-list" id="menu-{}" popover>\n<h3>{}</h3>\n{}</div>\n',
        label,
        _("Move %(label)s") % {"label": label},
        join(_entry(label, move) for move in moves),
    )


def _entry(label: str, move: Any) -> SafeString:
    held = mark_safe(" data-drops") if getattr(move, "drops", False) else NOTHING
    words = put("{}<i> {}</i>", move.label, label)
    if move.reasons:
        held = mark_safe(' class="held" aria-disabled="true"')
        words = put("{}<span>{}<small>{}</small></span>", _LOCK, words, _why(move))
    return put(
        '<button form="{}" formaction="{}"{}>{}</button>\n',
        "move" if move.at_once else "ask",
        move.url,
        held,
        words,
    )


def _why(move: Any) -> str:
    cleared = f" · {move.who}" if move.who else ""
    more = " " + _("+%(n)s more") % {"n": move.more} if move.more else ""
    return f"{move.reason}{cleared}{more}"
