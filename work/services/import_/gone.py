"""Records of earlier runs that the file lacks: remarked on, and left as they are."""

import json

from django.db import connection

from work.models.imports import ImportRun
from work.services.import_.faults import Fault


def remark_gone(run: ImportRun, file: str, column: str) -> int:
    """Add a row with a remark for each of them, after the staged ones; how many there are."""
    remark = json.dumps(Fault("gone", file, column=column).as_json())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO work_importrow
                (run_id, part, name, key, ref, file, line, data, faults, refused, depth, verdict,
                done)
            SELECT %(run)s, 'record', '', i.key, '', %(file)s, 0, '{}', jsonb_build_array(
                %(remark)s::jsonb || jsonb_build_object('value', i.key)), false, 0, '', true
            FROM work_importedrecord i
            WHERE i.site_id = %(site)s AND i.kind = %(kind)s AND i.system = %(system)s
            AND NOT EXISTS (
                SELECT 1 FROM work_importrow r
                WHERE r.run_id = %(run)s AND r.part = 'record' AND r.key = i.key)
            ORDER BY i.key
            """,
            {
                "run": run.pk,
                "site": run.site_id,
                "kind": run.kind,
                "system": run.system,
                "file": file,
                "remark": remark,
            },
        )
        return cursor.rowcount
