from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0002_who_wrote_and_who_read_it'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('verdict', 'keep'), _negated=True), fields=['document'], name='documents_review_asking'),
        ),
    ]
