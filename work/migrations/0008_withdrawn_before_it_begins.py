from django.db import migrations, models
from django.db.models import F, Q


def _window(model: str, name: str) -> list:
    """What was withdrawn before it began ends at the moment of its beginning."""
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                name=name, condition=Q(("ends", None), ("ends__gte", F("starts")), _connector="OR")
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0007_event_gate_index"),
    ]

    operations = [
        *_window("membership", "work_membership_window"),
        *_window("postholder", "work_postholder_window"),
        *_window("teammember", "work_teammember_window"),
    ]
