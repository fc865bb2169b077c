"""Every page in its states, with a context as the template's comment describes it."""

from collections.abc import Callable
from typing import Any

from django.test import RequestFactory

from tests.ui.account_pages import ACCOUNT_PAGES, ERROR_PAGES
from tests.ui.competence_pages import COMPETENCE_PAGES
from tests.ui.document_pages import DOCUMENT_PAGES
from tests.ui.item_pages import ITEM_PAGES
from tests.ui.mine_pages import MINE_PAGES
from tests.ui.page import Page
from tests.ui.stand_ins import (
    NOW,
    SITE,
    FilterForm,
    ItemRow,
    Row,
    ago,
    ahead,
    place,
)
from vinkey.gallery.views import context as shown
from work.forms.new import NewWork
from work.forms.views import ViewForm
from work.states import Status


def _rows() -> list[ItemRow]:
    moves = [
        Row(label="Start", url="/s/hvk/work/W-1042/start/?seen=7", at_once=True, act="5d0c",
            reasons=[1, 2, 3], reason="Permit EP-231 is not in force", who="HSE",
            more=2),
        Row(label="Cancel", url="/s/hvk/work/W-1042/cancel/", at_once=False, act="5d0d",
            reasons=[], reason="", more=0),
    ]  # fmt: skip
    return [
        ItemRow("W-1066", "Grease port missing on CV-412", Status.REQUESTED, owner_text=""),
        ItemRow("W-1042", "Inspect line 3 before restart", Status.LIVE, is_blocked=True,
                open_blockers=1, block_text="Lock 14 is still on F-301", safety_critical=True,
                has_permit=True, due=ahead(hours=9), moves=moves, unconfirmed_minutes=12),
        ItemRow("W-1055", "Start changeover to 500 ml", is_ready=True, due=ahead(hours=4),
                owner_kind="post", owner_text="Shift lead, Packaging", moves=moves),
        ItemRow("W-0977", "Rebuild compressor K-102 stage 2", Status.WAITING, is_blocked=True,
                open_blockers=2, block_text="Valve kit not on site", due=ago(days=11),
                is_overdue=True),
        ItemRow("W-1031", "Replace seal on pump P-112", Status.DONE, due=ago(days=1),
                is_overdue=True),
    ]  # fmt: skip


def _narrowing(**more: Any) -> dict[str, Any]:
    return {
        "site": SITE,
        "views": [
            Row(label="All open", url="?", count="81", current=True),
            Row(label="Blocked", url="?blocked=1", count="9", current=False),
            Row(label="Overdue", url="?overdue=1", count="6", current=False),
        ],
        "filters": FilterForm({"q": "pump"}),
        "ways": [
            Row(label="Board", url="/s/hvk/board/", icon="square-kanban", current=False),
            Row(label="List", url="/s/hvk/work/", icon="list", current=True),
        ],
        "saved": [
            Row(label="Line 3 restart", url="?place=L3&view=1", count="", current=False),
            Row(label="Contractors", url="?team=lasteam&view=2", count="", current=True),
        ],
        "view": Row(name="Contractors"),
        "view_changed": True,
        "change_url": "/s/hvk/views/2/?q=pump",
        "save_url": "/s/hvk/views/new/?q=pump",
        "views_url": "/s/hvk/views/",
        "groups_by": [
            Row(label="Rows", url="?", icon="list", current=True),
            Row(label="By kind of block", url="?group=kind", icon="layers", current=False),
        ],
        "choosable": [
            Row(key="number", label="Number", chosen=True),
            Row(key="team", label="Team", chosen=False),
        ],
        "chosen_hidden": [Row(name="q", value="pump")],
        "columns_kept": True,
        "chips": [Row(label="Blocked", value="yes", remove_url="?")],
        "hidden": [Row(name="sort", value="-due")],
        "clear_url": "?",
        "as_of": NOW,
        **more,
    }


def _columns() -> list[Row]:
    labels = [
        "Number",
        "What",
        "Type",
        "Place",
        "Owner",
        "Status",
        "Priority",
        "Due",
        "Age",
    ]
    return [
        Row(
            key=label.lower(),
            field=None,
            label=label,
            url=f"?sort={label.lower()}",
            direction="ascending" if label == "Due" else "",
            end=label == "Age",
        )
        for label in labels
    ]


