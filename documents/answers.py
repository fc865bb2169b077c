"""What documents answer at the ports of work/: of requirements, conditions and kinds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.utils.translation import gettext_lazy as _

from documents import course
from documents.course import Term, Verdict
from documents.models import Document
from documents.reads import applying, courses, holding
from documents.reads.courses import Course
from documents.reads.visible import KEY
from documents.states import BEGUN
from work.exceptions import Reason
from work.ports import Answer, Condition, ItemContext, Occasion, Requirement, Source
from work.states import AnswerState, BlockerKind, Gate, Role


class Documents:
    """Source: a document. Asked at the start, and of strict later revisions at a hold point."""

    key = KEY
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Three queries: the documents' revisions, who read them, under which the items began."""
        people = {person for _source, item in pairs for person in item.executor_ids}
        ids = {source.id for source, _item in pairs if source.id is not None}
        known = courses.courses(ids)
        read = courses.readers(people, known)
        began = courses.began_under([item.id for _source, item in pairs if item.status in BEGUN])
        answers = []
        for source, item in pairs:
            found = known.get(source.id or 0)
            if found is None or found.site_id != item.site_id:
                answers.append(Answer.unknown(Reason("documents.missing"), clears=_CONTROLLER))
                continue
            if found.withdrawn:
                answers.append(Answer.met())
                continue
            readers = courses.of(item.executor_ids, read)
            asked = partial(_verdict, source, found.terms, began.get((item.id, found.id)), readers)
            answers.append(_told(found, asked, at))
        return answers

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Each document that applies; and of begun work what is read at its next hold point."""
        wanted = applying.to_items(items, at)
        begun = [item.id for item in items if item.status in BEGUN and wanted[item.id]]
        points = holding.points(begun, at)
        needs: dict[int, list[Requirement]] = {}
        for item in items:
            for each in wanted[item.id]:
                needs.setdefault(item.id, []).append(_at_start(each))
                for line_key in points.get((item.id, each.document_id), ()):
                    needs[item.id].append(_at_hold_point(each, line_key))
        return needs

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """A document waits for no work."""
        return {}


class OfOccasions:
    """The documents that an occasion asks for: in use, to be had, and read by who takes part."""

    key = KEY

    def of(self, occasions: Sequence[Occasion], at: datetime) -> list[list[Condition]]:
        """Three queries at most."""
        wanted = applying.to_occasions(occasions)
        ids = {each.document_id for several in wanted for each in several}
        called = {
            (each.site_id, asked.code)
            for each in occasions
            for asked in each.named
            if asked.kind == KEY
        }
        known = courses.courses(ids, named=called, files=True)
        named = {(each.site_id, each.code): pk for pk, each in known.items() if not each.withdrawn}
        people = {person for each in occasions for person, _capacity in each.people}
        asked = {each.document_id for several in wanted for each in several if each.acknowledge}
        read = courses.readers(people, asked)
        return [
            [
                condition
                for each in several
                for condition in _conditions(known[each.document_id], each, occasion, read, at)
            ]
            + [
                replace(_in_use(known[named[pair]], at), named=each)
                for each in occasion.named
                if each.kind == KEY and (pair := (occasion.site_id, each.code)) in named
            ]
            for occasion, several in zip(occasions, wanted, strict=True)
        ]


class Kind:
    """Documents, for whoever hangs a requirement on one: competence for a procedure."""

    key = KEY
    title = _("Document")

    def choices(self, site_id: int) -> list[tuple[str, str]]:
        """The documents of a site that are not withdrawn."""
        rows = Document.objects.filter(site_id=site_id, withdrawn_at=None).order_by("code")
        return [(code, f"{code} {title}") for code, title in rows.values_list("code", "title")]

    def of_items(self, items: Sequence[ItemContext], at: datetime) -> dict[int, set[str]]:
        """The codes of the documents that apply to each item."""
        wanted = applying.to_items(items, at)
        return {pk: {each.code for each in several} for pk, several in wanted.items() if several}


_CONTROLLER = ("role", str(Role.DOCUMENT_CONTROLLER))
_POINT = {"point": "hold"}


def _at_start(each: applying.Wanted) -> Requirement:
    return Requirement(
        key=f"start:{each.document_id}",
        gate=Gate.START,
        kind=BlockerKind.DOCUMENT,
        what=Reason("need.documents.document", {"document": each.code}),
        source_id=each.document_id,
        params={"acknowledge": True} if each.acknowledge else {},
        lead=each.lead,
    )


def _at_hold_point(each: applying.Wanted, line_key: str) -> Requirement:
    return Requirement(
        key=f"hold:{each.document_id}",
        gate=Gate.HOLD_POINT,
        kind=BlockerKind.DOCUMENT,
        what=Reason("need.documents.lines", {"document": each.code}),
        source_id=each.document_id,
        params=_POINT,
        line_key=line_key,
    )


def _verdict(
    source: Source,
    terms: Sequence[Term],
    began: int | None,
    readers: course.Readers,
    at: datetime,
) -> Verdict:
    acknowledge = bool(source.param("acknowledge"))
    if source.param("point") == "hold":
        if began is None:
            return Verdict(True)
        return course.at_hold_point(terms, began, readers, at)
    if began is None:
        return course.to_start(terms, readers if acknowledge else None, at)
    return course.under_way(terms, began, readers, at, acknowledge=acknowledge)


def _told(found: Course, asked: Callable[[datetime], Verdict], at: datetime) -> Answer:
    """The answer now; of one that is met until a moment, with what will be so from then on."""
    verdict = asked(at)
    if not verdict.met or verdict.until is None:
        return _answer(found, verdict)
    then = _answer(found, asked(verdict.until))
    return replace(then, state=AnswerState.MET, valid_until=verdict.until)


def _answer(found: Course, verdict: Verdict) -> Answer:
    if verdict.met:
        return Answer.met(valid_until=verdict.until, url=found.url)
    return Answer.unmet(
        _reason(found, verdict),
        clears=_clears(found, verdict),
        url=found.url,
        valid_until=verdict.until,
    )


def _reason(found: Course, verdict: Verdict) -> Reason:
    params: dict = {"document": found.code}
    if verdict.term is not None:
        params["revision"] = verdict.term.label
    if verdict.code == "not_effective_yet" and verdict.term is not None:
        params["since"] = verdict.term.starts.isoformat()
    if found.url:
        params["url"] = found.url
    code = verdict.code
    if verdict.lacking and len(verdict.lacking) > 1:
        params["count"], code = len(verdict.lacking), f"{code}_by_several"
    return Reason(f"documents.{code}", params, ("document", found.id))


def _clears(found: Course, verdict: Verdict) -> tuple[str, int | str]:
    if verdict.lacking:
        return ("user", verdict.lacking[0])
    return ("team", found.owner_id)


def _in_use(found: Course, at: datetime) -> Condition:
    """The document is in force, and to be had."""
    params, code = {"document": found.code, "url": found.url}, "document"
    verdict = course.to_start(found.terms, None, at)
    if verdict.met and verdict.term is not None:
        params, code = params | {"revision": verdict.term.label}, "revision"
    need = Reason(f"need.documents.{code}", params)
    if verdict.met and not found.is_there(at):
        verdict = Verdict(False, "no_file", verdict.term)
    return Condition(need, _answer(found, Verdict(True) if verdict.met else verdict))


def _conditions(
    found: Course,
    wanted: applying.Wanted,
    occasion: Occasion,
    read: dict[int, frozenset[int]],
    at: datetime,
) -> list[Condition]:
    conditions = [_in_use(found, at)]
    verdict = course.to_start(found.terms, None, at)
    if not wanted.acknowledge or verdict.code in ("not_effective", "not_effective_yet"):
        return conditions
    for person in sorted({person for person, _capacity in occasion.people}):
        own = course.to_start(found.terms, courses.of([person], read), at)
        asked = Reason("need.documents.acknowledged", {"document": found.code, "url": found.url})
        answer = Answer.met(url=found.url) if own.met else _answer(found, own)
        conditions.append(Condition(asked, answer, person))
    return conditions
