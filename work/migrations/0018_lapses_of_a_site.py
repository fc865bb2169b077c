from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

_OPEN = ["done", "live", "planned", "requested", "waiting"]


def _anew(column: str) -> list:
    """The index over the column of open work, with the site in it."""
    name = f"work_item_{column}"
    condition = models.Q((f"{column}__isnull", False), ("status__in", _OPEN))
    index = models.Index(condition=condition, fields=[column], include=("site",), name=name)
    return [
        RemoveIndexConcurrently(model_name="workitem", name=name),
        AddIndexConcurrently(model_name="workitem", index=index),
    ]


class Migration(migrations.Migration):
    # Made beside the acts that go on: the table of items is large.
    atomic = False

    dependencies = [
        ("work", "0017_open_work_begun"),
    ]

    operations = [*_anew("blocked_from"), *_anew("ready_until")]