def _pager() -> Row:
    pages = [Row(number=n, url=f"?page={n}", current=n == 2) for n in (1, 2, 3)]
    return Row(total_text="1,000+", first=51, last=100, pages=pages, previous_url="?page=1",
               next_url="?page=3")  # fmt: skip


def _list(**more: Any) -> dict[str, Any]:
    return _narrowing(items=_rows(), columns=_columns(), pager=_pager(), **more)


def _list_without(kind: str) -> Callable[[], dict[str, Any]]:
    trouble = Row(
        kind=kind, text="More than 90 days of ended work.", url="?due_before=2026-11-01",
        action="Ask the last 90 days",
    )  # fmt: skip
    return lambda: _narrowing(items=[], columns=_columns(), pager=None, trouble=trouble)


def _groups() -> list[Row]:
    more = {"url": "?kind=material", "now_url": "?blocked=1", "is_now": True}
    return [
        Row(label="Material", icon="package", now="14", items="17", held="1,204 h", seconds=4334400,
            oldest=ago(days=6), **more),
        Row(label="A permit of a rather long name for its kind", icon="shield-check", now="0",
            items="2", held="3.5 h", seconds=12600, oldest=None, **more | {"is_now": False}),
    ]  # fmt: skip


def _bulk() -> Row:
    acts = [Row(label="Set due", value="due", icon="calendar")]
    return Row(id="bulk", url="#bulk", acts=acts, many="")


def _why(groups: list[Row], guest: bool = False) -> dict[str, Any]:
    return {
        "site": SITE,
        "as_of": NOW,
        "since": NOW.date(),
        "days": 30,
        "counts": _counts()[:3],
        "kinds": groups,
        "clearers": groups,
        "areas": groups,
        "guest": guest,
        "most_kind": 4334400,
        "most_clearer": 4334400,
        "most_area": 4334400,
    }


def _views(rows: list[Row]) -> dict[str, Any]:
    return {"site": SITE, "rows": rows, "list_url": "/s/hvk/work/"}


def _view_rows() -> list[Row]:
    return [
        Row(name="Line 3 restart", url="?place=L3&view=1", shared=True, is_first=True, count="7",
            chips=["Place: Pouches"], trouble="", edit_url="/s/hvk/views/1/", may_change=False),
        Row(name="Bay", url="?place=BAY&view=2", shared=False, is_first=False, count="0",
            chips=["Place: BAY (not understood)"], edit_url="/s/hvk/views/2/", may_change=True,
            trouble="“BAY” is not understood as Place."),
    ]  # fmt: skip


def _view(view: Row | None, **more: Any) -> dict[str, Any]:
    return {
        "site": SITE,
        "view": view,
        "version": 3 if view else "",
        "form": ViewForm(may_share=True, initial={"name": "Bay"}),
        "chips": [Row(label="Place", value="Pouches")],
        "trouble": "",
        "list_url": "/s/hvk/work/?place=L3",
        "replaces": False,
        "may_change": True,
        "refusal": None,
        "kept_note": "",
        **more,
    }


def _board() -> dict[str, Any]:
    rows = _rows()
    columns = []
    for status in (Status.REQUESTED, Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE):
        held = [row for row in rows if row.status == status]
        columns.append(
            Row(code=status, label=str(status.label), count=str(len(held)), items=held,
                groups=[{"label": "", "items": held}],
                more_url="?status=live" if status == Status.LIVE else "", more="19")
        )  # fmt: skip
    return _narrowing(columns=columns, closed=Row(count="17", url="?status=closed"))


def _counts() -> list[Row]:
    return [
        Row(label="In progress", count="23", url="?a", tone="", icon="circle-play", note=""),
        Row(label="Blocked", count="9", url="?b", tone="stop", icon="octagon-x", note="oldest 6 d"),
        Row(label="Stopped, waiting", count="14", url="?c", tone="", icon="circle-pause", note=""),
        Row(label="To accept", count="12", url="?d", tone="", icon="circle-check", note=""),
        Row(label="Overdue", count="0", url="?e", tone="late", icon="clock-alert", note=""),
    ]


