"""What the people of a shift can carry by themselves, type by type and risk by risk.

Authorising and endorsing may be done from elsewhere; all else is of who is here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from permits import isolation_permissions
from permits.isolation_states import Verb as IsolationVerb
from permits.models import PermitRoute, PermitType, TypeTest
from permits.permissions import BY_ROLE
from permits.states import Verb
from work import ports
from work.exceptions import Reason
from work.ports import Occasion
from work.states import AnswerState, Role

_OWN_PEOPLE = frozenset(set(Role) - {Role.VIEWER, Role.AUDITOR, Role.CONTRACTOR})
# Beside a part there is a free one among so many, whoever has the others.
_ENOUGH = 8


@dataclass(frozen=True)
class Part:
    """A part in a permit. capacity: as what other domains ask after the person, or nothing.

    counts: towards the least number of people. elsewhere: need not be here.
    """

    code: str
    label: Any
    roles: frozenset[Role]
    capacity: str = ""
    counts: bool = True
    elsewhere: bool = False


PARTS = (
    Part("requester", lazy("who asks for it"), BY_ROLE[Verb.REQUEST]),
    Part(
        "performer",
        lazy("performing authority"),
        _OWN_PEOPLE,
        "permits.performing_authority",
    ),
    Part("checker", lazy("who checks it"), BY_ROLE[Verb.CHECK]),
    Part("endorser", lazy("who endorses it"), BY_ROLE[Verb.ENDORSE], elsewhere=True),
    Part("authoriser", lazy("who authorises it"), BY_ROLE[Verb.AUTHORISE], elsewhere=True),
    Part("issuer", lazy("permit issuer"), BY_ROLE[Verb.ISSUE], "permits.issuer"),
    Part("tester", lazy("gas tester"), BY_ROLE[Verb.TEST], "permits.gas_tester", counts=False),
    Part("watcher", lazy("watcher of the after-care"), _OWN_PEOPLE, "permits.watcher", False),
    Part(
        "isolator",
        lazy("isolator"),
        isolation_permissions.BY_ROLE[IsolationVerb.APPLY],
        "permits.isolator",
        counts=False,
    ),
    Part(
        "trier",
        lazy("who tries the isolation"),
        isolation_permissions.BY_ROLE[IsolationVerb.TRY],
        "permits.isolator",
        counts=False,
    ),
)
_APART = [("performer", "issuer"), ("performer", "authoriser"), ("checker", "authoriser")]


@dataclass(frozen=True)
class Shift:
    """Who is at work at a moment, and until when at the least. crews: their names."""

    at: datetime
    until: datetime | None
    crews: list[str]
    people: dict[int, str]


@dataclass
class Verdict:
    """Whether a type of permit can be carried at a risk; else what is missing."""

    risk_text: str
    people: int
    missing: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


def shift(site: Any, at: datetime, *, following: bool) -> Shift | None:
    """The people of the shifts that run now, or once the next one has begun; None: none planned."""
    if following:
        later = site.shifts.filter(starts__gt=at, starts__lt=at + timedelta(days=7))
        begin = later.order_by("starts").values_list("starts", flat=True).first()
        if begin is None:
            return None
        at = begin
    member = Q(crew__members__starts__lte=at, crew__members__user__is_active=True)
    member &= Q(crew__members__ends=None) | Q(crew__members__ends__gt=at)
    rows = list(
        site.shifts.filter(member, starts__lte=at, ends__gt=at)
        .order_by("crew__name", "crew__members__user__name")
        .values_list("crew__name", "ends", "crew__members__user", "crew__members__user__name")
    )
    if not rows:
        return None
    crews = list(dict.fromkeys(name for name, *_rest in rows))
    people = {pk: name for _crew, _ends, pk, name in rows}
    return Shift(at, min(row[1] for row in rows), crews, people)


def roles_at(site: Any, at: datetime, path: str, people: Collection[int]) -> dict[int, set[str]]:
    """The roles at a place of these people, and of whoever decides from elsewhere: two queries.

    Without a place, those anywhere at the site.
    """
    deciding: set[str] = set().union(*(each.roles for each in PARTS if each.elsewhere))
    found: dict[int, set[str]] = defaultdict(set)
    posts = site.posts.filter(is_active=True, duties__ends=None, duties__user__is_active=True)
    of_them = Q(user__in=people) | Q(role__in=sorted(deciding), user__is_active=True)
    of_them |= Q(user__in=posts.filter(role__in=sorted(deciding)).values("duties__user"))
    rows = site.memberships.filter(of_them, starts__lte=at).filter(Q(ends=None) | Q(ends__gt=at))
    held = list(rows.values_list("user", "role", "place__path"))
    known = {user for user, _role, _prefix in held}
    on_duty = posts.values_list("duties__user", "role", "place__path")
    held += [row for row in on_duty if row[0] in known]
    for user, role, prefix in held:
        if not path or path.startswith(prefix or ""):
            found[user].add(role)
    return found


def verdicts(
    site: Any, now: Shift, path: str, roles: Mapping[int, set[str]]
) -> list[dict[str, Any]]:
    """Each type of permit with its risks: what these people can carry, and what is missing."""
    tested = TypeTest.objects.filter(type=OuterRef("pk"), is_active=True)
    kinds = list(
        PermitType.objects.filter(site=site, is_active=True).annotate(tested=Exists(tested))
    )
    routes: dict[int, list[PermitRoute]] = defaultdict(list)
    for route in PermitRoute.objects.filter(type__in=kinds).order_by("people", "pk"):
        routes[route.type_id].append(route)
    lacks = _lacking(site, now, path, kinds)
    rows = []
    for kind in kinds:
        of_type = lacks.get((kind.code, ""), {}).get(None, [])
        made = [_verdict(kind, route, now, roles, lacks) for route in routes[kind.pk]]
        for each in made:
            each.reasons = [*of_type, *each.reasons]
        rows.append({"name": kind.name, "code": kind.code, "verdicts": made})
    return rows


type _Lacks = dict[tuple[str, str], dict[int | None, list[Reason]]]


def _lacking(site: Any, now: Shift, path: str, kinds: Iterable[PermitType]) -> _Lacks:
    """What other domains ask and is not so, by type and capacity, of each person: one asking."""
    capacities = sorted({each.capacity for each in PARTS})
    keys = [(kind.code, capacity) for kind in kinds for capacity in capacities]
    occasions = [
        Occasion(
            kind="permits.type",
            code=code,
            site_id=site.pk,
            place_path=path,
            people=tuple((pk, capacity) for pk in sorted(now.people)) if capacity else (),
            until=now.until,
        )
        for code, capacity in keys
    ]
    found: _Lacks = {key: defaultdict(list) for key in keys}
    for port in ports.conditions.all() if occasions else ():
        for key, conditions in zip(keys, port.of(occasions, now.at), strict=True):
            for each in conditions:
                if each.answer.state != AnswerState.MET:
                    found[key][each.person_id].append(_said(each))
    return found


def _said(condition: Any) -> Reason:
    answer = condition.answer
    params = {
        "what": condition.what.as_json(),
        "reason": answer.reason.as_json() if answer.reason else {},
        "url": answer.url,
    }
    about = ("user", condition.person_id) if condition.person_id else None
    return Reason("permits.condition_unmet", params, about, answer.clears)


def _verdict(
    kind: Any, route: PermitRoute, now: Shift, roles: Mapping[int, set[str]], lacks: _Lacks
) -> Verdict:
    verdict = Verdict(route.get_risk_display(), route.people)
    asked = {
        "checker": route.checked,
        "endorser": route.endorsed,
        "tester": kind.tested,
        "watcher": bool(kind.aftercare_minutes),
        "isolator": bool(kind.isolation_class),
        "trier": bool(kind.isolation_class),
    }
    parts = [each for each in PARTS if asked.get(each.code, True)]
    able: dict[str, list[int]] = {}
    for part in parts:
        have = sorted(pk for pk, held in roles.items() if held & part.roles)
        have = have if part.elsewhere else [pk for pk in have if pk in now.people]
        of_part = lacks.get((kind.code, part.capacity), {}) if part.capacity else {}
        able[part.code] = [pk for pk in have if not of_part.get(pk)]
        if able[part.code]:
            continue
        params = {"part": part.label}
        if have:
            verdict.missing.append(
                _("No %(part)s: who has the role lacks what is asked besides.") % params
            )
            verdict.reasons += [of_part[pk][0] for pk in have[:3]]
        elif part.elsewhere:
            verdict.missing.append(_("Nobody at the site has the role: %(part)s.") % params)
        else:
            verdict.missing.append(_("Nobody here has the role: %(part)s.") % params)
    if not verdict.missing:
        verdict.missing = _too_few(parts, able, route.people, apart=kind.apart)
    return verdict


def _too_few(
    parts: Sequence[Part], able: Mapping[str, list[int]], least: int, *, apart: bool
) -> list[str]:
    """Who must be two and would be one; else how many different people they are too few."""
    labels = {each.code: each.label for each in parts}
    pairs = [*_APART, *([("isolator", "trier")] if apart else [])]
    pairs = [each for each in pairs if each[0] in able and each[1] in able]
    said = [
        _("One person would be %(one)s and %(other)s, who are two.")
        % {"one": labels[one], "other": labels[other]}
        for one, other in pairs
        if len({*able[one], *able[other]}) < 2  # noqa: PLR2004
    ]
    have = most_different(
        {each.code: able[each.code] for each in parts if each.counts}, pairs, least
    )
    if not said and have < least:
        params = {"have": have, "need": least}
        said.append(_("%(have)s different people can have a part; it asks %(need)s.") % params)
    return said


def most_different(
    able: Mapping[str, Sequence[int]], pairs: Iterable[tuple[str, str]], least: int
) -> int:
    """How many different people can have these parts, `least` being enough; 0: none may.

    pairs: parts that are never one person's.
    """
    order = sorted(able, key=lambda code: len(able[code]))
    apart = defaultdict(set)
    for one, other in pairs:
        apart[one].add(other)
        apart[other].add(one)
    best = 0
    # More than there are parts, or people for them, is never found.
    least = min(least, len(order), len({pk for of_part in able.values() for pk in of_part}))

    def fill(index: int, given: dict[str, int]) -> None:
        nonlocal best
        used = set(given.values())
        if index == len(order):
            best = max(best, len(used))
            return
        code = order[index]
        never = {given[each] for each in apart[code] if each in given}
        choices = sorted((pk for pk in able[code] if pk not in never), key=used.__contains__)
        for pk in choices[:_ENOUGH]:
            if best >= least:
                return
            fill(index + 1, given | {code: pk})

    fill(0, {})
    return best
