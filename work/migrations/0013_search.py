from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, UnaccentExtension
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

OPEN = models.Q(('status__in', ['done', 'live', 'planned', 'requested', 'waiting']))
OPEN_WORDS = SearchVector('what', 'why', config='vinkey')
WORDS = SearchVector('what', config='vinkey')


class Migration(migrations.Migration):
    # Made beside the acts that go on: the items are many.
    atomic = False

    dependencies = [
        ('work', '0012_found_by_index'),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(
            # Every word as it is written, in whatever language, without its accents.
            """
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'vinkey') THEN
                CREATE TEXT SEARCH CONFIGURATION vinkey (COPY = simple);
                ALTER TEXT SEARCH CONFIGURATION vinkey
                  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
              END IF;
            END $$
            """,
            'DROP TEXT SEARCH CONFIGURATION vinkey',
        ),
        AddIndexConcurrently('workitem', GinIndex(WORDS, name='work_item_words')),
        AddIndexConcurrently('workitem', GinIndex(OPEN_WORDS, condition=OPEN, name='work_item_open_words')),
        AddIndexConcurrently(
            'workitem',
            models.Index(
                condition=models.Q(('external_key', ''), _negated=True),
                fields=['site', 'external_key'],
                name='work_item_external_key',
            ),
        ),
    ]
