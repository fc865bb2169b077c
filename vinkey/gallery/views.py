"""The page itself: everything at once, in the theme and at the width that the address asks for."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vinkey.gallery import answers, board, boxes, decided, field, forms_shown, lists, record, words
from vinkey.gallery.kinds import Component

COMPONENTS: tuple[Component, ...] = (
    *words.CONTROLS,
    *forms_shown.FORMS,
    *words.WORDS,
    *boxes.BOXES,
    *lists.LISTS,
    *board.BOARD,
    *record.AROUND,
    *decided.DECIDED,
    *decided.READ,
    *answers.ANSWERS,
    *field.FIELD_PAGES,
)


@login_not_required
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Each component in each of its states. Made-up rows alone, so everybody may look."""
    return render(request, "gallery/components.html", context(request))


def context(request: HttpRequest) -> dict:
    """What the template shows: a row a component, its states drawn."""
    theme, width = request.GET.get("theme", ""), request.GET.get("width", "")
    theme = theme if theme in ("light", "dark") else ""
    width = "phone" if width == "phone" else ""
    shown = [
        {
            "key": component.key,
            "name": component.name(),
            "parameters": component.parameters(),
            "states": [
                {"name": state.name, "broad": state.broad, "drawn": state.drawn(request)}
                for state in component.states
            ],
        }
        for component in COMPONENTS
    ]
    return {
        "components": shown,
        "theme": theme,
        "width": width,
        "themes": [
            {"label": label, "url": f"?theme={key}&width={width}", "current": key == theme}
            for key, label in (
                ("", _("Theme of this device")),
                ("light", _("Light")),
                ("dark", _("Dark")),
            )
        ],
        "widths": [
            {"label": label, "url": f"?theme={theme}&width={key}", "current": key == width}
            for key, label in (("", _("Wide")), ("phone", _("Phone")))
        ],
    }
