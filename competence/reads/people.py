"""One person's competences, and who has what: the person page and the matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When, Window

from competence.facts import PersonFacts, Proof, SiteFacts
from competence.judging import Verdict
from competence.models import Competence, Exemption, Induction, Record
from competence.reads import facts, judged, visitors
from competence.reads import work as work_reads
from competence.states import Kind, RecordState
from work.permissions import Scope, visible
from work.prepared import given, prepared

PAGE = 25
COLUMNS = 12


def find(site: Any, at: datetime, pk: int) -> Any | None:
    """A person with a role at the site that has not ended, or a record here: one query.

    here_for: the company as whose contractor the person is here.
    """
    found = _person(pk=pk, site=site.pk, at=at)
    return found[0] if found else None


@prepared
def _person() -> QuerySet[Any]:
    site: Any = given("site")
    at: Any = given("at")
    roles = visitors.roles(at, site_id=site)
    records = Record.objects.filter(person=OuterRef("pk"), site_id=site)
    rows = get_user_model()._default_manager.filter(pk=given("pk"))
    return (
        rows.filter(Exists(roles) | Exists(records))
        .annotate(here_for=visitors.company_at(site, at))
        .select_related("company")
    )


def records(
    site: Any, person: Any, *, page: int, most: int, of: int | None = None
) -> tuple[list[Record], int, int]:
    """A page of a person's records at a site, by kind and name, newest first; how many stand before
    it, and how many there are: one query, and one for that of a record or beyond the last page.

    of: a record whose page is asked for, whatever `page` says.
    """
    kinds = [When(competence__kind=kind, then=Value(n)) for n, kind in enumerate(Kind)]
    rows = Record.objects.filter(person=person, site_id=site.pk)
    rows = rows.order_by(Case(*kinds), "competence__name", "-pk")
    if of is not None:
        known = list(rows.values_list("pk", flat=True))
        page = known.index(of) // most + 1 if of in known else page
    joined = ("competence", "recorded_by", "verified_by", "revoked_by", "note", "blob")
    first = (page - 1) * most
    found = list(rows.select_related(*joined).annotate(of_all=Window(Count("*")))[first:][:most])
    if not found and page > 1:
        return records(site, person, page=1, most=most)
    return found, first, found[0].of_all if found else 0


def proofs(site: Any, decisions: Sequence[dict[str, Any]]) -> None:
    """Put on what decisions rested, as it is called, where they say it: one query."""
    asked = [
        each
        for decision in decisions
        for person in decision["people"]
        for each in person["asked"]
        if each["record"] is not None
    ]
    wanted = {each["record"] for each in asked}
    rows = (
        Record.objects.filter(site_id=site.pk, pk__in=wanted) if wanted else Record.objects.none()
    )
    called = {row.pk: row.reference or row.file_name for row in rows}
    for each in asked:
        each["proof"] = called.get(each["record"], "")


def exemptions(site: Any, person: Any, at: datetime) -> list[Exemption]:
    """What is not asked of a person now: one query."""
    rows = Exemption.objects.filter(person=person, site_id=site.pk, ended_at=None, until__gt=at)
    return list(rows.select_related("competence", "by", "note"))


def inductions(site: Any, person: Any) -> list[Induction]:
    """Where a person was inducted, the newest of each place first: one query."""
    rows = Induction.objects.filter(person=person, site_id=site.pk, ended_at=None)
    return list(rows.select_related("place", "by").order_by("-done_on", "-pk")[:50])


@dataclass(frozen=True)
class Gaps:
    """What is asked of a person for one item."""

    item: Any
    verdicts: list[Verdict]
    supervised: bool


def gaps(
    site: Any, who: Scope, person: Any, at: datetime, asked: SiteFacts, most: int
) -> list[Gaps]:
    """What is asked of a person for the open work that he carries out, as far as the reader sees
    that work: three queries. asked: what the site asks."""
    mine = Q(site_id=site.pk, executors=person) & visible(who)
    found = work_reads.items(mine, most=most)
    contexts = work_reads.known(found)
    pairs = [(person.pk, contexts[item.pk]) for item in found]
    judgements = judged.verdicts(pairs, at, {site.pk: asked})
    return [
        Gaps(item, verdicts, supervised)
        for item, (verdicts, supervised) in zip(found, judgements, strict=True)
    ]


def of_item(item: Any, at: datetime) -> list[tuple[int, list[Verdict], bool]]:
    """The same of each executor of an item: three queries."""
    [context] = work_reads.known([item]).values()
    pairs = [(pk, context) for pk in context.executor_ids]
    found = judged.verdicts(pairs, at)
    return [(pk, *each) for (pk, _), each in zip(pairs, found, strict=True)]


@dataclass(frozen=True)
class Matrix:
    """A page of people × competences. cells: by person and competence."""

    people: list[Any]
    competences: list[Competence]
    cells: dict[tuple[int, int], Proof]
    total: int
    more_columns: bool


def matrix(
    site: Any,
    who: Scope,
    at: datetime,
    *,
    kind: str = "",
    team_id: int | None = None,
    path: str = "",
    code: str = "",
    page: int = 1,
    columns: int = 1,
) -> Matrix:
    """Who has what, a page of people and of competences at a time: four queries.

    team: of a crew or company. path: with a role at a place or below it.
    """
    wanted = Competence.objects.filter(site_id=site.pk, is_active=True)
    if kind:
        wanted = wanted.filter(kind=kind)
    if code:
        wanted = wanted.filter(code=code)
    first = (columns - 1) * COLUMNS
    asked = list(wanted.order_by("kind", "name", "pk")[first : first + COLUMNS + 1])
    people = _people(site, who, at, team_id, path)
    total = people.order_by()[:1001].count()
    shown = list(people.select_related("company")[(page - 1) * PAGE : page * PAGE])
    known = facts.of_people(
        [person.pk for person in shown], [site.pk], of=[each.pk for each in asked[:COLUMNS]]
    )
    cells = {
        (pk, each.pk): proof
        for pk, of_person in known.items()
        for each in asked[:COLUMNS]
        if (proof := _best(of_person, each.pk, at)) is not None
    }
    return Matrix(shown, asked[:COLUMNS], cells, total, len(asked) > COLUMNS)


def _people(site: Any, who: Scope, at: datetime, team_id: int | None, path: str) -> QuerySet[Any]:
    roles = visitors.roles(at, site_id=site.pk, starts__lte=at)
    if path:
        roles = roles.filter(Q(place=None) | Q(place__path__startswith=path))
    people = get_user_model()._default_manager.filter(Exists(roles), is_active=True)
    if team_id is not None:
        members: Any = get_user_model()._meta.get_field("teams").related_model
        now = Q(ends=None) | Q(ends__gt=at)
        of_team = members._default_manager.filter(now, user=OuterRef("pk"), team_id=team_id)
        for_it = visitors.of_teams(site.pk, [team_id], at)
        people = people.filter(Exists(for_it) | Exists(of_team))
    if who.only_contractor(site.pk):
        people = people.filter(Exists(visitors.of_teams(site.pk, who.companies(site.pk), at)))
    return people.order_by("name", "pk")


def _best(person: PersonFacts, competence_id: int, at: datetime) -> Proof | None:
    """What says most: what counts now, at the highest level; else what waits; else what ended."""
    proofs = [proof for proof in person.proofs if proof.competence_id == competence_id]
    counts = [
        proof
        for proof in proofs
        if proof.state == RecordState.VERIFIED and (proof.until is None or proof.until > at)
    ]
    if counts:
        return max(
            counts,
            key=lambda p: (p.level or 0, p.until is None, p.until.timestamp() if p.until else 0),
        )
    waiting = [proof for proof in proofs if proof.state == RecordState.OBTAINED]
    return (waiting or proofs or [None])[-1]
