"""A state machine that does random acts by random people over random time.

Half of what it draws is what a sensible person would do next, so that work gets anywhere; the other
half is anything at all. After every step the invariants are asked (`acting`).
"""

import pytest
from hypothesis.stateful import rule

from tests.properties.accepting import Accepting
from tests.properties.arranging import Arranging
from tests.properties.choosing import PAUSES, PICK, of
from tests.properties.executing import Executing
from tests.properties.onward import Onward
from tests.properties.planning import Planning
from tests.properties.proving import Proving
from tests.properties.requiring import Requiring
from tests.properties.setting_up import SettingUp
from work.exceptions import Forbidden, Refused, Unknown
from work.services import (
    clock,
)


class ControlModel(
    Planning, Executing, Proving, Accepting, Requiring, SettingUp, Arranging, Onward
):
    """Work at two sites, and everybody at once; time alone, and acts sent twice."""

    @rule(pause=PAUSES)
    def minute_task(self, pause):
        self.pause(pause)
        clock.settle_due(self.at)
        before = self.memory.digest()
        assert clock.settle_due(self.at) == 0
        assert self.memory.digest() == before, "the minute task run twice did something twice"
        clock.tell_unconfirmed(self.at)
        before = self.memory.digest()
        assert clock.tell_unconfirmed(self.at) == 0
        assert self.memory.digest() == before, "told twice"

    @rule(pause=PAUSES, pick=PICK)
    def send_again(self, pause, pick):
        self.pause(pause)
        if self.done:
            door, call, result = of(self.done[-6:], pick)
            self.again(door, call, result, self.at)

    @rule()
    def send_the_last_again(self):
        if self.done:
            self.again(*self.done[-1], self.at)

    @rule(pick=PICK, who=PICK)
    def send_anothers(self, pick, who):
        """The id of an act is of one person and one door."""
        if not self.done:
            return
        door, call, _result = of(self.done[-6:], pick)
        actor = self.actor(who)
        if actor == call["actor"]:
            return
        before = self.memory.digest()
        with pytest.raises((Refused, Forbidden, Unknown)) as no:
            door(**(call | {"actor": actor, "at": self.at}))
        if no.type is Refused:
            assert [reason.code for reason in no.value.reasons] == ["act_used"]
        assert self.memory.digest() == before, "the act of another left something"
