"""A contractor at the gate: who may come in, who may not and why, and the work says the same."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from competence.models import Competence, Newcomer
from competence.services import inductions, papers, records
from tests.browser.conftest import signed_in
from work.models import Place, User, WorkItem
from work.services import items

pytestmark = pytest.mark.browser


@pytest.fixture
def crew(demo):
    """LasTeam's three in bund A today: the third was let in just now; of one the induction ended
    yesterday."""
    at = timezone.now()
    person = {name: User.objects.get(name=name) for name in ("Thea Mol", "Wouter Dijkstra")}
    thea, wouter = person.values()
    third = papers.admit(actor=wouter, at=at, newcomer_id=Newcomer.objects.get().pk).person
    job = WorkItem.objects.get(what="Weld the bracket of the level gauge at tank 203")
    inductions.induct(
        actor=thea,
        at=at,
        site_id=job.site_id,
        person_id=third.pk,
        place_id=Place.objects.get(site=job.site_id, depth=1).pk,
        done_on=(at - timedelta(days=1)).date(),
    )
    record = records.record(
        actor=thea,
        at=at,
        site_id=job.site_id,
        person_id=third.pk,
        competence_id=Competence.objects.get(code="WELD").pk,
        obtained_on=(at - timedelta(days=9)).date(),
        reference="Inst 2026/131",
    )
    records.verify(actor=wouter, at=at, record_id=record.pk)
    planner = {"actor": User.objects.get(name="Els Hendriks"), "at": at, "item_id": job.pk}
    hours = {"planned_start": at + timedelta(minutes=5), "planned_end": at + timedelta(hours=4)}
    items.edit(**planner, **hours)
    ended = User.objects.get(name="Luuk Prins")
    ids = [*job.executors.values_list("pk", flat=True), third.pk]
    items.assign(**planner, executor_ids=ids)
    return SimpleNamespace(job=job, coordinator=thea, out=ended)


def test_the_gate_says_who_may_come_in(crew, open_window):
    window = open_window()
    signed_in(window.page.context, crew.coordinator, window.address)
    page, said = window.page, "The induction of Luuk Prins for"
    window.go("/s/hvk/competence/gate/")
    row = page.locator(".rows > li", has_text="Luuk Prins")
    expect(row).to_contain_text("May not come in")
    expect(row).to_contain_text(said)
    for name in ("Hamid Yilmaz", "Mees Kok"):
        expect(page.locator(".rows > li", has_text=name)).to_contain_text("May come in")

    # The page of the person says it, at the work for which it is asked.
    window.go(f"/s/hvk/competence/people/{crew.out.pk}/")
    expect(page.locator("#gaps")).to_contain_text(f"W-{crew.job.number}")
    expect(page.locator("#gaps")).to_contain_text(said)

    # The item says it too, to its own company's people, and to nobody of another.
    window.go(f"/s/hvk/work/W-{crew.job.number}/")
    expect(page.locator("#requirements")).to_contain_text(said)
    section = page.locator("#panel-competence-executors")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text("Under supervision")
    assert window.complaints == []
