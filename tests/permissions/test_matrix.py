"""Every address, every role, both methods: the exact code; refused, nothing changed."""

import functools
import os
import uuid
from pathlib import Path

import pytest
import time_machine
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import RequestFactory

from tests import factories, standing
from tests.factories import World, make_world, second_site
from tests.factories import documents as papers
from tests.factories.every import every_record
from tests.factories.kept import built_once
from tests.factories.world import SecondSite
from tests.permissions import competence, isolations, permits
from tests.permissions.admin import (
    ADMIN,
    DOOR,
    NOT_THERE,
    STAFF,
    admin_codes,
    models,
    page_names,
    pages,
)
from tests.permissions.people import ANONYMOUS, OUTSIDERS, everybody, signed_in, visit
from tests.permissions.registry import addresses
from tests.permissions.table import MAY, ROWS, Scene, act_codes
from tests.views.cases import CASES, seen_of
from tests.views.test_evidence_files import photo
from tests.work.outcomes import rolled_back, snapshot
from vinkey import health
from work.models import Event, User, WorkItem
from work.services import files, imports, proof, sheets, views
from work.services.import_ import uploads
from work.states import Role

# What any request may leave behind: who is signed in, and the attempt itself.
_LEFT = ("django_session", "work_event", "pghistory_context", "axes_accesslog")


@built_once
def two_sites() -> tuple[World, SecondSite, dict[str, User | None]]:
    """hvk, nrd, and a person for each column of the matrix."""
    hvk, other = make_world(), second_site()
    competence.stand(hvk)
    with time_machine.travel(hvk.at, tick=False):
        people = everybody(hvk, other)
    competence.foreman(people[Role.CONTRACTOR])
    return hvk, other, people


@built_once
def staged() -> tuple[World, SecondSite, dict[str, User | None], Scene]:
    """The same, and what the addresses point at."""
    hvk, other, people = two_sites()
    with time_machine.travel(hvk.at, tick=False):
        return hvk, other, people, _scene(hvk)


@built_once
def recorded() -> tuple[World, SecondSite, dict[str, User | None], Scene, dict[str, Model]]:
    """The same, and a record of every model that has pages in the admin."""
    hvk, other, people, scene = staged()
    with time_machine.travel(hvk.at, tick=False):
        return hvk, other, people, scene, every_record(hvk)


@pytest.fixture
def stand(db, request, settings):
    settings.MEDIA_ROOT = Path(os.environ["VINKEY_DATA"]) / "matrix"
    if "records" in request.fixturenames:
        return recorded()
    return staged() if "scene" in request.fixturenames else two_sites()


@pytest.fixture
def world(stand):
    return stand[0]


@pytest.fixture
def nrd(stand):
    return stand[1]


@pytest.fixture
def clock(world):
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def people(clock, stand):
    return stand[2]


def own(world, item: WorkItem) -> WorkItem:
    """Make the item one of the contractor's own company."""
    WorkItem.objects.filter(pk=item.pk).update(team=world.lasteam)
    item.refresh_from_db()
    return item


@pytest.fixture
def scene(clock, stand):
    return stand[3]


@pytest.fixture
def records(clock, stand):
    return stand[4]


def _scene(world: World) -> Scene:
    item = own(world, factories.live_item(world))
    blob = files.store([photo()], at=world.at)
    kept = proof.attach(
        actor=world.technician, at=world.at, item_id=item.pk, kind="photo", blob=blob, name="p.png"
    )
    orders = uploads.keep([b"id\nA\n"], "a.csv")
    run = imports.make(actor=None, site_id=world.site.pk, kind="places", files=[orders])
    running = {"name": "Running", "query": "status=live", "shared": True}
    view = views.save(actor=world.planner, at=world.at, site_id=world.site.pk, **running)
    brought = {"name": "back.csv", "rows": [], "found": {}}
    document = papers.document(world)
    papers.in_force(world, document, "4")
    papers.applies(world, document)
    isolations.scene(world, permits.scene(world))
    sheet = sheets.make(actor=world.planner, at=world.at, site_id=world.site.pk, **brought)
    return Scene(world, item, kept.pk, run.pk, view.pk, sheet.pk)


@functools.cache
def _tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name not in _LEFT]


