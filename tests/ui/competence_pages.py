"""The pages of competence in their states."""

from typing import Any

from django.template.loader import render_to_string

from competence.forms import Expected, Narrow
from tests.ui.page import Page
from tests.ui.stand_ins import NOW, SITE, NoteForm, Row, act, ago, ahead

_TABS = [
    Row(label="What ends", url="/s/hvk/competence/", current=True, count=""),
    Row(label="Gate today", url="/s/hvk/competence/gate/", current=False, count=""),
]
_PAGER = Row(total_text="2", first=1, last=2, pages=[], previous_url="", next_url="?page=2")
_ITEM = Row(label="W-1042", url="/s/hvk/work/W-1042/", what="Weld the bracket", place="Bund A",
            start=ahead(hours=2))  # fmt: skip
_REASON = Row(text="The induction of Mees Kok for Havenkade ended yesterday.", url="/s/hvk/",
              who="Competence coordinator", phone="")  # fmt: skip
_REFUSED = Row(kind="refused", title="Verify", reasons=[_REASON])


def _asked() -> list[Row]:
    rows = [("stop", "Ended", None, [_REASON]), ("late", "Ends soon", ahead(days=3), [])]
    rows += [("temp", "Under supervision", None, [_REASON]), ("go", "Met", None, [])]
    return [
        Row(what=f"WELD{n} Welding", tone=tone, state=state, until=until, reasons=reasons)
        for n, (tone, state, until, reasons) in enumerate(rows)
    ]


def _site(**more: Any) -> dict[str, Any]:
    return {"site": SITE, "tabs": _TABS, "pager": _PAGER} | more


def _overview(**more: Any) -> dict[str, Any]:
    stat = Row(label="Ends within 7 days", count="2", url="?days=7", tone="late", icon="hourglass",
               note="shown below")  # fmt: skip
    row = {"what": "WELD Welding", "name": "Mees Kok", "url": "/s/hvk/competence/people/7/"}
    rows = [
        Row(**row, until=ahead(days=3), items=[_ITEM], more=2),
        Row(**row, until=ahead(days=5), items=[], more=0),
    ]
    waiting = [Row(**row, by="Renske Bos", at=ago(days=1))]
    return _site(days=7, counts=[stat], rows=rows, waiting=waiting,
                 waiting_text="20+") | more  # fmt: skip


def _matrix(**more: Any) -> dict[str, Any]:
    cells = [
        Row(text="2", label="WELD", tone="plain", icon="check", until=None),
        Row(text="Ended", label="VCA", tone="stop", icon="octagon-x", until=ago(days=2)),
        Row(text="", label="HOT"),
    ]
    people = [Row(name="Mees Kok", company="LasTeam BV", url="/s/hvk/", cells=cells)]
    columns = [{"label": label} for label in ("Person", "WELD", "VCA", "HOT")]
    legend = ["WELD Welding", "VCA Basic safety", "HOT Hot work"]
    drawn = render_to_string("competence/_matrix_rows.html", {"rows": people})
    return _site(form=Narrow(), columns=columns, legend=legend, drawn=drawn,
                 columns_before="", columns_after="?columns=2") | more  # fmt: skip


def _record(n: int, **more: Any) -> Row:
    given = {
        "level": "Level 2 of 3 · Alone", "planned_on": None, "obtained_on": ago(days=90).date(),
        "until": ahead(days=300), "reference": "Inst 2026/118", "file_name": "weld.pdf",
        "file_url": "/s/hvk/competence/records/1/file/", "by": "Renske Bos",
        "verified_by": "Jos van Dam", "note": "With Wim",
    }  # fmt: skip
    record = {"record": Row(**given | more)}
    return Row(what="WELD Welding", state=Row(tone="calm", text="Verified"),
               says=render_to_string("competence/_record_says.html", record),
               acts=[act(f"revoke-{n}", "Revoke",
                         form=NoteForm(auto_id=f"act-revoke-{n}-%s"))])  # fmt: skip


def _told(n: int, why: str = "") -> Row:
    each = Row(done_on=ago(days=30), until=ago(days=1), by="Jos van Dam", why=why)
    return Row(what="HVK Havenkade", ended=True, acts=[act(f"end-{n}", "End it")],
               says=render_to_string("competence/_told_says.html", {"each": each}))  # fmt: skip


def _person(**more: Any) -> dict[str, Any]:
    person = Row(name="Mees Kok", company="LasTeam BV", phone="06-1234", is_active=False, pk=7)
    planned = _record(2, obtained_on=None, planned_on=ahead(days=9).date(), file_url="")
    kind = Row(title="Certificate", key="certificate", rows=[_record(1), planned])
    gaps = [Row(item=_ITEM, asked=_asked()), Row(item=_ITEM, asked=[])]
    drawn = render_to_string("competence/_gap_rows.html", {"gaps": gaps})
    return _site(person=person, gaps=drawn, gaps_count=2,
                 kinds=[kind], records_count=2, inductions=[_told(1)],
                 exemptions=[_told(2, "The course is on Friday")], panels=[], refusal=None,
                 judged=Row(id="judged", title="Judged at decisions", url="#", count=None),
                 done=False, acts=[act("induct", "Inducted", form=NoteForm())]) | more  # fmt: skip


