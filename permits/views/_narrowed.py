"""What narrows the lists of permits and isolations besides their forms: work, or a person."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from permits.reads import people
from work.pages import number_in
from work.permissions import Scope
from work.reads import item as items


def person(request: HttpRequest, site: Any, who: Scope) -> Any:
    """The person whose rows are asked; 404 for one of whom the reader may not know."""
    asked = request.GET.get("person")
    if not asked:
        return None
    found = people.whose(site, who, number_in(asked))
    if found is None:
        raise Http404
    return found


def values(request: HttpRequest, item: Any, whose: Any) -> dict[str, Any]:
    """The chips of both, and what the form carries along."""
    said = (
        ("item", _("Work"), item and items.label(item.number)),
        ("person", _("Person"), whose and whose.name),
    )
    kept = {name: request.GET[name] for name in request.GET if name not in ("page", "panel")}
    chips = [
        {
            "label": label,
            "value": value,
            "remove_url": f"?{urlencode({key: each for key, each in kept.items() if key != name})}",
        }
        for name, label, value in said
        if value
    ]
    return {"chips": chips, "hidden": [(name, kept[name]) for name, _l, value in said if value]}
