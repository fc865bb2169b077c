"""What hangs on a person who leaves, kind by kind, as the page of the leaving lists it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from work.admin.parts import moment, page_of
from work.models import WorkItem
from work.reads import item as items
from work.reads.leaving import Left


@dataclass(frozen=True)
class Row:
    """key: by which it is chosen; empty where it is not given on here. cells: text and address."""

    key: str
    what: str
    cells: list[tuple[str, str]]
    chosen: bool


@dataclass(frozen=True)
class Section:
    """One kind. to: the fields that say who gets it. note: what becomes of it otherwise."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: list[Row]
    to: list[Any]
    note: str
    empty: str


def number(item: WorkItem) -> tuple[str, str]:
    """The number of an item, and where it is."""
    return items.label(item.number), items.url(item.site, item.number)


def sections(found: Left, form: forms.Form, to: Mapping[str, Iterable[str]]) -> list[Section]:
    """Every kind, in the order in which it is given on."""

    def section(name: str, title: str, head: tuple[str, ...], rows: Any, **said: str) -> Section:
        chosen = {str(key) for key in form[name].value() or ()} if name in to else set()
        return Section(
            name=name,
            title=title,
            head=head,
            rows=[Row(key, cells[0][0], cells, key in chosen) for key, cells in rows],
            to=[form[each] for each in to.get(name, ())],
            **said,
        )

    work = (_("number"), _("what"), _("status"), _("place"))
    return [
        section(
            "items",
            _("Owns"),
            work,
            [(str(each.pk), _work(each)) for each in found.owned],
            note=_("What is given to nobody stays the person's, and stays listed here."),
            empty=_("Owns no open work."),
        ),
        section(
            "executed",
            _("Executes"),
            work,
            [(str(each.pk), _work(each)) for each in found.executed],
            note=_("Where nobody takes over, the work waits: who has left is fit for nothing."),
            empty=_("Executes no open work."),
        ),
        section(
            "clears",
            _("Has to clear"),
            (_("number"), _("blocker"), _("since"), _("raised")),
            [
                ("" if each.prerequisite_id else str(each.pk), _blocker(each))
                for each in found.clears
            ],
            note=_("A blocker that follows from something else changes with that."),
            empty=_("Nobody waits for this person to clear a blocker."),
        ),
        section(
            "posts",
            _("Posts"),
            (_("post"), _("as"), _("from")),
            [(str(each.pk), _named(each)) for each in found.posts],
            note=_("With the leaving the person is named no longer, whether another is or not."),
            empty=_("Named for no post."),
        ),
        section(
            "duties",
            _("Duties"),
            (_("post"), _("since"), _("may be taken by")),
            [("", _duty(each, found)) for each in found.duties],
            note=_("A duty ends with the leaving. Who is named for the post takes it."),
            empty=_("Not on duty."),
        ),
    ]


def _work(item: WorkItem) -> list[tuple[str, str]]:
    return [
        number(item),
        (item.what, ""),
        (item.get_status_display(), ""),
        (str(item.place), ""),
    ]


def _blocker(blocker: Any) -> list[tuple[str, str]]:
    derived = blocker.prerequisite_id is not None
    return [
        number(blocker.item),
        (blocker.get_kind_display(), ""),
        (moment(blocker.since), ""),
        (_("as its source says") if derived else _("by hand"), ""),
    ]


def _named(holder: Any) -> list[tuple[str, str]]:
    return [
        (holder.post.name, page_of(holder)),
        (_("deputy") if holder.deputy else _("holder"), ""),
        (moment(holder.starts), ""),
    ]


def _duty(duty: Any, found: Left) -> list[tuple[str, str]]:
    takers = found.takers.get(duty.post_id, ())
    return [
        (duty.post.name, page_of(duty.post)),
        (moment(duty.starts), ""),
        (", ".join(takers) or _("nobody"), ""),
    ]
