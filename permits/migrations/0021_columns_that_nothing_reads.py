"""What nothing reads any more is no column of the models. In the tables it stays for one release, so
that the code of before works with them; new rows need say nothing of it.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from work.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0020_behind_as_it_moves'),
    ]

    operations = [Together([
        pgtrigger.migrations.RemoveTrigger(
            model_name='isolationpoint',
            name='point_stands',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='permittype',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='permittype',
            name='update_update',
        ),
    ]),
    migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                sql="""
ALTER TABLE permits_permittype ALTER COLUMN scan_or_reason SET DEFAULT true;
ALTER TABLE permits_permittypeevent ALTER COLUMN scan_or_reason SET DEFAULT true;
""",
                reverse_sql=migrations.RunSQL.noop,
            ),
        ],
        state_operations=[
            migrations.RemoveField(
                model_name='isolationpoint',
                name='asset',
            ),
            migrations.RemoveField(
                model_name='permittype',
                name='scan_or_reason',
            ),
            migrations.RemoveField(
                model_name='permittypeevent',
                name='scan_or_reason',
            ),
            migrations.RemoveField(
                model_name='stop',
                name='told_at',
            ),
        ],
    ),
    Together([
        pgtrigger.migrations.AddTrigger(
            model_name='isolationpoint',
            trigger=pgtrigger.compiler.Trigger(name='point_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."isolation_id" IS DISTINCT FROM (NEW."isolation_id") OR OLD."sequence" IS DISTINCT FROM (NEW."sequence") OR OLD."tag" IS DISTINCT FROM (NEW."tag") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."position" IS DISTINCT FROM (NEW."position"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9e530b384eda35b697ebfbfee4669e9804f1cb73', operation='UPDATE', pgid='pgtrigger_point_stands_83452', table='permits_isolationpoint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='permittype',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "permits_permittypeevent" ("aftercare_minutes", "apart", "bring_back_minutes", "code", "controls", "id", "is_active", "isolation_class", "least_risk", "longest_hours", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "questions", "site_id") VALUES (NEW."aftercare_minutes", NEW."apart", NEW."bring_back_minutes", NEW."code", NEW."controls", NEW."id", NEW."is_active", NEW."isolation_class", NEW."least_risk", NEW."longest_hours", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."questions", NEW."site_id"); RETURN NULL;', hash='bebaa2e7869183bbea5b64f82aa852ac42f158d2', operation='INSERT', pgid='pgtrigger_insert_insert_4cafd', table='permits_permittype', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='permittype',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "permits_permittypeevent" ("aftercare_minutes", "apart", "bring_back_minutes", "code", "controls", "id", "is_active", "isolation_class", "least_risk", "longest_hours", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "questions", "site_id") VALUES (NEW."aftercare_minutes", NEW."apart", NEW."bring_back_minutes", NEW."code", NEW."controls", NEW."id", NEW."is_active", NEW."isolation_class", NEW."least_risk", NEW."longest_hours", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."questions", NEW."site_id"); RETURN NULL;', hash='22a87c4052f9c7b456636e17fb8fb66aeec89c01', operation='UPDATE', pgid='pgtrigger_update_update_eecb7', table='permits_permittype', when='AFTER')),
        ),
    ])]
