"""What a site asks of people, as it is set up: competences, and the rules that ask for them."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from competence.models import Competence, Rule
from competence.services import competences, rules
from work import ports
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.steps import step


class Lines(forms.CharField):
    """Words, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        """The lines in which something stands."""
        if isinstance(value, list):
            return value
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """As they are typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other lines stand there now."""
        return self.to_python(data) != list(initial or [])


class CompetenceAdmin(SiteAdmin):
    """Skills, trainings, certificates and practical verifications."""

    adds = staticmethod(competences.create)
    changes = staticmethod(competences.change)
    known_as = "competence_id"
    overtakes = True
    fixed = ("site", "code", "kind")
    fields = ("site", "code", "name", "kind", "levels", "months", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "code", "name", "kind", "levels", "months")}),)
    list_display = ("name", "code", "kind", "months", "is_active")
    list_filter = (("site", OwnOnly), "kind", "is_active")
    search_fields = ("code", "name")

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """The levels of a skill, from the lowest."""
        said = _("Of a skill: one a line, the lowest first.")
        return {"levels": Lines(label=_("levels"), required=False, help_text=said)}

    def asked_otherwise(self, request: HttpRequest, obj: Competence) -> dict[str, forms.Field]:
        """The same."""
        return self.asks(request)


class RuleAdmin(SiteAdmin):
    """What is asked of people: all that a rule names must be so at once."""

    adds = staticmethod(rules.create)
    changes = staticmethod(rules.change)
    known_as = "rule_id"
    overtakes = True
    optional = ("starts",)
    fixed = ("site", "asks")
    fields = (
        *("site", "asks", "competence", "level", "verification", "supervised", "everybody"),
        *("type", "place", "asset_class", "team", "capacity", "kind", "code", "starts", "ends"),
    )
    list_display = ("__str__", "asks", "level", "type", "place", "capacity", "starts", "ends")
    list_select_related = ("competence", "type", "place")
    list_filter = (("site", OwnOnly), "asks", ("competence", OwnOnly))
    search_fields = ("competence__code", "competence__name")
    autocomplete_fields = ("competence", "verification", "place", "team")
    ordering = ("pk",)
    actions_detail = ("end",)

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """As what somebody takes part, and of which record, as the domains name them."""
        capacities = [(each.key, str(each.title)) for each in ports.capacities.all()]
        kinds = [(each.key, str(each.title)) for each in ports.kinds.all()]
        nobody = ("", _("Of everybody who carries it out"))
        return {
            "capacity": forms.ChoiceField(
                choices=[nobody, *capacities], label=_("of who takes part as"), required=False
            ),
            "kind": forms.ChoiceField(
                choices=[("", _("None")), *kinds], label=_("kind of record"), required=False
            ),
        }

    def asked_otherwise(self, request: HttpRequest, obj: Rule) -> dict[str, forms.Field]:
        """The same."""
        return self.asks(request)

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the rule now."""

        def do(row: Rule, door: dict[str, Any], said: dict[str, Any]) -> str:
            rules.end(**door, rule_id=row.pk)
            return _("The rule asks nothing any more.")

        return step(
            self,
            request,
            object_id,
            title=_("End"),
            button=_("End"),
            text=_("It stays in the list, with when it ended."),
            do=do,
        )


PAGES = {Competence: CompetenceAdmin, Rule: RuleAdmin}
