from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Made beside the acts that go on: blockers of all years are kept.
    atomic = False

    dependencies = [
        ('work', '0010_saved_views'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='blocker',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['site', 'ended_at'], name='work_blocker_ended'),
        ),
    ]
