"""Documents with their revisions, where each applies, and who has read them."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from bench.bulk.ground import loading, of, one_of, pick
from documents.models import Document
from work.models import Asset, AssetClass

CLASSES = 20
# Work of these types is asked for documents and competences; what else there is stays free of them.
ASKING_TYPES = 5
_TABLES = ("documents_document", "documents_revision", "documents_applicability",
           "documents_review", "documents_acknowledgement", "documents_revisionfile",
           "documents_itemrevision", "work_blob")  # fmt: skip
# Of ten the eleventh part is written, one in fifty never came into force, one in twenty is out.
_DOCUMENTS = f"""
INSERT INTO documents_document (site_id, code, title, kind, owner_id, review_months, next_review,
  created_at, withdrawn_at, version)
SELECT %(site)s, 'D-' || lpad(n::text, 5, '0'),
  {
    one_of(
        (
            "Starting up",
            "Cleaning",
            "Isolating",
            "Greasing",
            "Calibrating",
            "Entering",
            "Testing",
            "Draining",
        ),
        101,
    )
} || ' '
    || {
    one_of(
        (
            "the filler",
            "a pump",
            "the boiler",
            "a reactor",
            "the conveyor",
            "a tank",
            "the chiller",
            "a heat exchanger",
            "the compressor",
        ),
        102,
    )
}
    || ' of unit ' || {pick(4000, 103)},
  {
    one_of(
        (
            "procedure",
            "instruction",
            "instruction",
            "drawing",
            "drawing",
            "drawing",
            "form",
            "data_sheet",
        ),
        104,
    )
},
  {of("crews", pick("crews_count", 105))}, 24,
  (%(at)s + make_interval(days => {pick(1000, 106)} - 20))::date,
  %(at)s - interval '5 years' + make_interval(hours => {pick(40000, 107)}),
  CASE WHEN {pick(20, 108)} = 0 THEN %(at)s - make_interval(days => 1 + {pick(60, 109)}) END, 3
FROM generate_series(1, %(documents)s) AS n
"""
# Two or three in force one after the other, and of some one more that is being made. By p written,
# by p + 1 reviewed, by p + 2 approved.
_REVISIONS = f"""
INSERT INTO documents_revision (document_id, label, state, author_id, wrote, reviewer_id,
  approver_id, created_at, reviewed_at, approved_at, withdrawn_at, effective, bearing, reread,
  key_lines, stopped_work, version)
SELECT id, nth::text,
  CASE WHEN nth > many THEN coming WHEN withdrawn_at IS NOT NULL AND nth = many THEN 'withdrawn'
    ELSE 'approved' END,
  {of("staff", "p + nth")}, '{{}}',
  CASE WHEN nth <= many OR coming = 'approved' THEN {of("staff", "p + nth + 1")} END,
  CASE WHEN nth <= many OR coming = 'approved' THEN {of("staff", "p + nth + 2")} END,
  began - interval '20 days',
  CASE WHEN nth <= many OR coming = 'approved' THEN began - interval '10 days' END,
  CASE WHEN nth <= many OR coming = 'approved' THEN began - interval '5 days' END,
  CASE WHEN nth = many THEN withdrawn_at END,
  CASE WHEN nth <= many THEN tstzrange(began,
      CASE WHEN nth < many THEN began + step WHEN withdrawn_at IS NOT NULL THEN withdrawn_at
        WHEN coming = 'approved' AND dated THEN %(at)s + make_interval(days => 1 + soon) END)
    WHEN coming = 'approved' AND dated
      THEN tstzrange(%(at)s + make_interval(days => 1 + soon), NULL) END,
  {one_of(("notice", "notice", "notice", "hold_point"), 111)}, true,
  '["Read the first page"]'::jsonb, false, 3
