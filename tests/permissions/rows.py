"""What a row of the matrix is."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.permissions.people import Codes


@dataclass(frozen=True)
class Row:
    """One address: how it is written, who gets which code, what is posted.

    url, data: called with the scene of the matrix.
    """

    url: Callable[[Any], str]
    get: Codes
    post: Codes
    data: Callable[[Any], dict[str, Any]] = lambda scene: {}


def act() -> dict[str, str]:
    return {"act": str(uuid.uuid4())}
