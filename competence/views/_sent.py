"""What forms of competence bring besides words: the last day of something, and a file."""

from datetime import datetime
from typing import Any

from competence.forms import last_moment
from work.pages import Given
from work.services import files


def until(given: Given, zone: str) -> datetime | None:
    """The end of the day that was typed as the last one; None where nothing was."""
    return last_moment(given.answers.get("valid_on"), zone)


def proof(given: Given, at: datetime) -> dict[str, Any]:
    """The file and the words that prove something, as the doors take them."""
    file = given.answers.get("file")
    blob = files.store(file.chunks(), at=at) if file and given.seen >= 0 else None
    return {
        "reference": given.get("reference"),
        "blob": blob,
        "file_name": file.name if file else "",
    }
