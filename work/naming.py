"""How somebody is named in words that a person types: @ and the name. Imports nothing of ours."""

import re
from collections.abc import Iterable

# What stands before it is no part of an address or of another word.
AT = re.compile(r"(?<![\w@])@(?=\w)")


def mark(names: Iterable[str]) -> re.Pattern[str]:
    """What finds these names where somebody is named by one of them; the longest first."""
    longest = sorted({name for name in names if name}, key=len, reverse=True)
    words = "|".join(map(re.escape, longest)) or "(?!)"
    return re.compile(rf"{AT.pattern}(?:{words})(?!\w)", re.IGNORECASE)
