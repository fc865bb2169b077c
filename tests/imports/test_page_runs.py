"""Imports by the page: the doors that make, try and load them, and the worker that does it."""

import pytest
from django.db import connection

from tests.factories import setup
from tests.imports.files import MAPPINGS, VALHALL
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event, Place, WorkItem
from work.models.imports import ImportRow, ImportRun
from work.services import imports
from work.services.import_ import load as loading
from work.services.import_ import queue, report, uploads
from work.services.import_.faults import FileFault, MappingFault, NotNow
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import
from work.states import Role

pytestmark = pytest.mark.django_db

PLACES = """
kind = "places"
system = "s"
key = "id"
[fields]
name = "id"
kind = { constant = "area" }
"""


class Killed(BaseException):
    """As when the process is killed: nobody catches it."""


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


@pytest.fixture
def admin(site):
    return setup.person(site, Role.SITE_ADMIN, username="ada")


@pytest.fixture
def given(admin):
    return {"actor": admin}


def kept(content: str | bytes, name="a.csv"):
    return uploads.keep([content.encode() if isinstance(content, str) else content], name)


def file(path):
    return uploads.keep([path.read_bytes()], path.name)


@pytest.fixture
def made(site, given):
    """An import of two places that is described and not begun."""
    return imports.make(
        **given,
        site_id=site.pk,
        kind="places",
        files=[kept("id\nA\nB\n")],
        mapping_name="Places",
        mapping_text=PLACES,
    )


@pytest.fixture
def load(given):
    """Try a run, load it, and let the worker do both."""

    def do(run):
        imports.try_(**given, run_id=run.pk)
        assert queue.take_up() == run
        return imports.load(**given, run_id=run.pk)

    return do


def verbs() -> list[str]:
    return list(
        Event.objects.filter(verb__startswith="import_")
        .exclude(verb="import_change")
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_made_tried_and_loaded(made, given, load, admin):
    assert (made.state, made.kind, made.mapping_name) == ("draft", "places", "Places")
    assert queue.take_up() is None  # nobody has started it
    run = load(made)
    made.refresh_from_db()
    assert (made.state, report.counts(made)["new"]) == ("done", 2)
    assert not Place.objects.exists()
    assert (run.state, run.trial, run.dry_run) == ("waiting", made, False)
    assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, report.counts(run)["new"], run.tries) == ("done", 2, 1)
    assert sorted(Place.objects.values_list("code", flat=True)) == ["A", "B"]
    assert queue.take_up() is None
    assert verbs() == [
        "import_made",
        "import_tried",
        "import_done",
        "import_made",
        "import_started",
        "import_done",
    ]
    assert set(Event.objects.filter(verb="import_done").values_list("actor", flat=True)) == {
        admin.pk
    }


def test_the_valhall_files_with_their_joined_ones(site, given, load):
    for kind, first, more in (
        ("places", "assets.csv", []),
        ("work", "workorders.csv", ["workorder2assets.csv", "workitems.csv"]),
    ):
        run = imports.make(
            **given,
            site_id=site.pk,
            kind=kind,
            files=[file(VALHALL / name) for name in (first, *more)],
            mapping_name=kind,
            mapping_text=(MAPPINGS / f"valhall_{kind}.toml").read_text(),
        )
        run = load(run)
        assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, report.counts(run)["new"]) == ("done", 1314)
    assert WorkItem.objects.count() == 1314
    assert run.counts["faults"] == {"no_such_record": 1}


def test_a_file_that_the_mapping_joins_is_asked_for(site, given):
    run = imports.make(
        **given,
        site_id=site.pk,
        kind="work",
        files=[file(VALHALL / "workorders.csv")],
        mapping_name="v",
        mapping_text=(MAPPINGS / "valhall_work.toml").read_text(),
    )
    with pytest.raises(Refused) as caught:
        imports.try_(**given, run_id=run.pk)
    assert [(r.code, r.params["name"]) for r in caught.value.reasons] == [
        ("import_joined_needed", "workorder2assets.csv"),
        ("import_joined_needed", "workitems.csv"),
    ]
    more = [kept("a\n", "WorkOrder2Assets.csv"), kept("b\n", "workitems.csv")]
    run = imports.attach(**given, run_id=run.pk, files=more)
    run = imports.attach(**given, run_id=run.pk, files=[kept("c\n", "workitems.csv")])
    assert [each["name"] for each in run.files] == [
        "workorders.csv",
        "WorkOrder2Assets.csv",
        "workitems.csv",
    ]
    imports.try_(**given, run_id=run.pk)
    assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, run.fault["code"]) == ("refused", "missing_column")
    assert run.fault["file"] == "WorkOrder2Assets.csv"


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_worker_that_is_killed_leaves_a_run_that_the_next_one_ends(
    site, given, load, monkeypatch, where
):
    monkeypatch.setattr(loading, "CHUNK", 10)
    monkeypatch.setattr(loading, "sized", lambda most, _seconds: most)
    codes = [f"P{n:02}" for n in range(35)]
    made = imports.make(
        **given,
        site_id=site.pk,
        kind="places",
        files=[kept("id\n" + "\n".join(codes) + "\n")],
        mapping_name="p",
        mapping_text=PLACES,
    )
    run = load(made)
    real, count = loading.load_chunk, iter(range(1, 100))

    def dying(**given):
        if next(count) < 3:
            return real(**given)
        if where == "after":
            real(**given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(loading, "load_chunk", dying)
        # As it was: `_next` reads CHUNK as its default when it is defined.
        patch.setattr(loading, "_next", lambda run, most=10, _real=loading._next: _real(run, 10))
        with pytest.raises(Killed):
            queue.take_up()
    run.refresh_from_db()
    assert run.state == "loading"
    assert Place.objects.count() == (20 if where == "before" else 30)
    assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, report.counts(run)["new"]) == ("done", 35)
    assert sorted(Place.objects.values_list("code", flat=True)) == codes
    assert not ImportRow.objects.filter(run=run).exists()


