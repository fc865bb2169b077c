"""Rules of what is required: made and ended by who sets the site up, their modes given by HSE."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin import reach, rule_modes, rule_report
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.forms import told
from work.admin.rule_forms import RuleForm
from work.admin.rule_touches import in_words
from work.admin.steps import StepForm, step
from work.exceptions import Forbidden, NotDone, Unknown
from work.models import Place, PlaceNeighbour, RequirementRule
from work.permissions import Action
from work.services import rules


class RuleAdmin(SiteAdmin):
    """The rules of a site: shown to who makes them and to who gives their modes."""

    adds = staticmethod(rules.create_rule)
    changes = staticmethod(rules.change_rule)
    known_as = "rule_id"
    list_display = ("what", "key", "site", "gate", "type", "place", "mode", "starts", "ends")
    list_filter = (("site", OwnOnly), "mode", "gate", ("type", OwnOnly))
    list_select_related = ("site", "type", "place")
    search_fields = ("key", "what")
    ordering = ("key", "pk")
    actions_list = ("report",)
    actions_detail = ("set_mode", "end_mode", "end")

    # --- who ------------------------------------------------------------------------------------

    def sites(self, request: HttpRequest) -> frozenset[int]:
        """Where the person makes rules, or gives their modes."""
        return self.made_at(request) | reach.site_ids(request, Action.RULE_MODE)

    def made_at(self, request: HttpRequest) -> frozenset[int]:
        """Where the person makes rules."""
        return reach.site_ids(request, Action.CONFIGURE)

    def _at(self, sites: frozenset[int], request: HttpRequest, obj: Any) -> bool:
        pk = obj.pk if isinstance(obj, Model) else obj
        if pk is None:
            return bool(sites)
        if not (str(pk).isdecimal() and len(str(pk)) < 19):
            return False
        return RequirementRule.objects.filter(pk=pk, site__in=sites).exists()

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who sets a site up."""
        return bool(self.made_at(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who sets its site up."""
        return self._at(self.made_at(request), request, obj)

    def has_mode_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """HSE alone."""
        return self._at(reach.site_ids(request, Action.RULE_MODE), request, obj)

    # --- the rule -------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Its form: what it touches is said before it is saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = self.get_object(request, object_id) if object_id is not None else None
        if object_id is not None and rule is None:
            raise Http404
        may = (
            self.has_change_permission(request, rule) if rule else self.has_add_permission(request)
        )
        if not may and (rule is None or request.method == "POST"):
            raise PermissionDenied
        form = self._form(request, rule)
        touches: Any = None
        if not may:
            for field in form.fields.values():
                field.disabled = True
        elif form.is_bound and form.is_valid() and self._fresh(form):
            try:
                if "_save" in request.POST and form.cleaned_data["looked"] == form.wanted():
                    return self._save(request, rule, form)
                touches = self._touches(request, rule, form)
            except Unknown:
                raise Http404 from None
            except NotDone as error:
                for line in told(error, reach.who(request)):
                    form.add_error(None, line)
        return self._page(request, rule, form, may, touches)

    def _form(self, request: HttpRequest, rule: RequirementRule | None) -> RuleForm:
        place = self.pick(
            request,
            Place,
            (PlaceNeighbour, "first"),
            required=False,
            label=_("place"),
            help_text=_("The place and all below it. Empty: the whole site."),
        )
        if rule is not None:
            place.queryset = Place.objects.filter(site=rule.site_id)
        return RuleForm(
            request.POST if request.method == "POST" else None,
            rule=rule,
            sites=self.made_at(request),
            place=place,
        )

    def _fresh(self, form: RuleForm) -> bool:
        """Whether the rule still says what the page showed; else what was typed is kept."""
        now = form.fields["seen"].initial
        if form.rule is None or form.cleaned_data["seen"] == now:
            return True
        form.data = form.data.copy()
        form.data["seen"] = now
        form.add_error(
            None,
            _(
                "Somebody changed this while you had it open. Nothing of yours was saved:"
                " look at what is there now, and save again if yours is to stand."
            ),
        )
        return False

    def _touches(self, request: HttpRequest, rule: RequirementRule | None, form: RuleForm) -> Any:
        who, values = reach.who(request), form.values()
        of: dict[str, Any] = {"rule_id": rule.pk} if rule else {}
        if rule is None:
            of["site_id"] = form.cleaned_data["site"].pk
        try:
            found = in_words(rules.touches(who, at=who.at, **of, **values))
        except (Unknown, Forbidden):
            found = {"hidden": True}  # of a superuser, who sees no work
        form.data = form.data.copy()
        form.data["looked"] = form.wanted()
        return found

    def _save(
        self, request: HttpRequest, rule: RequirementRule | None, form: RuleForm
    ) -> HttpResponse:
        door = {"actor": request.user, "act": form.cleaned_data["act"]}
        values = form.values()
        if rule is None:
            site_id = form.cleaned_data["site"].pk
            rule = rules.create_rule(**door, site_id=site_id, key=form.new_key(), **values)
            text = _("The rule is made. Its mode is “%(mode)s”.")
        elif values:
            rule = rules.change_rule(**door, rule_id=rule.pk, **values)
            text = _("The rule is changed. Its mode is “%(mode)s”.")
        else:
            text = _("Nothing was changed.")
        messages.success(request, text % {"mode": rule.get_mode_display()})
        return HttpResponseRedirect(rule_url(rule.pk))

    def _page(
        self,
        request: HttpRequest,
        rule: RequirementRule | None,
        form: RuleForm,
        may: bool,
        touches: Any,
    ) -> HttpResponse:
        values = {
            **self.admin_site.each_context(request),
            "title": str(rule) if rule else _("A new rule"),
            "subtitle": rule.key if rule else None,
            "opts": self.opts,
            "original": rule,
            "rule": rule,
            "form": form,
            "groups": form.groups(),
            "may": may,
            "touches": touches,
            "modes": rule_modes.of(rule) if rule else [],
            "over": rule is not None
            and rule.ends is not None
            and rule.ends <= reach.who(request).at,
            "acts": self._acts(request, rule) if rule else [],
            "back": reverse("admin:work_requirementrule_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(
            request, "work/admin/rule.html", values, status=422 if form.errors else 200
        )

    def _acts(self, request: HttpRequest, rule: RequirementRule) -> list[tuple[str, str]]:
        found = [(_("History"), rule_url(rule.pk, "history"))]
        if self.has_change_permission(request, rule):
            found.insert(0, (_("End the rule"), rule_url(rule.pk, "end")))
        if self.has_mode_permission(request, rule):
            found.insert(0, (_("Set the mode"), rule_url(rule.pk, "set_mode")))
        return found

    # --- acts -----------------------------------------------------------------------------------

    @action(description=gettext_lazy("Set the mode"), url_path="mode", permissions=["mode"])
    def set_mode(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say how strictly it is taken, at the site or a place; what that touches is said first."""
        return rule_modes.give(self, request, object_id)

    @action(description=gettext_lazy("End a mode"), url_path="end-mode", permissions=["mode"])
    def end_mode(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a place have the mode of the place above again."""
        return rule_modes.end(self, request, object_id)

    @action(description=gettext_lazy("End the rule"), url_path="end", permissions=["change"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End it now, or at a moment to come."""

        class When(StepForm):
            ends = forms.SplitDateTimeField(
                label=_("in force until"),
                required=False,
                help_text=_("Empty: now; before it has begun, it never comes into force."),
            )

        def do(rule: RequirementRule, door: dict[str, Any], said: dict[str, Any]) -> str:
            rules.end_rule(**door, rule_id=rule.pk, ends=said["ends"])
            return _("The rule has an end.")

        return step(
            self,
            request,
            object_id,
            title=_("End the rule"),
            button=_("End it"),
            text=_("What it required of open work is withdrawn then. It stays in the list."),
            form=When,
            do=do,
        )

    @action(
        description=gettext_lazy("What the last 30 days would have stopped"),
        url_path="would-have-stopped",
        permissions=["view"],
    )
    def report(self, request: HttpRequest) -> HttpResponse:
        """What rules that watch or warn would have stopped, had they been enforced."""
        return rule_report.show(self, request)


def rule_url(rule_id: int, what: str = "change") -> str:
    """A page of a rule."""
    return reverse(f"admin:work_requirementrule_{what}", args=[rule_id])
