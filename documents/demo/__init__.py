"""Documents in the demo: what hvk works by, and what is about to change of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from documents.demo import shelf, waves
from work.ports import Stage


class Play:
    """The documents of the site hvk."""

    key = "documents.demo"

    def acts(self, stage: Stage) -> Iterable[tuple[datetime, Callable[[], object]]]:
        """What is there before any work, what came in force since, and what is on its way."""
        if stage.site.slug != "hvk":
            return []
        known: dict[str, int] = {}
        begins = stage.before + timedelta(days=3)
        acts = [(begins, partial(waves.make, stage, begins, known))]
        for said, rows in shelf.WAVES:
            at = begins if said is None else stage.when(said)
            acts += [(at, act) for act in waves.steps(stage, at, known, rows)]
            if said is None:
                acts.append((at, partial(waves.apply, stage, at, known)))
        acts += [
            (
                stage.when(said),
                partial(waves.read, stage, stage.when(said), known, code, label, who),
            )
            for said, code, label, who in shelf.READ
        ]
        return acts