def _picture() -> dict[str, Any]:
    cells = [Row(count="4", url="?x", tone="", heat=4), Row(count="2", url="?y", tone="stop"),
             Row(count="0", url="?z", tone="late")]  # fmt: skip
    return {
        "site": SITE,
        "as_of": NOW,
        "panels": [
            Row(id="safe", title="Safe now", count=2, url="/s/hvk/panels/safe/", html=""),
            Row(id="people", title="People inside", count=None, url="", html="Nobody"),
        ],
        "counts": _counts(),
        "areas": [Row(name="Packaging", url="?p", load=4, stopped=2, late=0, cells=cells)],
        "area_most": 4,
        "area_columns": ["Open", "Blocked", "Overdue"],
        "exceptions": _counts()[:3],
        "decisions": [
            Row(
                title="To accept",
                url="?all=accept",
                count_text="12",
                rows=_rows()[:2],
                decision=True,
            )
        ],
        "recurring": _groups(),
        "recurring_most": 4334400,
        "trouble": None,
    }


def _place() -> dict[str, Any]:
    here = place("Line 3", "L3")
    here.owner_text, here.version = "Packaging crew", 3
    here.state_since, here.state_by_text, here.state_note = (
        ago(hours=1),
        "J. Lindqvist",
        "Guard trip",
    )
    near, part = place("Line 4", "L4"), place("Filler", "L3/FIL")
    near.kind_text, near.live, near.live_url = "Same air", 2, "?place=L4"
    part.open, part.blocked = 3, 1
    state = Row(text="Running", at=ago(days=2), who_text="M. Okafor", said="")
    window = Row(
        name="Night stop", to=ahead(hours=6), state_text="planned", acts=[], where_text="Filler",
        url="/s/hvk/places/FIL/",
    )  # fmt: skip
    setattr(window, "from", ahead(hours=2))
    post = Row(name="Shift lead, Packaging", holder_text="", acts=[], url="", phone="06 1")
    return {
        "site": SITE, "place": here, "above": [place("Packaging", "40")], "counts": _counts(),
        "items": _rows(), "more_url": "?place=L3", "parts": [part],
        "neighbours": [near], "assets": [_thing()], "holds": [], "windows": [window],
        "states": [state], "posts": [post],
        "acts": [], "panels": [], "refusal": None,
    }  # fmt: skip


def _thing() -> Row:
    return Row(name="Filler", code="FIL-3", url="/s/hvk/assets/FIL-3/", class_text="Machine",
               status_text="Calibration due", ready=False)  # fmt: skip


def _asset() -> dict[str, Any]:
    thing = _thing()
    thing.serial, thing.owner_text = "SN-77-12", "Packaging crew"
    stood = Row(text="L3 Line 3", url="/s/hvk/places/L3/", within=False, to=None)
    setattr(stood, "from", ago(days=9))
    return {
        "site": SITE, "asset": thing, "above": [place("Line 3", "L3")], "counts": _counts(),
        "items": _rows(), "more_url": "?asset=FIL-3", "ended": _rows()[:1], "ended_url": "?ended",
        "holds": [], "fields": [Row(label="Power", text="7.5 kW", url="")], "locations": [stood],
        "contents": [_thing()], "panels": [], "new_url": "/s/hvk/work/new/?asset=FIL-3",
    }  # fmt: skip


def _label() -> dict[str, Any]:
    thing = Row(code="L3", name="Line 3")
    drawn = '<svg viewBox="0 0 9 9"><path d="M0,0h9v9h-9z"/></svg>'
    return {"site": SITE, "thing": thing, "drawn": drawn, "back_url": "/s/hvk/places/L3/",
            "address": "https://example.org/s/hvk/places/L3/"}  # fmt: skip


def _places() -> dict[str, Any]:
    labels = ("Code", "Name", "Kind", "State", "Parts", "Open work", "Blocked")
    row = place("Line 3", "L3")
    row.parts, row.open, row.blocked, row.state_since = 12, "28", "4", ago(hours=1)
    columns = [Row(label=each, url="", direction="", end=False) for each in labels]
    return {
        "site": SITE, "q": "", "place": None, "above": [], "places": [row], "pager": _pager(),
        "columns": columns,
    }  # fmt: skip


