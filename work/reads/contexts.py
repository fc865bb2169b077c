"""Items as suppliers see them, for domains that judge items by themselves."""

from work.services._contexts import contexts

__all__ = ["contexts"]
