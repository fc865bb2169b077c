"""What a start does not load: each process of it pays for every import."""

import subprocess
import sys

from tests.database import ROOT

LOADED = "import sys, vinkey.wsgi, vinkey.urls; print(*sys.modules)"


def test_the_web_loads_no_task_runner_and_no_reader_of_spreadsheets():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "work.views.items" in loaded
    assert loaded & {"celery", "kombu", "openpyxl", "pytest"} == set()