def counted() -> dict[str, int]:
    """How many rows each table has."""
    tables = _tables()
    with connection.cursor() as cursor:
        counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in tables)
        standing.execute(cursor, "counted", f"SELECT {counts}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _admin(name: str) -> bool:
    return name.startswith("admin")


def test_every_address_has_a_row():
    named = {name for name in addresses() if not _admin(name)}
    assert named == set(ROWS) | {"work:item_act"}


def _answered(answer) -> int:
    """The code; an answer that streams is read to its end, which closes it."""
    if answer.streaming:
        assert list(answer.streaming_content)
    return answer.status_code


@pytest.mark.parametrize("name", ROWS)
def test_get(people, scene, name, monkeypatch):
    monkeypatch.setattr(health, "CHECKS", {})
    row = ROWS[name]
    found = {who: _answered(visit(person, "get", row.url(scene))) for who, person in people.items()}
    assert found == row.get


@pytest.mark.parametrize("name", ROWS)
def test_post(people, scene, name, monkeypatch):
    monkeypatch.setattr(health, "CHECKS", {})
    row, found = ROWS[name], {}
    before = (counted(), snapshot(scene.item))
    for who, person in people.items():
        with rolled_back():
            found[who] = visit(person, "post", row.url(scene), row.data(scene)).status_code
            if found[who] >= 400 or who == ANONYMOUS:
                assert (counted(), snapshot(scene.item)) == before, who
    assert found == row.post


@pytest.mark.parametrize("verb", MAY)
def test_act(people, world, verb):
    """POST of the whole form and GET of its page, on an item of the contractor's own company."""
    case = CASES[verb]
    item = own(world, case.make(world))
    of, url = case.of(item), f"/s/hvk/work/W-{item.number}/{verb}/"
    url += f"?of={of}" if of is not None else ""
    posted, asked = {}, {}
    for who, person in people.items():
        browser = signed_in(person)
        asked[who] = browser.get(url).status_code
        known = {"act": str(uuid.uuid4()), "seen": seen_of(verb, item)} | case.typed(world, item)
        before = (counted(), snapshot(item))
        with rolled_back():
            told = Event.objects.count()
            answer = browser.post(url, known)
            posted[who] = answer.status_code
            if posted[who] >= 400 or who == ANONYMOUS:
                assert (counted(), snapshot(item)) == before, who
                # The attempt is kept, also where what was chosen is no choice of this person.
                kept = Event.objects.count() - told
                assert kept == (1 if posted[who] == 403 else 0), who
    assert asked == act_codes(verb, 200)
    assert posted == act_codes(verb, 303)


def test_nothing_of_a_site_is_found_through_another(people, scene, nrd):
    """The item, the file, the view and the place of hvk do not stand under nrd."""
    item, file = f"work/W-{scene.item.number}/", f"evidence/{scene.evidence}/"
    for path in (item, file, f"views/{scene.view}/", "places/L3/", "assets/PUMP-0301/"):
        for who in OUTSIDERS:
            answer = visit(people[who], "get", f"/s/nrd/{path}")
            assert _answered(answer) == 404, (who, path)


def _seen_by(person):
    request = RequestFactory().get("/admin/")
    request.user = person
    return request


def test_every_address_of_the_admin_has_a_row_and_every_staff_is_known(people):
    assert set(ADMIN) | page_names() == {name for name in addresses() if _admin(name)}
    staff = {who for who, person in people.items() if person and person.is_staff}
    assert staff == set(STAFF)


def test_the_admin_of_who_sets_modes_alone_has_no_other_page(people):
    """The rules, where they have a page."""
    shown = admin.site.get_app_list(_seen_by(people["hse"]))
    names = {page["object_name"] for group in shown for page in group["models"]}
    assert names <= {"RequirementRule"}


@pytest.mark.parametrize("of", models())
def test_every_page_of_a_record_in_the_admin(people, records, of):
    """Each address of its pages, for a record of hvk; refused, nothing changed."""
    rows = pages(of, records)
    # Who is not staff goes no further than the door, whatever the page.
    clients = {who: signed_in(people[who]) for who in (ANONYMOUS, "viewer", *STAFF)}
    before, wrong = counted(), {}
    for name, row in rows.items():
        for method, staff in (("get", row.get), ("post", row.post)):
            expected = admin_codes({who: people[who] for who in clients}, staff)
            for who, client in clients.items():
                with rolled_back():
                    code = getattr(client, method)(row.url).status_code
                    if method == "post" and (code >= 400 or who not in STAFF):
                        assert counted() == before, (name, who)
                if code != expected[who]:
                    wrong[name, method, who] = (code, expected[who])
    assert wrong == {}


@pytest.mark.parametrize("name", ADMIN)
def test_admin(people, scene, name):
    """Exact codes for staff; everybody else gets to its door and no further."""
    url, *allowed = ADMIN[name]
    before = counted()
    for method, code in zip(("get", "post"), allowed, strict=True):
        found = {}
        for who, person in people.items():
            with rolled_back():
                answer = visit(person, method, url)
                found[who] = answer.status_code
                assert counted() == before, who
            if who == ANONYMOUS or not person.is_staff:
                assert answer.get("Location", DOOR).startswith(("/login/", DOOR, "/admin/")), who
        assert found == admin_codes(people, code, door=url == DOOR), method


@pytest.mark.parametrize("url", NOT_THERE)
def test_the_admin_has_nothing_of_a_library_and_no_way_past_us(people, url):
    for method in ("get", "post"):
        before = counted()
        assert visit(people["superuser without a role"], method, url).status_code == 404
        assert counted() == before


def test_the_admin_leads_to_no_record(people, scene):
    for kind in ContentType.objects.values_list("pk", flat=True):
        answer = visit(people["site_admin"], "get", f"/admin/r/{kind}/1/")
        assert answer.status_code == 404, kind
