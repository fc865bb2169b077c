import django.contrib.postgres.constraints
import django.db.models.functions.text
from django.db import migrations, models

from work.together import Together

# Older doors named somebody twice, and no door ends that once a permit is checked: the older of two
# keeps the name. It is a fold, and no act: nobody loses a part in the permit.
FOLD = """
UPDATE permits_permitperson AS younger SET ended_at = now()
 WHERE younger.ended_at IS NULL AND younger.name <> '' AND EXISTS (
    SELECT FROM permits_permitperson AS older
     WHERE older.permit_id = younger.permit_id AND older.ended_at IS NULL
       AND older.id < younger.id AND lower(older.name) = lower(younger.name));
"""
# Who is signed on twice, or has two locks, is signed off by the doors: named, and not mended here.
TWICE = """
DO $$
DECLARE told text;
BEGIN
    SELECT string_agg(what, '; ') INTO told FROM (
        SELECT format('permit id %s: signed on twice as %s', permit_id, lower(name)) AS what
          FROM permits_presence WHERE off_at IS NULL AND name <> ''
         GROUP BY permit_id, lower(name) HAVING count(*) > 1
        UNION ALL
        SELECT format('isolation id %s: two locks of %s', isolation_id, lower(name))
          FROM permits_personallock WHERE off_at IS NULL AND name <> ''
         GROUP BY isolation_id, lower(name) HAVING count(*) > 1
        UNION ALL
        SELECT format('route id %s: asks %s people, twelve at the most', id, people)
          FROM permits_permitroute WHERE people > 12
    ) AS wrong;
    IF told IS NOT NULL THEN
        RAISE EXCEPTION 'end one of each first, or mend it: %', told;
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('permits', '0023_stored_energy_is_asked'),
    ]

    operations = [Together([
        migrations.RunSQL(FOLD, migrations.RunSQL.noop, elidable=True),
        migrations.RunSQL(TWICE, migrations.RunSQL.noop, elidable=True),
        migrations.AddConstraint(
            model_name='permitroute',
            constraint=models.CheckConstraint(condition=models.Q(('people__lte', 12)), name='permits_route_people_most', violation_error_message='A route asks twelve people at the most.'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('off_at', None), models.Q(('name', ''), _negated=True)), expressions=[('permit', '='), (django.db.models.functions.text.Lower('name'), '=')], name='permits_presence_named_once'),
        ),
        migrations.AddConstraint(
            model_name='permitperson',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at', None), models.Q(('name', ''), _negated=True)), expressions=[('permit', '='), (django.db.models.functions.text.Lower('name'), '=')], name='permits_permitperson_named_once'),
        ),
        migrations.RemoveConstraint(
            model_name='personallock',
            name='permits_personallock_named_once',
        ),
        migrations.AddConstraint(
            model_name='personallock',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('off_at', None), models.Q(('name', ''), _negated=True)), expressions=[('isolation', '='), (django.db.models.functions.text.Lower('name'), '=')], name='permits_personallock_one_named'),
        ),
    ])]
