"""The bound window is open: opened by name, not by the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from work.exceptions import Reason
from work.models import Window
from work.ports import Answer, ItemContext, Requirement, Source
from work.states import BlockerKind, Gate


class Windows:
    """Source: a window of the site."""

    key = "work.window"
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Met while the window is open: one query."""
        windows = Window.objects.in_bulk({source.id for source, _ in pairs if source.id})
        answers = []
        for source, _context in pairs:
            window = windows.get(source.id)
            if window is None:
                answers.append(Answer.unknown(Reason("window_unknown")))
            elif window.is_open:
                answers.append(Answer.met())
            else:
                code = "window_closed" if window.closed_at else "window_not_open"
                reason = Reason(code, {"name": window.name}, ("window", window.pk))
                answers.append(Answer.unmet(reason, clears=("role", "shift_lead")))
        return answers

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """An item that is bound to a window needs it open at its start."""
        return {
            item.id: [
                Requirement(
                    key="bound",
                    gate=Gate.START,
                    kind=BlockerKind.WINDOW,
                    what=Reason("need.window"),
                    source_id=item.window_id,
                    lead=timedelta(0),
                )
            ]
            for item in items
            if item.window_id
        }

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """A window waits for nothing."""
        return {}
