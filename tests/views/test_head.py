"""Every page answers HEAD as it answers GET, with its headers and without its text."""

import pytest
from django.urls import reverse

from tests import factories
from work.services import files, proof
from work.states import EvidenceKind


@pytest.mark.parametrize(
    "page", ["item", "act", "evidence", "new", "places", "place", "list", "board", "picture"]
)
def test_head(world, sign_in, settings, tmp_path, page):
    settings.MEDIA_ROOT = tmp_path
    item = factories.live_item(world)
    evidence = proof.attach(
        actor=world.technician,
        at=world.at,
        item_id=item.pk,
        kind=EvidenceKind.FILE,
        blob=files.store([b"plain words"], at=world.at),
        name="a.txt",
    )
    number = f"W-{item.number}"
    url = {
        "item": reverse("work:item_detail", args=["hvk", number]),
        "act": reverse("work:item_act", args=["hvk", number, "complete"]),
        "evidence": f"/s/hvk/evidence/{evidence.pk}/",
        "new": reverse("work:item_new", args=["hvk"]),
        "places": reverse("work:place_list", args=["hvk"]),
        "place": reverse("work:place_detail", args=["hvk", "L3"]),
        "list": reverse("work:item_list", args=["hvk"]),
        "board": "/s/hvk/board/",
        "picture": "/s/hvk/",
    }[page]
    client = sign_in(world.shift_lead).client
    asked, headed = client.get(url), client.head(url)
    assert (asked.status_code, headed.status_code) == (200, 200)
    assert headed["Content-Type"] == asked["Content-Type"]
    assert b"".join(headed) == b""
    for close in (*asked._resource_closers, *headed._resource_closers):
        close()
    item.refresh_from_db()
    assert item.status == "live"
