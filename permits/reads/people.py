"""People of a site by the name that somebody types."""

from permits.services._named import named

__all__ = ["named"]
