"""How strictly a rule is taken: at its site, and at places; what a mode touches is said first."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.admin import reach
from work.admin.forms import told
from work.admin.rule_touches import in_words
from work.admin.steps import StepForm
from work.exceptions import NotDone, Unknown
from work.models import Place, RequirementRule
from work.services import rules
from work.states import Mode


@dataclass(frozen=True)
class ModeHere:
    """A mode, and the place that it is given at; None: the whole site."""

    mode: str
    place: Place | None


def of(rule: RequirementRule) -> list[ModeHere]:
    """The mode of a rule at its site, then those at places."""
    rows = rule.modes.select_related("place").order_by("place__path")
    return [
        ModeHere(rule.get_mode_display(), None),
        *(ModeHere(each.get_mode_display(), each.place) for each in rows),
    ]


class PlaceByCode(forms.CharField):
    """A place of a site, named by its code: who gives modes has no list of places here."""

    def __init__(self, site_id: int, **given: Any) -> None:
        self.site_id = site_id
        super().__init__(required=False, max_length=120, **given)

    def clean(self, value: Any) -> Place | None:  # type: ignore[override]
        """The place; None where none was named."""
        code = super().clean(value)
        if not code:
            return None
        place = Place.objects.filter(site=self.site_id, code=code).first()
        if place is None:
            raise forms.ValidationError(_("No place of this site has this code."))
        return place


class Looked(StepForm):
    """An act that is looked at before it is done. looked: what was looked at."""

    looked = forms.CharField(widget=forms.HiddenInput, required=False)

    def wanted(self) -> str:
        """What is asked for, as it is compared with what was looked at."""
        place = self.cleaned_data.get("place")
        return f"{self.cleaned_data.get('mode', '')}@{place.pk if place is not None else ''}"


def give(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Set the mode at the site or a place."""
    rule = _rule(page, request, object_id)

    class Give(Looked):
        mode = forms.ChoiceField(
            label=gettext_lazy("mode"), choices=Mode.choices, initial=rule.mode
        )
        place = PlaceByCode(
            rule.site_id,
            label=gettext_lazy("place"),
            help_text=gettext_lazy("Its code; it is meant with all below it. Empty: the site."),
        )

    def do(form: Looked, door: dict[str, Any]) -> str:
        said, place = form.cleaned_data, form.cleaned_data["place"]
        rules.set_mode(
            **door, rule_id=rule.pk, mode=said["mode"], place_id=place.pk if place else None
        )
        return _("The mode is set.")

    return _looked_at(page, request, rule, Give, do, _("Set the mode"), _("Set it"))


def end(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """End the mode that a place has of its own."""
    rule = _rule(page, request, object_id)
    places = Place.objects.filter(rule_modes__rule=rule).order_by("path")

    class End(Looked):
        place = forms.ModelChoiceField(places, label=gettext_lazy("place"))

        def __init__(self, *args: Any, **given: Any) -> None:
            given.setdefault("initial", {"place": request.GET.get("place")})
            super().__init__(*args, **given)

    def do(form: Looked, door: dict[str, Any]) -> str:
        rules.end_mode(**door, rule_id=rule.pk, place_id=form.cleaned_data["place"].pk)
        return _("The place has the mode of the place above again.")

    return _looked_at(page, request, rule, End, do, _("End a mode"), _("End it"))


def _rule(page: Any, request: HttpRequest, object_id: str) -> RequirementRule:
    rule = page.get_object(request, object_id)
    if rule is None:
        raise Http404
    return rule


def _looked_at(
    page: Any,
    request: HttpRequest,
    rule: RequirementRule,
    asked: type[Looked],
    do: Any,
    title: str,
    button: str,
) -> HttpResponse:
    form: Any = asked(request.POST) if request.method == "POST" else asked()
    touches = None
    back = reverse("admin:work_requirementrule_change", args=[rule.pk])
    who = reach.who(request)
    if form.is_bound and form.is_valid():
        said, place = form.cleaned_data, form.cleaned_data["place"]
        try:
            if "_save" in request.POST and said["looked"] == form.wanted():
                messages.success(request, do(form, {"actor": request.user, "act": said["act"]}))
                return HttpResponseRedirect(back)
            touches = in_words(
                rules.touches(
                    who,
                    at=who.at,
                    rule_id=rule.pk,
                    mode=said.get("mode"),
                    at_place=place.pk if place is not None else None,
                )
            )
            form.data = form.data.copy()
            form.data["looked"] = form.wanted()
        except Unknown:
            raise Http404 from None
        except NotDone as error:
            for line in told(error, who):
                form.add_error(None, line)
    values = {
        **page.admin_site.each_context(request),
        "title": title,
        "subtitle": str(rule),
        "opts": page.opts,
        "original": rule,
        "rule": rule,
        "form": form,
        "modes": of(rule),
        "touches": touches,
        "button": button,
        "back": back,
        "media": page.media + form.media,
    }
    return TemplateResponse(
        request, "work/admin/rule_mode.html", values, status=422 if form.errors else 200
    )
