"""Entry point of the web processes; production refuses here what it must not serve with."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vinkey.settings")

application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  after the applications are loaded

from vinkey.embedded.child import die_with_parent  # noqa: E402
from vinkey.production import refuse  # noqa: E402

refuse()
die_with_parent()
# All pages are loaded before the first is asked for.
get_resolver().url_patterns  # noqa: B018
