"""People of the own sites, with and without sign-in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, display
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin import leaving, person_parts, reach, sign_in
from work.admin.base import SiteAdmin
from work.admin.parts import Part, page_of
from work.admin.steps import step
from work.models import Membership, Place, Site, Team, TeamMember, User
from work.reads.leaving import owning
from work.services import people
from work.states import Role


class OfSite(SimpleListFilter):
    """By an own site where the person has a role."""

    title = gettext_lazy("site")
    parameter_name = "at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The own sites."""
        sites = Site.objects.filter(pk__in=model_admin.sites(request))
        return [(str(pk), name) for pk, name in sites.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those who ever had a role there."""
        chosen = dict(self.lookup_choices)
        if self.value() not in chosen:
            return queryset
        roles = Membership.objects.filter(user=OuterRef("pk"), site_id=self.value())
        return queryset.filter(Exists(roles))


class SignsIn(SimpleListFilter):
    """By whether the person has a sign-in name."""

    title = gettext_lazy("signs in")
    parameter_name = "signs_in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """With or without."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """With a name, or without."""
        if self.value() in ("yes", "no"):
            return queryset.filter(username__isnull=self.value() == "no")
        return queryset


class StillOwns(SimpleListFilter):
    """Those who left and still own open work."""

    title = gettext_lazy("left behind")
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One choice."""
        return [("owns", _("left, and still owns work"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Who left, and owns open work at the own sites."""
        if self.value() != "owns":
            return queryset
        return owning(queryset.filter(is_active=False), reach.by_role(request))


class PersonAdmin(SiteAdmin):
    """Whoever has a role at an own site; and who had one, and has none anywhere now."""

    adds = staticmethod(people.create_person)
    changes = staticmethod(people.change_person)
    known_as = "user_id"
    overtakes = True
    readonly_fields = ("username", "employer", "is_active")
    fields = ("name", "username", "employer", "is_active", "badge", "phone", "email", "language")
    add_fieldsets = (
        (None, {"fields": ("name", "badge", "phone", "email", "language")}),
        (
            gettext_lazy("First role"),
            {"fields": ("site", "role", "place", "company", "team", "starts", "ends")},
        ),
    )
    list_display = ("name", "username", "roles_here", "employer", "badge", "phone", "is_active")
    list_filter = (OfSite, "is_active", SignsIn, StillOwns)
    search_fields = ("name", "username", "badge", "email")
    ordering = ("name", "pk")
    actions_detail = ("leave", "come_back", "sign_in", "no_sign_in")

    def of_sites(self, rows: QuerySet, sites: frozenset[int]) -> QuerySet:
        """Who has a role there; and who had, and has none left at all."""
        roles = Membership.objects.filter(user=OuterRef("pk"))
        lasting = roles.filter(Q(ends=None) | Q(ends__gt=timezone.now()))
        return rows.filter(
            Exists(lasting.filter(site__in=sites))
            | (Exists(roles.filter(site__in=sites)) & ~Exists(lasting))
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With the roles in force at the own sites, and the company where it is of one of them."""
        at, sites = timezone.now(), self.sites(request)
        roles = Membership.objects.filter(
            Q(ends=None) | Q(ends__gt=at), starts__lte=at, site__in=sites
        )
        own = Q(company__site__in=sites)
        return (
            super()
            .get_queryset(request)
            .annotate(
                works_for=Case(
                    When(own, then=F("company__name")),
                    When(company__isnull=False, then=Value(_("of another site"))),
                    default=Value(""),
                ),
                own_company=Case(When(own, then=F("company_id"))),
            )
            .prefetch_related(Prefetch("memberships", roles.order_by("pk"), to_attr="held_now"))
        )

    @display(description=gettext_lazy("roles"))
    def roles_here(self, person: User) -> str:
        """The roles in force, each once."""
        held = [row.get_role_display() for row in person.held_now]  # type: ignore[attr-defined]
        return ", ".join(dict.fromkeys(held))

    @display(description=gettext_lazy("company"), ordering="works_for")
    def employer(self, person: User) -> str:
        """The contractor company; of one of another site no more than that it is."""
        return person.works_for  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        """Of a new person nothing is read only."""
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """The first role: a person is of a site by a role there."""
        sites = self.choices(Site, request)
        only = sites.first() if len(self.sites(request)) == 1 else None
        return {
            "site": forms.ModelChoiceField(sites, label=_("site"), initial=only),
            "role": forms.ChoiceField(choices=[("", "—"), *Role.choices], label=_("role")),
            "place": self.pick(
                request,
                Place,
                (Membership, "place"),
                required=False,
                label=_("place"),
                help_text=_("Empty: the whole site."),
            ),
            "company": self.pick(
                request,
                Team,
                (Membership, "company"),
                required=False,
                label=_("company"),
                help_text=_("Of a contractor, and of nobody else."),
            ),
            "team": self.pick(
                request,
                Team,
                (TeamMember, "team"),
                required=False,
                label=_("team"),
                help_text=_("The crew or department."),
            ),
            "starts": forms.SplitDateTimeField(
                required=False, label=_("from"), help_text=_("Empty: now.")
            ),
            "ends": forms.SplitDateTimeField(
                required=False, label=_("until"), help_text=_("Empty: for good.")
            ),
        }

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the new person's page, where the sign-in is given."""
        if {"_addanother", IS_POPUP_VAR} & set(request.POST):
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, _("Made known. Give a sign-in here to who is to sign in."))
        return HttpResponseRedirect(page_of(obj))

    def parts(self, request: HttpRequest, obj: User) -> list[Part]:
        """Roles, teams and posts at the own sites."""
        sites = self.sites(request)
        return [
            person_parts.roles(obj, sites),
            person_parts.teams(obj, sites),
            person_parts.posts(obj, sites),
        ]

    @action(description=gettext_lazy("Leaves"), url_path="leave", permissions=["change"])
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List what hangs on the person, hand it over, and let the person go."""
        return leaving.view(self, request, object_id)

    @action(description=gettext_lazy("Comes back"), url_path="come-back", permissions=["change"])
    def come_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take back that a person left."""

        def do(row: User, door: dict[str, Any], said: dict[str, Any]) -> str:
            people.reactivate_person(**door, user_id=row.pk)
            return _("The person is here again.")

        return step(
            self,
            request,
            object_id,
            title=_("Comes back"),
            button=_("Comes back"),
            text=_(
                "With every role that has not ended, and the sign-in of before: look at both first."
                " Duties, posts and work that was given on do not come back by themselves."
            ),
            do=do,
        )

    @action(description=gettext_lazy("Sign-in"), url_path="sign-in", permissions=["change"])
    def sign_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give a sign-in name and a password."""
        return sign_in.give(self, request, object_id)

    @action(
        description=gettext_lazy("Take the sign-in away"),
        url_path="no-sign-in",
        permissions=["change"],
    )
    def no_sign_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take name and password away."""
        return sign_in.take(self, request, object_id)
