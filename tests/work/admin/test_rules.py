"""Rules in the admin: what one touches is said first, HSE gives its mode, and it ends."""

import pytest

from tests import factories
from tests.factories import planned_item, requested_item
from tests.work.admin.clients import signed_in
from tests.work.admin.forms import errors, opened, send
from work.models import Event, RequirementRule, RuleMode, WorkTypeVersion
from work.services import rules
from work.states import Role

LIST = "/admin/work/requirementrule/"
ADD = f"{LIST}add/"
CHECK = {
    "what": "Gas measured by HSE",
    "supplier": "work.check",
    "p_work_check_role": "hse",
    "kind": "decision",
    "gate": "start",
}


@pytest.fixture
def hse(world):
    """Who gives modes, and no more."""
    return signed_in(world.hse)


@pytest.fixture
def rule(world) -> RequirementRule:
    return factories.rule(world.site, "hse", mode="watch", at=world.at)


def page(rule, what="change") -> str:
    return f"{LIST}{rule.pk}/{what}/"


def looked_at(answer) -> dict[str, str]:
    """What a form sends that was looked at: with its words and what was said of it."""
    form = answer.context["form"]
    return {"looked": form.data["looked"], "seen": form.data.get("seen", ""), "_save": "1"}


def test_a_rule_is_made_after_a_look_at_what_it_touches(world, admin):
    planned_item(world)
    requested_item(world)
    sent = opened(admin, ADD) | CHECK | {"hours": "1.5", "waivable_by": "hse"}

    look = admin.post(ADD, sent | {"_save": "1"})
    assert look.status_code == 200, errors(look)
    assert look.context["touches"]["rows"] == [
        ("Requested", [1, 0, 0, 0]),
        ("Planned", [1, 1, 0, 0]),
    ]
    assert not RequirementRule.objects.exists()

    for _twice in range(2):
        assert admin.post(ADD, sent | looked_at(look)).status_code == 302
    made = RequirementRule.objects.get()
    assert (made.key, made.mode, made.params) == ("gas-measured-by-hse", "watch", {"role": "hse"})
    assert (made.lead.total_seconds(), made.waivable_by) == (5400, "hse")
    assert Event.objects.get(verb="created", subject_id=made.pk, act=sent["act"]).actor == (
        world.site_admin
    )


def test_other_values_than_those_looked_at_are_looked_at_again(world, admin):
    sent = opened(admin, ADD) | CHECK
    look = admin.post(ADD, sent)
    answer = admin.post(ADD, sent | looked_at(look) | {"kind": "permit"})
    assert (answer.status_code, RequirementRule.objects.count()) == (200, 0)
    assert answer.context["touches"] is not None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"p_work_check_role": ""}, "p_work_check_role"),
        ({"gate": "hold_point"}, "line_key"),
        ({"what": " "}, "what"),
        ({"ends_0": "2020-01-01", "ends_1": "10:00"}, None),
        ({"one_time": "on", "gate": "close"}, None),
    ],
)
def test_what_a_rule_cannot_be_is_said_at_the_form(world, admin, typed, field):
    answer = admin.post(ADD, opened(admin, ADD) | CHECK | typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field or "__all__"]
    assert not RequirementRule.objects.exists()


def test_a_hold_point_is_one_of_the_types_own(world, admin):
    kind = factories.work_type(
        world.site,
        "HOLD",
        name="Holding",
        lines=[
            {"key": "stop", "text": "Stop here", "kind": "pass_fail", "hold_point": True},
            {"key": "go", "text": "Go on", "kind": "pass_fail"},
        ],
    )
    form = admin.get(ADD).context["form"]
    assert form.fields["line_key"].choices == [("", "None"), ("Holding", [("stop", "Stop here")])]
    sent = opened(admin, ADD) | CHECK | {"gate": "hold_point", "line_key": "stop", "type": kind.pk}
    look = admin.post(ADD, sent)
    assert admin.post(ADD, sent | looked_at(look)).status_code == 302
    assert RequirementRule.objects.get().line_key == "stop"


