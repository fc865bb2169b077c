from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Made beside the acts that go on: the table of events is the largest there is.
    atomic = False

    dependencies = [
        ('work', '0007_names_of_fields'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='event',
            index=models.Index(condition=models.Q(('verb', 'gate')), fields=['site', 'recorded_at'], name='work_event_gate'),
        ),
    ]
