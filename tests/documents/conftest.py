"""Documents stand in the worlds of work."""

from tests.views.conftest import clock, sign_in
from tests.work.conftest import app, nrd, world

__all__ = ["app", "clock", "nrd", "sign_in", "world"]
