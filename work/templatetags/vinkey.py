"""The vocabulary of pages: icon, status, flag, person, number, time, form row.

Tags take plain values and need no model, so that a page, a fragment and a test draw the same thing.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Hashable

from django import template
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.forms import BoundField, Form
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.templatetags.i18n import do_translate
from django.urls import get_script_prefix, get_urlconf
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from lucide import IconDoesNotExist

from work import addresses
from work.naming import mark
from work.ports import Room, rooms
from work.states import Status
from work.templatetags import phrases
from work.templatetags.form_rows import row
from work.templatetags.markup import join, put
from work.templatetags.markup import word as _
from work.templatetags.sprite import FILLED, NAMES, shapes

register = template.Library()

IN_SPRITE = frozenset(NAMES) | frozenset(FILLED)

STATUS_ICONS = {
    Status.REQUESTED: "circle-dashed",
    Status.PLANNED: "circle",
    Status.LIVE: "status-live",
    Status.WAITING: "circle-pause",
    Status.DONE: "circle-check",
    Status.CLOSED: "status-closed",
    Status.CANCELLED: "circle-slash",
}
TONE_ICONS = {
    "stop": "octagon-x",
    "late": "clock-alert",
    "temp": "hourglass",
    "go": "check",
    "calm": None,
}
ANSWERS = {
    # answer: (tone, icon, word)
    "met": ("", "check", lambda: _("Met")),
    "unmet": ("stop", "circle-x", lambda: _("Not met")),
    "unknown": ("late", "circle-question-mark", lambda: _("Not known")),
    "waived": ("temp", "hourglass", lambda: _("Waived")),
    "withdrawn": ("", "circle-slash", lambda: _("No longer asked")),
}


_DIALLED = frozenset("+0123456789")


@functools.lru_cache(maxsize=256)
def _from_sprite(url: str, name: str) -> SafeString:
    return put(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>',
        url,
        name,
    )


@functools.lru_cache(maxsize=256)
def _in_place(name: str) -> SafeString:
    try:
        drawn = shapes(name)
    except IconDoesNotExist:
        return mark_safe("")
    return mark_safe(f'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{drawn}</svg>')


@functools.lru_cache(maxsize=2)
def _sprite(files: Storage) -> str:
    """The address of the sprite. Changed settings make another storage, which is asked again."""
    return files.url("icons.svg")


@register.simple_tag
def icon(name: str | None) -> SafeString:
    """A decoration beside a word, never instead of it. A name that nobody drew gives nothing."""
    if not name:
        return mark_safe("")
    if name in IN_SPRITE:
        return _from_sprite(_sprite(storages["staticfiles"]), name)
    return _in_place(str(name))


@register.simple_tag
def once(name: str, **values: Hashable) -> SafeString:
    """A partial that takes these plain values alone: drawn once a process, for each language."""
    at = get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF
    return _once(name, tuple(values.items()), get_language(), storages["staticfiles"], at)


@functools.lru_cache(maxsize=512)
def _once(
    name: str,
    values: tuple[tuple[str, Hashable], ...],
    language: str | None,
    files: Storage,
    at: tuple[str, str],
) -> SafeString:
    """at: under which prefix and table of addresses."""
    return mark_safe(render_to_string(name, dict(values)))


class _Words(template.Node):
    """Words of a template that never differ but by language: looked up once a process."""

    def __init__(self, message: str) -> None:
        self.message = message.replace("%", "%%")

    def render(self, context: template.Context) -> SafeString:
        return mark_safe(_(self.message).replace("%%", "%"))


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's own, of which a page has seventy; quicker where nothing but words is given."""
    node = do_translate(parser, token)
    said = node.filter_expression
    if said.filters or node.asvar or node.noop or node.message_context:
        return node
    return node if said.var.literal is None else _Words(said.var.literal)


@register.simple_tag
def domain_rooms() -> list[Room]:
    """Where one can go besides the pages of work."""
    return rooms.all()


@register.simple_tag
def status_pill(code: str, label: str = "") -> SafeString:
    """The status by shape and word; neutral, because a status is never abnormal."""
    return put(
        '<span class="status" data-s="{}">{}{}</span>',
        code,
        icon(STATUS_ICONS.get(code, "circle")),
        label or Status(code).label,
    )


