"""Of what is not tried yet it is asked, whoever wrote it; what is in use since before stays as it is."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from work.together import Together

# Planned, approved or applied as the question came: it is asked before they are tried.
ASKED = """
UPDATE permits_isolation SET energy = ''
 WHERE energy IS NULL AND state IN ('planned', 'approved', 'applied')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0024_one_name_and_people_at_most'),
    ]

    operations = [Together([
        pgtrigger.migrations.RemoveTrigger(
            model_name='isolation',
            name='energy_asked',
        ),
        migrations.AlterField(
            model_name='isolation',
            name='energy',
            field=models.CharField(blank=True, choices=[('relieved', 'Relieved'), ('blocked', 'Blocked or held'), ('none', 'None is stored')], db_default='', default='', max_length=8, null=True, verbose_name='stored energy'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='isolation',
            trigger=pgtrigger.compiler.Trigger(name='energy_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."energy" IS NULL)', func="\n    IF TG_OP = 'INSERT' OR OLD.energy IS NOT NULL THEN\n        RAISE EXCEPTION 'stored energy is asked of isolation %', NEW.id USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='c596eb4662e4352edf16aa1077c39d38be26fb20', operation='INSERT OR UPDATE', pgid='pgtrigger_energy_asked_41931', table='permits_isolation', when='BEFORE')),
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop, elidable=True),
    ])]
