import django.db.models.deletion
from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0014_found_by_words'),
        ('work', '0001_squashed_0018_lapses_of_a_site'),
    ]

    operations = [Together([
        migrations.AddField(
            model_name='permit',
            name='follow_up',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.workitem'),
        ),
    ])]