@register.simple_tag
def flag(tone: str, text: str, name: str | None = None) -> SafeString:
    """Something abnormal (`stop`, `late`, `temp`, `go`) or a plain mark (`calm`)."""
    drawn = icon(name or TONE_ICONS.get(tone))
    return put('<span class="flag {}">{}{}</span>', tone, drawn, text)


@register.simple_tag
def blocked(count: int = 0) -> SafeString:
    """The overlay *blocked* with the number of open blockers."""
    text = _("Blocked · %(count)s") % {"count": count} if count else _("Blocked")
    return flag("stop", text)


@register.simple_tag
def priority(code: str, label: str = "") -> SafeString:
    """The priority, neutral: in its words, or its number alone under a heading."""
    if not code:
        return mark_safe("")
    return put(
        '<span class="prio"><i>{} </i>{}</span>',
        _("Priority"),
        label or f"P{code}",
    )


@register.simple_tag
def marks(item, blocked_is_said: bool = False) -> SafeString:
    """What stands beside the status of an item: blocked, clear to start, stopped?, safety, permit.

    Takes a row made for a page, where the overlays were read at one moment, never a model.
    """
    if callable(item.is_blocked) or callable(item.is_ready):
        raise TypeError("marks needs a row whose overlays were read at a moment")
    shown = []
    if item.is_blocked and not blocked_is_said:
        shown.append(blocked(getattr(item, "open_blockers", 0)))
    if item.is_ready and not item.is_blocked and item.status == Status.PLANNED:
        shown.append(flag("calm", _("Clear to start"), "circle-check"))
    minutes = getattr(item, "unconfirmed_minutes", None)
    if minutes is not None:
        shown.append(flag("stop", _("Not confirmed stopped, %(n)s min") % {"n": minutes}, "hand"))
    if item.safety_critical:
        shown.append(flag("calm", _("Safety-critical"), "shield-alert"))
    if getattr(item, "has_permit", False):
        shown.append(flag("calm", _("Permit"), "shield-check"))
    return mark_safe("".join(shown))


@register.simple_tag
def answer(code: str, text: str = "") -> SafeString:
    """The present answer to one requirement: icon and word, a hue only when it is not met."""
    tone, name, word = ANSWERS.get(code, ANSWERS["unknown"])
    return put('<span class="state row {}">{}{}</span>', tone, icon(name), text or word())


@register.filter
def naming(text: str, names: list[str] | None) -> SafeString | str:
    """Words that somebody typed, in which those who are named by @ stand out."""
    if not names:
        return text
    parts, end = [], 0
    for found in mark(names).finditer(text):
        parts += [(text[end : found.start()], ""), ("", found[0])]
        end = found.end()
    parts.append((text[end:], ""))
    return format_html_join(
        "",
        "{}{}",
        ((plain, put("<b>{}</b>", name) if name else "") for plain, name in parts),
    )


@register.filter
def inline_svg(drawn: str) -> SafeString:
    """A drawing made by this server, without its XML declaration, to stand inside a page."""
    return mark_safe(drawn[drawn.index("<svg") :])


@register.filter
def answer_tone(code: str) -> str:
    """The tone class of the row that carries this answer."""
    return ANSWERS.get(code, ANSWERS["unknown"])[0]


@register.simple_tag
def who(name: str, kind: str = "person") -> SafeString:
    """A person by initials and name; a `post`, `team` or `role` by an icon; nobody, said so."""
    if not name:
        return put('<span class="who none">{}{}</span>', icon("user-x"), _("No owner"))
    mark = phrases.initials(name) if kind == "person" else icon("users")
    return put(
        '<span class="who"><span class="av" aria-hidden="true">{}</span>'
        '<span class="clip">{}</span></span>',
        mark,
        name,
    )


@register.simple_tag
def phone(number: str, name: str) -> SafeString | str:
    """The way to ring somebody up; a number without digits is only said."""
    dialled = "".join(sign for sign in number if sign in _DIALLED)
    if not dialled:
        return number
    said = put('<span class="vh">{} </span>', _("Call %(name)s:") % {"name": name})
    drawn = icon("phone")
    return put('<a class="call" href="tel:{}">{}{}{}</a>', dialled, drawn, said, number)


