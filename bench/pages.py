"""What is measured, and what each may take of the floor."""

from dataclasses import dataclass
from typing import Any

SITE = "/s/bulk/"
LIST, PAGE, PERIOD, LIVE = 1.0, 2.0, 3.0, 0.3
_FILTERS = (
    "status=planned",
    "type={type}",
    "place={area}",
    "place={place}",
    "owner={owner}",
    "owner=me",
    "team={team}",
    "executor={executor}",
    "asset={asset}",
    "kind=material",
    "clears=role:planner",
    "blocked=1",
    "ready=1",
    "overdue=1",
    "priority=1",
    "due_before=2027-01-01",
    "waiting_days=2",
    "q=bearing",
    "f.centre=CC-17",
    "f.hours.from=100",
)
_SORTS = ("due", "planned_start", "priority", "status", "waiting", "age")
_PAIRS = (
    "place={area}&status=closed",
    "place={area}&type={type}&status=all",
    "place={area}&owner={owner}&status=all",
    "place={area}&team={team}&status=all",
    "type={type}&status=closed",
    "owner={owner}&status=closed",
    "team={team}&status=closed",
    "type={type}&owner={owner}&status=all",
    "type={type}&team={team}&status=all",
    "owner={owner}&team={team}&status=all",
)


@dataclass(frozen=True)
class Page:
    """One row of the table. most: of the floor's time; None where nothing is asked of it.

    live: asked again with the token that it came with, and nothing is new. act: the form of an act
    that comes before each time, so that nothing is kept of what was read. text: what a right answer
    says.
    """

    name: str
    path: str
    most: float | None
    text: str
    live: bool = False
    act: str = ""


FLOOR = Page("floor", "/floor/", None, "<table>")


def pages(known: dict[str, Any]) -> list[Page]:
    """All of them, for a site of which this is known."""
    work, board = f"{SITE}work/", f"{SITE}board/"
    comment = f"{work}W-{known['startable'][-1][0]}/comment/"
    rows, cards = '<tr id="row-', 'id="card-'

    def a_list(asked: str, most: float = LIST, text: str = rows) -> Page:
        return Page(f"list {asked}".strip(), f"{work}?{asked}".rstrip("?"), most, text)

    found = [Page("floor again", FLOOR.path, None, FLOOR.text), a_list("")]
    found += [a_list(each.format(**known)) for each in _FILTERS]
    found += [a_list(f"sort={sign}{sort}") for sort in _SORTS for sign in ("", "-")]
    found += [a_list("status=all"), a_list("page=20")]
    found += [a_list(f"after={known['items'] - 1500}")]
    found += [a_list(each.format(**known)) for each in _PAIRS]
    found += [a_list("status=closed&priority=1", PERIOD), a_list("group=kind", PERIOD, "<h1")]
    found += [Page("board", board, LIST, cards)]
    found += [Page("board blocked=1", f"{board}?blocked=1", LIST, cards)]
    found += [
        Page(f"board by {kind}", f"{board}?lanes={kind}", LIST, cards)
        for kind in ("area", "owner", "team", "type")
    ]
    found += [
        Page("item, bare", f"{work}W-{known['bare']}/", PAGE, "<h1"),
        Page("item, full", f"{work}W-{known['full']}/", PAGE, "Line 11 is"),
        Page("site picture", SITE, PAGE, "<h1"),
        Page("my work", f"{SITE}mine/", PAGE, "<h1"),
        Page("place", f"{SITE}places/{known['area']}/", PAGE, "<h1"),
        Page("search", f"{SITE}search/?q=bearing", PAGE, "<h1"),
        Page("why does it wait", f"{SITE}why/", PAGE, "<h1"),
        *(
            Page(f"{name}, after an act", path, None, text, act=comment)
            for name, path, text in (
                ("list", work, rows),
                ("board", board, cards),
                ("board by area", f"{board}?lanes=area", cards),
                ("site picture", SITE, "<h1"),
                ("my work", f"{SITE}mine/", "<h1"),
                ("why", f"{SITE}why/", "<h1"),
                ("place", f"{SITE}places/{known['area']}/", "<h1"),
            )
        ),
        Page("board, unchanged", board, LIVE, "", live=True),
        Page("list, unchanged", work, LIVE, "", live=True),
    ]
    return found + of_domains(known)


