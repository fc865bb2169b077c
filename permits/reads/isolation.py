"""One isolation as its page shows it: with its points, its box and what hangs together with it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from permits.isolation_permissions import reads_names, sees
from permits.isolation_states import ENDED, Kind, State, class_of
from permits.models import Isolation, IsolationUse
from permits.permissions import sees as sees_permit
from permits.reads.isolations import stand
from permits.services._isolation_facts import Facts, facts_about
from permits.services._locks_for import signs_in
from permits.services._named import model_of
from permits.services.gone import asked_of, holds
from permits.standing import standing
from work.pages import Guest, guest_at
from work.permissions import Scope, visible
from work.prepared import given, prepared

type Name = Callable[..., str]

_NUMBER = re.compile(r"(?:[Ii][- ]?)?(\d{1,15})")


def find(site: Any, who: Scope, text: str, at: datetime) -> Facts | None:
    """The isolation with this number and all of it, where the reader may see it."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    isolation = next(iter(_whole(site=site.pk, number=int(match[1]))), None)
    if isolation is None:
        return None
    facts = facts_about(isolation, at)
    knows = sees(who, isolation, facts.teams) or facts.is_of(who.user_id)
    return facts if knows else None


@prepared
def _whole() -> QuerySet[Isolation]:
    """An isolation by its number, with all that is one of it."""
    rows = Isolation.objects.filter(site_id=given("site"), number=given("number"))
    return rows.select_related(
        "site",
        "place",
        "owner",
        "created_by",
        "drawn_by",
        "approved_by",
        "card",
        "asset",
        "energy_by",
        "energy_note",
        "notified_by",
        "notified_note",
    )


def names(isolation: Isolation, who: Scope) -> Name:
    """How the reader reads who did what. Contractors read the people of their own company by name,
    and nobody else.
    """
    if reads_names(who, isolation):
        return lambda person, typed="": typed or str(person or "")
    reader = guest(isolation, who)

    def name(person: Any, typed: str = "") -> str:
        if person is None and not typed:
            return ""
        own = person is not None and reader is not None
        if own and reader.reads(person.pk, person.company_id):
            return str(person)
        return _("Somebody of the site or another company")

    return name


def guest(isolation: Isolation, who: Scope) -> Guest | None:
    """As which guest the reader reads people on it, whose place is loaded, if as one."""
    return guest_at(who, isolation.site_id, isolation.place.path, reads_site=False)


def shown(facts: Facts, who: Scope) -> dict[str, Any]:
    """All that stands on its page but the acts."""
    isolation, at = facts.isolation, facts.at
    tone, text = stand(isolation, at)
    name = names(isolation, who)
    return {
        "pk": isolation.pk,
        "label": f"I-{isolation.number}",
        "version": isolation.version,
        "what": isolation.title,
        "kind": isolation.kind,
        "kind_text": isolation.get_kind_display(),
        "stands": isolation.state,
        "stands_text": text,
        "tone": tone,
        "since": isolation.state_since,
        "placed_at": isolation.placed_at,
        "place": {
            "name": isolation.place.name,
            "url": reverse("work:place_detail", args=[isolation.site.slug, isolation.place.code]),
        },
        "facts": _facts(facts, name),
        "said": _said(isolation, name, reads=reads_names(who, isolation)),
        "points": [_point(each, name) for each in facts.points],
        "locks": [
            {
                "pk": each.pk,
                "name": name(each.person, each.name),
                "group": each.group,
                "since": each.on_at,
            }
            for each in facts.locks
        ],
        "removals": _removals(facts, who, name),
        "uses": _uses(facts, who),
        "steps": _steps(isolation),
        "in_test": isolation.state == State.IN_TEST,
        "not_in_place": isolation.state == State.APPROVED and isolation.placed_at is not None,
        "ended": isolation.state in ENDED,
    }


def _facts(facts: Facts, name: Name) -> list[dict[str, Any]]:
    isolation = facts.isolation
    methods = [each.method for each in facts.points]
    apart = _("another than who applied it") if isolation.other_tries else _("the same person may")
    rows = [
        (_("Answers for it"), name(isolation.owner)),
        (_("Class"), str(class_of(methods).label) if methods else ""),
        (_("Tried by"), apart),
        (_("Thing"), str(isolation.asset or "")),
        (_("Card"), str(isolation.card or "")),
        (_("Reason"), isolation.reason),
        (_("Planned by"), name(isolation.created_by)),
        (_("Points drawn by"), name(isolation.drawn_by)),
        (_("Approved by"), name(isolation.approved_by)),
    ]
    if isolation.kind == Kind.LONG_TERM:
        days = _("every %(days)s days") % {"days": isolation.check_days}
        rows.append((_("Checked"), days))
    return [{"label": label, "text": text} for label, text in rows if text]


