"""Real servers for every run: a throw-away PostgreSQL and Valkey unless they are configured.

They start before Django reads its settings, once per run (the workers of xdist use those of the run
that started them, each with its own database), and die with the process that started them.
"""

import atexit
import contextlib
import fcntl
import gc
import itertools
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import psycopg
import pytest
from pytest_django.plugin import blocking_manager_key

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.database import END_OTHERS, template  # noqa: E402
from vinkey.embedded import Home, Servers  # noqa: E402
from vinkey.embedded.home import OWNER  # noqa: E402

_PREFIX = "vinkey-test-"
_MEMORY = Path("/dev/shm")
# The shell that never has a window asks a third less of the processor than the whole browser.
_BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def _sweep() -> None:
    """Remove what killed runs left behind; where a lock is held somebody still works."""
    places = (_MEMORY, Path(tempfile.gettempdir()))
    for old in (each for place in places for each in place.glob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError), (old / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(Home(old).sockets, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _fastest() -> str:
    """Where files cost least: in memory, where that is large enough."""
    least = 4 << 30
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > least
    roomy = roomy and psutil.virtual_memory().available > 2 * least
    return str(_MEMORY) if roomy and "TMPDIR" not in os.environ else tempfile.gettempdir()


def _start() -> None:
    postgres, valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    data = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_fastest()))
    servers = Servers(data, postgres=postgres, valkey=valkey, throw_away=True)
    servers.start()
    (data / "static").mkdir()
    os.environ |= {"VINKEY_DATA": str(data)} | servers.environment(OWNER)
    if postgres:
        os.environ["VINKEY_TEST_SERVER"] = os.environ["DATABASE_URL"]
        with servers.running[0].connect() as connection:
            # What was built once is put back as it was stored (tests/factories/kept.py).
            # And of two that wait for each other it is said which one is to find out.
            settings = "session_replication_role, deadlock_timeout"
            connection.execute(f"GRANT SET ON PARAMETER {settings} TO {OWNER}")

    def end() -> None:
        servers.stop()
        shutil.rmtree(data, ignore_errors=True)

    atexit.register(end)


os.environ |= {"DJANGO_SETTINGS_MODULE": "vinkey.settings", "VINKEY_ENV": "development"}
os.environ |= {"DATABASE_POOL": "0", "STATIC_HASHED": "0", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
os.environ |= {"LOG_LEVEL": "WARNING", "HTTPS_ONLY": "0"}
# Where `tmp_path` is, too: real servers of tests write their data there.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _fastest())
# The processes that tests start find compiled what those before them had to compile.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if "PYTEST_XDIST_WORKER" not in os.environ:
    _sweep()
    _start()

import django  # noqa: E402  the servers are there, so the settings can be read
from django.conf import settings as _settings  # noqa: E402
from django.core.signals import setting_changed  # noqa: E402
from django.dispatch import receiver  # noqa: E402
from django.test import client  # noqa: E402
from django.test.utils import ContextList  # noqa: E402

# A supporting domain that exists only under tests/; it registers itself like any other.
_settings.INSTALLED_APPS = [*_settings.INSTALLED_APPS, "tests.supporting"]
django.setup()
from tests import emptied  # noqa: E402  models are there now
from tests.factories import under  # noqa: E402
from tests.factories.kept import forget_numbers, let_lay  # noqa: E402

emptied.begin()

# The workers of xdist must come here too before anything is set up: named in the environment,
# pytest-django would set Django up in them before the line above.
del os.environ["DJANGO_SETTINGS_MODULE"]


def _note_template(store, signal, sender, template, context, **given) -> None:
    """What was drawn, without a copy of its context for each partial on a page."""
    store.setdefault("templates", []).append(template)
    store.setdefault("context", ContextList()).append(context)


client.store_rendered_templates = _note_template

_chain: dict = {}
_load = client.ClientHandler.load_middleware


def _loaded_once(handler, is_async=False) -> None:
    """A client of a test has the middleware that the one before it put together, as a site does."""
    if not _chain:
        before = set(handler.__dict__)
        _load(handler, is_async)
        _chain.update({n: v for n, v in handler.__dict__.items() if n not in before})
    handler.__dict__ |= _chain


@receiver(setting_changed)
def _forget_chain(setting, **given) -> None:
    if setting != "CACHES":
        _chain.clear()


client.ClientHandler.load_middleware = _loaded_once
# Every client of a test would read through all static files before its first page.
_settings.WHITENOISE_AUTOREFRESH = True
_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config) -> None:
    if os.environ.get("CI") == "true" and not CHROMIUM:
        raise pytest.UsageError("The browser tests need a Chromium, and there is none.")


def pytest_sessionstart(session) -> None:
    """The database that others are copied from is migrated while tests are collected."""
    server = os.environ.get("VINKEY_TEST_SERVER")
    if server and not hasattr(session.config, "workerinput"):
        made = {"data": Path(os.environ["VINKEY_DATA"]), "cache": _migrated(session.config)}
        threading.Thread(target=template, args=[server], kwargs=made, daemon=True).start()


