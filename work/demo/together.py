"""Many acts of one kind as one: quicker, with the same guards, and all or none of them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from work.services import door
from work.services.acts import OpenAct


@door
def together(
    act: OpenAct, *, service: Callable[..., Any], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Do what a service does for each row, in one act: the numbers of what was made."""
    inner = inspect.unwrap(service)
    return [inner(act, **row).pk for row in rows]
