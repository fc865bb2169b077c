"""Teams and companies."""

from work.admin.base import OwnOnly, SiteAdmin
from work.services import teams


class TeamAdmin(SiteAdmin):
    """Crews, departments and contractor companies."""

    adds = staticmethod(teams.create_team)
    changes = staticmethod(teams.change_team)
    known_as = "team_id"
    fixed = ("site", "code", "kind")
    fields = ("site", "code", "name", "kind", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "code", "name", "kind")}),)
    list_display = ("name", "code", "kind", "is_active")
    list_filter = (("site", OwnOnly), "kind", "is_active")
    search_fields = ("code", "name")