def test_a_rule_is_changed_and_who_saw_less_is_told(world, admin, rule):
    sent = opened(admin, page(rule)) | {"what": "Checked twice"}
    rules.change_rule(actor=None, rule_id=rule.pk, waivable_by="hse")

    answer = admin.post(page(rule), sent | {"_save": "1"})
    assert answer.status_code == 422
    assert "Somebody changed this" in answer.text

    look = admin.post(page(rule), sent | {"seen": answer.context["form"].data["seen"]})
    assert look.status_code == 200
    assert admin.post(page(rule), sent | looked_at(look)).status_code == 302
    rule.refresh_from_db()
    # What was there when the form was opened was sent with it, and stands now.
    assert (rule.what, rule.waivable_by) == ("Checked twice", "")


def test_hse_gives_the_mode_and_makes_no_rule(world, hse, rule):
    planned_item(world)
    assert hse.get("/admin/").status_code == 200
    assert rule.what in hse.get(LIST).text
    shown = hse.get(page(rule))
    assert (shown.status_code, 'name="_look"' in shown.text) == (200, False)
    assert hse.get(ADD).status_code == 403
    assert hse.post(page(rule), {"what": "Mine"}).status_code == 403
    assert hse.get(page(rule, "end")).status_code == 403
    for closed in ("worktype", "place", "site"):
        assert hse.get(f"/admin/work/{closed}/").status_code == 403, closed
    version = WorkTypeVersion.objects.get(type=world.mnt)
    assert hse.get(f"/admin/work/worktypeversion/{version.pk}/change/").status_code == 403

    sent = opened(hse, page(rule, "mode")) | {"mode": "enforce"}
    look = hse.post(page(rule, "mode"), sent)
    assert look.context["touches"]["rows"] == [("Planned", [1, 1, 1, 0])]
    rule.refresh_from_db()
    assert rule.mode == "watch"
    for _twice in range(2):
        assert hse.post(page(rule, "mode"), sent | looked_at(look)).status_code == 302
    rule.refresh_from_db()
    assert rule.mode == "enforce"
    event = Event.objects.get(verb="rule_mode", actor=world.hse)
    assert event.data == {"from": "watch", "to": "enforce", "place": None}


def test_a_mode_at_a_place_is_given_and_ended(world, hse, rule):
    planned_item(world)
    sent = opened(hse, page(rule, "mode")) | {"mode": "enforce", "place": "L4"}
    look = hse.post(page(rule, "mode"), sent)
    assert look.context["touches"]["rows"] == [("Planned", [1, 1, 0, 0])]
    sent |= {"place": "L3"}
    look = hse.post(page(rule, "mode"), sent | {"_save": "1", "looked": "enforce@"})
    assert look.context["touches"]["rows"] == [("Planned", [1, 1, 1, 0])]
    assert not RuleMode.objects.exists()
    assert hse.post(page(rule, "mode"), sent | looked_at(look)).status_code == 302
    assert RuleMode.objects.get().place == world.l3
    assert errors(send(hse, page(rule, "mode"), place="nowhere")) == [
        "No place of this site has this code."
    ]

    sent = opened(hse, page(rule, "end-mode")) | {"place": world.l3.pk}
    look = hse.post(page(rule, "end-mode"), sent)
    assert look.context["touches"]["rows"] == [("Planned", [1, 1, 0, 0])]
    assert hse.post(page(rule, "end-mode"), sent | looked_at(look)).status_code == 302
    assert not RuleMode.objects.exists()


def test_who_sets_the_site_up_gives_no_mode(world, admin, rule):
    for what in ("mode", "end-mode"):
        assert admin.get(page(rule, what)).status_code == 403
        assert admin.post(page(rule, what), {"mode": "enforce"}).status_code == 403
    rule.refresh_from_db()
    assert rule.mode == "watch"


def test_a_rule_is_ended(world, admin, rule):
    refused = send(admin, page(rule, "end"), ends_0="2026-01-01", ends_1="10:00")
    assert (refused.status_code, len(errors(refused))) == (422, 1)
    assert send(admin, page(rule, "end")).status_code == 302
    rule.refresh_from_db()
    assert rule.ends is not None
    again = send(admin, page(rule, "end"))
    assert errors(again) == ["This rule has ended already."]


