"""Versions of a type and the work of it: tried on an item before they are published."""

from work.services._trial import Asked, Trial, try_version

__all__ = ["Asked", "Trial", "try_version"]
