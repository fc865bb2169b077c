from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):
    """When a role begins and ends at a site, for the token of live pages."""

    dependencies = [("work", "0020_judged_at_decisions")]

    operations = [
        Together(
            [
                migrations.AddIndex(
                    model_name="membership",
                    index=models.Index(fields=["site", "starts"], name="work_membership_starts"),
                ),
                migrations.AddIndex(
                    model_name="membership",
                    index=models.Index(fields=["site", "ends"], name="work_membership_ends"),
                ),
            ]
        )
    ]