# Lists of the domains by their name: what each is asked.
_LISTS = {
    "permits": (
        "", "type={permit_type}", "place={area}", "show=issue", "show=asked", "show=ended",
        "show=ended&type={permit_type}", "show=ended&place={permit_place}",
        "show=ended&place={area}", "show=ended&page=20", "item=W-{governed}",
        "item=W-{permit_item}",
    ),
    "isolations": (
        "", "place={area}", "show=planned", "show=long", "show=ended",
        "show=ended&place={permit_place}", "show=ended&page=20", "item=W-{governed}",
    ),
    "documents": (
        "", "kind=drawing", "owner={document_owner}", "q=boiler", "q=boiler+unit+12", "q=D-00012",
        "place={document_place}", "asset={document_asset}", "view=read", "view=work",
        "view=planned", "view=none", "view=due", "view=withdrawn", "page=20", "item=W-{governed}",
    ),
    "competence/matrix": (
        "", "kind=certificate", "team={firm}", "place={area_path}", "competence={competence}",
        "page=10", "columns=5",
    ),
}  # fmt: skip


def of_domains(known: dict[str, Any]) -> list[Page]:
    """Permits, isolations, documents, competence: their lists, and pages that show them."""
    found = [
        Page(f"{name} {asked.format(**known)}".strip(), f"{SITE}{name}/?{asked.format(**known)}",
             LIST, "<h1")
        for name, asking in _LISTS.items()
        for asked in asking
    ]  # fmt: skip
    found += [
        Page(name, SITE + path.format(**known), most, text)
        for name, path, most, text in (
            ("permit in force", "permits/P-{permit}/", PAGE, "Sparks and hot metal"),
            ("permit closed", "permits/P-{permit_closed}/", PAGE, "Sparks and hot metal"),
            ("permit, printed", "permits/P-{permit}/print/", PAGE, "Sparks and hot metal"),
            ("permits, outage pack", "permits/pack/?place={area}", PAGE, "<h1"),
            ("isolation", "isolations/I-{isolation}/", PAGE, "<h1"),
            ("document", "documents/{document}/", PAGE, "<h1"),
            ("competence person", "competence/people/{person}/", PAGE, "<h1"),
            ("competence forecast", "competence/", PAGE, "<h1"),
            ("competence forecast, 90 days", "competence/?days=90", PAGE, "<h1"),
            ("competence gate", "competence/gate/", PAGE, "<h1"),
            ("competence companies", "competence/companies/", LIST, "<h1"),
            ("competence company", "competence/companies/{company}/", PAGE, "<h1"),
            ("domains: item", "work/W-{governed}/", PAGE, "<h1"),
            ("domains: what an item asks of people", "competence/work/W-{governed}/", PAGE, "<h1"),
            ("domains: search permits", "search/?q=flange", PAGE, "<h1"),
            ("domains: search P-", "search/?q=P-{permit_closed}", PAGE, "<h1"),
            ("domains: search D-", "search/?q=D-00012", PAGE, "<h1"),
        )
    ]
    comment = f"{SITE}work/W-{known['governed']}/comment/"
    found += [
        Page(f"{name}, after an act", SITE + path, None, "<h1", act=comment)
        for name, path in (
            ("permits", "permits/"),
            ("permits show=ended", "permits/?show=ended"),
            ("isolations", "isolations/"),
            ("documents", "documents/"),
            ("competence/matrix", "competence/matrix/"),
            ("competence forecast", "competence/"),
            ("competence gate", "competence/gate/"),
        )
    ]
    return found
