"""The addresses of items, of which a board has two hundred: put together once a site, not each."""

import functools

from django.urls import get_script_prefix, get_urlconf, reverse


def item(slug: str, label: str, verb: str = "") -> str:
    """The page of an item, or the address of one of its acts; label: its number, W-1042."""
    page = f"{_before(slug, get_script_prefix(), get_urlconf())}{label}/"
    return f"{page}{verb}/" if verb else page


@functools.lru_cache(maxsize=256)
def _before(slug: str, prefix: str, urlconf: str | None) -> str:
    return reverse("work:item_detail", args=[slug, "N"]).removesuffix("N/")
