"""What the page of an item offers is what is allowed, and what was typed there is shown again."""

from tests import factories
from tests.ui.markup import Markup
from tests.views import cases
from tests.views.test_evidence_files import photo, upload
from work.models import Event
from work.services import checklist, execution, items, requirements


def _reasons(page: Markup, held: str) -> list[str]:
    """The links of the reasons under a held act."""
    why = page.by_id(f"why-{held}")
    return [tag.attrs["href"] for tag in why.inside if tag.name == "a" and "href" in tag.attrs]


def test_the_loss_of_what_was_left_behind_is_accepted_on_its_page(world, sign_in):
    item, lead = factories.done_item(world), sign_in(world.shift_lead)
    left, other = factories.residual_item(world, item), factories.requested_item(world)
    for lost, more in ((left, {"survivor_id": other.pk}), (other, {})):
        given = {"item_id": lost.pk, "reason": "No", **more}
        items.cancel(actor=world.planner, at=world.t(1), **given)
    # What was merged is judged by what it was merged into; nobody waits for a plain cancelled one.
    plain = factories.requested_item(world)
    items.cancel(actor=world.planner, at=world.t(1), item_id=plain.pk, reason="No")
    for each in (left, plain):
        assert Markup(lead.see(each).text).by_id("act-accept-loss") is None
    assert Markup(lead.see(other).text).by_id("act-accept-loss") is not None
    assert lead.act(other, "accept-loss", reason="We live with it").status_code == 303

    alone = factories.residual_item(world, item)
    items.cancel(actor=world.planner, at=world.t(2), item_id=alone.pk, reason="No")
    assert Markup(lead.see(alone).text).by_id("act-accept-loss") is not None
    assert lead.act(alone, "accept-loss", reason="We live with it").status_code == 303
    assert (
        lead.act(item, "accept", remark="Fine work", **cases._judged(world, item)).status_code
        == 303
    )


def test_at_a_hold_point_that_is_not_met_a_failure_can_be_told(world, sign_in):
    lines = [
        {"key": "air", "text": "Air measured?", "kind": "pass_fail", "hold_point": True},
        {"key": "in", "text": "Gone in?", "kind": "pass_fail"},
    ]
    kind = factories.work_type(world.site, "TANK", lines=lines)
    item = factories.live_item(world, type_id=kind.pk)
    air, gone_in = item.lines.order_by("position")
    requirements.require(
        actor=world.planner, at=world.at, item_id=item.pk, gate="hold_point", line_id=air.pk,
        kind="decision", supplier="work.check", params={"role": "hse"}, what="Air is good",
    )  # fmt: skip
    visitor = sign_in(world.technician)
    page = Markup(visitor.see(item).text)
    assert page.by_id(f"act-answer-{air.pk}") is None
    assert page.by_id(f"ask-answer-{air.pk}") is not None
    assert page.by_id(f"ask-answer-{gone_in.pk}") is None
    refused = visitor.act(item, "answer", of=air.pk, seen=air.version, answer="pass")
    assert refused.status_code == 422
    told = visitor.act(item, "answer", of=air.pk, seen=air.version, answer="fail")
    assert told.status_code == 303
    air.refresh_from_db()
    assert (air.answer, air.answered_by) == ("fail", world.technician)


def test_what_becomes_of_a_line_is_offered_to_whom_it_is(world, sign_in):
    item = cases.CASES["dispose"].make(world)
    line = item.lines.get()
    for person, offered in ((world.technician, False), (world.shift_lead, True)):
        form = sign_in(person).client.get(f"/s/hvk/work/W-{item.number}/dispose/?of={line.pk}").text
        assert ('value="accepted_as_is"' in form) is offered
    # Follow-up work that was named is not dropped.
    visitor, typed = sign_in(world.technician), {"word": "Bent", "what": "Change the guard"}
    of = {"of": line.pk, "seen": line.version}
    lost = visitor.act(item, "dispose", disposition="put_right", **of, **typed)
    assert lost.status_code == 422
    assert "Only with “Follow-up work”" in lost.text
    assert "Change the guard" in lost.text
    assert visitor.act(item, "dispose", disposition="follow_up", **of, **typed).status_code == 303