def test_a_rule_that_has_not_begun_is_called_off(world, admin, rule):
    start = {"starts_0": "2099-01-01", "starts_1": "06:00:00"}
    sent = opened(admin, page(rule)) | start
    look = admin.post(page(rule), sent)
    assert admin.post(page(rule), sent | looked_at(look)).status_code == 302
    assert send(admin, page(rule, "end")).status_code == 302
    rule.refresh_from_db()
    assert rule.starts == rule.ends < world.at.replace(year=2099)
    assert "Ended" in admin.get(page(rule)).text
    assert errors(send(admin, page(rule, "end"))) == ["This rule has ended already."]


def test_its_history_says_which_mode_and_where(world, admin, rule):
    rules.set_mode(actor=world.hse, rule_id=rule.pk, mode="warn", place_id=world.l3.pk)
    rules.set_mode(actor=world.hse, rule_id=rule.pk, mode="enforce")
    rules.end_mode(actor=world.hse, rule_id=rule.pk, place_id=world.l3.pk)
    shown = admin.get(page(rule, "history"))
    lines = shown.context["events"]
    assert [line.details for line in lines] == [
        f"the mode of the place above · {world.l3}",
        "Enforce",
        f"Warn: asks why · {world.l3}",
        "",
    ]
    assert shown.text.count(str(lines[0].at.year)) >= 3


def test_what_is_no_number_names_no_rule(world, admin, hse):
    for client in (admin, hse):
        for what in ("mode", "end-mode", "end", "history", "change"):
            for key in ("abc", "9" * 30, "0"):
                assert client.get(f"{LIST}{key}/{what}/").status_code in (403, 404), (what, key)


def test_of_another_site_no_rule_is_found(world, nrd, other, rule):
    version = WorkTypeVersion.objects.get(type=world.mnt)
    assert rule.what not in other.get(LIST).text
    assert other.get(page(rule)).status_code == 404
    assert other.post(page(rule), CHECK).status_code == 404
    for what in ("mode", "end-mode", "end"):
        assert other.get(page(rule, what)).status_code == 403
    assert other.get(page(rule, "history")).status_code == 404
    sent = opened(other, ADD) | CHECK
    form = other.get(ADD).context["form"]
    assert [str(each) for each in form.fields["type"].queryset] == [nrd.mnt.name]
    for name, value in (("type", version.type_id), ("site", world.site.pk)):
        assert list(other.post(ADD, sent | {name: value}).context["form"].errors) == [name]
    # A place is found by the admin of its own site alone.
    assert list(other.post(ADD, sent | {"place": world.l3.pk}).context["form"].errors) == ["place"]


def test_who_has_the_role_hse_no_longer_opens_nothing(world):
    from work.services import people

    person = factories.person(world.site, Role.HSE, username="once hse")
    assert person.is_staff
    people.end_role(actor=None, membership_id=person.memberships.get().pk)
    person.refresh_from_db()
    assert not person.is_staff


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_queries_for_one_rule_as_for_thirty(world, admin, django_assert_num_queries, count):
    for each in range(count):
        factories.rule(world.site, f"r{each}", type_id=world.mnt.pk, place_id=world.l3.pk)
    admin.get(LIST)
    with django_assert_num_queries(8):
        assert admin.get(LIST).text.count("Checked by HSE") >= count


def test_what_would_have_stopped_is_told_by_rule(world, admin, hse):
    import time_machine

    from work.services import execution

    factories.rule(world.site, "watching", mode="watch", at=world.at)
    item = planned_item(world)
    execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    with time_machine.travel(world.t(60), tick=False):
        for client in (signed_in(world.site_admin), signed_in(world.hse)):
            shown = client.get(f"{LIST}would-have-stopped/")
            (line,) = shown.context["lines"]
            assert (line.count, line.gates, line.clears) == (
                1,
                [("before start", 1)],
                [("HSE", 1)],
            )
            assert line.items == [(f"W-{item.number}", f"/s/hvk/work/W-{item.number}/")]
