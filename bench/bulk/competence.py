"""Competences, what is asked for where, what people have, and the companies of a site."""

from datetime import timedelta
from typing import Any

from django.db.backends.utils import CursorWrapper

from bench.bulk.documents import ASKING_TYPES, CLASSES
from bench.bulk.ground import loading, of, pick
from competence.models import Company, CompanyPaper, Competence, Newcomer, Record, Rule
from competence.states import Asks, CompanyState, Kind, PaperKind
from work.models import Membership, Place, Team, User
from work.states import Role, TeamKind

FIRMS = 20  # besides those of load_bulk
_TABLES = ("competence_record", "competence_exemption", "competence_induction",
           "competence_competence", "competence_rule", "competence_company",
           "competence_companypaper", "competence_newcomer")  # fmt: skip
# Each has seven tenths of what they hold once, and renewed the rest of it: what came before has
# ended. Recorded by p + 1, verified by p + 2.
_RECORDS = f"""
INSERT INTO competence_record (site_id, person_id, competence_id, level, state, planned_on,
  obtained_on, valid_until, reference, file_name, recorded_by_id, recorded_at, verified_by_id,
  verified_at, revoked_by_id, revoked_at, version)
SELECT %(site)s, person, competence, CASE WHEN skill THEN 1 + {pick(3, 131)} END, st,
  CASE st WHEN 'planned' THEN (%(at)s + make_interval(days => {pick(90, 132)}))::date END,
  CASE WHEN st <> 'planned' THEN (until - interval '3 years')::date END,
  CASE WHEN st <> 'planned' AND NOT skill THEN until END,
  CASE st WHEN 'planned' THEN '' ELSE 'Institute ' || n %% 40 || ', no. ' || n END, '',
  {of("staff", "p + 1")}, until - interval '3 years',
  CASE WHEN st IN ('verified', 'revoked') THEN {of("staff", "p + 2")} END,
  CASE WHEN st IN ('verified', 'revoked') THEN until - interval '3 years' + interval '1 day' END,
  CASE st WHEN 'revoked' THEN {of("staff", "p + 3")} END,
  CASE st WHEN 'revoked' THEN until - interval '1 year' END, 2
FROM (
  SELECT n, person, k, spot AS p, (%(competences_ids)s::bigint[])[1 + at_] AS competence,
    at_ %% 4 = 0 AS skill,
    CASE WHEN {pick(500, 137)} = 0 AND NOT renewed THEN 'obtained'
      WHEN {pick(400, 138)} = 0 THEN 'planned' WHEN {pick(50, 139)} = 0 THEN 'revoked'
      ELSE 'verified' END AS st,
    CASE WHEN renewed THEN %(at)s - make_interval(days => 30 + {pick(900, 133)})
      ELSE %(at)s + make_interval(hours => {pick(26000, 134)} - 480) END AS until
  FROM (
    SELECT n, k, renewed, spot, (%(all_people)s::bigint[])[1 + spot] AS person,
      ((spot * 13 + CASE WHEN renewed THEN k ELSE k - %(again)s END) %% %(competences)s)::int
        AS at_
    FROM (SELECT n, ((n - 1) %% %(all_people_count)s)::int AS spot,
        ((n - 1) / %(all_people_count)s)::int AS k,
        (n - 1) / %(all_people_count)s < %(again)s AS renewed
      FROM generate_series(1, %(records)s) AS n) AS numbered
  ) AS placed
) AS drawn
ORDER BY n
"""
_INDUCTIONS = f"""
INSERT INTO competence_induction (site_id, person_id, place_id, done_on, until, by_id, at, version)
SELECT %(site)s, person, place, (until - interval '1 year')::date, until, {of("staff", "spot + 1")},
  until - interval '1 year', 1
FROM (
  SELECT n AS spot, (%(all_people)s::bigint[])[n] AS person, places.place, places.nth,
    %(at)s + make_interval(hours => {pick(8700, 135)} + 50 * places.nth - 300) AS until
  FROM generate_series(1, %(all_people_count)s) AS n, LATERAL (VALUES
    (1, (%(places)s::bigint[])[1]),
    (2, {of("areas", pick("areas_count", 136))}),
    (3, {of("areas", pick("areas_count", 136) + " + 1")})) AS places (nth, place)
) AS drawn
"""
_EXEMPTIONS = f"""
INSERT INTO competence_exemption (site_id, person_id, competence_id, until, note_id, by_id, at,
  version)
SELECT %(site)s, {of("staff", "n")}, (%(competences_ids)s::bigint[])[1 + n %% %(competences)s],
  %(at)s + make_interval(days => 1 + (n * 7) %% 100), %(note)s, {of("staff", "n + 1")},
  %(at)s - interval '10 days', 1
FROM generate_series(1, least(100, %(people)s / 10)) AS n
"""


def load(cursor: CursorWrapper, known: dict[str, Any]) -> None:
    """People, competences, rules, records, inductions and companies."""
    firms = _firms(known)
    people = _people(cursor, known, firms)
    known |= {
        "competences_ids": _competences(known),
        "all_people": people,
        "all_people_count": len(people),
        "again": known["records"] // len(people) * 3 // 10,
    }
    with loading(cursor, known["records"], *_TABLES):
        _rules(known)
        _companies(known, firms)
        for statement in (_RECORDS, _INDUCTIONS, _EXEMPTIONS):
            cursor.execute(statement, known)


