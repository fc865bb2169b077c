"""The frame: settings, URLs, the embedded servers, `serve`. Names every app, holds no rule."""

from vinkey.celery import app as celery_app

__all__ = ["celery_app"]
