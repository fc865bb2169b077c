"""What lies under the thumb on the page of an item: the next thing to do, and one way beside it."""

from typing import Any

from django.utils.translation import gettext as _

from work.reads.item import Page
from work.views._item_acts import ActView


def of(page: Page, acts: list[ActView], line: dict[str, Any] | None) -> dict[str, Any] | None:
    """As components/bar.html draws it; None where nothing is this reader's to do.

    Work that is under way goes on at its next line; after that, at its step forward.
    """
    step = next((act for act in acts if act.primary), None)
    raising = next((act for act in acts if act.verb == "raise-blocker" and act.page_url), None)
    beside = raising and {
        "label": raising.label,
        "url": raising.page_url,
        "icon": "octagon-x",
        "quiet": False,
    }
    if line is not None and not (step and step.verb == "confirm-stopped"):
        label = _("Line %(number)s of %(all)s") % {
            "number": line["number"],
            "all": len(page.rows.lines),
        }
        act = {"label": label, "url": f"#line-{line['pk']}", "form": "", "held": ""}
        return {"act": act, "beside": beside, "why": ""}
    if step is None:
        return {"act": None, "beside": beside, "why": ""} if beside else None
    held = not step.allowed
    act = {
        "label": step.label,
        "url": step.page_url if step.allowed else "",
        "form": f"act-{step.key}",
        "held": "why-bar" if held else "",
    }
    why = step.reasons[0]["text"] if held and step.reasons else ""
    return {"act": act, "beside": beside, "why": why or (_("Not possible now.") if held else "")}
