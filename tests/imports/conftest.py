"""A site to import into, and files to import."""

from pathlib import Path

import pytest
from django.db import transaction

from tests.imports.files import make_site
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """What is made in it stays for the tests of a file, and goes with the last of them."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # as Django's own test cases say it, so that doors may open
        around.__enter__()
        yield
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def site(db):
    """A site without places, with one published work type of the code *maintenance*."""
    return make_site()


@pytest.fixture
def put(tmp_path):
    """Write a file of the test: text as UTF-8, or bytes as they are."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def bring(site):
    """Run an import into the site and give its run."""

    def run(kind: Kind, path: Path, mapping: Path, **more):
        return run_import(site=site, kind=kind, path=path, mapping_path=mapping, **more)

    return run
