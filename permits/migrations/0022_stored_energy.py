"""Of rows that are there nothing is said: they were in place before it was asked."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0021_columns_that_nothing_reads'),
        ('work', '0020_judged_at_decisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [Together([
        pgtrigger.migrations.RemoveTrigger(
            model_name='isolation',
            name='tried',
        ),
        migrations.AddField(
            model_name='isolation',
            name='energy',
            field=models.CharField(blank=True, choices=[('relieved', 'Relieved'), ('blocked', 'Blocked or held'), ('none', 'None is stored')], max_length=8, null=True, verbose_name='stored energy'),
        ),
        migrations.AddField(
            model_name='isolation',
            name='energy_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='isolation',
            name='energy_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='isolation',
            name='energy_note',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.note'),
        ),
        migrations.AddField(
            model_name='isolation',
            name='notified_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='isolation',
            name='notified_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='isolation',
            name='notified_note',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.note'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='isolation',
            trigger=pgtrigger.compiler.Trigger(name='tried', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'verified\')', func="\n    IF NOT EXISTS (\n        SELECT 1 FROM permits_isolationpoint p\n         WHERE p.isolation_id = NEW.id AND p.ended_at IS NULL\n    ) OR EXISTS (\n        SELECT 1 FROM permits_isolationpoint p\n         WHERE p.isolation_id = NEW.id AND p.ended_at IS NULL\n           AND (p.locked_at IS NULL OR p.tried_at IS NULL\n                OR p.reported_at IS NOT NULL OR p.removed_at IS NOT NULL)\n    ) THEN\n        RAISE EXCEPTION 'not every point is tried of isolation %', NEW.id USING ERRCODE = '23514';\n    END IF;\n    IF NEW.energy = '' OR (NEW.energy IS NOT NULL AND NEW.notified_at IS NULL) THEN\n        RAISE EXCEPTION 'stored energy is not said of isolation %', NEW.id USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='886234f97aa2c6801b042f85f8a41b1b2683f6fd', operation='INSERT OR UPDATE', pgid='pgtrigger_tried_32dbd', table='permits_isolation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='isolation',
            trigger=pgtrigger.compiler.Trigger(name='energy_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."energy" IS NULL AND OLD."energy" IS NOT NULL)', func="RAISE EXCEPTION 'stored energy is asked of isolation %', NEW.id USING ERRCODE = '23514';", hash='5b9b8212776a8d004b6a0345b12ad953fb2e4fdf', operation='UPDATE', pgid='pgtrigger_energy_asked_41931', table='permits_isolation', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='isolation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('energy__in', ['relieved', 'blocked', 'none']), ('energy_by__isnull', False), ('energy_at__isnull', False)), models.Q(('energy', ''), ('energy_at', None), ('energy_by', None), ('energy_note', None)), models.Q(('energy', None), ('energy_at', None), ('energy_by', None), ('energy_note', None)), _connector='OR'), name='permits_isolation_energy'),
        ),
        migrations.AddConstraint(
            model_name='isolation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('notified_at', None), ('notified_by', None), ('notified_note', None)), models.Q(('notified_at__isnull', False), ('notified_by__isnull', False), ('notified_note__isnull', False)), _connector='OR'), name='permits_isolation_notified'),
        ),
    ])]
