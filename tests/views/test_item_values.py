"""The values of own fields on the page of an item."""

from tests import factories


def test_values_are_said_as_lists_say_them(world, sign_in):
    kinds = {"day": "date", "at": "moment", "ok": "yes_no", "hours": "number"}
    fields = [{"key": key, "label": key, "kind": kind} for key, kind in kinds.items()]
    kind = factories.work_type(world.site, "OWN", fields=fields)
    values = {"day": "2026-11-24", "at": "2026-11-24T04:00:00Z", "ok": True, "hours": 3}
    item = factories.requested_item(world, type_id=kind.pk, values=values)
    page = sign_in(world.planner).see(item)
    said = {row["label"]: row["text"] for row in page.context["item"].fields}
    assert said == {"day": "24 Nov 2026", "at": "24 Nov 2026 05:00", "ok": "Yes", "hours": "3"}
