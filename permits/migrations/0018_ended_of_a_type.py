from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0016_follow_up'),
    ]

    operations = [Together([
        migrations.AddIndex(
            model_name='permit',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['site', 'type', '-ended_at'], name='permits_permit_ended_of_type'),
        ),
    ])]
