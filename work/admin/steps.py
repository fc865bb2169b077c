"""An act of the admin that is more than saving a form: its own page, its own form, one door."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteMixin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from work.admin import reach
from work.admin.forms import told
from work.exceptions import NotDone, Stale, Unknown

# The widget of the admin's toolkit for each plain field; the first that fits.
_WIDGETS: tuple[tuple[type[forms.Field], type[forms.Widget]], ...] = (
    (forms.ModelChoiceField, UnfoldAdminSelect2Widget),
    (forms.ChoiceField, UnfoldAdminSelectWidget),
    (forms.SplitDateTimeField, UnfoldAdminSplitDateTimeWidget),
    (forms.FileField, UnfoldAdminFileFieldWidget),
    (forms.BooleanField, UnfoldBooleanSwitchWidget),
    (forms.IntegerField, UnfoldAdminIntegerFieldWidget),
    (forms.CharField, UnfoldAdminTextInputWidget),
)


class StepForm(forms.Form):
    """What an act asks; with the id that lets it be sent twice."""

    act = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["act"].initial = uuid.uuid4()
        for field in self.fields.values():
            dress(field)
            field.label = capfirst(field.label) if field.label else field.label


def dress(field: forms.Field) -> None:
    """Give a plain field the widget of the admin's toolkit; one that has its own keeps it."""
    widget = field.widget
    if widget.is_hidden or isinstance(widget, AutocompleteMixin) or _dressed(widget):
        return
    if isinstance(widget, forms.Textarea):
        field.widget = UnfoldAdminTextareaWidget()
        return
    for kind, made in _WIDGETS:
        if isinstance(field, kind):
            choices = getattr(field, "choices", None)
            field.widget = made()
            field.widget.is_required = field.required
            if isinstance(field, forms.ModelChoiceField):
                field.widget.choices = field.choices  # those of a query that may still be given
            elif choices is not None:
                field.choices = choices
            return


def _dressed(widget: forms.Widget) -> bool:
    return type(widget).__module__.startswith("unfold")


def step(
    page: ModelAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    title: str,
    button: str,
    do: Callable[[Any, dict[str, Any], dict[str, Any]], str | tuple[str, str] | HttpResponse],
    form: Callable[..., StepForm] = StepForm,
    text: str = "",
    danger: bool = False,
    template: str = "work/admin/step.html",
    more: dict[str, Any] | None = None,
    back: str = "",
) -> HttpResponse:
    """The page of an act on a record: GET asks, POST does it and goes back with what was done.

    do: takes the record, what every door is given, and the cleaned values; returns what is said
    when it is done, and where it leads where that is not back; or the page that says more. What a
    door refuses is said at the form, 422.
    """
    record = page.get_object(request, unquote(object_id))
    if record is None:
        raise Http404
    sent = form(request.POST, request.FILES) if request.method == "POST" else form()
    back = back or _back(page, record)
    if request.method == "POST" and sent.is_valid():
        said = dict(sent.cleaned_data)
        door = {"actor": request.user, "act": said.pop("act") or None}
        try:
            done = do(record, door, said)
            if isinstance(done, HttpResponse):
                return done
            said_so, to = (done, back) if isinstance(done, str) else done
            messages.success(request, said_so)
            return HttpResponseRedirect(to)
        except Unknown:
            raise Http404 from None
        except NotDone as error:
            for line in told(error, reach.who(request)):
                sent.add_error(None, line)
            if isinstance(error, Stale) and "seen" in sent.fields:
                # The page shows what is there now: sent again, that is what was seen.
                sent.data = sent.data.copy()
                sent.data["seen"] = str(error.current)
    values = {
        **page.admin_site.each_context(request),
        "title": title,
        "subtitle": str(record),
        "opts": page.opts,
        "original": record,
        "form": sent,
        "text": text,
        "button": button,
        "danger": danger,
        "back": back,
        "has_file": sent.is_multipart(),
        "media": page.media + sent.media,
        **(more or {}),
    }
    status = 422 if sent.errors else 200
    return TemplateResponse(request, template, values, status=status)


def _back(page: ModelAdmin, record: Model) -> str:
    info = (page.opts.app_label, page.opts.model_name)
    return reverse("admin:{}_{}_change".format(*info), args=[record.pk])