def test_nothing_of_two_answers_is_dropped(world, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item, visitor = factories.live_item(world), sign_in(world.technician)
    both = {"photo": upload(photo()), "file": upload(b"plain words", "a.txt", "text/plain")}
    answer = visitor.act(item, "evidence", said="The weld", **both)
    assert answer.status_code == 422
    assert "One at a time" in answer.text
    assert not item.evidence.exists()
    item = cases._asked_to_stop(world)
    raised = sign_in(world.operator).act(item, "raise-blocker", kind="access", what="Roof")
    assert raised.status_code == 303
    blocker = item.blockers.get(prerequisite=None)
    typed = {"condition": "Guard on", "blocker": blocker.pk, "what": "A bolt", "kind": "material"}
    answer = visitor.act(item, "wait", **typed)
    assert answer.status_code == 422
    assert "Choose a blocker or name something else, not both." in answer.text


def test_words_that_were_typed_are_shown(world, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item, visitor = cases.live(world), sign_in(world.technician)
    for n, name in enumerate(("p.png", "q.png")):
        visitor.act(item, "evidence", photo=upload(photo(), name), said=f"Weld, side {n}")
    lead = sign_in(world.shift_lead)
    first, _second = item.evidence.order_by("pk")
    lead.act(item, "strike", of=first.pk, word="Of another weld")
    judged = item.criteria.get(evidence=False)
    lead.act(item, "judge", of=judged.pk, word="Turned by hand, runs free")
    page = lead.see(item).text
    assert "Weld, side 1" in page
    assert "struck: Of another weld" in page
    # Where it stands, and in the history.
    assert page.count("Turned by hand, runs free") == 2
    assert page.count("Of another weld") == 2
    held = cases._with_rule(world)
    of = held.prerequisites.get(rule__key="checked").pk
    sign_in(world.hse).act(held, "check", of=of, passed="no", remark="Gas at 12 %")
    lead.act(held, "hold", kind="restart", why="Nobody starts it up")
    page = lead.see(held).text
    assert "Gas at 12 %" in page
    assert "Nobody starts it up" in page


def test_who_accepts_is_read_with_the_remark(world, sign_in):
    item, lead = factories.done_item(world), sign_in(world.shift_lead)
    lead.act(item, "accept", remark="Clean work", **cases._judged(world, item))
    assert "Clean work" in lead.see(item).text


def test_a_request_says_what_its_type_will_ask(world, sign_in):
    item = cases.requested(world)
    answer = sign_in(world.planner).see(item)
    page = answer.text
    assert [row["text"] for row in answer.context["criteria"]] == ["It works", "It is shown"]
    assert "asks for 1 line, once it is planned" in page
    for wrong in (
        "asks for none",
        "cannot be planned without",
        "at least one acceptance criterion",
    ):
        assert wrong not in page
    assert (
        sign_in(world.planner).act(item, "plan", **cases._planned(world, item)).status_code == 303
    )


def test_what_is_missing_is_said_once(world, sign_in):
    lines = [{"key": str(n), "text": f"Line {n}", "kind": "pass_fail"} for n in range(4)]
    kind = factories.work_type(world.site, "MANY", lines=lines)
    item = factories.live_item(world, type_id=kind.pk)
    first = item.lines.order_by("position").first()
    page = Markup(sign_in(world.technician).see(item).text)
    assert _reasons(page, "complete") == [f"#line-{first.pk}", "#closure"]
    for line in item.lines.all():
        done = {"line_id": line.pk, "answer": "pass"}
        checklist.answer(actor=world.technician, at=world.at, **done)
    execution.complete(actor=world.technician, at=world.at, item_id=item.pk)
    # What does not stand under it is said still.
    refused = Markup(sign_in(world.technician).see(item).text).by_id("why-accept")
    assert "these roles" in refused.text or "Shift lead" in refused.text


def test_the_reader_goes_on_where_something_changed(world, sign_in):
    item, visitor = cases.live(world), sign_in(world.technician)
    answer = visitor.act(item, "evidence", said="Seen", htmx=True)
    (taken,) = [tag for tag in Markup(answer.text).tags if "autofocus" in tag.attrs]
    assert taken.attrs["id"] == "h-evidence"
    answer = visitor.act(item, "comment", text="It runs")
    assert answer["Location"] == f"/s/hvk/work/W-{item.number}/#history"
    answer = visitor.act(item, "stage", stage="second", htmx=True)
    (taken,) = [tag for tag in Markup(answer.text).tags if "autofocus" in tag.attrs]
    assert taken.name == "h1"
    assert Event.objects.filter(item=item, verb="stage").count() == 1
