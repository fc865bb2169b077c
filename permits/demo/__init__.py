"""Permits and isolations of the demo: what is set up, and who did what when."""

from collections.abc import Callable, Iterable
from datetime import datetime

from permits.demo import ground, isolated, permitted
from work.ports import Stage


class Play:
    """Permits and isolations at the site hvk."""

    key = "permits.demo"

    def acts(self, stage: Stage) -> Iterable[tuple[datetime, Callable[[], object]]]:
        """What is set up; isolations before permits where both are of the same minute."""
        if stage.site.slug != "hvk":
            return []
        kinds: dict[str, int] = {}
        found: dict[str, int] = {}
        permits = permitted.cases(stage, kinds, found)
        isolations = isolated.cases(stage, found, {})
        return [
            *ground.acts(stage, kinds, permits, isolations),
            *(act for case in (*isolations, *permits) for act in case.acts),
        ]
