"""The addresses of the admin, each written out with a number where it asks for one."""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse

from tests.permissions.registry import addresses


def admin_urls() -> Iterator[str]:
    """One address for each that has a name."""
    for name in sorted(each for each in addresses() if each.startswith("admin:")):
        for args in ([], ["1"], ["1", "1"], ["auth"], ["work"]):
            try:
                yield reverse(name, args=args)
            except NoReverseMatch:
                continue
            break
        else:
            raise AssertionError(f"{name} has an address of another kind")
