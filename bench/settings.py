"""The settings of `serve`, and beside them the floor and a count of statements. Only for measuring.

Production refuses to start with them.
"""

from django.core.exceptions import ImproperlyConfigured

from vinkey.settings import *  # noqa: F403
from vinkey.settings import MIDDLEWARE as _MIDDLEWARE
from vinkey.settings import PRODUCTION

if PRODUCTION:
    raise ImproperlyConfigured("bench.settings is for measuring, never for production.")

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.counting.counted", *_MIDDLEWARE]
