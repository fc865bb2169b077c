"""All addresses of the installation, read from the resolver."""

from collections.abc import Iterator

from django.urls import URLResolver, get_resolver


def addresses() -> set[str]:
    """The name of each address, with its namespaces; its pattern where it has no name."""
    return set(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, prefix: str, spaces: tuple[str, ...]) -> Iterator[str]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (entry.namespace,) if entry.namespace else ()
            yield from _walk(entry, pattern, (*spaces, *inner))
        else:
            yield ":".join([*spaces, entry.name]) if entry.name else pattern
