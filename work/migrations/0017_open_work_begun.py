from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Made beside the acts that go on: the table of items is large.
    atomic = False

    dependencies = [
        ("work", "0016_sheets"),
    ]

    operations = [
        # What has begun, counted from the index alone: its id leads to who is named to do it.
        AddIndexConcurrently(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["done", "live", "planned", "requested", "waiting"])
                ),
                fields=["site", "status", "planned_start"],
                include=("id",),
                name="work_item_open_begun",
            ),
        ),
    ]
