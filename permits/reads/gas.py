"""The gas tests of a permit as its page shows them: each that is asked, against its limits."""

from typing import Any

from django.utils.translation import gettext as _

from permits.reads.names import Name
from permits.services._facts import Facts


def tests(facts: Facts, name: Name) -> list[dict[str, Any]]:
    """Each test that is asked, with its newest reading and the one before."""
    rows, counting = [], facts.counting()
    for point, asked in facts.asked():
        of = asked.substance
        here = [
            each
            for each in facts.tests
            if (each.point, each.substance_id) == (point, asked.substance_id)
        ]
        read = [each for each in here if each in counting]
        last = read[-1] if read else None
        rows.append(
            {
                "point": point,
                "name": of.name,
                "unit": of.unit,
                "limits": _limits(of.low, of.high, of.unit),
                "value": f"{last.value.normalize():f}" if last else "",
                "band": _band(last.value, of.low, of.high) if last else None,
                "before": f"{read[-2].value.normalize():f}" if len(read) > 1 else "",
                "at": last.taken_at if last else None,
                "until": last.valid_until if last else None,
                "on_paper": _uncounted(here[-1]) if here and here[-1] not in read else None,
                "by": name(last.tester) if last else "",
                "instrument": last.instrument if last else "",
                "state": "missing"
                if last is None
                else "outside"
                if not last.within
                else "over"
                if last.valid_until <= facts.at
                else "within",
            }
        )
    return rows


def _uncounted(test: Any) -> dict[str, Any]:
    """A newer reading, from paper, that lets nothing go on."""
    return {"value": f"{test.value.normalize():f} {test.unit}", "at": test.taken_at}


def _band(value: Any, low: Any, high: Any) -> dict[str, float | None]:
    """A reading against its limits, on a scale that shows it on either side of them."""
    read, below, above = float(value), _number(low), _number(high)
    wide = (above or 0.0) - (below or 0.0) if above is not None else below or 1.0
    least = 0.0 if below is None else below - wide
    most = (below or 0.0) + wide if above is None else above + wide
    ends = {"least": min(least, read), "most": max(most, read)}
    return {"value": read, **ends, "low": below, "high": above}


def _number(limit: Any) -> float | None:
    return None if limit is None else float(limit)


def columns() -> list[dict[str, Any]]:
    head = [{"label": _("Gas")}, {"label": _("Sample point")}]
    head += [{"label": _("Before"), "end": True}, {"label": _("Now"), "end": True}]
    return head + [{"label": label} for label in (_("Limits"), _("Result"), _("Valid until"))]


def _limits(low: Any, high: Any, unit: str) -> str:
    """The limits in words, with their unit."""
    if low is not None and high is not None:
        return f"{low.normalize():f}–{high.normalize():f} {unit}"
    if high is not None:
        return _("at most %(limit)s") % {"limit": f"{high.normalize():f} {unit}"}
    return _("at least %(limit)s") % {"limit": f"{low.normalize():f} {unit}"}
