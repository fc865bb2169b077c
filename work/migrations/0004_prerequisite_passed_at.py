from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0003_since_when_in_its_status")]

    operations = [
        migrations.AddField(
            model_name="prerequisite",
            name="passed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
