"""A gate that refuses keeps what it heard, unless another ended the work in between."""

import pytest

from tests import factories
from tests.factories import done_item
from tests.work.verbs import judged
from work.exceptions import Refused
from work.services import acceptance, acts
from work.states import Status


def test_closed_meanwhile_it_keeps_what_it_was_closed_with(world, monkeypatch):
    factories.rule(world.site, "iso", mode="watch")
    item = done_item(world)
    leave, accepted = acts._leave, []

    def after_another(opened, refusal):
        if not accepted:
            accepted.append(1)
            acceptance.accept(
                actor=world.shift_lead, at=world.t(30), item_id=item.pk, judged=judged(item)
            )
        return leave(opened, refusal)

    monkeypatch.setattr(acts, "_leave", after_another)
    standing = list(item.prerequisites.filter(withdrawn_at=None).values())

    with pytest.raises(Refused):
        acceptance.accept(actor=world.shift_lead, at=world.t(31), item_id=item.pk, judged={})

    item.refresh_from_db()
    assert item.status == Status.CLOSED
    kept = item.prerequisites.filter(withdrawn_at=None)
    assert [row.pk for row in kept] == [row["id"] for row in standing]
