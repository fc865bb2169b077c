"""Of each that is planned from now on it is asked, before it is tried, what became of stored energy."""

from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0022_stored_energy'),
    ]

    operations = [Together([
        migrations.AlterField(
            model_name='isolation',
            name='energy',
            field=models.CharField(blank=True, choices=[('relieved', 'Relieved'), ('blocked', 'Blocked or held'), ('none', 'None is stored')], default='', max_length=8, null=True, verbose_name='stored energy'),
        ),
    ])]
