"""Operations that go together do what they would do one by one, or are refused."""

import pytest
from django.db import migrations, models

from work.together import Together

TABLE = migrations.CreateModel("Lamp", [("id", models.BigAutoField(primary_key=True))])
FIELD = migrations.AddField("Site", "motto", models.TextField(null=True))
FILLED = migrations.AlterField("site", "Motto", models.TextField())
CHECK = migrations.AddConstraint(
    "lamp", models.CheckConstraint(condition=models.Q(pk__gt=0), name="lamp")
)


@pytest.mark.parametrize(
    ("operations", "wrong"),
    [
        ([FIELD, CHECK, TABLE], None),
        ([TABLE, FIELD, CHECK], "AddConstraint"),
        ([TABLE, migrations.AddField("lamp", "lit", models.BooleanField())], "AddField"),
        ([FIELD, migrations.RunSQL("SELECT 1"), FILLED], "AlterField"),
        ([FIELD, migrations.RunPython(migrations.RunPython.noop)], "RunPython"),
    ],
)
def test_what_depends_on_the_state_right_before_it_stands_alone(operations, wrong):
    if wrong is None:
        assert Together(operations).operations == operations
        return
    with pytest.raises(TypeError, match=rf"^<{wrong} .* stands alone\.$"):
        Together(operations)
