"""Crews, departments and companies, who is in them, and the shifts of crews."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin.base import OwnOnly, SiteAdmin
from work.admin.filters import InForce
from work.admin.forms import ActForm
from work.admin.parts import SHOWN, Part, adding, cut, listing, moment, page_of
from work.admin.steps import step
from work.models import Shift, Team, TeamMember
from work.services import teams
from work.states import TeamKind


class TeamAdmin(SiteAdmin):
    """Crews, departments and contractor companies."""

    adds = staticmethod(teams.create_team)
    changes = staticmethod(teams.change_team)
    known_as = "team_id"
    overtakes = True
    fixed = ("site", "code", "kind")
    fields = ("site", "code", "name", "kind", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "code", "name", "kind")}),)
    list_display = ("name", "code", "kind", "is_active")
    list_filter = (("site", OwnOnly), "kind", "is_active")
    search_fields = ("code", "name")

    def parts(self, request: HttpRequest, obj: Team) -> list[Part]:
        """Who is in it, newest first; and the shifts of a crew, latest first."""
        members = obj.members.select_related("user").order_by("-starts", "-pk")[: SHOWN + 1]
        shown, more = cut(members, listing(TeamMember, team__id__exact=obj.pk))
        found = [
            Part(
                title=_("Members"),
                head=(_("person"), _("from"), _("until")),
                rows=[
                    [
                        (row.user.name, page_of(row)),
                        (moment(row.starts), ""),
                        (moment(row.ends), ""),
                    ]
                    for row in shown
                ],
                empty=_("Nobody is in this team yet."),
                add=(adding(TeamMember, team=obj.pk), _("Add a member")),
                more=more,
            )
        ]
        if obj.kind != TeamKind.COMPANY:
            shown, more = cut(
                obj.shifts.order_by("-starts")[: SHOWN + 1], listing(Shift, crew__id__exact=obj.pk)
            )
            rows = [
                [(row.name, page_of(row)), (moment(row.starts), ""), (moment(row.ends), "")]
                for row in shown
            ]
            found.append(
                Part(
                    title=_("Shifts"),
                    head=(_("name"), _("from"), _("until")),
                    rows=rows,
                    empty=_("No shift is planned for this crew."),
                    add=(adding(Shift, crew=obj.pk), _("Plan a shift")),
                    more=more,
                )
            )
        return found


class MemberAdmin(SiteAdmin):
    """Who is in which team, from and until."""

    to_site = "team__site"
    adds = staticmethod(teams.add_member)
    optional = ("starts",)
    fields = ("team", "user", "starts", "ends")
    list_display = ("user", "team", "starts", "ends")
    list_select_related = ("user", "team")
    list_filter = (("team__site", OwnOnly), ("team", OwnOnly), InForce)
    search_fields = ("user__name", "team__name", "team__code")
    autocomplete_fields = ("team", "user")
    ordering = ("-starts", "-pk")
    actions_detail = ("end",)

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the person out of the team, now."""

        def do(row: TeamMember, door: dict[str, Any], said: dict[str, Any]) -> str:
            teams.end_member(**door, member_id=row.pk)
            return _("The person is in that team no longer.")

        return step(
            self,
            request,
            object_id,
            title=_("End"),
            button=_("End"),
            text=_("It stays in the list, with when it ended."),
            do=do,
        )


class WallTime(forms.SplitDateTimeField):
    """A time as the clock on the wall of the site says it, in no zone."""

    def compress(self, data_list: list[Any]) -> datetime | None:
        """The date and the time together."""
        if not data_list:
            return None
        if None in data_list or "" in data_list:
            raise forms.ValidationError(_("Give a date and a time."))
        return datetime.combine(*data_list)


class ShiftForm(ActForm):
    """A shift in the times of its site's clock."""

    def __init__(self, *args: Any, **given: Any) -> None:
        shift = given.get("instance")
        if shift is not None and shift.pk is not None:
            zone = ZoneInfo(shift.site.time_zone)
            wall = {name: _wall(getattr(shift, name), zone) for name in ("starts", "ends")}
            given["initial"] = {**(given.get("initial") or {}), **wall}
        super().__init__(*args, **given)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


class ShiftAdmin(SiteAdmin):
    """The shifts that crews have. Their times are those of the site's own clock."""

    adds = staticmethod(teams.create_shift)
    changes = staticmethod(teams.change_shift)
    known_as = "shift_id"
    overtakes = True
    fixed = ("crew", "date")
    form = ShiftForm
    fields = ("crew", "name", "date", "starts", "ends")
    add_fieldsets = ((None, {"fields": ("crew", "name", "starts", "ends")}),)
    list_display = ("crew", "name", "date", "starts", "ends")
    list_select_related = ("crew", "site")
    list_filter = (("site", OwnOnly), ("crew", OwnOnly), InForce)
    search_fields = ("crew__name", "crew__code", "name")
    autocomplete_fields = ("crew",)
    ordering = ("-starts", "-pk")

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """From and until, by the site's clock."""
        said = _("By the clock of the site.")
        return {
            "starts": WallTime(label=_("from"), help_text=said),
            "ends": WallTime(label=_("until"), help_text=said),
        }

    def asked_otherwise(self, request: HttpRequest, obj: Shift) -> dict[str, forms.Field]:
        """The same of what is still to come."""
        past = self.get_readonly_fields(request, obj)
        return {name: field for name, field in self.asks(request).items() if name not in past}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        """What of a shift is over."""
        at, past = timezone.now(), super().get_readonly_fields(request, obj)
        if obj is not None and obj.starts <= at:
            past = (*past, "name", "starts", *(("ends",) if obj.ends <= at else ()))
        return past
