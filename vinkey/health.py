"""Is the process alive; is everything it needs there. Neither tells a stranger more than names."""

import time
from datetime import timedelta

import redis
from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from vinkey import squashed

GRACE = timedelta(minutes=3)
_started = time.monotonic()
_migrated = False


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all is there, else 503 and the names of what is not."""
    missing: dict[str, str] = {}
    for name, check in CHECKS.items():
        if any(other in missing for other in NEEDS.get(name, ())):
            continue
        try:
            problem = check()
        except DatabaseError:
            problem = "cannot be asked"
        if problem:
            missing[name] = problem
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return ""


def _migrations() -> str:
    """Asked until they are all applied; a running process cannot lose them."""
    global _migrated
    if _migrated:
        return ""
    left = squashed.lacking()
    if not left:
        executor = MigrationExecutor(connection)
        left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _migrated = not left
    return f"{len(left)} not applied" if left else ""


def _broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return ""


def _minute() -> str:
    """The minute task's last run; a fresh start has three minutes for its first."""
    beat = apps.get_model("work", "Heartbeat").objects.filter(name="minute").first()
    if beat is not None and timezone.now() - beat.at <= GRACE:
        return ""
    if time.monotonic() - _started <= GRACE.total_seconds():
        return ""
    return f"last ran at {beat.at:%Y-%m-%d %H:%M:%S} UTC" if beat else "never ran"


# Not asked without these: their tables may not be there.
NEEDS = {"migrations": ["database"], "minute": ["database", "migrations"]}
CHECKS = {"database": _database, "migrations": _migrations, "broker": _broker, "minute": _minute}
