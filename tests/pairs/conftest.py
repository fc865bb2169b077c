"""The world of tests/work/ and the visitors of tests/views/, for pairs of all three domains."""

from tests.views.conftest import clock, sign_in
from tests.work.conftest import app, world

__all__ = ["app", "clock", "sign_in", "world"]
