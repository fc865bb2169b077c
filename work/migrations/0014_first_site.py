import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0013_search'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='update_update',
        ),
        migrations.AddField(
            model_name='user',
            name='home',
            field=models.CharField(blank=True, db_default='', max_length=20, verbose_name='first site'),
        ),
        migrations.AddField(
            model_name='userevent',
            name='home',
            field=models.CharField(blank=True, db_default='', max_length=20, verbose_name='first site'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "work_userevent" ("badge", "company_id", "created_at", "email", "home", "id", "is_active", "is_staff", "is_superuser", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "theme", "username") VALUES (NEW."badge", NEW."company_id", NEW."created_at", NEW."email", NEW."home", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."theme", NEW."username"); RETURN NULL;', hash='f74d45e28e1b94a81c5e0300eaa62d9aa18f2658', operation='INSERT', pgid='pgtrigger_insert_insert_b5bc8', table='work_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."badge" IS DISTINCT FROM (NEW."badge") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."home" IS DISTINCT FROM (NEW."home") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."theme" IS DISTINCT FROM (NEW."theme") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "work_userevent" ("badge", "company_id", "created_at", "email", "home", "id", "is_active", "is_staff", "is_superuser", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "theme", "username") VALUES (NEW."badge", NEW."company_id", NEW."created_at", NEW."email", NEW."home", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."theme", NEW."username"); RETURN NULL;', hash='db14dc33d841aced198cef4abe1d5616520bdd41', operation='UPDATE', pgid='pgtrigger_update_update_7fd53', table='work_user', when='AFTER')),
        ),
    ]
