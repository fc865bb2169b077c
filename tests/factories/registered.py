"""Which domains answer at the ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from work.ports import fitness, item_listeners, suppliers

DOMAINS = ("permits.", "documents.", "competence.")


@contextmanager
def without_domains() -> Iterator[None]:
    """Those alone that the core brings, and the one that exists for tests."""
    registries = (suppliers, fitness, item_listeners)
    stood = [registry.all() for registry in registries]
    for registry, every in zip(registries, stood, strict=True):
        for each in every:
            if each.key.startswith(DOMAINS):
                registry.unregister(each.key)
    try:
        yield
    finally:
        # In their order.
        for registry, every in zip(registries, stood, strict=True):
            for each in registry.all():
                registry.unregister(each.key)
            for each in every:
                registry.register(each)
