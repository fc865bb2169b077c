"""People, their roles, teams and posts, as an administrator sets them."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory
from django.utils import timezone

from tests import factories
from tests.work.admin.forms import BACKEND, errors, form_in, opened, send
from work.models import Act, Duty, Event, Membership, PostHolder, Shift, TeamMember, User
from work.permissions import scope
from work.services import people, posts, teams
from work.states import Role

WORD = "correct horse staple"


def _new(client, **typed):
    return send(client, "/admin/work/user/add/", **typed)


def test_a_person_is_made_with_the_first_role_and_team_once(world, admin):
    crew = teams.create_team(
        actor=None, site_id=world.site.pk, code="A", name="Crew A", kind="crew"
    )
    typed = opened(admin, "/admin/work/user/add/") | {
        "name": "Eva de Wit",
        "role": "operator",
        "place": world.packaging.pk,
        "team": crew.pk,
    }

    for _twice in range(2):
        answer = admin.post("/admin/work/user/add/", typed)
        assert answer.status_code == 302, errors(answer)

    person = User.objects.get(name="Eva de Wit")
    assert answer["Location"] == f"/admin/work/user/{person.pk}/change/"
    assert (person.username, person.has_usable_password(), person.is_staff) == (None, False, False)
    role = Membership.objects.get(user=person)
    assert (role.site, role.role, role.place) == (world.site, "operator", world.packaging)
    assert TeamMember.objects.get(user=person).team == crew
    verbs = Event.objects.filter(act=typed["act"]).values_list("verb", "site__slug")
    assert list(verbs.order_by("pk")) == [
        ("created", "hvk"),
        ("role_granted", "hvk"),
        ("member_added", "hvk"),
    ]


def test_a_contractor_is_made_with_the_company(world, admin):
    refused = _new(admin, name="Kees", role="contractor")
    assert errors(refused) == ["The role of contractor is for people of a company, and names it."]
    assert not User.objects.filter(name="Kees").exists()

    assert _new(admin, name="Kees", role="contractor", company=world.lasteam.pk).status_code == 302

    person = User.objects.get(name="Kees")
    assert person.company == world.lasteam
    assert Membership.objects.get(user=person).company == world.lasteam


@pytest.mark.parametrize("field", ["site", "place", "company", "team"])
def test_what_is_of_another_site_is_no_choice_for_a_new_person(world, nrd, other, field):
    crew = teams.create_team(actor=None, site_id=world.site.pk, code="A", name="A", kind="crew")
    foreign = {
        "site": world.site,
        "place": world.l3,
        "company": world.lasteam,
        "team": crew,
    }[field]
    before = User.objects.count()

    answer = _new(other, name="X", role="operator", **{field: foreign.pk})

    assert "Select a valid choice." in errors(answer)[0]
    assert User.objects.count() == before


def test_a_sign_in_is_given_by_a_link_and_taken_away(world, admin):
    person = world.operator
    url = f"/admin/work/user/{person.pk}/sign-in/"
    taken = send(admin, url, username="supervisor")
    assert errors(taken) == ["The sign-in name supervisor is in use already."]
    signed_in = Client()
    signed_in.force_login(person, backend=BACKEND)
    typed = opened(admin, url) | {"username": "eva"}

    first, again = (admin.post(url, typed) for _ in range(2))

    assert first.status_code == 200
    assert "no-store" in first["Cache-Control"]
    link = first.context["link"]
    assert link.startswith("http://testserver/account/password/choose/?key=")
    assert (link in first.text, again.context["link"]) == (True, link)
    person.refresh_from_db()
    assert (person.username, person.has_usable_password()) == ("eva", False)
    assert signed_in.get("/account/password/").status_code == 302
    event = Event.objects.get(verb="sign_in_given")
    assert (event.site, event.data) == (world.site, {"fields": ["password", "username"]})
    # It is kept nowhere, and on no other page.
    key = link.partition("key=")[2]
    kept = [*Event.objects.values_list("data", flat=True), *Act.objects.values_list("result")]
    assert key not in str(kept)
    for page in (url, f"/admin/work/user/{person.pk}/change/"):
        assert key not in admin.get(page).text

    typed = {"key": key, "password": WORD, "again": WORD}
    assert Client().post("/account/password/choose/", typed).status_code == 302

    assert admin.post(f"/admin/work/user/{person.pk}/no-sign-in/").status_code == 302
    person.refresh_from_db()
    assert (person.username, person.has_usable_password()) == (None, False)
    request = RequestFactory().post("/login/")
    assert authenticate(request, username="eva", password=WORD) is None


def test_a_link_that_was_used_is_not_shown_again(world, admin):
    url = f"/admin/work/user/{world.operator.pk}/sign-in/"
    typed = opened(admin, url)
    key = admin.post(url, typed).context["link"].partition("key=")[2]
    chosen = {"key": key, "password": WORD, "again": WORD}
    assert Client().post("/account/password/choose/", chosen).status_code == 302

    again = admin.post(url, typed)

    assert (again.status_code, again.context["link"]) == (200, "")
    assert "The person has chosen a password by this link already." in again.text
    assert User.objects.get(pk=world.operator.pk).check_password(WORD)


def test_nobody_gives_a_sign_in_to_themselves_or_to_who_is_also_of_another_site(world, nrd, admin):
    own = f"/admin/work/user/{world.site_admin.pk}/sign-in/"
    answer = send(admin, own, username="root")
    assert errors(answer) == ["Nobody does this to themselves: ask another administrator."]
    people.grant_role(
        actor=None, user_id=nrd.supervisor.pk, site_id=world.site.pk, role=Role.VIEWER
    )
    both = f"/admin/work/user/{nrd.supervisor.pk}/"
    before = nrd.supervisor.password
    for answer in (
        send(admin, f"{both}sign-in/", username="nrd"),
        send(admin, f"{both}change/", phone="112"),
    ):
        [said] = errors(answer)
        assert said.startswith("This person also belongs to a site that you do not administer.")
    page = admin.get(f"{both}change/").text
    assert ("Viewer" in page, "Supervisor" in page) == (True, False)
    nrd.supervisor.refresh_from_db()
    assert (nrd.supervisor.password, nrd.supervisor.phone) == (before, "")


def test_a_role_is_given_from_and_until_and_ended(world, admin):
    person = world.operator
    url = "/admin/work/membership/add/"
    asked = f"{url}?user={person.pk}"
    assert opened(admin, asked)["user"] == str(person.pk)
    typed = {"role": "technician", "place": world.l3.pk}
    late = typed | {"ends_0": "2026-01-01", "ends_1": "00:00:00"}
    assert errors(send(admin, asked, **late)) == ["The end must lie after the beginning."]
    assert send(admin, asked, **typed).status_code == 302
    assert errors(send(admin, asked, **typed)) == ["This person has that role there already."]

    role = Membership.objects.get(user=person, role="technician")
    assert (role.site, role.place, role.ends) == (world.site, world.l3, None)
    end = f"/admin/work/membership/{role.pk}/end/"
    past = send(admin, end, ends_0="2020-01-01", ends_1="00:00:00")
    assert past.status_code == 422
    assert admin.post(end, opened(admin, end)).status_code == 302
    role.refresh_from_db()
    assert role.ends is not None
    assert errors(send(admin, end)) == ["This role has ended already."]
    # What has been given is not changed.
    assert (
        admin.post(f"/admin/work/membership/{role.pk}/change/", {"role": "hse"}).status_code == 403
    )


def test_who_opens_the_admin_has_a_role_for_it_of_the_whole_site(world):
    for role, place, opens in (
        (Role.SITE_ADMIN, None, True),
        (Role.HSE, None, True),
        (Role.SITE_ADMIN, world.l3, False),
        (Role.HSE, world.l3, False),
        (Role.SUPERVISOR, None, False),
    ):
        person = factories.person(world.site, role, place=place)
        assert person.is_staff is opens, (role, place)
    hse = factories.person(world.site, Role.HSE)
    people.grant_role(actor=None, user_id=hse.pk, site_id=world.site.pk, role=Role.SITE_ADMIN)
    for role, opens in ((Role.SITE_ADMIN, True), (Role.HSE, False)):
        people.end_role(actor=None, membership_id=hse.memberships.get(role=role).pk)
        hse.refresh_from_db()
        assert hse.is_staff is opens


def test_hse_finds_nobody_and_no_post(world):
    client = Client()
    client.force_login(world.hse, backend=BACKEND)
    for name in ("user", "membership", "post", "team", "place", "site"):
        assert client.get(f"/admin/work/{name}/").status_code == 403, name
    assert client.get("/admin/").status_code == 200


def test_holders_and_the_deputy_of_a_post(world, admin):
    url = f"/admin/work/postholder/add/?post={world.lead_post.pk}"
    assert send(admin, url, user=world.planner.pk, deputy="on").status_code == 302
    assert errors(send(admin, url, user=world.planner.pk)) == [
        "This person is named for the post already."
    ]
    refused = send(admin, url, user=world.contractor.pk)
    assert errors(refused) == ["A contractor cannot hold a post of the site."]
    holder = PostHolder.objects.get(user=world.planner)
    assert (holder.deputy, holder.ends) == (True, None)
    page = admin.get(f"/admin/work/post/{world.lead_post.pk}/change/").text
    for name in (world.planner.name, world.shift_lead.name, world.second_lead.name, "deputy"):
        assert name in page
    end = f"/admin/work/postholder/{holder.pk}/end/"
    assert send(admin, end).status_code == 302
    holder.refresh_from_db()
    assert holder.ends is not None
    duty = Duty.objects.filter(post=world.lead_post).get()
    assert admin.get(f"/admin/work/duty/{duty.pk}/change/").status_code == 200
    for tail in (f"{duty.pk}/change/", "add/"):
        assert admin.post(f"/admin/work/duty/{tail}", {}).status_code == 403


def test_a_post_is_made_and_renamed(world, admin):
    url = "/admin/work/post/add/"
    typed = {"place": world.l3.pk, "code": "ao-l3", "name": "Area owner, L3"}
    assert "Select a valid choice." in errors(send(admin, url, **typed, role="viewer"))[0]
    assert send(admin, url, **typed, role="area_owner").status_code == 302
    assert errors(send(admin, url, **typed, role="area_owner")) == ["This code is in use already."]


def test_members_and_shifts_of_a_crew(world, admin):
    crew = teams.create_team(actor=None, site_id=world.site.pk, code="A", name="A", kind="crew")
    url = f"/admin/work/teammember/add/?team={crew.pk}"
    assert send(admin, url, user=world.operator.pk).status_code == 302
    member = TeamMember.objects.get(team=crew)
    assert errors(send(admin, url, user=world.operator.pk)) == ["This person is in A already."]
    assert send(admin, f"/admin/work/teammember/{member.pk}/end/").status_code == 302
    member.refresh_from_db()
    assert member.ends is not None

    # By the wall clock of the site, also over the night in which it goes back.
    typed = {"crew": crew.pk, "name": "Night", "starts_0": "2026-10-24", "starts_1": "22:00"}
    typed |= {"ends_0": "2026-10-25", "ends_1": "06:00"}
    answer = send(admin, "/admin/work/shift/add/", **typed)
    assert answer.status_code == 302, errors(answer)
    shift = Shift.objects.get()
    assert (shift.ends - shift.starts, str(shift.date)) == (timedelta(hours=9), "2026-10-24")
    # What has been of it is not typed over.
    page = admin.get(f"/admin/work/shift/{shift.pk}/change/")
    assert "starts" not in page.context["adminform"].form.fields
    overlapping = send(admin, "/admin/work/shift/add/", **typed)
    assert errors(overlapping) == ["A has another shift in that time."]
    page = admin.get(f"/admin/work/team/{crew.pk}/change/").text
    assert (world.operator.name in page, "Night" in page) == (True, True)


def test_who_had_a_role_here_and_works_elsewhere_is_found_no_more(world, nrd, admin, other):
    person = factories.person(nrd.site, Role.OPERATOR, name="Wil Zeeman")
    list_url = "/admin/work/user/?q=Zeeman"
    assert (person.name in other.get(list_url).text, person.name in admin.get(list_url).text) == (
        True,
        False,
    )
    people.end_role(actor=None, membership_id=person.memberships.get().pk)
    # Of no site now: still of the one where the person was.
    assert f"/admin/work/user/{person.pk}/change/" in other.get(list_url).text
    people.grant_role(actor=None, user_id=person.pk, site_id=world.site.pk, role=Role.OPERATOR)
    assert f"/admin/work/user/{person.pk}/change/" not in other.get(list_url).text
    assert f"/admin/work/user/{person.pk}/change/" in admin.get(list_url).text
    assert scope(person, timezone.now()).site_ids() == {world.site.pk}


def test_a_shift_is_changed_by_the_clock_of_its_site(world, admin):
    crew = teams.create_team(actor=None, site_id=world.site.pk, code="A", name="A", kind="crew")
    shift = teams.create_shift(
        actor=None,
        crew_id=crew.pk,
        name="Early",
        starts=datetime(2090, 6, 1, 6),  # noqa: DTZ001 -- local wall time
        ends=datetime(2090, 6, 1, 14),  # noqa: DTZ001
    )
    url = f"/admin/work/shift/{shift.pk}/change/"
    form = opened(admin, url)
    assert [form[name] for name in ("starts_0", "starts_1", "ends_1")] == [
        "2090-06-01",
        "06:00:00",
        "14:00:00",
    ]
    for _twice in range(2):
        answer = admin.post(url, form | {"ends_1": "15:00:00"})
        assert answer.status_code == 302, errors(answer)
    shift.refresh_from_db()
    assert (shift.ends - shift.starts, shift.name) == (timedelta(hours=9), "Early")
    assert Event.objects.filter(verb="changed", subject_type="work.shift").count() == 1
    stale = admin.post(url, form | {"ends_1": "16:00:00"})
    assert "Somebody changed this" in errors(stale)[0]
    wrong = send(admin, url, ends_1="05:00:00")
    assert errors(wrong) == ["The end must lie after the beginning."]


def test_a_company_of_another_site_is_not_told(world, nrd, other):
    """Kees works for LasTeam at hvk, and for another company at nrd."""
    theirs = factories.company(nrd.site, name="Their company")
    people.grant_role(
        actor=None,
        user_id=world.welder.pk,
        site_id=nrd.site.pk,
        role=Role.CONTRACTOR,
        company_id=theirs.pk,
    )
    for url in ("/admin/work/user/", f"/admin/work/user/{world.welder.pk}/change/"):
        page = other.get(url).text
        assert (world.welder.name in page, world.lasteam.name in page) == (True, False), url
        assert "of another site" in page
        assert f"company={world.lasteam.pk}" not in page


def test_who_left_and_what_is_out_of_use_is_offered_no_more(world, admin):
    given = {"app_label": "work", "model_name": "postholder"}

    def offered(field: str) -> set[int]:
        answer = admin.get("/admin/autocomplete/", given | {"field_name": field, "term": ""})
        return {int(row["id"]) for row in answer.json()["results"]}

    assert world.operator.pk in offered("user")
    assert world.site_post.pk in offered("post")
    people.deactivate_person(actor=None, user_id=world.operator.pk)
    posts.change_post(actor=None, post_id=world.site_post.pk, is_active=False)
    assert world.operator.pk not in offered("user")
    assert world.site_post.pk not in offered("post")
    # They are in their lists all the same.
    assert world.operator.name in admin.get("/admin/work/user/").text


def test_a_button_pressed_twice_is_no_change_by_somebody_else(world, admin):
    url = f"/admin/work/user/{world.operator.pk}/change/"
    typed = opened(admin, url) | {"phone": "2140"}
    for _twice in range(2):
        answer = admin.post(url, typed)
        assert answer.status_code == 302, errors(answer)
    assert Event.objects.filter(verb="changed").count() == 1


@pytest.mark.parametrize("typed", ["abc", "99999999999999999999", "-1", "1.5", "\x00", " "])
def test_what_is_no_key_is_no_choice(world, admin, typed):
    """In the address of a form, and sent with it."""
    for url, field in (
        ("/admin/work/membership/add/", "user"),
        ("/admin/work/user/add/", "place"),
        ("/admin/work/place/add/", "parent"),
        (f"/admin/work/place/{world.l3.pk}/move/", "parent"),
    ):
        asked = admin.get(url, {field: typed}).status_code
        assert asked == (400 if typed == "\x00" else 200), (url, field)
        sent = opened(admin, url) | {field: typed}
        answer = admin.post(url, sent)
        if typed.strip():
            assert answer.status_code in (200, 422), (url, field)
            assert field in form_in(answer).errors


def test_a_post_that_stays_in_use_says_by_which_work(world, admin):
    item = factories.planned_item(world, what="Grease the belt")
    url = f"/admin/work/post/{world.lead_post.pk}/change/"
    refused = send(admin, url, is_active="")
    assert errors(refused) == ["This post owns 1 open items: name another owner first."]
    for page in (refused, admin.get(url)):
        assert f'href="/s/hvk/work/W-{item.number}/"' in page.text
        assert f"/s/hvk/work/?owner=post:{world.lead_post.pk}" in page.text
    world.lead_post.refresh_from_db()
    assert world.lead_post.is_active