FROM (
  SELECT *, generate_series(1, many + CASE WHEN coming <> '' THEN 1 ELSE 0 END) AS nth
  FROM (
    SELECT d.id, d.withdrawn_at, n, {pick("staff_count", 112)} AS p,
      CASE WHEN {pick(50, 113)} = 0 AND d.withdrawn_at IS NULL THEN 0 ELSE 1 + {pick(3, 114)} END
        + CASE WHEN {pick(4, 115)} = 0 THEN 1 ELSE 0 END AS many,
      CASE WHEN d.withdrawn_at IS NULL AND {pick(25, 116)} = 0
        THEN {one_of(("draft", "draft", "review", "approved", "approved"), 117)} ELSE ''
        END AS coming,
      {pick(3, 118)} > 0 AS dated, {pick(30, 119)} AS soon,
      make_interval(days => 300 + {pick(60, 120)}) AS step
    FROM documents_document d, LATERAL (SELECT substr(d.code, 3)::bigint AS n) AS numbered
    WHERE d.site_id = %(site)s
  ) AS drawn
) AS each, LATERAL (SELECT %(at)s - interval '70 days' - (many - nth) * step AS began) AS timed
ORDER BY id, nth
"""
_AROUND = (
    # Half of them apply to a class of things in an area, the others to a type of work there.
    f"""INSERT INTO documents_applicability (site_id, document_id, place_id, asset_class_id,
         work_type_id, kind_key, kind_code, acknowledge, lead, starts)
       SELECT d.site_id, d.id, {of("places", pick("places_count", 121, "d.id"))},
         CASE WHEN d.id %% 2 = 0
           THEN (%(classes)s::bigint[])[1 + {pick(CLASSES, 122, "d.id")}] END,
         CASE WHEN d.id %% 2 = 1
           THEN (%(types)s::bigint[])[1 + {pick(ASKING_TYPES, 122, "d.id")}] END,
         '', '', d.id %% 5 = 0, interval '0', d.created_at
       FROM documents_document d WHERE d.site_id = %(site)s""",
    f"""INSERT INTO documents_applicability (site_id, document_id, place_id, asset_class_id,
         work_type_id, kind_key, kind_code, acknowledge, lead, starts)
       SELECT d.site_id, d.id, {of("areas", pick("areas_count", 123, "d.id"))}, NULL,
         (%(types)s::bigint[])[1 + {pick(ASKING_TYPES, 124, "d.id")}],
         '', '', d.id %% 400 = 0, interval '0', d.created_at
       FROM documents_document d WHERE d.site_id = %(site)s AND d.id %% 200 = 0""",
    f"""INSERT INTO documents_review (document_id, verdict, by_id, at, next_review)
       SELECT d.id, CASE {pick(50, 125, "d.id")} WHEN 0 THEN 'needs_revision'
           WHEN 1 THEN 'obsolete' ELSE 'keep' END,
         {of("staff", pick("staff_count", 126, "d.id"))},
         %(at)s - make_interval(days => 30 + {pick(600, 127, "d.id")}), d.next_review
       FROM documents_document d WHERE d.site_id = %(site)s AND d.id %% 2 = 0""",
    f"""INSERT INTO documents_acknowledgement (revision_id, user_id, at, lines)
       SELECT r.id, {of("persons", pick("persons_count", 128, "r.id") + " + nth")},
         lower(r.effective) + make_interval(days => nth), '[]'::jsonb
       FROM documents_revision r JOIN documents_document d ON d.id = r.document_id,
         generate_series(1, 10) AS nth
       WHERE d.site_id = %(site)s AND d.id %% 5 = 0 AND r.effective @> %(at)s""",
    """INSERT INTO work_blob (sha256, size, content_type, created_at)
       SELECT encode(sha256(convert_to('bulk ' || n, 'UTF8')), 'hex'), 120000 + n,
         'application/pdf', %(at)s - interval '5 years' FROM generate_series(1, 200) AS n""",
    """INSERT INTO documents_revisionfile (revision_id, blob_id, name, added_by_id, added_at)
       SELECT r.id, b.id, d.code || '.pdf', r.author_id, r.created_at
       FROM documents_revision r JOIN documents_document d ON d.id = r.document_id
         JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM work_blob
           WHERE content_type = 'application/pdf' ORDER BY id LIMIT 200) AS b
           ON b.k = r.id %% 200
       WHERE d.site_id = %(site)s""",
    # What is under way of the types that ask began under the revision that was in force.
    f"""INSERT INTO documents_itemrevision (item_id, document_id, revision_id, at)
       SELECT i.id, r.document_id, r.id, i.started_at
       FROM (SELECT *, row_number() OVER (ORDER BY number) AS k FROM work_workitem
           WHERE site_id = %(site)s AND status IN ('live', 'waiting')
             AND type_id = ANY((%(types)s::bigint[])[1:{ASKING_TYPES}])) AS i
         JOIN (SELECT r.*, row_number() OVER (ORDER BY r.id) AS k FROM documents_revision r
           JOIN documents_document d ON d.id = r.document_id
           WHERE d.site_id = %(site)s AND d.withdrawn_at IS NULL AND r.effective @> %(at)s) AS r
           USING (k)""",
)


def load(cursor: CursorWrapper, known: dict[str, Any]) -> None:
    """Classes of things, documents and what stands around each."""
    known["classes"] = _classes(cursor, known)
    with loading(cursor, known["documents"], *_TABLES):
        cursor.execute(_DOCUMENTS, known)
        cursor.execute(_REVISIONS, known)
        for statement in _AROUND:
            cursor.execute(statement, known)


def _classes(cursor: CursorWrapper, known: dict[str, Any]) -> list[int]:
    """The things of the site, over classes as a plant has them."""
    made = AssetClass.objects.bulk_create(
        AssetClass(site=known["of"], code=f"class-{n}", name=f"Class {n}") for n in range(CLASSES)
    )
    ids = [each.pk for each in made]
    with loading(cursor, 0, "work_asset"):
        cursor.execute(
            f"UPDATE work_asset SET asset_class_id = (%(classes)s::bigint[])[1 + id %% {CLASSES}]"  # noqa: S608
            " WHERE site_id = %(site)s",
            {"classes": ids, "site": known["site"]},
        )
    return ids


def told(site: Any) -> dict[str, Any]:
    """What pages may ask of them."""
    rows = Document.objects.filter(site=site, withdrawn_at=None)
    read = rows.filter(revisions__acknowledgements__isnull=False).order_by("-pk")[0]
    asset = Asset.objects.filter(site=site).order_by("pk")[3]
    return {
        "document": read.code,
        "document_owner": read.owner_id,
        "document_place": rows.filter(applies__place__depth=4)[0].applies.all()[0].place.code,
        "document_asset": asset.code,
    }
