"""What pages are put together from: button, panel, note, table.

A tag with an end holds what the page says inside; everything else is plain values.
"""

from typing import Any

from django import template
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from work.templatetags.markup import put
from work.templatetags.vinkey import TONE_ICONS
from work.templatetags.vinkey import icon as draw

register = template.Library()


@register.simple_tag
def button(
    label: str, url: str = "", kind: str = "", icon: str = "", held: str = "", **more: Any
) -> SafeString:
    """A link with `url`, else a button that sends its form.

    kind    primary (one a page), quiet, danger, small, wide, icon (the label is only read out)
    icon    name of an icon before the label
    held    id of the reason: it stays focusable and says why; the server refuses as well
    more    further attributes, with _ for -: name, value, form, id, popovertarget …
    """
    attributes = {name.replace("_", "-"): value for name, value in more.items() if value}
    if held:
        attributes |= {"aria-disabled": "true", "aria-describedby": held}
    words = label
    if "icon" in kind.split():
        attributes["aria-label"], words = label, ""
    drawn, css = draw("lock" if held else icon), f"btn {kind}".strip()
    if url:
        return put(
            '<a class="{}" href="{}"{}>{}{}</a>', css, url, flatatt(attributes), drawn, words
        )
    attributes.setdefault("type", "submit")
    return put('<button class="{}"{}>{}{}</button>', css, flatatt(attributes), drawn, words)


@register.simple_block_tag
def panel(
    content: str,
    id: str,  # noqa: A002  what the page calls it
    title: str,
    count: Any = None,
    aside: str = "",
    quiet: bool = False,
    css: str = "",
    focus: str = "",
) -> SafeString:
    """The only box: a section with its heading, and what an answer of htmx replaces.

    id      str   css id of the section; its heading is `h-<id>`
    title   str   the heading
    count   int or str, optional: how many there are
    aside   optional: at the end of the heading's line; words, or what a tag drew
    quiet   the heading is only read out
    css     more classes of the section
    focus   id of the section whose heading takes the focus, because it was changed just now
    """
    taken = put(' tabindex="-1" autofocus') if focus == id else ""
    if quiet:
        head = put('<h2 class="vh" id="h-{}">{}</h2>', id, title)
    else:
        number = "" if count is None else put('<span class="count">{}</span>', count)
        end = put('<span class="push tiny muted">{}</span>', aside) if aside else ""
        head = put('<header><h2 id="h-{}"{}>{}</h2>{}{}</header>', id, taken, title, number, end)
    return put(
        '<section class="{}" id="{}" aria-labelledby="h-{}">{}{}</section>',
        f"panel {css}".strip(), id, id, head, content,
    )  # fmt: skip


@register.simple_block_tag
def note(content: str, tone: str = "", icon: str = "", role: str = "") -> SafeString:
    """One thing that must be said where it stands.

    tone    stop, late, temp, go, or nothing: neutral
    icon    name, instead of the one of the tone
    role    alert or status, where it is news
    """
    told = put(' role="{}"', role) if role else ""
    return put(
        '<div class="{}"{}>{}<div>{}</div></div>',
        f"note {tone}".strip(), told, draw(icon or TONE_ICONS.get(tone) or "check"), content,
    )  # fmt: skip


@register.simple_block_tag
def row(
    content: str,
    title: str,
    url: str = "",
    number: str = "",
    icon: str = "",
    sub: str = "",
    marks: str = "",
    end: str = "",
) -> SafeString:
    """One row of a panel, in <ul class="rows">; what is said besides and can be done stands inside.

    title       str   what it is; `url` leads to its page
    number      str   number of an item, before the title
    icon        str   name
    sub         str   what is said of it, smaller
    marks, end  what tags drew, or words, at the end of the row
    """
    label = put('<span class="wno">{}</span> {}', number, title) if number else title
    if url:
        label = put('<a class="link" href="{}">{}</a>', url, label)
    said = put('<span class="sub">{}</span>', sub) if sub else ""
    return put(
        '<li>{}<div class="grow">{}{}{}</div>{}{}</li>',
        draw(icon), label, said, content, marks, end,
    )  # fmt: skip


@register.simple_block_tag
def datatable(
    content: str, label: str, caption: str, columns: list[Any], css: str = "dense"
) -> SafeString:
    """A table in a box of its own that scrolls where it is too wide; the rows stand inside.

    label    str   what the box is called, for who comes to it by keyboard
    caption  str   what the table holds, read out
    columns  list of .label .url (sorts by it) .direction (ascending, descending or nothing)
             .end bool .hidden bool: the label is only read out
    css      dense, cards (a card a row on a phone), sticky
    """
    values = {"content": content, "label": label, "caption": caption, "columns": columns}
    return render_to_string("components/table.html", values | {"css": css})
