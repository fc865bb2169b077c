"""Entry point for an ASGI server; `serve` uses wsgi.py."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vinkey.settings")

application = get_asgi_application()

from vinkey.production import refuse  # noqa: E402  after the applications are loaded

refuse()
