"""How a site sets its permits up: types with routes and tests, substances, rules of activities."""

from permits.models import (
    ActivityRule,
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


PAGES = {
    PermitType: TypeAdmin,
    PermitRoute: RouteAdmin,
    Substance: SubstanceAdmin,
    TypeTest: TestAdmin,
    ActivityRule: ActivityRuleAdmin,
    PermitSettings: SettingsAdmin,
}
