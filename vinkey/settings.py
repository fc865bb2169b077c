"""The one settings file: everything that differs between places comes from the environment.

docs/operations.md lists every variable. Production (`VINKEY_ENV=production`) has no defaults for
what must be secret or named, and does not start without them.
"""

import sys
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from vinkey.embedded.home import APP, OWNER, Home
from vinkey.environment import broker, database, env, env_bool, env_int, env_list, env_secret

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env("VINKEY_ENV", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"VINKEY_ENV is {ENVIRONMENT!r}: say development or production.")
PRODUCTION = ENVIRONMENT == "production"
DATA_DIR = Path(env("VINKEY_DATA", str(BASE_DIR / ".data"))).resolve()

# --- What production refuses to guess -----------------------------------------------------------
DEVELOPMENT_KEY = "for-development-only-" + "x" * 40
SECRET_KEY = env_secret("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_KEY)
DEBUG = env_bool("DEBUG")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
DEMO = env_bool("VINKEY_DEMO", not PRODUCTION)

# --- Database and broker ------------------------------------------------------------------------
# These commands change tables and rights, so they connect as the owner; all else as the
# application's role, which can neither change a table nor what is written in the history.
OWNER_COMMANDS = {
    "migrate",
    "grant_app_role",
    "prepare",
    "makemigrations",
    "dbshell",
    "flush",
    "load_bulk",
}
_as_owner = Path(sys.argv[0]).name == "manage.py" and bool(OWNER_COMMANDS & set(sys.argv[1:2]))
_home = Home(DATA_DIR)
_configured = env_secret("DATABASE_URL")
_owner_url = env_secret("DATABASE_OWNER_URL")
EMBEDDED_POSTGRES = not _configured and not PRODUCTION
EMBEDDED_VALKEY = not env("REDIS_URL") and not env("REDIS_URL_FILE") and not PRODUCTION
if EMBEDDED_POSTGRES:
    _configured, _owner_url = _home.database_url(APP), _home.database_url(OWNER)
DATABASE_URL = _owner_url if _as_owner and _owner_url else _configured
REDIS_URL = env_secret("REDIS_URL") or (_home.redis_url() if EMBEDDED_VALKEY else "")

if PRODUCTION:
    from vinkey.production import refuse_settings

    refuse_settings(
        SECRET_KEY=SECRET_KEY,
        DEBUG=DEBUG,
        DEMO=DEMO,
        ALLOWED_HOSTS=ALLOWED_HOSTS,
        CSRF_TRUSTED_ORIGINS=CSRF_TRUSTED_ORIGINS,
        TRUSTED_PROXIES=TRUSTED_PROXIES,
        DATABASE_URL=DATABASE_URL,
        REDIS_URL=REDIS_URL,
        development_key=DEVELOPMENT_KEY,
    )

_database = database(DATABASE_URL)
# Planning a wide read in every order of its joins takes ten times what running it does.
_options = ["-c jit=off", "-c join_collapse_limit=4", "-c application_name=vinkey"]
# What is prepared (`work.prepared.planned`, and the bodies of triggers) is so to be planned once.
_options.append("-c plan_cache_mode=force_generic_plan")
# Starting helpers takes longer than any page may; both processors have pages to answer.
_options.append("-c max_parallel_workers_per_gather=0")
if env("DATABASE_ROLE") and not _as_owner:
    _options.append(f"-c role={env('DATABASE_ROLE')}")
DATABASES = {
    "default": _database
    | {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _database["OPTIONS"] | {"options": " ".join(_options)},
    }
}
if env_bool("DATABASE_POOL", True) and not _as_owner:
    # Each process opens its pool at its first query, so never before a fork.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env_int("DATABASE_POOL_SIZE", 4),
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "work.User"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 3},
    }
}
SESSION_ENGINE = "vinkey.sessions"

# --- Tasks --------------------------------------------------------------------------------------
CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
# The schedule, in vinkey/celery.py, has no state of its own: nothing to lose in a crash.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# --- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "vinkey.apps.AdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "treebeard",
    "pghistory",
    "pgtrigger",
    "django_htmx",
    "vinkey",
    "work",
    "permits",
    "hazards",
    "documents",
    "competence",
    "changes",
    "compliance",
    "communication",
]
MIDDLEWARE = [
    "vinkey.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vinkey.middleware.ContentSecurityPolicy",
    "vinkey.middleware.private_pages",
    "vinkey.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "vinkey.middleware.bodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vinkey.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "vinkey.middleware.CountersDown",
]
ROOT_URLCONF = "vinkey.urls"
FORM_RENDERER = "vinkey.controls.Renderer"
WSGI_APPLICATION = "vinkey.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "vinkey.loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static and kept files ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
_hashed = env_bool("STATIC_HASHED", True)
WHITENOISE_USE_FINDERS = not _hashed
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "vinkey.bundles.HashedStorage"
        if _hashed
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The editor of a type sends all its rows at once: 500 lines of a checklist, 200 fields and more.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000

# --- Sign-in ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "vinkey.backends.PasswordBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_validation}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "email"]},
    },
    {"NAME": f"{_validation}.MinimumLengthValidator"},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "vinkey.account.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords are counted by axes, in the database, for a name at an address; here for a name
# wherever it is tried from, and wrong codes.
# The links by which passwords are chosen are tried by few: many people share an address at a shift.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "20/5m/key",
    "reset_password_from_key": "60/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Vinkey"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "vinkey.account.client_name"
AXES_LOCKOUT_CALLABLE = "vinkey.errors.locked_out"
AXES_CLIENT_IP_CALLABLE = "vinkey.account.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# One long shift.
SESSION_IDLE = timedelta(hours=env_int("SESSION_IDLE_HOURS", 12))
if not timedelta(hours=1) <= SESSION_IDLE <= timedelta(seconds=SESSION_COOKIE_AGE):
    raise ImproperlyConfigured("SESSION_IDLE_HOURS is not between 1 and 336.")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "vinkey.errors.csrf_failure"

# --- Headers ------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# The admin's own toolkit evaluates expressions and writes styles; nothing else does.
ADMIN_CSP = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
_https = env_bool("HTTPS_ONLY", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES > 0 else None

UNFOLD = {
    "SITE_TITLE": "Vinkey",
    "SITE_HEADER": "Vinkey",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_SUBHEADER": "vinkey.navigation.zone",
}

# --- Logs: one JSON line per record, to stderr --------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "vinkey.logs.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "axes": {"level": "WARNING"},
        # A task that looks every few seconds for something to do is no news.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
