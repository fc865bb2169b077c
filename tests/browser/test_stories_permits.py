"""Permits, isolations and people around live work, as its pages say it: four stories of hvk."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from permits.models import Permit
from permits.services import ending, issuing, points, setup
from permits.services import isolations as isolating
from tests import factories
from tests.browser.conftest import PASSWORD, signed_in
from tests.competence.conftest import Hvk
from tests.factories import documents as papers
from tests.factories import make_world, person, planned_item
from tests.permits import isolated, made
from work.services import acceptance, execution, items, requirements
from work.states import Role

pytestmark = pytest.mark.browser
# What the label of the place says when it is scanned.
LABEL = "https://vinkey.test/s/hvk/places/L3/"


@pytest.fixture
def scene(transactional_db):
    """The people of a world at this moment; a permit lasts from half an hour ago for some hours."""
    world, now = make_world(), timezone.now()
    ago = now - timedelta(minutes=30)
    cold, hot = made.kinds(world)
    window = {"at": ago, "starts": ago, "ends": now + timedelta(hours=5)}
    return SimpleNamespace(world=world, now=now, ago=ago, cold=cold, hot=hot, window=window)


def by(who, at, **given):
    return {"actor": who, "at": at, **given}


def says_of(window, who, *texts: str, panel: str = "of_person") -> None:
    """The page of a person says this of the permits that he has a part in, or of his locks."""
    window.go(f"/s/hvk/competence/people/{who.pk}/")
    section = window.page.locator(f"#panel-permits-{panel}")
    section.scroll_into_view_if_needed()
    for said in texts:
        expect(section).to_contain_text(said)


def accepted(world, item, at) -> None:
    """Accepted by the lead on duty."""
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen in the field")
    acceptance.accept(**by(world.shift_lead, at), item_id=item.pk, judged=judged)


@pytest.fixture
def line_three(scene):
    """Story 1: the guard switch is changed behind an isolation, the line cleaned, and then looked
    at before it runs again."""
    world, ago = scene.world, scene.ago
    kinds = {code: factories.work_type(world.site, code) for code in ("RST", "CLN")}
    paper = papers.document(world, "SOP-L3-012")
    papers.applies(world, paper, work_type_id=kinds["RST"].pk)
    papers.in_force(world, paper, "4", at=ago)
    switch = planned_item(world, at=ago)
    cleaning = planned_item(world, at=ago, type_id=kinds["CLN"].pk, what="Clean line 3")
    restart = {"type_id": kinds["RST"].pk, "what": "Inspect line 3 before restart"}
    restart = planned_item(world, at=ago, **restart)
    electrical = setup.create_type(
        **by(world.site_admin, ago),
        site_id=world.site.pk,
        code="electrical",
        name="Electrical work",
        isolation_class="proved",
    )
    isolation = isolated.planned(world, at=ago, title="Line 3")
    isolating.approve(**by(world.permit_issuer, ago), isolation_id=isolation.pk)
    permit = made.authorised(world, electrical, items=[switch], **scene.window)
    own = by(world.supervisor, ago, isolation_id=isolation.pk)
    isolated.isolation_uses.use(**own, permit_id=permit.pk)
    isolated.isolation_uses.use(**own, item_id=restart.pk, how="after")
    given = {"isolation_id": isolation.pk, "points": isolated.pairs(isolation)}
    points.apply(**by(world.operator, ago), **given)
    tries = by(world.second_technician, ago, isolation_id=isolation.pk)
    points.try_out(**tries, **isolated.SAID)
    isolated.boxes.on(**by(world.technician, ago), isolation_id=isolation.pk)
    made.ticked(world, permit, at=ago)
    signs = {"permit_id": permit.pk, "scanned": True, "signed": True}
    issuing.issue(**by(world.permit_issuer, ago), **signs)
    issuing.take(**by(world.technician, ago), **signs)
    execution.start(**by(world.technician, ago), item_id=switch.pk)
    asks = by(world.planner, ago, item_id=restart.pk, gate="start")
    for item in (switch, cleaning):
        over = {"supplier": "work.item", "source_id": item.pk, "params": {"until": "closed"}}
        requirements.require(**asks, kind="work", **over)
    over = {"supplier": "permits.permit", "source_id": permit.pk, "params": {"closed": True}}
    requirements.require(**asks, kind="permit", what="The electrical permit is closed", **over)
    return SimpleNamespace(
        switch=switch,
        cleaning=cleaning,
        restart=restart,
        permit=permit,
        isolation=isolation,
        paper=paper,
        **vars(scene),
    )


def test_line_three_is_inspected_before_its_restart(line_three, open_window):
    """The four reasons stand on the restart and go one by one; revision 5 comes as a notice."""
    told, world = line_three, line_three.world
    window = open_window()
    page = window.page
    signed_in(page.context, world.technician, window.address)
    path = f"/s/hvk/work/W-{told.restart.number}/"
    unmet = page.locator("#requirements .state", has_text="Not met")
    reasons = [
        f"W-{told.switch.number}",
        f"P-{told.permit.number} is in force",
        f"I-{told.isolation.number}",
        f"W-{told.cleaning.number}",
    ]

    def stand(*still: str) -> None:
        window.go(path)
        expect(unmet).to_have_count(len(still))
        for said in still:
            expect(page.locator("#requirements")).to_contain_text(said)

    stand(*reasons)
    says_of(window, world.technician, f"P-{told.permit.number}", "In force")
    says_of(window, world.technician, f"I-{told.isolation.number}", panel="locks_of_person")
    at = timezone.now()
    me = by(world.technician, at)
    execution.complete(**me, item_id=told.switch.pk)
    ending.hand_back(
        **me, permit_id=told.permit.pk, complete=True, left="Switch in, doors shut", signed=True
    )
    inspected = {"inspected": "Tools out", "signed": True}
    ending.close(**by(world.permit_issuer, at), permit_id=told.permit.pk, **inspected)
    stand(reasons[0], *reasons[2:])
    isolated.boxes.off(**me, isolation_id=told.isolation.pk)
    accepted(world, told.switch, at)
    stand(*reasons[2:])
    own = {"isolation_id": told.isolation.pk}
    points.release(**by(world.supervisor, at), **own, people_out=True, tools_out=True)
    back = isolated.pairs(told.isolation, back=True)
    points.remove(**by(world.operator, at), **own, points=back)
    isolating.close(**by(world.supervisor, at), **own)
    stand(reasons[3])
    execution.start(**me, item_id=told.cleaning.pk)
    execution.complete(**me, item_id=told.cleaning.pk)
    accepted(world, told.cleaning, at)
    stand()
    page.locator("#do-start").click()
    expect(page.locator(".q-status .status")).to_have_text("In progress")

    papers.in_force(world, told.paper, "5", at=timezone.now())
    window.go(path)
    expect(page.locator(".q-status .status")).to_have_text("In progress")
    expect(page.locator(".q-blocks")).not_to_contain_text("SOP-L3-012")
    window.go("/")
    expect(page.locator("main")).to_contain_text("SOP-L3-012 has revision 5")
    assert window.complaints == []


def test_hot_work_meets_a_transfer(scene, open_window):
    """Story 3: found at the check, let go on until before it; then the transfer is moved."""
    world, now = scene.world, scene.now
    transfer = factories.work_type(world.site, "LOG", name="Transfer")
    rule = {"work_type_id": transfer.pk, "reach": "within", "verdict": "stop"}
    setup.create_rule(
        **by(world.site_admin, scene.ago),
        **rule,
        site_id=world.site.pk,
        type_id=scene.hot.pk,
        condition="No open flame",
    )
    plan = {"planned_start": now + timedelta(hours=2), "planned_end": now + timedelta(hours=3)}
    moving = planned_item(world, at=scene.ago, type_id=transfer.pk, plan=plan)
    job = planned_item(world, at=scene.ago, what="Weld bracket")
    permit = made.assessed(world, scene.hot, items=[job], **scene.window)
    sure = {"at": scene.ago, "permit_id": permit.pk, "signed": True}
    made.requests.request(actor=world.technician, **sure)
    made.deciding.check(actor=world.supervisor, **sure)

    window = open_window()
    page = window.page
    signed_in(page.context, world.hse, window.address)
    world.hse.set_password(PASSWORD)
    world.hse.save()
    signed_in(page.context, world.hse, window.address)
    path = f"/s/hvk/permits/P-{permit.number}/"
    window.go(path)
    expect(page.locator("#permit")).to_contain_text("No open flame")
    expect(page.locator("#before")).to_contain_text("Transfer")
    made.deciding.endorse(
        actor=world.hse,
        conditions="Stop half an hour before",
        until=now + timedelta(minutes=90),
        **sure,
    )
    made.deciding.authorise(actor=world.permit_authoriser, **sure)
    made.gas_tested(world, permit, at=scene.ago)
    made.ticked(world, permit, at=scene.ago)
    issuing.issue(actor=world.permit_issuer, scanned=True, **sure)
    issuing.take(actor=world.technician, scanned=True, **sure)
    execution.start(**by(world.technician, scene.ago), item_id=job.pk)
    window.go(f"/s/hvk/work/W-{job.number}/")
    expect(page.locator(".q-blocks")).not_to_contain_text("P-")

    items.edit(
        **by(world.planner, timezone.now()),
        item_id=moving.pk,
        planned_start=now + timedelta(minutes=45),
    )
    window.go(f"/s/hvk/work/W-{job.number}/")
    expect(page.locator(".q-blocks")).to_contain_text(f"P-{permit.number}")
    window.go(path)
    expect(page.locator("#permit")).to_contain_text("not confirmed")
    says_of(window, world.technician, f"P-{permit.number}", "Stop called")
    assert window.complaints == []


def test_a_permit_that_nobody_takes_over_is_overdue(scene, open_window):
    """Story 4: two permits go over the change of shift, one of them taken over."""
    world, ago = scene.world, scene.ago
    incoming = person(world.site, Role.PERMIT_ISSUER, username="incoming", password=PASSWORD)
    world.second_technician.set_password(PASSWORD)
    world.second_technician.save()
    jobs, permits = [], []
    for minutes in (-1, 25):
        job = planned_item(world, at=ago)
        permit = made.authorised(world, scene.cold, items=[job], **scene.window)
        made.ticked(world, permit, at=ago)
        signs = {"permit_id": permit.pk, "scanned": True, "signed": True}
        ends = scene.now + timedelta(minutes=minutes)
        issuing.issue(**by(world.permit_issuer, ago), **signs, ends=ends)
        issuing.take(**by(world.technician, ago), **signs)
        execution.start(**by(world.technician, ago), item_id=job.pk)
        jobs.append(f"/s/hvk/work/W-{job.number}/")
        permits.append(permit)
    late, over = permits

    window = open_window()
    page = window.page
    signed_in(page.context, world.second_technician, window.address)
    window.go(jobs[0])
    expect(page.locator(".q-blocks")).to_contain_text(f"P-{late.number} must be in force")
    expect(page.locator("#requirements")).to_contain_text(f"P-{late.number} is overdue")
    window.go("/s/hvk/permits/")
    expect(page.locator("main .wno").first).to_have_text(f"P-{late.number}")
    window.go(jobs[1])
    expect(page.locator(".q-blocks")).not_to_contain_text("P-")

    path = f"/s/hvk/permits/P-{over.number}/"
    for who, verb in ((world.second_technician, "accept"), (incoming, "take-over")):
        signed_in(page.context, who, window.address)
        window.go(path)
        page.locator(f"#ask-{verb}").click()
        form = page.locator(f"#act-{verb}")
        form.locator("[name=code]").fill(LABEL)
        form.get_by_label("Your password, to sign").fill(PASSWORD)
        with page.expect_response(lambda answer, verb=verb: f"do={verb}" in answer.url) as sent:
            page.locator(f"#do-{verb}").click()
        assert sent.value.status == 200, verb
    now = Permit.objects.get(pk=over.pk)
    assert (now.issuer, now.performing_authority) == (incoming, world.second_technician)
    assert (now.state, now.issue_ends) == ("in_force", now.ends)
    window.go(jobs[1])
    expect(page.locator(".q-blocks")).not_to_contain_text("P-")
    signed_in(page.context, world.technician, window.address)
    says_of(window, world.technician, f"P-{late.number}", "Overdue")
    expect(page.locator("#panel-permits-of_person")).not_to_contain_text(f"P-{over.number}")
    assert window.complaints == []


def test_a_gas_tester_runs_out_in_the_middle_of_a_job(scene, open_window):
    """Story 12: the next test is refused with the reason, another tester may; the permit stops when
    its test does."""
    world, now, ago = scene.world, scene.now, scene.ago
    hvk = Hvk(world)
    hvk.rule("GAS", capacity="permits.gas_tester")
    hvk.has(world.operator, "GAS", valid_until=now - timedelta(minutes=5))
    hvk.has(world.supervisor, "GAS")
    long_ago = now - timedelta(minutes=70)
    permits = []
    for at in (ago, long_ago):
        job = planned_item(world, at=at)
        window = scene.window | {"at": at, "starts": at}
        permit = made.authorised(world, scene.hot, items=[job], **window)
        made.gas_tested(world, permit, at=at)
        made.ticked(world, permit, at=at)
        signs = {"permit_id": permit.pk, "scanned": True, "signed": True}
        issuing.issue(**by(world.permit_issuer, at), **signs)
        issuing.take(**by(world.technician, at), **signs)
        execution.start(**by(world.technician, at), item_id=job.pk)
        permits.append((permit, f"/s/hvk/work/W-{job.number}/"))
    (held, work), (out, stopped) = permits

    window = open_window()
    page = window.page

    def tests() -> None:
        form = page.locator("#act-test")
        if not form.is_visible():
            page.locator("#ask-test").click()
        values = form.locator("[name^=value-]")
        expect(values).to_have_count(2)
        for field, value in zip(values.all(), ("20.9", "0"), strict=True):
            field.fill(value)
        form.locator("[name=code]").fill(LABEL)
        form.locator("[name=instrument]").fill("X-am 2500")
        form.locator("[name=calibrated_until]").fill(str(made.CALIBRATED.replace(year=2090)))
        page.locator("#do-test").click()

    said = "Gas paper (GAS) of Operator ended"
    signed_in(page.context, world.operator, window.address)
    window.go(f"/s/hvk/permits/P-{held.number}/")
    tests()
    expect(page.locator(".refusal")).to_contain_text(said)
    signed_in(page.context, world.supervisor, window.address)
    window.go(f"/s/hvk/permits/P-{held.number}/")
    tests()
    expect(page.locator("#tests")).to_contain_text("Supervisor · X-am 2500")
    expect(page.locator(".refusal")).to_have_count(0)
    window.go(f"/s/hvk/competence/people/{world.operator.pk}/")
    expect(page.locator("#records")).to_contain_text("GAS")
    expect(page.locator("#records")).to_contain_text("Ended")
    window.go(work)
    expect(page.locator(".q-blocks")).not_to_contain_text("P-")
    # The permit stops when its own test has run out, and so says the work.
    window.go(stopped)
    expect(page.locator(".q-blocks")).to_contain_text(f"P-{out.number}")
    assert window.complaints == []
