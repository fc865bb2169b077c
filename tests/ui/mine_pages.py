"""My work, the end of a shift, what a search found, and the page about oneself, in their states."""

from typing import Any

from django import forms

from tests.ui.page import Page
from tests.ui.stand_ins import SITE, ItemRow, LoginForm, Row, ago, place
from work.states import Status


class _Ending(forms.Form):
    outcome = forms.ChoiceField(
        label="What becomes of it",
        choices=[("", "Nothing now"), ("done", "Done"), ("leave", "Leave it"), ("over", "Over")],
        widget=forms.RadioSelect,
        required=False,
    )
    condition = forms.CharField(label="Condition it is left in", widget=forms.Textarea)
    waits = forms.ChoiceField(label="It waits for", choices=[("", "Nothing"), ("new", "Other")])
    what = forms.CharField(label="Something else")
    to = forms.CharField(label="Over to", widget=forms.TextInput(attrs={"list": "people"}))


def _items() -> list[ItemRow]:
    return [
        ItemRow(
            "W-1042", "Inspect line 3 before restart", Status.LIVE, is_blocked=True,
            open_blockers=1, block_text="Lock 14 is still on F-301", executors_text="J. Lindqvist",
        ),
        ItemRow("W-1031", "Replace seal on pump P-112", Status.DONE, due=ago(days=1),
                is_overdue=True),
    ]  # fmt: skip


def _stat(label: str, count: str) -> Row:
    return Row(label=label, count=count, url="?x", tone="", icon="user", note="")


def _section(key: str, title: str) -> Row:
    return Row(key=key, title=title, count_text="2", url=f"?all={key}", rows=_items(),
               decision=key == "accept")  # fmt: skip


def _mine(**more: Any) -> dict[str, Any]:
    return {
        "site": SITE,
        "counts": [_stat("I own", "2"), _stat("To accept", "0")],
        "decisions": [_section("accept", "To accept")],
        "own": [_section("owned", "I own")],
        "nothing": False,
    } | more


def _pager() -> Row:
    return Row(total_text="2", first=1, last=2, pages=[], previous_url="", next_url="")


def _end(**more: Any) -> dict[str, Any]:
    form = _Ending({"i5-outcome": "leave"}, prefix="i5", auto_id="%s")
    missing = [Row(text="Guard on? is not answered.", who="its executors", url="")]
    row = Row(
        item=_items()[0], pk=5, version=7, form=form, missing=missing, more=2, why="why-5",
        left=Row(condition="Guard off", mine=True, of_post=False, carries=True),
        denied=[Row(label="Over to", text="This asks for another role.", who="", url="")],
    )  # fmt: skip
    refused = [Row(text="Guard on? is not answered.", who="", url="")]
    results = [
        Row(label="W-7", url="/s/hvk/work/W-7/", what="Grease", text="Given on", done=True),
        Row(label="W-8", url="/s/hvk/work/W-8/", what="Clean", text="", done=False, kind="refused",
            reasons=refused, typed="Cold and drained"),
    ]  # fmt: skip
    return {
        "site": SITE, "rows": [row], "more": True, "most": 30, "results": results,
        "people": ["Shift lead, Packaging", "M. Okafor"], "duties": ["Shift lead, Packaging"],
        "invalid": True, "refusal": None, "kept_note": "",
    } | more  # fmt: skip


def _thing(*, ready: bool = True) -> Row:
    return Row(name="Filler", code="FIL-3", url="/s/hvk/assets/FIL-3/", class_text="Machine",
               status_text="Calibrated", ready=ready)  # fmt: skip


def _found(**more: Any) -> dict[str, Any]:
    person = Row(name="M. Okafor", url="?owner=user:5", sub="LasTeam BV", phone="06 1234",
                 carried_url="?executor=user:5")  # fmt: skip
    work = Row(exact=_items()[:1], open=_items(), ended=_items()[1:], more_open=True,
               more_ended=True, guessed=True)  # fmt: skip
    return {
        "site": SITE, "q": "pump", "longest": 100, "searched": True, "work": work,
        "exact_places": [place("Line 3", "L3")], "exact_things": [_thing()],
        "places": [place("Line 4", "L4")], "things": [_thing(ready=False)], "people": [person],
        "open_url": "?q=pump", "ended_url": "?q=pump&status=all", "nothing": False,
    } | more  # fmt: skip


def _profile() -> dict[str, Any]:
    role = Row(site="Havenkade", slug="hvk", role_text="Shift lead", place_text="Packaging",
               company_text="", until=None)  # fmt: skip
    company = Row(name="LasTeam BV")
    return {
        "person": Row(name="J. Lindqvist", username="lindqvist", email="j@example.org",
                      phone="06 1234", company=company),
        "roles": [role], "second_step": True, "form": LoginForm(),
        "posts": [Row(name="Shift lead", site="Havenkade", deputy=True, on_duty=True)],
        "teams": [Row(name="Crew A", site="Havenkade")],
    }  # fmt: skip


_NOTHING = {"decisions": [], "own": [], "nothing": True}
MINE_PAGES = {
    "mine": Page("work/mine.html", _mine),
    "mine-nothing": Page("work/mine.html", lambda: _mine(**_NOTHING)),
    "mine-whole": Page(
        "work/mine_whole.html",
        lambda: {"site": SITE, "section": _section("accept", "To accept"), "pager": _pager()},
    ),
    "shift-end": Page("work/shift_end.html", _end),
    "shift-end-nothing": Page(
        "work/shift_end.html", lambda: _end(rows=[], results=[], duties=[], invalid=False)
    ),
    "search": Page("work/search.html", _found),
    "search-empty": Page("work/search.html", lambda: {"site": SITE, "q": ""}),
    "search-short": Page("work/search.html", lambda: {"site": SITE, "q": "x", "too_short": True}),
    "search-nothing": Page("work/search.html", lambda: _found(nothing=True)),
    "profile": Page("account/profile.html", _profile),
}
