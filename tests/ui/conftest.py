"""Pages are drawn from stand-ins here: their own addresses, no model, no database."""

import pytest


@pytest.fixture(autouse=True)
def _own_addresses(settings):
    settings.ROOT_URLCONF = "tests.ui.urls"


@pytest.fixture
def draw(rf):
    """Draw a page of the gallery, or one of its fragments, to a string."""
    from django.contrib.auth.models import AnonymousUser
    from django.template.loader import render_to_string

    from tests.ui.pages import PAGES

    def render(name: str, fragment: str = "", **more) -> str:
        page = PAGES[name]
        request = rf.get(f"/gallery/{name}/")
        request.user = AnonymousUser()
        template = f"{page.template}#{fragment}" if fragment else page.template
        return render_to_string(template, {**page.context(), **more}, request)

    return render
