"""What keeping a list is refused for: each by its code, and nothing else is written."""

import pytest

from tests.work.outcomes import refused_alone
from work.models import Site
from work.services import items, views


@pytest.fixture
def given(world):
    return {"actor": world.planner, "at": world.at, "site_id": world.site.pk}


def test_a_name_stands_once(given):
    views.save(**given, name="Running", query="status=live")
    with refused_alone("view_name_taken"):
        views.save(**given, name="RUNNING", query="status=done")


def test_there_is_an_end_to_their_number(given, monkeypatch):
    monkeypatch.setattr(views, "MOST", 1)
    views.save(**given, name="Running", query="status=live")
    with refused_alone("views_too_many"):
        views.save(**given, name="Done", query="status=done")


def test_more_filters_than_can_be_kept(given):
    with refused_alone("view_too_long"):
        views.save(**given, name="Long", query="q=" + "a" * 10_000)


def test_columns_that_no_form_offers(given):
    with refused_alone("form_damaged"):
        views.choose_columns(**given, columns=[f"c{n}" for n in range(1000)])


def test_a_request_without_a_type_where_none_is_left_to_triage(given):
    site = Site.objects.get(pk=given["site_id"])
    place = site.places.first()
    with refused_alone("type_needed"):
        items.request(**given, place_id=place.pk, what="Something drips", type_id=None)
