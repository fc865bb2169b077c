from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0014_found_by_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='permit',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['site', 'type', '-ended_at'], name='permits_permit_ended_of_type'),
        ),
    ]
