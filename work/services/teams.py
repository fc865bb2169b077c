"""Crews, departments and companies, their people, and the shifts that crews have."""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from work.exceptions import Reason, Refused, Unknown
from work.models import Shift, Team, TeamMember, User
from work.prepared import by_key
from work.services._configure import (
    begins,
    configure,
    end,
    free_code,
    named,
    one_of,
    person_known,
    person_of,
    put,
)
from work.services._executing import recheck_elsewhere, recheck_fitness
from work.services.acts import OpenAct, door
from work.states import TeamKind


def local(wall: datetime, zone: str) -> datetime:
    """The moment, in UTC, of a naive local wall time.

    A time that does not exist moves forward by the gap; a repeated one is its first.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time is naive")
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _create_team(act: OpenAct, *, site_id: int, code: str, name: str, kind: str) -> Team:
    """Make a crew, a department or a contractor company of a site."""
    site = configure(act, site_id)
    team = Team.objects.create(
        site=site,
        code=free_code(Team, site_id, code, 40),
        name=named(name, 120),
        kind=one_of(kind, TeamKind.values, "team_kind"),
    )
    act.record("created", team)
    return team


def _change_team(
    act: OpenAct, *, team_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Team:
    """Change the name of a team, or take it out of use for new work."""
    team = _known(team_id)
    configure(act, team.site_id)
    team.refresh_from_db()
    unknown = set(values) - {"name", "is_active"}
    if unknown:
        raise TypeError(f"not a field of a team to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 120)
    changed = put(team, values, was)
    if changed:
        act.record("changed", team, fields=sorted(changed))
    return team


def add_member_inner(
    act: OpenAct,
    *,
    team_id: int,
    user_id: int,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> TeamMember:
    """Put a person in a team. For a company that is one of its own people."""
    team = _known(team_id)
    configure(act, team.site_id)
    if team.kind == TeamKind.COMPANY:
        person = person_known(act, user_id)
    else:
        person = person_of(act, user_id, team.site_id)
    if team.kind == TeamKind.COMPANY and person.company_id != team.pk:
        raise Refused(Reason("contractor_of_other_company", {}, ("user", person.pk)))
    starts = begins(act, starts, ends)
    same = TeamMember.objects.filter(Q(ends=None) | Q(ends__gt=starts), team=team, user=person)
    if ends is not None:
        same = same.filter(starts__lt=ends)
    if same.exists():
        raise Refused(Reason("member_already", {"name": team.name}, ("user", person.pk)))
    member = TeamMember.objects.create(team=team, user=person, starts=starts, ends=ends)
    act.record("member_added", team, member=member.pk, user=person.pk)
    recheck_fitness(act, [person.pk], [team.site_id])
    return member


def _end_member(act: OpenAct, *, member_id: int) -> TeamMember:
    """A person leaves a team, or does not come to be in it."""
    member = by_key(TeamMember, member_id, "team")
    if member is None:
        raise Unknown
    configure(act, member.team.site_id)
    member.refresh_from_db(fields=["starts", "ends"])
    said = end(act, member, "member_ended")
    act.record("member_ended", member.team, member=member.pk, user=member.user_id, **said)
    recheck_fitness(act, [member.user_id], [member.team.site_id])
    return member


def _create_shift(
    act: OpenAct, *, crew_id: int, name: str, starts: datetime, ends: datetime
) -> Shift:
    """Plan a crew's shift, by local wall time: `starts` and `ends` are naive, in the site's zone.

    Its date is the date on which it starts. A night may have nine hours, or seven.
    """
    crew = _known(crew_id)
    site = configure(act, crew.site_id)
    if crew.kind == TeamKind.COMPANY:
        raise Refused(Reason("shift_needs_crew", {"name": crew.name}))
    begin, end = local(starts, site.time_zone), local(ends, site.time_zone)
    if end <= begin:
        raise Refused(Reason("ends_before_start"))
    if Shift.objects.filter(crew=crew, starts__lt=end, ends__gt=begin).exists():
        raise Refused(Reason("shift_overlaps", {"name": crew.name}))
    shift = Shift.objects.create(
        site=site, crew=crew, name=named(name, 40), date=starts.date(), starts=begin, ends=end
    )
    act.record("created", shift)
    if end > act.at:
        # A shift to come ends what is fit for less than all of it, at its begin.
        people = TeamMember.objects.filter(Q(ends=None) | Q(ends__gt=act.at), team=crew)
        recheck_fitness(act, people.values_list("user_id", flat=True), [site.pk])
    return shift


def _change_shift(
    act: OpenAct, *, shift_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Shift:
    """Change what of a shift is still to come: by local wall time, as it was planned.

    Before it begins that is its name, its beginning and its end; under way its end alone, which
    does not come to lie in the past. A shift that is over is history, and stays.
    """
    shift = by_key(Shift, shift_id)
    if shift is None:
        raise Unknown
    site = configure(act, shift.site_id)
    shift = Shift.objects.select_related("crew").get(pk=shift_id)
    act.about(shift)
    unknown = set(values) - {"name", "starts", "ends"}
    if unknown:
        raise TypeError(f"not a field of a shift to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 40)
    if "starts" in values:
        values["date"] = values["starts"].date()
    for name in {"starts", "ends"} & set(values):
        values[name] = local(values[name], site.time_zone)
    before = {"starts": shift.starts.isoformat(), "ends": shift.ends.isoformat()}
    _may_change_shift(shift, values, act.at)
    changed = put(shift, values, was)
    if changed:
        act.record("changed", shift, fields=sorted(changed), before=before)
        people = TeamMember.objects.filter(Q(ends=None) | Q(ends__gt=act.at), team=shift.crew)
        recheck_fitness(act, people.values_list("user_id", flat=True), [site.pk])
    return shift


def _may_change_shift(shift: Shift, values: Mapping[str, Any], at: datetime) -> None:
    changed = {name for name, value in values.items() if getattr(shift, name) != value}
    if shift.ends <= at and changed:
        raise Refused(Reason("shift_over"))
    if shift.starts <= at and changed - {"ends"}:
        raise Refused(Reason("shift_begun"))
    begin, end = values.get("starts", shift.starts), values.get("ends", shift.ends)
    if end <= begin:
        raise Refused(Reason("ends_before_start"))
    if "ends" in changed and end < at:
        raise Refused(Reason("ends_in_the_past"))
    if "starts" in changed and begin < at:
        raise Refused(Reason("begins_in_the_past"))
    others = Shift.objects.filter(crew=shift.crew, starts__lt=end, ends__gt=begin)
    if others.exclude(pk=shift.pk).exists():
        raise Refused(Reason("shift_overlaps", {"name": shift.crew.name}))


def _known(team_id: int) -> Team:
    team = by_key(Team, team_id)
    if team is None:
        raise Unknown
    return team


def _felt_elsewhere[R: TeamMember | Shift](change: Callable[..., R]) -> Callable[..., R]:
    """The door `change`, and after it what its people execute at other sites.

    A person's shift is his own wherever the work is.
    """

    @functools.wraps(change)
    def both(
        *,
        actor: User | None,
        act: UUID | None = None,
        at: datetime | None = None,
        happened_at: datetime | None = None,
        **given: Any,
    ) -> R:
        done = change(actor=actor, act=act, at=at, happened_at=happened_at, **given)
        if isinstance(done, Shift):
            crew = TeamMember.objects.filter(team_id=done.crew_id)
            recheck_elsewhere(crew.values_list("user_id", flat=True), done.site_id, at)
        else:
            recheck_elsewhere([done.user_id], done.team.site_id, at)
        return done

    return both


create_team = door(_create_team)
change_team = door(_change_team)
add_member = _felt_elsewhere(door(add_member_inner))
end_member = _felt_elsewhere(door(_end_member))
create_shift = _felt_elsewhere(door(_create_shift))
change_shift = _felt_elsewhere(door(_change_shift))

__all__ = [
    "add_member",
    "add_member_inner",
    "change_shift",
    "change_team",
    "create_shift",
    "create_team",
    "end_member",
    "local",
]