def _said(isolation: Isolation, name: Name, *, reads: bool) -> list[dict[str, Any]]:
    """What must be said before it is tried, with who said it and when; none while it is planned.

    What was typed may name people: for whom names are not, that it was said and when.
    """
    energy, told = isolation.energy_note, isolation.notified_note
    if isolation.placed_at is None and told is None:
        return []
    asked = isolation.energy is not None
    open_text = _("Not said yet") if asked else _("Not asked when it was put in place")
    return [
        {
            "label": _("Stored energy"),
            "text": isolation.get_energy_display() if isolation.energy else open_text,
            "note": energy.text if energy and reads else "",
            "by": name(isolation.energy_by),
            "at": isolation.energy_at,
        },
        {
            "label": _("Who is affected was told"),
            "text": (told.text if reads else _("Said")) if told else open_text,
            "note": "",
            "by": name(isolation.notified_by),
            "at": isolation.notified_at,
        },
    ]


def _point(point: Any, name: Name) -> dict[str, Any]:
    state = "reported" if point.reported_at else "removed" if point.removed_at else ""
    if not state:
        state = "tried" if point.tried_at else "locked" if point.locked_at else ""
        state = state or ("applied" if point.applied_at else "open")
    return {
        "pk": point.pk,
        "sequence": point.sequence,
        "tag": point.tag,
        "method_text": point.get_method_display(),
        "position": point.position,
        "lock": point.lock,
        "state": state,
        "applied_by": name(point.applied_by),
        "applied_at": point.applied_at,
        "tried_by": name(point.tried_by),
        "tried_at": point.tried_at,
        "reported_by": name(point.reported_by),
        "reported_at": point.reported_at,
        "position_after": point.position_after,
        "removed_by": name(point.removed_by),
    }


_WAY = {
    State.PLANNED: lazy("Planned"),
    State.APPROVED: lazy("Approved"),
    State.APPLIED: lazy("Applied and locked"),
    State.VERIFIED: lazy("Tried"),
    State.RELEASE: lazy("To remove"),
    State.CLOSED: lazy("Closed"),
}


def _steps(isolation: Isolation) -> list[dict[str, Any]]:
    """What was, where it stands, what comes."""
    at_step = {State.IN_TEST: State.VERIFIED, State.REMOVED: State.RELEASE}.get(
        State(isolation.state), State(isolation.state)
    )
    steps, passed = [], at_step in _WAY
    for state, label in _WAY.items():
        now = state == at_step
        label = State(isolation.state).label if now else label
        steps.append(
            {
                "label": str(label),
                "sub": "",
                "state": "now" if now else "was" if passed else "next",
                "icon": "lock",
            }
        )
        passed = passed and not now
    return steps


def _removals(facts: Facts, who: Scope, name: Name) -> list[dict[str, Any]]:
    """Locks of people gone that are asked for, or of which the person is not told: one query.

    For whom names are not, of the own lock alone.
    """
    rows = asked_of(facts.isolation).filter(told_at=None)
    rows = rows.select_related("lock__person", "asked_by", "removed_by", "away", "tried")
    if not reads_names(who, facts.isolation):
        rows = rows.filter(lock__person=who.user_id)
    return [
        {
            "pk": each.pk,
            "lock": each.lock_id,
            "person_id": each.lock.person_id,
            "name": name(each.lock.person, each.lock.name),
            "signs_in": signs_in(each.lock.person),
            "holds": holds(each, facts.at),
            "asked_by": name(each.asked_by),
            "asked_by_id": each.asked_by_id,
            "removed_by_id": each.removed_by_id,
            "removed_by": name(each.removed_by),
            "removed_at": each.removed_at,
            "away": each.away.text,
            "tried": each.tried.text,
        }
        for each in rows
        if each.removed_at is not None or each.lock.off_at is None
    ]


def _uses(facts: Facts, who: Scope) -> list[dict[str, Any]]:
    """Permits and work that hang together with it; what the reader may not see is not named."""
    ids = [each.item_id for each in facts.uses if each.item_id is not None]
    items = model_of(IsolationUse, "item").objects
    seen = (
        set(items.filter(visible(who), pk__in=ids).values_list("pk", flat=True)) if ids else set()
    )
    slug = facts.isolation.site.slug
    rows = []
    for each in facts.uses:
        if each.permit is not None:
            known = sees_permit(who, each.permit)
            label, what = f"P-{each.permit.number}", each.permit.what
            address = reverse("permits:permit_detail", args=[slug, label])
            how = standing(each.permit, facts.at).label
        elif each.item is not None:
            known = each.item_id in seen
            label, what = f"W-{each.item.number}", each.item.what
            address = reverse("work:item_detail", args=[slug, label])
            how = f"{each.get_how_display()} · {each.item.get_status_display()}"
        rows.append(
            {
                "pk": each.pk,
                "label": label if known else "",
                "what": what if known else _("Other work"),
                "url": address if known else "",
                "how": how,
            }
        )
    return rows
