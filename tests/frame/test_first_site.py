"""What operations.md says of a first site works as it stands there."""

import re

from tests.database import ROOT
from work.models import Duty, Site, WorkType
from work.states import Role


def test_the_commands_of_a_first_site(db):
    words = (ROOT / "docs" / "operations.md").read_text()
    [commands] = re.findall(r"## A first site.*?```python\n(.*?)```", words, re.S)

    exec(compile(commands, "operations.md", "exec"), {})

    site = Site.objects.get(slug="val")
    assert site.places.get().code == "VAL"
    assert WorkType.objects.get(site=site).versions.get().published_at is not None
    duty = Duty.objects.get(ends=None)
    assert (duty.user.username, duty.post.role) == ("kari", Role.SUPERVISOR)
    assert duty.user.check_password("change-it-at-once")
