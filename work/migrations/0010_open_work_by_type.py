from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Made beside the acts that go on: the table of items is large.
    atomic = False

    dependencies = [
        ("work", "0009_rule_called_off"),
    ]

    operations = [
        # How much open work is of a type, and which of it a version or a rule touches.
        AddIndexConcurrently(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["done", "live", "planned", "requested", "waiting"])
                ),
                fields=["type"],
                name="work_item_open_type",
            ),
        ),
    ]