def test_a_run_that_kills_every_worker_fails_and_may_go_on(made, given, load, monkeypatch):
    run = load(made)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "carry_out", lambda *_given: (_ for _ in ()).throw(Killed()))
        for _time in range(queue.MAX_TRIES):
            with pytest.raises(Killed):
                queue.take_up()
        assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, run.fault["code"]) == ("failed", "tried_out")
    assert queue.take_up() is None
    run = imports.go_on(**given, run_id=run.pk)
    assert (run.state, run.tries, run.fault, run.ended_at) == ("waiting", 0, None, None)
    assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, Place.objects.count()) == ("done", 2)


def test_what_nobody_foresaw_fails_and_is_kept(made, given, load, monkeypatch, caplog):
    run = load(made)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "carry_out", lambda *_given: 1 / 0)
        assert queue.take_up() == run
    run.refresh_from_db()
    assert (run.state, run.fault["code"]) == ("failed", "broke_off")
    assert f"import {run.pk} failed" in caplog.text
    with pytest.raises(Refused) as caught:
        imports.load(**given, run_id=made.pk)
    assert [reason.code for reason in caught.value.reasons] == ["import_loaded"]
    imports.give_up(**given, run_id=run.pk)
    assert imports.load(**given, run_id=made.pk) != run


def test_one_import_at_a_time(site, made, given, load):
    run = load(made)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7003, %s)", [site.pk])
        assert queue.take_up() is None
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7004, 0)")
            cursor.execute("SELECT pg_advisory_unlock(7003, %s)", [site.pk])
        assert queue.take_up() is None
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert queue.take_up() == run


def test_a_command_waits_for_what_the_page_has_begun(site, made, load, put):
    run = load(made)
    mapping, path = put("m.toml", PLACES), put("x.csv", "id\nX\n")
    known = {"site": site, "kind": Kind.PLACES, "path": path, "mapping_path": mapping}
    with pytest.raises(NotNow, match="Another import of this site is running"):
        run_import(**known)
    assert queue.take_up() == run
    run_import(**known)
    assert Place.objects.count() == 3


def test_a_run_that_failed_is_given_up_when_newer_data_come(site, given, made, load, monkeypatch):
    run = load(made)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "carry_out", lambda *_given: 1 / 0)
        queue.take_up()
    newer = imports.make(
        **given,
        site_id=site.pk,
        kind="places",
        files=[kept("id\nC\n")],
        mapping_name="p",
        mapping_text=PLACES,
    )
    newer = load(newer)
    run.refresh_from_db()
    assert run.state == "failed"  # a trial leaves it
    assert queue.take_up() == newer
    run.refresh_from_db()
    assert run.state == "dropped"


def test_the_same_form_sent_twice_is_one_run(site, given, made):
    import uuid

    known = {"site_id": site.pk, "kind": "places", "files": [kept("id\nA\n")]}
    act = uuid.uuid4()
    assert imports.make(**given, act=act, **known) == imports.make(**given, act=act, **known)
    act = uuid.uuid4()
    first = imports.try_(**given, act=act, run_id=made.pk, seen=1)
    assert imports.try_(**given, act=act, run_id=made.pk, seen=1) == first
    with pytest.raises(Stale):
        imports.try_(**given, run_id=made.pk, seen=1)
    with pytest.raises(Refused) as caught:
        imports.try_(**given, run_id=made.pk)
    assert [reason.code for reason in caught.value.reasons] == ["import_begun"]
    assert ImportRun.objects.count() == 2