def _company(**more: Any) -> dict[str, Any]:
    company = Row(name="LasTeam BV", code="lasteam", version=3, until=ahead(days=60), why="",
                  state=Row(text="Approved", tone="go"))  # fmt: skip
    paper = Row(what="Insurance", reference="Noord 7", until=ahead(days=5), file_name="p.pdf",
                state=Row(tone="late", text="Ends soon"), file_url="/s/hvk/competence/papers/1/",
                by="Hamid Yilmaz", verified_by="Jos van Dam", acts=[])  # fmt: skip
    people = [
        Row(name="Luuk Prins", url="/s/hvk/competence/people/8/", inducted_on=ago(days=9).date(),
            until=ahead(days=9), ended=False),
        Row(name="Mees Kok", url="/s/hvk/competence/people/7/", inducted_on=None, until=None,
            ended=False),
    ]  # fmt: skip
    newcomer = Row(name="Ries", badge="L7", by="Hamid Yilmaz", at=ago(days=1),
                   acts=[act("admit-1", "Let in")])  # fmt: skip
    facts = [Row(label="Approved for", text="Welding", url="")]
    said = {"papers": [paper], "people": people, "newcomers": [newcomer], "facts": facts}
    acts = [act("suspend", "Suspend")]
    return _site(company=company, acts=acts, refusal=None, done=False, **said) | more


def _companies(**more: Any) -> dict[str, Any]:
    row = {"name": "LasTeam BV", "url": "/s/hvk/competence/companies/lasteam/", "people": 3}
    rows = [
        Row(**row, state=Row(text="Approved", tone="go"), until=ahead(days=60),
            insured_until=ahead(days=5), uninsured=False, waits=""),
        Row(**row, state=Row(text="Suspended", tone="stop"), until=None, insured_until=None,
            uninsured=True, waits="2"),
    ]  # fmt: skip
    labels = ("Company", "State", "Approved until", "Insured until", "People", "Waits")
    columns = [{"label": label} for label in labels]
    return _site(rows=rows, columns=columns, acts=[act("invite", "Invite")], refusal=None,
                 done=False) | more  # fmt: skip


def _gate(**more: Any) -> dict[str, Any]:
    row = {"company": "LasTeam BV", "items": [_ITEM], "url": ""}
    rows = [
        Row(**row, name="Mees Kok", may=False, until=None, reasons=[_REASON], beside=[_REASON]),
        Row(**row, name="Luuk Prins", may=True, until=ahead(days=5), reasons=[], beside=[]),
    ]
    return (
        _site(rows=rows, form=Expected(), beyond=True, may_count=1, not_count=1, as_of=NOW) | more
    )


def _of_item(**more: Any) -> dict[str, Any]:
    people = [
        Row(name="Mees Kok", url="/s/hvk/competence/people/7/", asked=_asked()),
        Row(name="Luuk Prins", url="", asked=[]),
    ]
    return {"site": SITE, "item": _ITEM, "people": people, "judged": JUDGED} | more


JUDGED = [
    Row(at=NOW, label="W-12", url="/s/hvk/work/W-12/", by_text="Mara", refused=False, people=[
        Row(name="Luuk Prins", as_text="", asked=[
            Row(what="Luuk Prins: Welding (WELD)", tone="go", state="Met", reason="",
                proof="Inst 2026/118", until=NOW),
        ]),
    ]),
]  # fmt: skip


COMPETENCE_PAGES = {
    "competence": Page("competence/overview.html", _overview),
    "competence-none": Page(
        "competence/overview.html", lambda: _overview(rows=[], waiting=[], waiting_text=0)
    ),
    "matrix": Page("competence/matrix.html", _matrix),
    "matrix-none": Page("competence/matrix.html", lambda: _matrix(drawn="")),
    "person": Page("competence/person.html", _person),
    "person-refused": Page(
        "competence/person.html",
        lambda: _person(
            refusal=_REFUSED, gaps="", gaps_count=0, kinds=[], inductions=[], exemptions=[]
        ),
    ),
    "company": Page("competence/company.html", _company),
    "company-new": Page(
        "competence/company.html", lambda: _company(papers=[], people=[], newcomers=[], facts=[])
    ),
    "companies": Page("competence/company_list.html", _companies),
    "companies-none": Page("competence/company_list.html", lambda: _companies(rows=[])),
    "gate": Page("competence/gate.html", _gate),
    "gate-none": Page("competence/gate.html", lambda: _gate(rows=[], pager=None, form=None)),
    "gate-narrowed": Page(
        "competence/gate.html",
        lambda: _gate(rows=[], pager=None, narrowed=True, form=Expected({"company": "0"})),
    ),
    "of-item": Page("competence/of_item.html", _of_item),
    "judged": Page(
        "judged_page.html",
        lambda: _site(judged=JUDGED, above="Luuk Prins", above_url="/s/hvk/competence/people/8/"),
    ),  # fmt: skip
    "of-nobody": Page("competence/of_item.html", lambda: _of_item(people=[])),
}
