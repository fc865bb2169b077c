from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Made beside the acts that go on: blockers and items of all years are kept.
    atomic = False

    dependencies = [
        ('work', '0011_saved_views'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='blocker',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['site', 'ended_at'], name='work_blocker_ended'),
        ),
        AddIndexConcurrently(
            model_name='workitem',
            index=models.Index(condition=models.Q(('owner_user__isnull', False), ('status__in', ['done', 'live', 'planned', 'requested', 'waiting'])), fields=['site', 'owner_user', '-number'], name='work_item_open_user'),
        ),
        AddIndexConcurrently(
            model_name='workitem',
            index=models.Index(condition=models.Q(('owner_post__isnull', False), ('status__in', ['done', 'live', 'planned', 'requested', 'waiting'])), fields=['site', 'owner_post', '-number'], name='work_item_open_post'),
        ),
    ]
