"""Numbers as lengths: drawings with their geometry in attributes, beside the number in words."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from work.templatetags.markup import put
from work.templatetags.vinkey import icon

register = template.Library()

_STRETCHED = mark_safe('preserveAspectRatio="none"')
_THIN = mark_safe('vector-effect="non-scaling-stroke"')
# The fullest cell of a table has the strongest of so many shades.
SHADES = 4


def _share(value: float, least: float, most: float) -> float:
    """Where a value stands between two ends, in percent; never outside."""
    if most <= least:
        return 0.0
    return round(min(1.0, max(0.0, (value - least) / (most - least))) * 100, 1)


@register.simple_tag
def load_bar(total: int, stopped: int = 0, late: int = 0, scale: int = 0) -> SafeString:
    """How much there is, and how much of it is blocked and overdue.

    scale   int   the most of all bars, so that their lengths can be compared
    """
    most = max(scale, total, 1)
    stopped = min(stopped, total)
    late = min(late, total - stopped)
    drawn, at = [], 0
    for css, n in (("l-stop", stopped), ("l-late", late), ("l-rest", total - stopped - late)):
        if n:
            drawn.append(put('<rect class="{}" x="{}" width="{}" height="1"/>', css, at, n))
        at += n
    return put(
        '<svg class="load" aria-hidden="true" viewBox="0 0 {} 1" {}>{}</svg>',
        most,
        _STRETCHED,
        mark_safe("".join(drawn)),
    )


@register.simple_tag
def meter(value: float, most: float) -> SafeString:
    """A share of a whole, such as lines answered or rows read."""
    return put(
        '<svg class="meter" aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none">'
        '<rect width="{}" height="1"/></svg>',
        _share(value, 0, most),
    )


@register.simple_tag
def band(
    value: float,
    least: float,
    most: float,
    low: float | None = None,
    high: float | None = None,
    big: bool = False,
) -> SafeString:
    """A value against the band in which it is normal.

    least, most   the ends of the scale
    low, high     the limits; None where there is none on that side
    """
    tall = 40 if big else 24
    begin = _share(least if low is None else low, least, most)
    end = _share(most if high is None else high, least, most)
    at = _share(value, least, most)
    below, above = low is not None and value < low, high is not None and value > high
    css = " ".join(["ana", *(["stop"] if below or above else []), *(["big"] if big else [])])
    lines = "".join(
        put(
            '<line class="lim{}" x1="{}" x2="{}" y1="{}" y2="{}" {}/>',
            " hit" if hit else "", x, x, round(tall * 0.2, 1), round(tall * 0.86, 1), _THIN,
        )
        for limit, x, hit in ((low, begin, below), (high, end, above))
        if limit is not None
    )  # fmt: skip
    y = round(tall * 0.36, 1)
    return put(
        '<svg class="{}" viewBox="0 0 100 {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" x="0" y="{}" width="100" height="{}" {}/>'
        '<rect class="band" x="{}" y="{}" width="{}" height="{}"/>{}'
        '<rect class="ptr" x="{}" y="{}" width="1.8" height="{}" rx="0.5"/></svg>',
        css, tall, y, y, _THIN, begin, y, round(max(0.0, end - begin), 1), y, mark_safe(lines),
        round(at - 0.9, 1), round(tall * 0.08, 1), round(tall * 0.84, 1),
    )  # fmt: skip


@register.simple_tag
def reading(value: str, unit: str = "", outside: str = "") -> SafeString:
    """A number with its unit; `outside` says in words which limit it is past."""
    if not outside:
        return put('<span class="reading">{} <small>{}</small></span>', value, unit)
    return put(
        '<span class="reading stop">{}{} <small>{}</small><span class="vh"> {}</span></span>',
        icon("circle-x"), value, unit, outside,
    )  # fmt: skip


def shade(count: int, most: int) -> int:
    """0 for nothing, then 1 to 4 by how full it is beside the fullest."""
    return -(-count * SHADES // most) if most else 0
