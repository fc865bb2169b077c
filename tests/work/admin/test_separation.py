"""An administrator of nrd finds nothing of hvk on any page of the admin, whatever is registered."""

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from tests.factories.every import WORD, every_record
from tests.work.admin.forms import form_in
from work.models import User

# Found by another word than the rest.
SEARCHED = {"site": "Havenkade"}


@pytest.fixture
def records(world):
    return every_record(world)


def _pages():
    return dict(django_admin.site._registry)


def _name(model) -> str:
    return model._meta.model_name


def _url(model, what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{_name(model)}_{what}", args=args)


def _seen(person) -> dict[type, set[int]]:
    """The keys of the rows that each page has for a person."""
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=person.pk)
    return {
        model: set(page.get_queryset(request).values_list("pk", flat=True))
        for model, page in _pages().items()
    }


@pytest.fixture
def theirs(world, records):
    """The rows of hvk, by model: a page without one proves nothing."""
    seen = _seen(world.site_admin)
    for model in _pages():
        assert _name(model) in records, f"give {_name(model)} a record in factories/every.py"
        assert records[_name(model)].pk in seen[model], model
    return seen


def _person(client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_no_page_has_a_row_of_another_site(theirs, other):
    mine = _seen(_person(other))
    for model in _pages():
        assert not mine[model] & theirs[model], model


def test_lists_filters_and_searches_show_nothing(theirs, records, admin, other):
    for model, page in _pages().items():
        url = _url(model, "changelist")
        for query in ("", f"?q={WORD}", *_filters(model, page, records)):
            answer = other.get(url + query)
            # A filter by what is no choice is an error of the address, and leads to the list.
            assert answer.status_code in (200, 302), (url, query)
            # What was typed comes back in the box and the addresses of a search.
            assert WORD not in answer.text or query.startswith("?q="), (url, query)
            for pk in theirs[model]:
                assert f"/{_name(model)}/{pk}/" not in answer.text, (url, query)
        own = admin.get(url)
        assert own.status_code == 200
        assert f"/{_name(model)}/{records[_name(model)].pk}/" in own.text, url


def _filters(model, page, records):
    """Each filter of a list, set by hand to a record of hvk."""
    for each in page.list_filter:
        if isinstance(each, (tuple, list)):
            field = model
            for part in each[0].split("__"):
                field = (field._meta if isinstance(field, type) else _to(field)._meta).get_field(
                    part
                )
            yield f"?{each[0]}__id__exact={records[_name(_to(field))].pk}"
        elif isinstance(each, type):
            for of in ("site", "worktype"):
                yield f"?{each.parameter_name}={records[of].pk}"


def _to(field):
    return field.remote_field.model


def test_no_column_is_asked_by_the_address(world, admin):
    request = RequestFactory().get("/admin/")
    request.user = world.site_admin
    for page in _pages().values():
        for field in page.model._meta.concrete_fields:
            for tail in ("startswith", "regex", "gt", "site__slug", "user__password"):
                assert not page.lookup_allowed(f"{field.name}__{tail}", "1", request), field
    answer = admin.get("/admin/work/user/", {"password__startswith": "pbkdf2"})
    assert answer.status_code == 400


def test_no_form_offers_a_choice_of_another_site(theirs, other):
    asked = 0
    for model in _pages():
        answer = other.get(_url(model, "add"))
        if answer.status_code == 403:
            continue
        assert WORD not in answer.text, model
        for name, field in form_in(answer).fields.items():
            if not isinstance(field, ModelChoiceField):
                continue
            asked += 1
            offered = set(field.queryset.values_list("pk", flat=True))
            of = field.queryset.model
            assert of in theirs or not offered, (model, name)
            assert not offered & theirs.get(of, set()), (model, name)
    assert asked >= 15


def test_no_autocomplete_finds_anything(theirs, other, admin):
    """By every field of every model that leads to a record of a page."""
    asked, found = 0, set()
    for model, field in _leading_to(theirs):
        to, url = _to(field), reverse("admin:autocomplete")
        given = {
            "app_label": model._meta.app_label,
            "model_name": _name(model),
            "field_name": field.name,
            "term": WORD if to in found else "",
        }
        answer = other.get(url, given)
        if answer.status_code != 200:
            assert answer.status_code in (403, 404)
            continue
        asked += 1
        assert not {int(row["id"]) for row in answer.json()["results"]} & theirs[to], given
        if to not in found:
            # The same question is answered to who may know.
            own = admin.get(url, given | {"term": SEARCHED.get(_name(to), WORD)}).json()["results"]
            assert {int(row["id"]) for row in own} & theirs[to], given
            found.add(to)
    assert asked >= 50
    assert len(found) >= 8


def _leading_to(models):
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if getattr(getattr(field, "remote_field", None), "model", None) in models:
                yield model, field


def test_no_record_page_history_or_step_opens(theirs, records, other):
    before = _seen(_person(other))
    for model, page in _pages().items():
        record = records[_name(model)]
        tails = ["change", "history", "delete"]
        for tail in (*tails, *page._extract_action_names(page.actions_detail)):
            url = _url(model, tail, record.pk)
            for method in (other.get, other.post):
                answer = method(url, {})
                assert answer.status_code in (403, 404), (url, method)
                assert WORD not in answer.text
    assert _seen(_person(other)) == before


def test_the_search_of_all_finds_own_records_alone(theirs, records, admin, other):
    assert "/change/" not in other.get("/admin/search/", {"s": WORD}).text
    own = admin.get("/admin/search/", {"s": WORD}).text
    for name in ("place", "user", "team", "post", "asset", "assetclass", "workitem"):
        assert f"/admin/work/{name}/{records[name].pk}/change/" in own, name


def test_what_is_found_is_found_no_more_once_the_role_has_ended(records, world, admin):
    from work.services import people

    url = "/admin/search/"
    assert "/change/" in admin.get(url, {"s": WORD}).text
    role = world.site_admin.memberships.get()
    people.end_role(actor=None, membership_id=role.pk)
    assert "/change/" not in admin.get(url, {"s": WORD}).text


def test_no_value_of_a_form_names_a_record_of_another_site(theirs, records, other):
    """Posted by hand: each field that names a record, with one of hvk."""
    for model in _pages():
        url = _url(model, "add")
        opened = other.get(url)
        if opened.status_code == 403:
            continue
        before = model._default_manager.count()
        for name, field in form_in(opened).fields.items():
            if isinstance(field, ModelChoiceField) and field.queryset.model in theirs:
                foreign = records[_name(field.queryset.model)].pk
                form = form_in(other.post(url, {name: foreign}))
                assert "Select a valid choice." in str(form.errors[name]), (model, name)
        assert model._default_manager.count() == before
