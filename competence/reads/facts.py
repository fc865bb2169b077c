"""The facts that judgements rest on: one query for what sites ask, one for what people have.

Every act on work asks these, so the statements are written out: putting them together anew would
cost Django several times what sending them does.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from competence.facts import Asked, Firm, Named, PersonFacts, Proof, SiteFacts
from competence.models import Competence, Rule
from work.ports import ItemContext, Occasion
from work.prepared import planned

_SITES_SQL = """
SELECT s.id, s.slug,
  (SELECT jsonb_agg(jsonb_build_object(
      'id', r.id, 'asks', r.asks, 'starts', r.starts, 'ends', r.ends, 'level', r.level,
      'competence', CASE WHEN c.id IS NOT NULL THEN
        jsonb_build_object('id', c.id, 'code', c.code, 'name', c.name, 'kind', c.kind) END,
      'verification', CASE WHEN v.id IS NOT NULL THEN
        jsonb_build_object('id', v.id, 'code', v.code, 'name', v.name, 'kind', v.kind) END,
      'supervised', r.supervised, 'everybody', r.everybody, 'type_id', r.type_id,
      'place_id', r.place_id, 'path', coalesce(p.path, ''), 'place', coalesce(p.name, ''),
      'class_id', r.asset_class_id, 'capacity', r.capacity, 'kind', r.kind, 'code', r.code,
      'team_id', r.team_id) ORDER BY r.id)
     FROM competence_rule r
     LEFT JOIN competence_competence c ON c.id = r.competence_id
     LEFT JOIN competence_competence v ON v.id = r.verification_id
     LEFT JOIN work_place p ON p.id = r.place_id
    WHERE r.site_id = s.id AND (r.ends IS NULL OR r.ends > r.starts)
      AND (%(paths)s::text[] IS NULL OR (
        (p.path IS NULL OR p.path = ANY(%(paths)s))
        AND (r.type_id IS NULL OR r.type_id = ANY(%(types)s))
        AND (r.asset_class_id IS NULL OR r.asset_class_id = ANY(%(classes)s))))),
  (SELECT jsonb_agg(jsonb_build_object(
      'team_id', f.team_id, 'state', f.state, 'until', f.until, 'path', coalesce(p.path, ''),
      'types', f.type_ids,
      'insured', (SELECT jsonb_agg(i.until) FROM competence_companypaper i
        WHERE i.company_id = f.id AND i.kind = 'insurance' AND i.struck_at IS NULL
          AND i.verified_at IS NOT NULL),
      'waits', EXISTS (SELECT FROM competence_companypaper i
        WHERE i.company_id = f.id AND i.kind = 'insurance' AND i.struck_at IS NULL
          AND i.verified_at IS NULL)) ORDER BY f.id)
     FROM competence_company f LEFT JOIN work_place p ON p.id = f.place_id
    WHERE f.site_id = s.id
      AND (%(people)s::bigint[] IS NULL OR f.team_id = ANY(ARRAY(
        SELECT u.company_id FROM work_user u WHERE u.id = ANY(%(people)s)
        UNION ALL
        SELECT m.company_id FROM work_membership m
         WHERE m.user_id = ANY(%(people)s) AND m.role = 'contractor'))))
  FROM work_site s WHERE s.id = ANY(%(sites)s)
"""

_PEOPLE_SQL = """
SELECT u.id, u.company_id,
  (SELECT jsonb_agg(jsonb_build_array(m.site_id, m.company_id, m.starts, m.ends) ORDER BY m.id)
     FROM work_membership m
    WHERE m.user_id = u.id AND m.site_id = ANY(%(sites)s) AND m.role = 'contractor'),
  (SELECT jsonb_agg(jsonb_build_array(r.competence_id, r.state, r.level, r.valid_until, r.id)
                    ORDER BY r.id)
     FROM (SELECT DISTINCT ON (o.competence_id, o.state, o.level) o.*
             FROM competence_record o
            WHERE o.person_id = u.id AND o.site_id = ANY(%(sites)s)
              AND o.state IN ('obtained', 'verified')
              AND (%(of)s::bigint[] IS NULL OR o.competence_id = ANY(%(of)s))
            ORDER BY o.competence_id, o.state, o.level, o.valid_until DESC NULLS FIRST) AS r),
  (SELECT jsonb_agg(jsonb_build_array(e.competence_id, e.until) ORDER BY e.id)
     FROM competence_exemption e
    WHERE e.person_id = u.id AND e.site_id = ANY(%(sites)s) AND e.ended_at IS NULL),
  (SELECT jsonb_agg(jsonb_build_array(i.place_id, i.until) ORDER BY i.id)
     FROM competence_induction i
    WHERE i.person_id = u.id AND i.site_id = ANY(%(sites)s) AND i.ended_at IS NULL),
  NOT u.is_active
  FROM work_user u WHERE u.id = ANY(%(people)s)