def _sites() -> dict[str, Any]:
    return {
        "sites": [
            Row(
                slug="hvk",
                name="Havenkade",
                role_text="Shift lead",
                open="148",
                blocked=19,
                mine="6",
            ),
            Row(
                slug="nrd",
                name="Nord",
                role_text="Site administrator",
                open="3",
                blocked=0,
                mine="",
            ),
        ]
    }


def _new(typed: dict[str, str] | None = None) -> NewWork:
    return NewWork(typed, types=[("1", "Maintenance")], may_leave=True)


def _invalid_new() -> dict[str, Any]:
    form = _new({"what": "Grease port missing"})
    form.is_valid()
    return {"site": SITE, "form": form, "parent": None, "now_allowed": True}


REFUSED = Row(
    kind="refused",
    title="Start W-1042",
    reasons=[
        Row(text="Permit EP-231 is not in force.", who="permit issuer", url="/s/hvk/permits/231/"),
        Row(text="Nobody is named to do it.", who="planner", url=""),
    ],
)
PAGES = {
    "sites": Page("work/site_list.html", _sites),
    "sites-none": Page("work/site_list.html", lambda: {"sites": []}),
    "picture": Page("work/site_picture.html", _picture),
    "picture-quiet": Page(
        "work/site_picture.html",
        lambda: _picture() | {"decisions": [], "recurring": [], "panels": [], "areas": []},
    ),
    "list": Page("work/item_list.html", _list),
    "list-empty": Page(
        "work/item_list.html", lambda: _narrowing(items=[], columns=_columns(), chips=[])
    ),
    "list-bulk": Page("work/item_list.html", lambda: _list(bulk=_bulk())),
    "list-groups": Page("work/item_list.html", lambda: _narrowing(group="kind", groups=_groups())),
    "list-groups-none": Page("work/item_list.html", lambda: _narrowing(groups=[])),
    "why": Page("work/why.html", lambda: _why(_groups())),
    "why-guest": Page("work/why.html", lambda: _why(_groups(), guest=True)),
    "why-none": Page("work/why.html", lambda: _why([])),
    "views": Page("work/view_list.html", lambda: _views(_view_rows())),
    "views-none": Page("work/view_list.html", lambda: _views([])),
    "view-new": Page("work/view_form.html", lambda: _view(None)),
    "view": Page(
        "work/view_form.html",
        lambda: _view(
            Row(name="Bay", shared=True),
            trouble="“BAY” is not understood as Place.",
            kept_note="You had been signed out.",
        ),
    ),
    "list-nothing-fits": Page("work/item_list.html", lambda: _narrowing(items=[], columns=[])),
    **{
        f"list-{kind}": Page("work/item_list.html", _list_without(kind))
        for kind in ("too_many", "refused", "busy", "error")
    },
    "board": Page("work/board.html", _board),
    "new": Page(
        "work/item_new.html",
        lambda: {"site": SITE, "form": _new(), "parent": None, "now_allowed": True},
    ),
    "new-invalid": Page("work/item_new.html", _invalid_new),
    "places": Page("work/place_list.html", _places),
    "places-none": Page("work/place_list.html", lambda: {"site": SITE, "places": [], "q": "X"}),
    "place": Page("work/place_detail.html", _place),
    "asset": Page("work/asset_detail.html", _asset),
    "label": Page("work/label.html", _label),
    "refused": Page(
        "work/refused.html", lambda: {"site": SITE, "refusal": REFUSED, "back_url": "/s/hvk/"}
    ),
    **{name: Page("work/item_detail.html", make) for name, make in ITEM_PAGES.items()},
    "components": Page("gallery/components.html", lambda: shown(RequestFactory().get("/"))),
    **MINE_PAGES,
    **DOCUMENT_PAGES,
    **COMPETENCE_PAGES,
    **ACCOUNT_PAGES,
    **ERROR_PAGES,
}
