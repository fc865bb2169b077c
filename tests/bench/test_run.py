"""`make bench` has a site to measure, and a floor beside its pages, never in production."""

import os
import subprocess
import sys

import pytest
from django.urls import resolve

from bench import site
from bench.client import Answer
from bench.pages import FLOOR, pages
from bench.run import Row, table
from tests.database import ROOT

SIZES = {"items": 1_500, "opened": 400, "places": 150, "people": 60}


@pytest.fixture
def measured(settings):
    settings.ROOT_URLCONF = "bench.urls"
    settings.MIDDLEWARE = ["bench.counting.counted", *settings.MIDDLEWARE]


def test_every_page_that_is_measured_answers(db, measured, client):
    known = site.fill(**SIZES)
    assert len(known["startable"]) > 5
    typed = {"login": site.NAME, "password": site.PASSWORD}
    assert client.post("/login/", typed).status_code == 302
    wanted = [FLOOR, *pages(known)]
    assert len(wanted) > 60
    for page in wanted:
        answer = client.get(page.path, headers={"X-Count": "1"})
        assert answer.status_code == 200, page.name
        assert int(answer.headers["x-statements"]) > 0
    assert client.get(FLOOR.path, headers={"X-Count": "1"}).headers["x-statements"] == "3"
    floor = client.get(FLOOR.path)
    assert floor.content.count(b"<tr>") == 50
    assert floor.content.count(b"<td>") == 50 * 15
    assert "x-statements" not in floor.headers
    number, version, act = known["startable"][0]
    sent = {"seen": version, "act": act}
    started = client.post(f"/s/bulk/work/W-{number}/start/", sent)
    assert started.status_code == 303


def test_production_has_no_floor():
    with pytest.raises(Exception, match="floor"):
        resolve("/floor/")
    known = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "bench.settings"}
    known |= {"VINKEY_ENV": "production", "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "a.example.org"}
    known |= {"DATABASE_URL": "postgresql://vinkey_app@127.0.0.1:1/vinkey"}
    known |= {"REDIS_URL": "redis://127.0.0.1:1"}
    code = "from django.conf import settings; settings.DEBUG"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=known,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "never for production" in answer.stderr


def test_a_row_says_the_median_of_its_rounds():
    row = Row("list", 1.0, statements=9, weight=1_000)
    for mine in (0.01, 0.03, 0.02):
        row.round([mine, mine, 9.0], [0.02, 0.02, 0.02])
    assert row.ratio == 1.0
    assert table([row], 1_000_000)[-1].startswith("| list | 1,000,000 | 9 | 1,000 | ")
    assert Answer(200, "", {"etag": "x"}).tag == "x"
