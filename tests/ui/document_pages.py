"""The documents of a site, one of them, its sheet, and a new one, in their states."""

from typing import Any

from tests.ui.page import Page
from tests.ui.stand_ins import NOW, SITE, NoteForm, Row, act, ago, ahead


def _row(code: str, **more: Any) -> Row:
    given = {
        "code": code, "title": "Restart line 3", "url": f"/s/hvk/documents/{code}/",
        "kind_text": "Procedure", "owner_text": "Operations", "withdrawn": None, "revision": "4",
        "since": ago(days=30), "coming": "5", "coming_text": "Planned",
        "coming_from": ahead(hours=9), "review": ahead(hours=900), "overdue": False,
    }  # fmt: skip
    return Row(**given | more)


def _list(**more: Any) -> dict[str, Any]:
    labels = ("Code", "Title", "Kind", "In force", "Coming", "Owner", "Review")
    option = Row(value="procedure", label="Procedure", chosen=True)
    nothing = {"revision": "", "since": None, "coming": "", "coming_text": "", "coming_from": None}
    return {
        "site": SITE, "as_of": NOW, "guest": False, "view": "due", "q": "restart", "may_make": True,
        "tabs": [Row(label="In use", url="?", current=True, count="")],
        "kinds": [option], "teams": [Row(value=3, label="Operations", chosen=False)],
        "chips": [Row(label="Applies at", value="Line 3", remove_url="?")],
        "hidden": [Row(name="place", value="L3")], "list_url": "/s/hvk/documents/",
        "columns": [{"label": label} for label in labels],
        "rows": [_row("SOP-L3-012"), _row("SOP-2", overdue=True, **nothing)],
        "pager": Row(total_text="51", first=1, last=50, pages=[], previous_url="",
                     next_url="?page=2"),
    } | more  # fmt: skip


def _revision(label: str, phase: str, **more: Any) -> Row:
    file = Row(name=f"SOP {label}.pdf", url="/s/hvk/documents/files/1/", size=181_000, acts=[],
               version=1)  # fmt: skip
    people = [
        Row(role="Author", name="Olga Brandt", at=ago(days=40)),
        Row(role="Approver", name="Emil Sato", at=ago(days=35)),
    ]
    given = {
        "pk": 1, "label": label, "phase": phase, "phase_text": phase.capitalize(), "tone": "",
        "begins": ago(days=30), "ends": None, "why": "The guard switch is of another make",
        "people": people, "bearing_text": "Hold point", "reread": True, "files": [file],
        "lines": ["Guard shut", "Key taken out"], "read_at": None, "read_acts": [], "acts": [],
        "version": 3,
    }  # fmt: skip
    return Row(**given | more)


def _one(**more: Any) -> dict[str, Any]:
    sign = act("sign-1", "I have read it", form=NoteForm(auto_id="act-sign-1-%s"))
    current = _revision("4", "effective", read_acts=[sign])
    coming = _revision("5", "planned", begins=ahead(hours=9), read_at=ago(hours=1), tone="temp")
    work = Row(
        label="W-1042",
        what="Inspect line 3",
        url="/s/hvk/work/W-1042/",
        status="live",
        status_text="In progress",
        place_text="Line 3",
        began="3",
        met=False,
        until=None,
    )
    until = Row(**work.__dict__ | {"label": "W-1050", "met": True, "until": ahead(hours=9),
                                   "began": ""})  # fmt: skip
    return {
        "site": SITE, "as_of": NOW, "guest": False, "url": "/s/hvk/documents/SOP-L3-012/",
        "document": Row(code="SOP-L3-012", title="Restart line 3", kind_text="Procedure",
                        owner_text="Operations", withdrawn=None, review=ago(days=1), overdue=True,
                        verdict_text="Needs a revision", version=7),
        "print_url": "/s/hvk/documents/SOP-L3-012/print/", "current": current, "coming": coming,
        "revisions": [coming, current, _revision("3", "superseded")], "work": [work, until],
        "more_work": True, "apply_acts": [act("apply", "Apply it to work")],
        "applies": [Row(text="Cleaning · Line 3", acknowledge=True, lead=3, since=NOW, acts=[])],
        "readers": [Row(name="Emil Sato", at=ago(hours=2), revision="4")],
        "reviews": [Row(text="Needs a revision", by="Emil Sato", at=ago(days=3), said="Old photo",
                        next=None)],
        "events": [Row(at=ago(hours=2), icon="book-check", who_text="Emil Sato", said="",
                       text="read revision 4", late=False)],
        "acts": [act("draft", "New revision")], "refusal": None, "done": False,
    } | more  # fmt: skip


def _nothing() -> dict[str, Any]:
    lists = ("revisions", "work", "applies", "apply_acts", "readers", "reviews", "events", "acts")
    return _one(current=None, coming=None, more_work=False) | {name: [] for name in lists}


def _sheet(**more: Any) -> dict[str, Any]:
    one = _one()
    revision = Row(label="4", begins=ago(days=30), lines=["Guard shut"], files=["SOP 4.pdf"],
                   people=[Row(role="Author", name="Olga Brandt", at=ago(days=40))])  # fmt: skip
    drawn = '<?xml version="1.0"?><svg viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>'
    return {
        "site": SITE, "document": one["document"], "as_of": NOW, "url": one["url"], "drawn": drawn,
        "revision": revision, "coming": Row(label="5", begins=ahead(hours=9)),
    } | more  # fmt: skip


_FILE = Row(name="SOP 4.pdf", url="/s/hvk/documents/files/4/", size=181_000, is_image=False,
            has_line=True, bare="", original_url="/s/hvk/documents/files/4/it/")  # fmt: skip
_BARE = Row(**vars(_FILE) | {"has_line": False, "bare": "other", "original_url": ""})


def _opened(phase: str = "effective", **more: Any) -> dict[str, Any]:
    revision = Row(label="3", phase=phase, phase_text=phase.capitalize(), begins=ago(days=30),
                   in_force=phase == "effective", ends=ago(days=2),
                   people=[Row(role="Author", name="Olga Brandt", at=ago(days=40))])  # fmt: skip
    more = {"revision": revision, "current": None, "file": _FILE} | more
    return _sheet(print_url="/s/hvk/documents/SOP-L3-012/print/") | more


DOCUMENT_PAGES: dict[str, Page] = {
    "documents": Page("documents/document_list.html", _list),
    "documents-none": Page("documents/document_list.html", lambda: _list(rows=[], guest=True)),
    "document": Page("documents/document_detail.html", _one),
    "document-guest": Page("documents/document_detail.html", lambda: _one(guest=True)),
    "document-nothing": Page("documents/document_detail.html", _nothing),
    "document-new": Page(
        "documents/document_new.html",
        lambda: {"site": SITE, "form": NoteForm(), "refusal": None},
    ),
    "document-print": Page("documents/document_print.html", _sheet),
    "document-print-none": Page("documents/document_print.html", lambda: _sheet(revision=None)),
    "document-file": Page("documents/document_file.html", _opened),
    "document-file-old": Page(
        "documents/document_file.html",
        lambda: _opened(
            "superseded", current=Row(label="4", begins=ago(days=2), files=[_FILE]), file=_BARE
        ),
    ),
}
