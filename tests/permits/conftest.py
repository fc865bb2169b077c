"""The world of tests/work/, for permits."""

from tests.work.conftest import app, world

__all__ = ["app", "world"]