"""


def of_sites(site_ids: Iterable[int]) -> dict[int, SiteFacts]:
    """What these sites ask, and how their companies stand: one query."""
    every = {"paths": None, "types": [], "classes": [], "people": None}
    return _of_sites({"sites": sorted(set(site_ids)), **every})


def of_items(items: Collection[ItemContext], people: Collection[int]) -> dict[int, SiteFacts]:
    """The same of what the sites of some items ask of these people who carry them out, and how
    their companies stand: of nobody else.
    """
    return _of_sites(
        {
            "people": sorted(set(people)),
            "sites": sorted({item.site_id for item in items}),
            "paths": sorted({above for item in items for above in _above(item.place_path)}),
            "types": sorted({item.type_id for item in items}),
            "classes": sorted({pk for item in items for pk in item.asset_class_ids}),
        }
    )


def _above(path: str) -> Iterator[str]:
    """The path itself and those of all places above it, which are its beginnings."""
    place: Any = Rule._meta.get_field("place").related_model
    return (path[:end] for end in range(place.steplen, len(path) + 1, place.steplen))


def _of_sites(asked: Mapping[str, Any]) -> dict[int, SiteFacts]:
    with planned() as cursor:
        cursor.execute(_SITES_SQL, asked)
        return {
            pk: SiteFacts(
                id=pk,
                slug=slug,
                rules=tuple(_asked(row) for row in _loaded(rules)),
                firms=_firms(firms),
            )
            for pk, slug, rules, firms in cursor.fetchall()
        }


def named(occasions: Iterable[Occasion], kind: str) -> dict[tuple[int, str], Named]:
    """The competences that occasions name, by site and code: one query, none where none does."""
    asked = {(of.site_id, each.code) for of in occasions for each in of.named if each.kind == kind}
    if not asked:
        return {}
    of_site = {"site__in": {site for site, _ in asked}, "code__in": {code for _, code in asked}}
    rows = Competence.objects.filter(**of_site, is_active=True)
    return {
        (site, code): Named(pk, code, name, sort)
        for pk, site, code, name, sort in rows.values_list("pk", "site_id", "code", "name", "kind")
    }


# The companies of a site change seldom, and every act asks for some: each text is read once.
@lru_cache(maxsize=128)
def _firms(text: str | None) -> Mapping[int, Firm]:
    return {row["team_id"]: _firm(row) for row in _loaded(text)}


def _asked(row: Mapping[str, Any]) -> Asked:
    read = {
        "starts": datetime.fromisoformat(row["starts"]),
        "ends": _moment(row["ends"]),
        "competence": Named(**row["competence"]) if row["competence"] else None,
        "verification": Named(**row["verification"]) if row["verification"] else None,
    }
    return Asked(**{**row, **read})


def _firm(row: Mapping[str, Any]) -> Firm:
    return Firm(
        team_id=row["team_id"],
        state=row["state"],
        until=_moment(row["until"]),
        path=row["path"],
        insured=tuple(datetime.fromisoformat(each) for each in row["insured"] or ()),
        insurance_to_verify=row["waits"],
        type_ids=frozenset(row["types"]),
    )


def _loaded(text: str | None) -> list[Any]:
    """Rows as the database tells them: JSON, or nothing."""
    return json.loads(text) if text else []


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def of_people(
    people: Collection[int], site_ids: Iterable[int], of: Collection[int] | None = None
) -> dict[int, PersonFacts]:
    """What these people have at these sites: one query. Who is not there has nothing.

    Of the records of a competence at a level that which lasts longest. of: of these competences
    alone, where many people have much that nobody asks.
    """
    found = {pk: PersonFacts(pk) for pk in people}
    asked = {
        "people": sorted(set(people)),
        "sites": sorted(set(site_ids)),
        "of": None if of is None else sorted(of),
    }
    with planned() as cursor:
        cursor.execute(_PEOPLE_SQL, asked)
        for pk, firm_id, firms, records, exemptions, inductions, left in cursor.fetchall():
            found[pk] = PersonFacts(
                id=pk,
                firm_id=firm_id,
                firms=tuple(
                    (site, firm, datetime.fromisoformat(starts), _moment(ends))
                    for site, firm, starts, ends in _loaded(firms)
                ),
                proofs=tuple(
                    Proof(of, state, level, _moment(until), record)
                    for of, state, level, until, record in _loaded(records)
                ),
                exemptions=tuple(
                    (of, datetime.fromisoformat(until)) for of, until in _loaded(exemptions)
                ),
                inductions=tuple((place, _moment(until)) for place, until in _loaded(inductions)),
                left=left,
            )
    return found
