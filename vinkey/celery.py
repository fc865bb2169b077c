"""The Celery application; its tasks live in each app's `tasks.py`.

Worker and beat alone import it: the web sends no task, so that no fact lives only in the broker.
"""

import os
import sys
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vinkey.settings")

# Messages are JSON, never pickles: what the warning about running as root is for does not exist.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("vinkey")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "minute": {"task": "work.tasks.minute", "schedule": 60.0, "options": {"expires": 55}},
    "competence": {
        "task": "competence.tasks.minute",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "documents": {"task": "documents.tasks.minute", "schedule": 60.0, "options": {"expires": 55}},
    "permits": {"task": "permits.tasks.minute", "schedule": 60.0, "options": {"expires": 55}},
    "packs": {
        "task": "permits.tasks.keep_packs",
        "schedule": crontab(minute="*/30"),
        "options": {"expires": 1700},
    },
    "imports": {"task": "work.tasks.imports", "schedule": 5.0, "options": {"expires": 4}},
    "drop_uploads": {"task": "work.tasks.drop_uploads", "schedule": crontab(hour=2, minute=47)},
    "reconcile": {"task": "work.tasks.reconcile", "schedule": crontab(hour=2, minute=17)},
}


@setup_logging.connect
def _same_logs(**kwargs) -> None:
    """Logs are those of Django's settings, which are in force once it is set up."""


@worker_init.connect
@beat_init.connect
def _refuse_production(**kwargs) -> None:
    """Ends the process: an ordinary exception here would be logged and passed over."""
    from django.core.exceptions import ImproperlyConfigured

    from vinkey.production import refuse

    try:
        refuse()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


@worker_process_init.connect
def _die_with_the_worker(**kwargs) -> None:
    from vinkey.embedded.child import die_with_parent

    die_with_parent()