def pytest_collection_finish(session) -> None:
    """What was imported stays for the whole run: no collection looks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


# What takes longest is begun first, a part by each worker: nobody waits at the end, nor for what
# another is building (`kept.built_once`). A browser takes more than a processor, and what waits
# for servers to come and go takes less: these two run beside each other.
_LONGEST = (
    (
        "tests/browser/",
        "tests/ui/test_browser",
        "tests/properties/test_control_model",
        "tests/work/services/test_demo",
        "tests/work/services/test_event",
    ),
    ("tests/frame/", "tests/concurrency/"),
    ("tests/properties/",),
)


def pytest_collection_modifyitems(config, items) -> None:
    """The longest come first. Without a Chromium the browser tests are left out, and the last line
    says so.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    parts, rest = [[] for _worker in range(workers)], []
    for item in items:
        found = (n for n, begins in enumerate(_LONGEST) if item.nodeid.startswith(begins))
        number = next(found, None)
        (rest if number is None else parts[min(number, workers - 1)]).append(item)
    # Each worker begins with an equal share of the list, which it is given in this order.
    for part in parts:
        missing = -(-len(items) // workers) - len(part)
        part += rest[:missing]
        del rest[:missing]
    items[:] = [*(item for part in parts for item in part), *rest]
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser and not CHROMIUM:
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]


def pytest_unconfigure(config) -> None:
    """The last line of a run says what it did not see."""
    if not CHROMIUM and not hasattr(config, "workerinput"):
        print("The browser tests were left out: there is no Chromium on this machine.")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """What a test will stand on is laid before its own transaction begins."""
    under.fixture_begins(fixturedef, request)
    try:
        return (yield)
    finally:
        under.fixture_ends()


_BETWEEN_VACUUMS = 80
_ended = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """What tests roll back stays in the tables as dead rows: now and then they are cleared away."""
    found = yield
    forget_numbers()
    if next(_ended) % _BETWEEN_VACUUMS == 0 and os.environ.get("VINKEY_TEST_SERVER"):
        known = _settings.DATABASES["default"]
        if known["NAME"].startswith("test_"):
            with item.config.stash[blocking_manager_key].unblock():
                under.leave()  # else nothing is given back, which is waited for
            server = os.environ["VINKEY_TEST_SERVER"].rpartition("/")[0]
            with psycopg.connect(f"{server}/{known['NAME']}", autocommit=True) as connection:
                connection.execute("VACUUM (SKIP_LOCKED)")
    return found


@pytest.fixture(scope="session")
def served_whole():
    """Styles and scripts come as a site serves them: a bundle whole, kept by who asked."""
    from django.contrib.staticfiles import finders, handlers
    from django.http import HttpResponse

    from vinkey import bundles

    serve = handlers.serve

    def read(name: str) -> str:
        return Path(finders.find(name)).read_text()

    def answer(request, path, **given):
        if path in bundles.NAMES:
            kind = "text/css" if path.endswith(".css") else "text/javascript"
            found = HttpResponse(bundles.whole(path, read), content_type=kind)
        else:
            found = serve(request, path, **given)
        found["Cache-Control"] = "max-age=3600, immutable"
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "serve", answer)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, served_whole):
    """The system's Chromium; its own sandbox does not start as root.

    No page runs for as long as its scripts would have to for the second compilation to pay.
    """
    alone = ["--disable-gpu", "--js-flags=--no-maglev --no-turbofan"]
    alone += ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": alone}


@pytest.fixture(scope="session")
def kept_migrations(pytestconfig) -> Path:
    return _migrated(pytestconfig)


def _migrated(config) -> Path:
    """Where what migrations made is kept from run to run; without pytest's cache, for this one."""
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("migrated")) if cache else Path(os.environ["VINKEY_DATA"]) / "migrated"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, kept_migrations):
    """Test databases are copies of a migrated one, where the server is ours."""
    from django.conf import settings

    if server := os.environ.get("VINKEY_TEST_SERVER"):
        data = Path(os.environ["VINKEY_DATA"])
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template(
            server, data=data, cache=kept_migrations
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_setup, django_db_blocker):
    """The test database also has the application's role, as after every migration."""
    from django.db import connection

    from vinkey.roles import grant

    with django_db_blocker.unblock():
        grant(connection)
        with connection.cursor() as cursor:
            let_lay(cursor)
    yield
    with django_db_blocker.unblock():
        under.leave()
        with connection.cursor() as cursor:
            # A test in a browser may have left a connection in a context that nobody enters again;
            # who drops the database would wait for it in vain.
            cursor.execute(END_OTHERS)


@pytest.fixture
def as_app(db):
    """Inside it, SQL runs with the rights that the web and the worker have."""
    from django.db import connection

    @contextlib.contextmanager
    def role():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE vinkey_app")
            try:
                yield cursor
            finally:
                with contextlib.suppress(Exception):
                    cursor.execute("RESET ROLE")

    return role


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """What one test caches, another never sees."""
    from django.core.cache import cache

    from tests.factories import steps
    from work.reads import kept

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    kept.forget()
    steps.begin()
