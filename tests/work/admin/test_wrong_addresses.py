"""No address of the admin fails, whatever somebody writes into it: it answers, or says 400."""

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

WRONG = ["\x00", "abc", "-1", "99999999999999999999", "1,2", "'", "%", "è"]


def _lists():
    for model, page in django_admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        yield reverse(name), page


def _filters(page):
    for each in page.list_filter:
        if isinstance(each, (tuple, list)):
            yield from (f"{each[0]}__id__exact", f"{each[0]}__isnull")
        elif isinstance(each, str):
            yield from (f"{each}__exact", f"{each}__in")
        else:
            yield each.parameter_name


@pytest.mark.parametrize("typed", WRONG)
def test_no_list_fails(world, admin, typed):
    """Each word in every field that a list has alone; what all lists know meets each word once."""
    for number, (url, page) in enumerate(_lists()):
        known = ("o", "p", "e", "all", "_to_field", "_popup")
        turn = [name for at, name in enumerate(known, number) if WRONG[at % len(WRONG)] == typed]
        for name in ("q", *turn, *_filters(page)):
            answer = admin.get(url, {name: typed})
            assert answer.status_code in (200, 302, 400), (url, name, answer.status_code)


@pytest.mark.parametrize("typed", WRONG)
def test_no_search_fails(world, admin, typed):
    found, wrong = (400, 400) if typed == "\x00" else (200, 403)
    assert admin.get("/admin/search/", {"s": typed}).status_code == found
    given = {"app_label": "work", "model_name": "membership", "field_name": "user"}
    assert admin.get("/admin/autocomplete/", given | {"term": typed}).status_code == found
    for name in given:
        assert admin.get("/admin/autocomplete/", given | {name: typed}).status_code == wrong
    assert admin.get("/admin/autocomplete/", given | {"page": typed}).status_code in (found, 404)


@pytest.mark.parametrize("typed", [*WRONG, "1/../2", "_3F"])
def test_no_page_of_a_record_fails(world, admin, typed):
    for name in ("user", "membership", "place", "shift", "asset", "post"):
        for tail in ("change", "history"):
            url = reverse(f"admin:work_{name}_{tail}", args=[typed])
            assert admin.get(url).status_code in (302, 404), url
    for step in ("leave", "come_back", "sign_in", "no_sign_in"):
        url = reverse(f"admin:work_user_{step}", args=[typed])
        for method in (admin.get, admin.post):
            assert method(url).status_code in (403, 404), url
    page = admin.get(f"/admin/work/place/{world.l3.pk}/history/", {"before": typed})
    assert page.status_code == (400 if typed == "\x00" else 200)