@register.simple_tag
def wno(label: str, url: str = "") -> SafeString:
    """The number of an item, as a link where a page is behind it."""
    if url:
        return put('<a class="wno" href="{}">{}</a>', url, label)
    return put('<span class="wno">{}</span>', label)


@register.simple_tag
def item_url(site: str, label: str) -> str:
    """The page of an item: slug of its site, its number as people write it."""
    return addresses.item(site, label)


@register.simple_tag
def type_mark(label: str, name: str = "", word: bool = True) -> SafeString:
    """The type of work, neutral; `word=False` keeps the word for screen readers alone."""
    inner = label if word else put('<span class="vh">{}</span>', label)
    return put('<span class="type">{}{}</span>', icon(name or "clipboard-list"), inner)


def _time_tag(value: dt.date, at: dt.datetime | None) -> SafeString:
    today, zone = timezone.localdate(at), ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
        # Of the two 02:30 of a night in autumn, which: they are equal otherwise.
        zone = f"{value.tzinfo} {value.utcoffset()}"
    return _drawn_time(value, zone, today, get_language())


@functools.lru_cache(maxsize=4096)
def _drawn_time(value: dt.date, zone: str, today: dt.date, language: str | None) -> SafeString:
    """Once for every moment, zone, day and language: a page has a hundred, its neighbours more."""
    exact = {"timespec": "minutes"} if isinstance(value, dt.datetime) else {}
    words = phrases.moment(value, today)
    return put('<time datetime="{}">{}</time>', value.isoformat(**exact), words)


@register.filter
def moment(value: dt.date | None, at: dt.datetime | None = None) -> SafeString | str:
    """A day or a time of day, in the zone of the site: `Today 14:00`, `Fri 20 Nov`."""
    return _time_tag(value, at) if value else ""


@register.simple_tag
def due(value: dt.date | None, late: bool = False, at: dt.datetime | None = None) -> SafeString:
    """When it must be there; late by hue, icon and a word for those who see neither.

    Midnight stands for the day: sources know days alone.
    """
    if not value:
        return put('<span class="due muted">{}</span>', _("No date"))
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else None
    when = _time_tag(local.date() if local and local.time() == dt.time() else value, at)
    if not late:
        return put('<span class="due nowrap">{}</span>', when)
    return put(
        '<span class="due nowrap late">{}<span class="vh">{}</span>{}</span>',
        icon("clock-alert"),
        _("Overdue: "),
        when,
    )


@register.filter
def age(since: dt.datetime | None, at: dt.datetime | None = None) -> str:
    """How long it has been so, in its largest whole unit."""
    return phrases.age(since, at or timezone.now()) if since else ""


@register.simple_tag
def field(bound: BoundField, hint: str = "", filtering: bool = False) -> SafeString:
    """One row of a form: label, control, hint and errors, tied together by ids.

    filtering: everything may be left empty there, so it is not said at each row.
    """
    if hint and not bound.help_text:
        bound.help_text = hint
    return row(bound, say_optional=not bound.field.required and not filtering)


@register.simple_tag
def form_rows(form: Form | None) -> SafeString:
    """Everything inside a form: summary of what is missing, hidden fields, one row per field.

    Nothing of none: a step of signing in may be left without one.
    """
    if form is None:
        return SafeString("")
    faults = render_to_string("components/_form_faults.html", {"form": form}) if form.errors else ""
    rows = (row(each, say_optional=not each.field.required) for each in form.visible_fields())
    return join([faults, *map(str, form.hidden_fields()), *rows])


@register.inclusion_tag("components/_form_faults.html")
def form_faults(form: Form) -> dict:
    """What of a form needs a look; for one whose rows a page draws one by one."""
    return {"form": form}


@register.simple_tag
def act_fields(seen: int | str = "", act: str = "") -> SafeString:
    """The two hidden answers of every act: its own identity, born here, and the version seen."""
    return put(
        '<input type="hidden" name="act" value="{}"><input type="hidden" name="seen" value="{}">',
        act or uuid.uuid4(),
        "" if seen is None else seen,
    )
