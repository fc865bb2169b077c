"""What a production start is refused for: said all at once, before anything is served."""

from collections.abc import Iterable

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

DEMO_LOGINS = (
    "supervisor",
    "shiftlead",
    "technician",
    "issuer",
    "contractor",
    "admin",
    "viewer",
)


def _raise(reasons: Iterable[str]) -> None:
    found = list(reasons)
    if found:
        raise ImproperlyConfigured("Production is refused. " + " ".join(found))


def refuse_settings(
    *,
    SECRET_KEY: str,
    DEBUG: bool,
    DEMO: bool,
    ALLOWED_HOSTS: list[str],
    CSRF_TRUSTED_ORIGINS: list[str],
    TRUSTED_PROXIES: int,
    DATABASE_URL: str,
    REDIS_URL: str,
    development_key: str,
) -> None:
    """What can be seen in the environment alone."""
    key = "".join(SECRET_KEY.split())
    reasons = {
        "SECRET_KEY is missing.": not key,
        "SECRET_KEY is the development key.": development_key == SECRET_KEY,
        "SECRET_KEY has fewer than 50 characters.": 0 < len(key) < 50,
        "DEBUG is on.": DEBUG,
        "VINKEY_DEMO is on: it would make accounts with known passwords.": DEMO,
        "ALLOWED_HOSTS is empty.": not ALLOWED_HOSTS,
        "ALLOWED_HOSTS has a wildcard.": any(
            host.startswith(".") or "*" in host for host in ALLOWED_HOSTS
        ),
        "CSRF_TRUSTED_ORIGINS has a wildcard.": any(
            "*" in origin for origin in CSRF_TRUSTED_ORIGINS
        ),
        "TRUSTED_PROXIES is below 0.": TRUSTED_PROXIES < 0,
        "DATABASE_URL is missing.": not DATABASE_URL,
        "REDIS_URL is missing.": not REDIS_URL,
    }
    _raise(reason for reason, holds in reasons.items() if holds)


def role_faults(cursor: CursorWrapper | Cursor) -> list[str]:
    """What is too much about the role that this session signed in as, or that it may become."""
    cursor.execute(
        "SELECT session_user, r.rolsuper, "
        "EXISTS (SELECT 1 FROM pg_roles m WHERE m.rolsuper"
        "        AND pg_has_role(r.oid, m.oid, 'MEMBER')), "
        "EXISTS (SELECT 1 FROM pg_roles m WHERE (m.rolcreaterole OR m.rolcreatedb"
        "        OR m.rolbypassrls) AND pg_has_role(r.oid, m.oid, 'MEMBER')), "
        "EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
        "        AND pg_has_role(r.oid, c.relowner, 'MEMBER')) "
        "OR EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database()"
        "           AND pg_has_role(r.oid, d.datdba, 'MEMBER')) "
        "FROM pg_roles r WHERE r.rolname = session_user"
    )
    known = cursor.fetchone() or ("?", True, True, True, True)
    role, superuser, may_become, powerful, owner = known
    if superuser:
        return [f"The database role {role} is a superuser."]
    if may_become:
        return [f"The database role {role} may become a superuser."]
    found = [f"The database role {role} may make roles or databases."] if powerful else []
    return found + ([f"The database role {role} owns the tables."] if owner else [])


def demo_accounts() -> list[str]:
    """Accounts that can sign in with the password everybody knows."""
    from django.contrib.auth import get_user_model

    known = get_user_model().objects.filter(username__in=DEMO_LOGINS, is_active=True)
    return [
        f"The account {user.username} has the demo's password."
        for user in known.order_by("username")
        if check_password(f"demo-{user.username}", user.password)
    ]


def refuse() -> None:
    """Called by every process that serves (web, worker, beat), once, at its start."""
    from django.conf import settings
    from django.db import connection

    if settings.PRODUCTION:
        with connection.cursor() as cursor:
            faults = role_faults(cursor)
        _raise(faults + demo_accounts())
