from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0005_near_by_isolation'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stop',
            name='cause',
            field=models.CharField(choices=[('person', 'Somebody who saw it'), ('here', 'Stop work here'), ('all', 'Stop all'), ('test', 'Gas test run out'), ('limits', 'Gas out of limits'), ('conflict', 'Other work too near'), ('overdue', 'Its time ended'), ('isolation', 'An isolation is not in place')], max_length=10),
        ),
    ]
