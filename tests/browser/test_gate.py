"""A contractor at the gate: who may come in, who may not and why, and the work says the same."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from tests.factories.competence import crew_of
from work.models import Site, Team, User, WorkItem
from work.services import items

pytestmark = pytest.mark.browser


@pytest.fixture
def crew(demo):
    """LasTeam's crew of three, on the work that its foreman carries out now."""
    at, site = timezone.now(), Site.objects.get(slug="hvk")
    foreman, team = User.objects.get(username="contractor"), Team.objects.get(code="lasteam")
    crew = crew_of(site, team, foreman, at)
    job = WorkItem.objects.filter(team=team, executors__name="Luuk Prins", status="planned").first()
    crew.job = items.edit(
        actor=User.objects.get(username="supervisor"),
        at=at,
        item_id=job.pk,
        planned_start=at + timedelta(minutes=5),
        planned_end=at + timedelta(days=8),
    )
    items.assign(
        actor=User.objects.get(username="supervisor"),
        at=at,
        item_id=job.pk,
        executor_ids=[crew.foreman.pk, crew.first.pk, crew.second.pk],
    )
    return crew


def test_the_gate_says_who_may_come_in(crew, open_window):
    window = open_window()
    signed_in(window.page.context, User.objects.get(username="jos"), window.address)
    page, said = window.page, "The induction of Mees Kok for"
    window.go("/s/hvk/competence/gate/")
    row = page.locator(".rows > li", has_text="Mees Kok")
    expect(row).to_contain_text("May not come in")
    expect(row).to_contain_text(said)
    for name in (crew.foreman.name, crew.first.name):
        expect(page.locator(".rows > li", has_text=name)).to_contain_text("May come in")

    # The item says it too, to its own company's people, and to nobody of another.
    number = f"W-{crew.job.number}"
    window.go(f"/s/hvk/work/{number}/")
    expect(page.locator("#requirements")).to_contain_text(said)
    section = page.locator("#panel-competence-executors")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text("Under supervision")
    assert window.complaints == []
