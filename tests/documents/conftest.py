"""Documents stand in the worlds of work."""

from tests.work.conftest import app, nrd, world

__all__ = ["app", "nrd", "world"]
