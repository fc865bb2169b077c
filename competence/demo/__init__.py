"""Competence in the demo: what is asked at hvk, who has it, and which companies may come."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from competence.demo import companies, records
from work.ports import Stage


class Play:
    """Competences, records, inductions and companies of the site hvk."""

    key = "competence.demo"

    def acts(self, stage: Stage) -> Iterable[tuple[datetime, Callable[[], object]]]:
        """All of it before any work is asked for, and what has come since."""
        if stage.site.slug != "hvk":
            return []
        at = stage.before + timedelta(days=2)
        known: dict[str, int] = {}
        return [
            (at, partial(records.competences, stage, at, known)),
            (at, partial(records.of_people, stage, at, known)),
            (at, partial(companies.come, stage, at)),
            # What is asked is asked once people have it.
            (at, partial(records.rules, stage, at, known)),
            *records.since(stage, known),
            *companies.since(stage),
        ]
