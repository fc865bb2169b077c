"""How a site sets its permits up: types with routes and tests, substances, rules of activities."""

from django.contrib.admin import display
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from permits.isolation_states import Method
from permits.models import (
    ActivityRule,
    IsolationCard,
    PermitRoute,
    PermitSettings,
    PermitType,
    Substance,
    TypeTest,
)
from permits.services import setup
from work.admin.base import OwnOnly, SiteAdmin


class TypeAdmin(SiteAdmin):
    """Types of permits. A new one has the usual routes."""

    adds = staticmethod(setup.create_type)
    changes = staticmethod(setup.change_type)
    known_as = "type_id"
    overtakes = True
    fixed = ("site", "code")
    fields = (
        *("site", "code", "name", "questions", "controls", "bring_back_minutes"),
        *("aftercare_minutes", "isolation_class", "apart", "longest_hours", "least_risk"),
        "is_active",
    )
    list_display = ("name", "code", "aftercare_minutes", "longest_hours", "is_active")
    list_filter = (("site", OwnOnly), "is_active")
    search_fields = ("code", "name")


class RouteAdmin(SiteAdmin):
    """What a permit of a type asks at a risk: signatures, and how many people."""

    to_site = "type__site"
    adds = staticmethod(setup.set_route)
    changes = staticmethod(setup.change_route)
    known_as = "route_id"
    overtakes = True
    fixed = ("type", "risk")
    fields = ("type", "risk", "people", "checked", "endorsed")
    list_display = ("type", "risk", "people", "checked", "endorsed")
    list_select_related = ("type",)
    list_filter = (("type__site", OwnOnly), "risk")
    search_fields = ("type__code", "type__name")
    autocomplete_fields = ("type",)


class SubstanceAdmin(SiteAdmin):
    """What gas is tested for, with the limits of the site."""

    adds = staticmethod(setup.create_substance)
    changes = staticmethod(setup.change_substance)
    known_as = "substance_id"
    overtakes = True
    fixed = ("site", "code")
    fields = ("site", "code", "name", "family", "unit", "low", "high", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "code", "name", "family", "unit", "low", "high")}),)
    list_display = ("name", "family", "low", "high", "unit", "is_active")
    list_filter = (("site", OwnOnly), "family", "is_active")
    search_fields = ("code", "name")


class TestAdmin(SiteAdmin):
    """For which substances permits of a type are tested, and how long a test holds."""

    to_site = "type__site"
    adds = staticmethod(setup.ask_test)
    changes = staticmethod(setup.change_test)
    known_as = "test_id"
    overtakes = True
    fixed = ("type", "substance")
    fields = ("type", "substance", "valid_minutes", "is_active")
    list_display = ("type", "substance", "valid_minutes", "is_active")
    list_select_related = ("type", "substance")
    list_filter = (("type__site", OwnOnly), "is_active")
    search_fields = ("type__code", "type__name", "substance__name")
    autocomplete_fields = ("type", "substance")


class ActivityRuleAdmin(SiteAdmin):
    """Which activities do not go together: stop, endorse, inform."""

    adds = staticmethod(setup.create_rule)
    changes = staticmethod(setup.change_rule)
    known_as = "rule_id"
    overtakes = True
    fixed = ("site",)
    fields = (
        *("site", "type", "other_type", "work_type", "reach", "verdict", "condition"),
        "is_active",
    )
    list_display = ("type", "other", "reach", "verdict", "is_active")
    list_select_related = ("type", "other_type", "work_type")
    list_filter = (("site", OwnOnly), "verdict", "is_active")
    search_fields = ("type__code", "type__name")
    autocomplete_fields = ("type", "other_type", "work_type")


class SettingsAdmin(SiteAdmin):
    """How long an issue may last past the issuer's shift."""

    adds = staticmethod(setup.change_settings)
    changes = staticmethod(setup.set_settings)
    known_as = "settings_id"
    overtakes = True
    fixed = ("site",)
    fields = ("site", "past_shift_minutes")
    list_display = ("site", "past_shift_minutes")
    list_select_related = ("site",)
    list_filter = (("site", OwnOnly),)


class CardAdmin(SiteAdmin):
    """Cards for own isolation, to look at: who plans there draws one, and another approves it."""

    fields = (
        *("site", "title", "place", "asset", "of_points", "drawn", "approved", "until"),
        *("ended_at", "own_page"),
    )
    readonly_fields = ("of_points", "drawn", "approved", "own_page")
    list_display = ("title", "place", "drawn", "approved", "until", "ended_at")
    list_select_related = ("place", "drawn_by", "approved_by")
    list_filter = (("site", OwnOnly),)
    search_fields = ("title",)

    @display(description=_("points"))
    def of_points(self, card: IsolationCard) -> str:
        """Each in the order in which it is applied."""
        rows = [
            (each["tag"], each["position"], Method(each["method"]).label) for each in card.points
        ]
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {} · {}</li>", rows))

    @display(description=_("drawn by"))
    def drawn(self, card: IsolationCard) -> str:
        """Who drew it."""
        return str(card.drawn_by or "")

    @display(description=_("approved by"))
    def approved(self, card: IsolationCard) -> str:
        """Who approved it; nobody, where it is not approved."""
        return str(card.approved_by or "")

    @display(description=_("Own isolation"))
    def own_page(self, card: IsolationCard) -> str:
        """The page where cards are drawn, approved and used no longer."""
        url = reverse("isolations:own_isolation", args=[card.site.slug])
        return format_html('<a href="{}" class="underline">{}</a>', url, card.title)


PAGES = {
    IsolationCard: CardAdmin,
    PermitType: TypeAdmin,
    PermitRoute: RouteAdmin,
    Substance: SubstanceAdmin,
    TypeTest: TestAdmin,
    ActivityRule: ActivityRuleAdmin,
    PermitSettings: SettingsAdmin,
}
