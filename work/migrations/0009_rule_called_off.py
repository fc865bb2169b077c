from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0008_withdrawn_before_it_begins"),
    ]

    operations = [
        # What was called off before it began ends at the moment of its beginning.
        migrations.RemoveConstraint(model_name="requirementrule", name="work_rule_window"),
        migrations.AddConstraint(
            model_name="requirementrule",
            constraint=models.CheckConstraint(
                name="work_rule_window",
                condition=Q(("ends", None), ("ends__gte", F("starts")), _connector="OR"),
            ),
        ),
    ]