def _firms(known: dict[str, Any]) -> list[int]:
    """Companies enough that their page is full of them."""
    made = Team.objects.bulk_create(
        Team(site=known["of"], code=f"firm-{n}", name=f"Firm {n}", kind=TeamKind.COMPANY)
        for n in range(FIRMS)
    )
    return [*known["firms"], *(each.pk for each in made)]


def _people(cursor: CursorWrapper, known: dict[str, Any], firms: list[int]) -> list[int]:
    """Those of the site, and as many that were here once: half of them have left for good."""
    there = list(User.objects.order_by("pk").values_list("pk", flat=True))
    more = max(0, known["people"] - len(there))
    with loading(cursor, 0, "work_user", "work_membership"):
        made = User.objects.bulk_create(
            (
                User(
                    username=f"was{n}",
                    name=f"Guest {n:04}",
                    password="!",  # noqa: S106
                    company_id=firms[n % len(firms)],
                    is_active=n % 2 == 0,
                )
                for n in range(more)
            ),
            batch_size=1000,
        )
        at = known["at"]
        Membership.objects.bulk_create(
            Membership(
                user=each,
                site=known["of"],
                role=Role.CONTRACTOR,
                company_id=each.company_id,
                starts=at - timedelta(days=900),
                ends=at - timedelta(days=30),
            )
            for each in made
        )
    return there + [each.pk for each in made]


def _competences(known: dict[str, Any]) -> list[int]:
    """Skills with levels, trainings, certificates, verifications."""
    kinds = (Kind.SKILL, Kind.TRAINING, Kind.CERTIFICATE, Kind.VERIFICATION)
    made = Competence.objects.bulk_create(
        Competence(
            site=known["of"],
            code=f"C-{n:03}",
            name=f"{kinds[n % 4].label} {n:03}",
            kind=kinds[n % 4],
            levels=["begins", "able", "teaches"] if n % 4 == 0 else [],
            months=None if n % 4 == 0 else 36,
        )
        for n in range(known["competences"])
    )
    return [each.pk for each in made]


def _rules(known: dict[str, Any]) -> None:
    """By type of work, by class of things, as what somebody takes part; inductions, approval."""
    site, at, ids = known["of"], known["at"], known["competences_ids"]
    begin = {"site": site, "starts": at - timedelta(days=400)}

    def asked(n: int, **where: Any) -> Rule:
        return Rule(competence_id=ids[n % len(ids)], **begin, **where)

    rules = [
        asked(3 * n + more, type_id=known["types"][n])
        for n in range(ASKING_TYPES)
        for more in range(3)
    ]
    rules += [asked(20 + n, asset_class_id=known["classes"][n]) for n in range(CLASSES)]
    rules += [
        asked(50 + n, place_id=known["places"][20 + n], type_id=known["types"][n % ASKING_TYPES])
        for n in range(min(100, len(known["places"]) - 20))
    ]
    rules += [
        asked(4 * n + 1, capacity=f"permits.{name}")
        for n, name in enumerate(("issuer", "gas_tester", "performing_authority", "authoriser"))
    ]
    rules += [Rule(asks=Asks.INDUCTION, place_id=each, **begin) for each in known["areas"]]
    rules.append(Rule(asks=Asks.APPROVAL, **begin))
    Rule.objects.bulk_create(rules)


def _companies(known: dict[str, Any], firms: list[int]) -> None:
    """Approved most of them, with their papers, and people who wait to be let in."""
    site, at, staff = known["of"], known["at"], known["staff"]
    states = [CompanyState.APPROVED] * 8 + [CompanyState.SUBMITTED, CompanyState.INVITED]
    made = Company.objects.bulk_create(
        Company(
            site=site,
            team_id=team,
            state=(state := states[n % len(states)]),
            work_scope="Mechanical work in all areas",
            until=at + timedelta(days=30 * n - 20),
            invited_by_id=staff[0],
            invited_at=at - timedelta(days=400),
            submitted_by_id=None if state == CompanyState.INVITED else staff[1],
            submitted_at=None if state == CompanyState.INVITED else at - timedelta(days=390),
            approved_by_id=staff[2] if state == CompanyState.APPROVED else None,
            approved_at=at - timedelta(days=380) if state == CompanyState.APPROVED else None,
        )
        for n, team in enumerate(firms)
    )
    CompanyPaper.objects.bulk_create(
        CompanyPaper(
            site=site,
            company=company,
            kind=kind,
            reference=f"Policy {n}-{kind}",
            until=at + timedelta(days=20 * n + 5),
            added_by_id=staff[1],
            added_at=at - timedelta(days=380),
            verified_by_id=None if n % 7 == 3 else staff[2],
            verified_at=None if n % 7 == 3 else at - timedelta(days=370),
        )
        for n, company in enumerate(made)
        for kind in (PaperKind.INSURANCE, PaperKind.CERTIFICATE, PaperKind.REGISTRATION)
    )
    Newcomer.objects.bulk_create(
        Newcomer(
            site=site,
            company=company,
            name=f"Newcomer {n}",
            added_by_id=staff[1],
            added_at=at - timedelta(days=2),
        )
        for company in made
        for n in range(2)
    )


def told(site: Any) -> dict[str, Any]:
    """What pages may ask of them."""
    held = Record.objects.filter(site=site, person__company=None).order_by("person__pk")
    return {
        "person": held[0].person_id,
        "company": Company.objects.filter(site=site).order_by("pk")[0].team.code,
        "competence": Competence.objects.filter(site=site).order_by("pk")[1].code,
        "firm": Team.objects.filter(site=site, kind=TeamKind.COMPANY).order_by("pk")[0].pk,
        "area_path": Place.objects.filter(site=site, depth=2).order_by("path")[0].path,
    }