def test_what_is_under_way_is_neither_described_nor_begun_again(made, given, load):
    run = load(made)
    ImportRun.objects.filter(pk=run.pk).update(state="loading")
    for door, more in (
        (imports.describe, {"name": "x", "text": PLACES}),
        (imports.attach, {"files": [kept("a\n")]}),
        (imports.again, {}),
        (imports.go_on, {}),
        (imports.load, {}),
    ):
        with pytest.raises(Refused):
            door(**given, run_id=run.pk, **more)
    run.refresh_from_db()
    assert (run.state, run.version) == ("loading", 1)


def test_a_waiting_run_is_given_up_and_never_done(made, given, load):
    run = load(made)
    imports.give_up(**given, run_id=run.pk)
    assert queue.take_up() is None
    run.refresh_from_db()
    assert run.state == "dropped"
    again = imports.again(**given, run_id=run.pk)
    assert (again.state, again.dry_run, again.mapping_text) == ("draft", True, PLACES)
    assert again.files == run.files


def test_a_mapping_that_is_none_is_refused(site, made, given):
    with pytest.raises(MappingFault, match="Is kind meant"):
        imports.describe(**given, run_id=made.pk, name="x", text=PLACES.replace("kind", "kond"))
    work = 'kind = "work"\nsystem = "c"\nkey = "id"\n[fields]\nwhat = "id"\n'
    work += 'type = { constant = "T" }\nstatus = { constant = "requested" }\n'
    run = imports.describe(**given, run_id=made.pk, name="x", text=work)
    assert (run.kind, run.system, run.mapping_name, run.version) == ("work", "c", "x", 2)


def test_only_who_configures_may_and_outsiders_know_of_nothing(site, made):
    planner = setup.person(site, Role.SUPERVISOR)
    stranger = setup.person(setup.site("other"), Role.SITE_ADMIN)
    for actor, answer in ((planner, Forbidden), (stranger, Unknown)):
        for door in (imports.try_, imports.load, imports.again, imports.give_up, imports.go_on):
            with pytest.raises(answer):
                door(actor=actor, run_id=made.pk)
        with pytest.raises(answer):
            imports.make(actor=actor, site_id=site.pk, kind="places", files=[kept("id\n")])
    made.refresh_from_db()
    assert (made.state, ImportRun.objects.count()) == ("draft", 1)


@pytest.mark.parametrize(
    ("content", "name", "code", "line"),
    [
        (b"", "a.csv", "upload_empty", 0),
        (b"MZ\x90\x00", "a.csv", "not_text", 1),
        (b"%PDF-1.7", "a.txt", "not_text", 1),
        (b"PK\x03\x04", "a.csv", "not_text", 1),
        ("id\n".encode("utf-16"), "a.csv", "utf_16", 1),
        (b"id\nA\nB\0\n", "a.csv", "nul", 3),
        (b"id\n", "a.xlsx", "not_xlsx", 0),
        (b"PK\x03\x04 cut off", "a.xlsx", "not_xlsx", 0),
        (b"id\n", "a.exe", "unknown_format", 0),
        (b"id\n", "csv", "unknown_format", 0),
    ],
)
def test_what_is_no_export_is_not_kept(tmp_path, content, name, code, line):
    with pytest.raises(FileFault) as caught:
        uploads.keep([content], name)
    assert (caught.value.fault.code, caught.value.fault.line) == (code, line)
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 10)
    with pytest.raises(FileFault) as caught:
        uploads.keep([b"id\n", b"12345678"], "a.csv")
    assert caught.value.fault.code == "upload_too_large"
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("said", "kept_as"),
    [
        ("C:\\Users\\me\\orders.csv", "orders.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("a/b\x00c\n.CSV", "b_c_.CSV"),
        ("øre <b>.csv", "øre _b_.csv"),
        ("x" * 300 + ".xlsx", "x" * 100 + ".xlsx"),
    ],
)
def test_a_name_is_no_path(said, kept_as):
    assert uploads.plain_name(said) == kept_as


def test_files_go_some_days_after_the_last_run_that_read_them(made, given, load, tmp_path):
    import os
    from datetime import timedelta

    from django.utils import timezone

    load(made)
    queue.take_up()
    path = uploads.path_of(made.files[0]["sha256"])
    now, old = timezone.now(), timezone.now() - uploads.KEPT - timedelta(days=1)
    os.utime(path, (old.timestamp(), old.timestamp()))
    assert uploads.drop_old(now) == 0
    ImportRun.objects.filter(pk=made.pk).update(ended_at=old)
    assert uploads.drop_old(now) == 0  # the load read it later
    assert uploads.drop_old(now + uploads.KEPT + timedelta(days=1)) == 1
    with pytest.raises(Refused) as caught:
        imports.again(**given, run_id=made.pk)
    assert [reason.code for reason in caught.value.reasons] == ["import_files_gone"]
