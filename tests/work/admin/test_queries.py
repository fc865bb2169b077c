"""Every list and every record's page asks as much of the database for many rows as for one."""

from django.contrib import admin as django_admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.every import every_record

# What a list asks at most; of that session, person, roles, sites and zone.
LIST, PAGE = 14, 20


def _asked(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(caught)


def _counts(client, records) -> dict[str, int]:
    found = {}
    for model in django_admin.site._registry:
        stem = f"admin:{model._meta.label_lower.replace('.', '_')}"
        found[f"{stem} list"] = _asked(client, reverse(f"{stem}_changelist"))
        pk = records[model._meta.model_name].pk
        found[f"{stem} page"] = _asked(client, reverse(f"{stem}_change", args=[pk]))
    return found


def test_no_page_asks_for_each_row(world, admin):
    first = every_record(world)
    _counts(admin, first)
    one = _counts(admin, first)

    for number in range(30):
        every_record(world, f"more{number}")

    assert _counts(admin, first) == one
    assert {name: asked for name, asked in one.items() if asked > LIST and "list" in name} == {}
    assert {name: asked for name, asked in one.items() if asked > PAGE} == {}


def test_work_and_history_are_never_counted(world, admin):
    every_record(world)
    for name in ("workitem", "event"):
        url = f"/admin/work/{name}/"
        for query in ("", "?p=2", "?q=1", "?at=1", "?q=Zwarte"):
            with CaptureQueriesContext(connection) as caught:
                assert admin.get(url + query).status_code == 200
            assert not [row for row in caught.captured_queries if "COUNT(" in row["sql"].upper()]
    # Nobody turns pages for ever: what lies further back is asked for.
    assert admin.get("/admin/work/workitem/?p=101").status_code == 302
