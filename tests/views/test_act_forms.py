"""The pages of an act's form: what they choose from, and how little they ask of the database."""

import pytest

from tests import factories
from tests.views.conftest import page_of
from work.services import blockers, holds, people, proof, requirements
from work.states import BlockerKind, Gate, Role

# session, user, scope, site, item, requirements, blockers, lines, criteria, names
_ALONE = 9
_FORMS = {
    "plan": _ALONE + 1,  # choices
    "edit": _ALONE + 1,
    "assign": _ALONE + 1,
    "raise-blocker": _ALONE + 1,
    "require": _ALONE,
    "criterion": _ALONE,
    "hold": _ALONE,
    "cancel": _ALONE,
    "comment": _ALONE,
    "evidence": _ALONE,
}


def _much(world, item, count):
    """So many of everything around an item, and of everything to choose from."""
    given = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    for n in range(count):
        requirements.require(
            **given,
            gate=Gate.START,
            kind=BlockerKind.DECISION,
            supplier="work.check",
            params={"role": Role.HSE},
            what=f"Check {n}",
        )
        blockers.raise_(**given, kind=BlockerKind.PLANT, what=f"Line runs {n}")
        proof.add_criterion(**given, text=f"Criterion {n}")
        factories.requested_item(world, parent_id=item.pk, by=world.planner)
        holds.place(
            **given | {"actor": world.shift_lead}, kind="restart", place_id=world.l3.pk, why="Held"
        )
        factories.person(world.site, Role.PLANNER, name=f"Person {n:02}")
        factories.company(world.site, f"co-{n}", f"Company {n:02}")


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_form_do_not_grow(world, sign_in, django_assert_num_queries, count):
    item = factories.planned_item(world)
    _much(world, item, count)
    visitor = sign_in(world.shift_lead)
    visitor.see(item)
    for verb, queries in _FORMS.items():
        with django_assert_num_queries(queries):
            page = visitor.get(f"{page_of(item)}{verb}/")
        assert page.status_code == 200, verb
        assert "<form" in page.text, verb


def test_choices_are_in_order_and_each_once(world, sign_in):
    factories.person(world.site, Role.PLANNER, name="Anna")
    twice = factories.person(world.site, Role.SUPERVISOR, name="Bart")
    factories.work_type(world.site, "A", name="Alarm")
    item = factories.requested_item(world)
    people.grant_role(
        actor=None, at=world.at, user_id=twice.pk, site_id=world.site.pk, role=Role.PLANNER
    )
    assert world.welder.company == world.lasteam
    form = sign_in(world.planner).get(f"{page_of(item)}plan/").context["act"].form
    assert [name for _pk, name in form.fields["executors"].choices] == [
        "Anna",
        "Bart",
        "Operator",
        "Planner",
        "Second lead",
        "Shift lead",
        "Supervisor",
        "Welder (LasTeam BV)",
    ]
    _none, (_posts, posts), (_people, owners) = form.fields["owner"].choices
    assert [name for _key, name in posts] == ["Shift lead, Packaging", "Supervisor, site"]
    assert "Welder" not in str(owners)
    assert [name for _key, name in form.fields["team"].choices][1:] == [
        "Hydrex Cleaning",
        "LasTeam BV",
    ]
    assert [name for _pk, name in form.fields["type"].choices] == ["Alarm", world.mnt.name]
