"""A worker's process is killed in the middle of a run; the next one ends it, without doubles."""

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from tests.factories import setup
from tests.imports import generated
from tests.imports.files import ROOT
from work.models import Event, Place, WorkItem
from work.models.imports import ImportedRecord, ImportRow, ImportRun
from work.services import imports
from work.services.import_ import queue, report, uploads
from work.states import Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MANY = 1_000
# Takes the run up as a worker does, says each pass and chunk, and stands still after the second.
WORKER = """
import signal, sys, django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[1]
from work.services.import_ import queue
from work.tasks import imports
real, chunks = queue._Told.count, []
def count(self, file, number):
    real(self, file, number)
    if not file:
        chunks.append(number)
        if len(chunks) == 2:
            print("two chunks are loaded", flush=True)
            signal.pause()
queue._Told.count = count
imports()
"""


@pytest.fixture
def site(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"
    made = setup.site("val", time_zone="Europe/Oslo")
    setup.work_type(made, "maintenance", criteria=[])
    return made


@pytest.fixture
def load(site, tmp_path):
    """Upload a generated file, try it, and ask for its load."""
    ada = setup.person(site, Role.SITE_ADMIN)

    def do(kind: str, text: str, rows) -> ImportRun:
        path = generated.write(tmp_path / f"{kind}.csv", rows)
        run = imports.make(
            actor=ada,
            site_id=site.pk,
            kind=kind,
            files=[uploads.keep([path.read_bytes()], path.name)],
            mapping_name=kind,
            mapping_text=text,
        )
        imports.try_(actor=ada, run_id=run.pk)
        assert queue.take_up() == run
        return imports.load(actor=ada, run_id=run.pk)

    return do


def worker(media) -> subprocess.Popen:
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    known = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "vinkey.settings"}
    command = [sys.executable, "-c", WORKER, str(media)]
    return subprocess.Popen(command, cwd=ROOT, env=known, stdout=subprocess.PIPE, text=True)


def test_it_is_taken_up_where_it_stood(load, settings):
    places = load("places", generated.PLACES_MAPPING, generated.places())
    assert queue.take_up() == places
    run = load("work", generated.MAPPING, generated.orders(MANY))
    with worker(settings.MEDIA_ROOT) as other:
        assert other.stdout.readline() == "two chunks are loaded\n"
        run.refresh_from_db()
        done = WorkItem.objects.count()
        whole = MANY - generated.faulty(MANY)
        # Seen from here while it goes on.
        assert (run.state, run.at_pass, run.rows_done) == ("loading", "loading", done)
        assert (run.rows_total, 0 < done < whole) == (whole, True)
        assert queue.take_up() is None  # somebody is at it
        other.kill()
    end = time.monotonic() + 60
    while queue.take_up() is None:  # until the database has noticed
        assert time.monotonic() < end
    run.refresh_from_db()
    found = report.counts(run)
    assert (run.state, found["new"], found["refused"]) == ("done", whole, MANY - whole)
    assert WorkItem.objects.count() == whole
    numbers = WorkItem.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, whole + 1))
    assert ImportedRecord.objects.filter(kind="work").count() == whole
    assert Event.objects.filter(verb="import", item__isnull=False).count() == whole
    assert Place.objects.count() == generated.PLACES
    assert ImportRow.objects.filter(run=run).count() == MANY - whole
    told = list(report.error_rows(run))
    assert len(told) == 1 + sum(len(row.faults) for row in ImportRow.objects.filter(run=run))
    assert not any(str(cell).startswith("=") for row in told for cell in row)
