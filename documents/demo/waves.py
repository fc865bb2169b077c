"""Documents made, and their revisions brought as far as each comes, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from documents.demo.shelf import APPLIES, DOCUMENTS, Paper
from documents.services import acknowledging, applying, documents, effective, revisions
from work.ports import Stage
from work.services import files

_CONTROLLER, _REVIEWER = "thea", "wouter"
_STAGES = ("draft", "review", "approved", "dated")
type _Known = dict[str, int]


def make(stage: Stage, at: datetime, known: _Known) -> None:
    """The documents themselves."""
    rows = [
        {
            "site_id": stage.site.pk,
            "code": code,
            "title": title,
            "kind": kind,
            "owner_id": stage.teams[owner],
        }
        for code, title, kind, owner in DOCUMENTS
    ]
    made = stage.together(_CONTROLLER, at, documents.create, rows)
    known |= {row[0]: pk for row, pk in zip(DOCUMENTS, made, strict=True)}


def apply(stage: Stage, at: datetime, known: _Known) -> None:
    """To which work each applies."""
    ids = {"type": ("work_type_id", stage.types), "place": ("place_id", stage.places)}
    rows: list[dict[str, Any]] = []
    for code, where in APPLIES:
        row: dict[str, Any] = {"document_id": known[code]}
        for name, said in where.items():
            row |= {ids[name][0]: ids[name][1][said]} if name in ids else {name: said}
        rows.append(row)
    stage.together(_CONTROLLER, at, applying.apply_to, rows)


def steps(
    stage: Stage, at: datetime, known: _Known, papers: Sequence[Paper]
) -> Iterator[Callable[[], object]]:
    """Drafted by their authors, reviewed, approved and dated, as far as each comes."""

    def up_to(said: str) -> list[Paper]:
        return [each for each in papers if _STAGES.index(each.ends) >= _STAGES.index(said)]

    for author in sorted({each.author for each in papers}):
        theirs = [each for each in papers if each.author == author]
        yield partial(_drafted, stage, at, known, author, theirs)
        sent = [each for each in up_to("review") if each.author == author]
        yield partial(_each, stage, author, at, known, revisions.send, sent)
    yield partial(_each, stage, _REVIEWER, at, known, revisions.review, up_to("approved"))
    approved = up_to("approved")
    yield partial(_each, stage, _CONTROLLER, at, known, revisions.approve, approved, signed=True)
    yield partial(_dated, stage, at, known, up_to("dated"))


def _key(paper: Paper) -> str:
    return f"{paper.code} {paper.label}"


def _drafted(
    stage: Stage, at: datetime, known: _Known, author: str, papers: Sequence[Paper]
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "document_id": known[each.code],
            "label": each.label,
            "why": each.why,
            "bearing": each.bearing,
            "key_lines": each.key_lines,
        }
        for each in papers
    ]
    made = stage.together(author, at, revisions.draft, rows)
    known |= {_key(each): pk for each, pk in zip(papers, made, strict=True)}
    kept = [
        {"revision_id": known[_key(each)], "name": f"{_key(each)}.txt", "blob": _file(each, at)}
        for each in papers
    ]
    stage.together(author, at, revisions.add_file, kept)


def _file(paper: Paper, at: datetime) -> Any:
    titles = {code: title for code, title, _kind, _owner in DOCUMENTS}
    head = (f"{paper.code}, revision {paper.label}", titles[paper.code], "")
    return files.store(["\n".join((*head, *paper.text, "")).encode()], at=at)


def _each(
    stage: Stage,
    by: str,
    at: datetime,
    known: _Known,
    service: Callable[..., Any],
    papers: Iterable[Paper],
    **given: Any,
) -> None:
    rows = [{"revision_id": known[_key(each)]} | given for each in papers]
    if rows:
        stage.together(by, at, service, rows)


def _dated(stage: Stage, at: datetime, known: _Known, papers: Iterable[Paper]) -> None:
    here = ZoneInfo(stage.site.time_zone)
    today = stage.at.astimezone(here).date()
    rows: list[dict[str, Any]] = []
    for each in papers:
        row: dict[str, Any] = {"revision_id": known[_key(each)]}
        if each.starts is not None:
            days, hour = each.starts
            begin = datetime.combine(today, time.min) + timedelta(days=days, hours=hour)
            row["starts"] = begin.replace(tzinfo=here)
        rows.append(row)
    stage.together(_CONTROLLER, at, effective.set_date, rows)


def read(
    stage: Stage, at: datetime, known: _Known, code: str, label: str, parts: Iterable[str]
) -> None:
    """All who play these parts in the crews have read it."""
    pk = known[f"{code} {label}"]
    for part in parts:
        for person in stage.crew(part):
            acknowledging.acknowledge(**stage.who(person, at), revision_id=pk)
