"""The people round an item: who clears it is a call away, and who is named in a note is told."""

from tests import factories
from tests.ui.markup import Markup
from work.models import User
from work.services import blockers, people


def _people_of(visitor, item, **asked) -> list[str]:
    answer = visitor.get(f"/s/hvk/work/W-{item.number}/people/", **asked)
    assert answer.status_code == 200
    return [tag.attrs["data-value"] for tag in Markup(answer.text).all("li")]


def test_who_clears_is_a_call_away(world, sign_in):
    for person, number in ((world.planner, "+31 6-2105 (els)"), (world.shift_lead, "2117")):
        people.change_person(actor=world.site_admin, at=world.at, user_id=person.pk, phone=number)
    people.change_person(actor=world.site_admin, at=world.at, user_id=world.hse.pk, phone="none")
    item = factories.live_item(world)
    for clears in (
        f"user:{world.planner.pk}",
        f"post:{world.lead_post.pk}",
        f"user:{world.hse.pk}",
    ):
        given = {"kind": "material", "what": "Guard switch", "clears": clears}
        blockers.raise_(actor=world.technician, at=world.at, item_id=item.pk, **given)

    page = Markup(sign_in(world.technician).see(item).text)
    rows = [tag for tag in page.all("li") if tag.attrs.get("id", "").startswith("blocker-")]
    calls = [
        [(tag.attrs["href"], tag.text) for tag in row.inside if tag.attrs.get("class") == "call"]
        for row in rows
    ]
    assert calls == [
        [("tel:+3162105", f"Call {world.planner.name}: +31 6-2105 (els)")],
        [("tel:2117", f"Call Shift lead, Packaging ({world.shift_lead.name}): 2117")],
        [],
    ]
    assert "none" in rows[2].text

    # A guest reads whoever of the site it is, without a phone; of other companies nobody.
    plan = {"executor_ids": [world.welder.pk], "team_id": world.lasteam.pk}
    item = factories.live_item(world, plan=plan)
    for person in (world.planner, world.contractor, world.other_contractor):
        given = {"kind": "material", "what": "Guard switch", "clears": f"user:{person.pk}"}
        blockers.raise_(actor=world.supervisor, at=world.at, item_id=item.pk, **given)
        people.change_person(actor=world.site_admin, at=world.at, user_id=person.pk, phone="2106")
    answer = sign_in(world.welder).see(item)
    rows = answer.context["blockers"]
    assert [(row["who_text"], row["who_phone"]) for row in rows] == [
        (world.planner.name, ""),
        (world.contractor.name, "2106"),
        ("Somebody of another company", ""),
    ]
    assert world.other_contractor.name not in answer.text


def test_who_is_named_is_told_and_the_words_stay_words(world, sign_in, django_assert_num_queries):
    item, told = factories.planned_item(world), world.technician
    User.objects.filter(pk=told.pk).update(name="Jo <b>& Co")
    writer = sign_in(world.operator)
    # session, user, scope, site, item, people
    with django_assert_num_queries(6):
        assert _people_of(writer, item, q="jo") == ["Jo <b>& Co"]
    answer = writer.act(item, "comment", text="<i>Ask</i> @Jo <b>& Co, please", htmx=True)
    assert answer.status_code == 200
    assert "&lt;i&gt;Ask&lt;/i&gt; <b>@Jo &lt;b&gt;&amp; Co</b>, please" in answer.text

    home = sign_in(told).get("/").text
    assert f"{world.operator.name} named you in a note" in home
    assert f'href="/s/hvk/work/W-{item.number}/"' in home
    assert "named you" not in writer.get("/").text


def test_only_people_who_may_see_it_are_offered_to_who_may_write(world, nrd, sign_in):
    item = factories.planned_item(world)
    writer = sign_in(world.operator)
    assert _people_of(writer, item, q="Sup") == [world.supervisor.name]
    assert _people_of(writer, item, q="lead") == [world.second_lead.name, world.shift_lead.name]
    for nothing in (nrd.supervisor.name, world.contractor.name, "%", "\x00%"):
        assert _people_of(writer, item, q=nothing) == []
    url = f"/s/hvk/work/W-{item.number}/people/"
    assert sign_in(world.viewer).get(url, q="s").status_code == 403
    assert sign_in(world.contractor).get(url, q="s").status_code == 404
    assert writer.get("/s/hvk/work/W-999/people/").status_code == 404


def test_what_stands_in_no_row_is_missing_with_the_way_to_its_form(world, sign_in):
    field = {"key": "waste", "label": "Waste", "kind": "text", "required_at": "complete"}
    kind = factories.work_type(world.site, "FIELDED", fields=[field])
    item = factories.live_item(world, type_id=kind.pk)
    path = f"/s/hvk/work/W-{item.number}/edit/"

    def missing(person):
        page = Markup(sign_in(person).see(item).text)
        return [tag.attrs["href"] for tag in page.by_id("closure").inside if tag.name == "a"]

    assert missing(world.planner)[0] == f"{path}#act-edit-f.waste"
    assert Markup(sign_in(world.planner).get(path).text).by_id("act-edit-f.waste") is not None
    # Whose it is not to edit is told what is missing, and led nowhere.
    assert [url for url in missing(world.technician) if "edit" in url] == []
