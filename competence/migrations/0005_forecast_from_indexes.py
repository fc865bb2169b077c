from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('competence', '0003_what_companies_may'),
    ]

    operations = [Together([
        migrations.RemoveIndex(
            model_name='record',
            name='competence_record_who',
        ),
        migrations.RemoveIndex(
            model_name='record',
            name='competence_record_ends',
        ),
        migrations.AddIndex(
            model_name='record',
            index=models.Index(fields=['competence', 'person'], include=('state', 'valid_until'), name='competence_record_who'),
        ),
        migrations.AddIndex(
            model_name='record',
            index=models.Index(condition=models.Q(('state', 'verified'), ('valid_until__isnull', False)), fields=['site', 'valid_until'], include=('person', 'competence'), name='competence_record_ends'),
        ),
    ])]
