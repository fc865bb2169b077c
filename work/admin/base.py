"""The one base of every admin page: rows of the own sites alone, saved by services, never deleted.

A page says by class attributes which doors make and change its records; what it does not say it
cannot do.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import RelatedOnlyFieldListFilter, helpers
from django.contrib.admin.options import ModelAdmin as PlainModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminForm, Fieldline
from unfold.widgets import UnfoldAdminSelectWidget

from work.admin import reach
from work.admin.forms import HIDDEN, ActForm, OwnChoice, told
from work.admin.parts import Part
from work.admin.steps import dress
from work.exceptions import NotDone, Unknown
from work.models import Site
from work.permissions import Action
from work.reads import set_up

# How a filter may ask after its column.
_TAILS = ("", "__exact", "__id__exact", "__in", "__isnull", "__gte", "__lt")


class _Untransacted(PlainModelAdmin):
    """Without a transaction round the form: a door opens its own, and keeps what it refused."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or take the form; the middleware asks for its token."""
        helpers.AdminForm, helpers.Fieldline = AdminForm, Fieldline  # type: ignore[misc]
        return self._changeform_view(request, object_id, form_url, extra_context)


class SiteAdmin(ModelAdmin, _Untransacted):
    """Rows of the sites that the person administers, and their doors.

    to_site: lookup from the record to its site; empty where the record is the site. adds, changes:
    the doors, None where the admin does not do that. known_as: the argument by which a door names
    the record. fixed: fields that are given when it is made and never changed. optional: fields
    that the door fills in where nothing is said. overtakes: whether the door is told what the
    record said, and refuses who overtook somebody while it waited for the site.
    """

    action = Action.CONFIGURE
    to_site = "site"
    adds: Callable[..., Any] | None = None
    changes: Callable[..., Any] | None = None
    known_as = ""
    fixed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    overtakes = False
    form = ActForm
    change_form_outer_after_template = "work/admin/parts.html"
    actions = ()
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False
    warn_unsaved_form = True
    compressed_fields = True
    # No page has any; the toolkit's templates ask for them again and again without defining them.
    list_sections = ()
    conditional_fields: dict[str, str] = {}

    # --- who ------------------------------------------------------------------------------------

    def sites(self, request: HttpRequest) -> frozenset[int]:
        """The sites whose rows this page shows."""
        return reach.site_ids(request, self.action)

    def _mine(self, request: HttpRequest, obj: Model | str | None) -> bool:
        """Whether the record is of the own sites, asked once a request.

        The toolkit names it by its key in a path.
        """
        pk = obj.pk if isinstance(obj, Model) else obj
        if pk is None:
            return bool(self.sites(request))
        if not hasattr(request, "admin_mine"):
            request.admin_mine = {}  # type: ignore[attr-defined]
        known: dict[tuple[type, str], bool] = request.admin_mine  # type: ignore[attr-defined]
        key = (type(self), str(pk))
        if key not in known:
            known[key] = str(pk).isdecimal() and self.get_queryset(request).filter(pk=pk).exists()
        return known[key]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown to who administers a site."""
        return bool(self.sites(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Of the own sites."""
        return self._mine(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Where a door makes such a record."""
        return self.adds is not None and bool(self.sites(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Where a door changes it."""
        return self.changes is not None and self._mine(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted: it ends, or is taken out of use."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The rows of the own sites."""
        return self.of_sites(super().get_queryset(request), self.sites(request))

    def of_sites(self, rows: QuerySet, sites: frozenset[int]) -> QuerySet:
        """The rows that are of these sites."""
        return rows.filter(**{f"{self.to_site}__in" if self.to_site else "pk__in": sites})

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What the page filters by and nothing else: no column is guessed letter by letter."""
        named = (
            each[0] if isinstance(each, (list, tuple)) else getattr(each, "parameter_name", each)
            for each in self.get_list_filter(request)
        )
        return lookup in {f"{name}{tail}" for name in named for tail in _TAILS}

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """What is not there and what is of another site is one answer."""
        raise Http404

    # --- forms ----------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple:
        """What never changes once it is there."""
        return (*self.readonly_fields, *(self.fixed if obj is not None else ()))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list:
        """The page's fields, and those that nobody sees."""
        fieldsets = list(super().get_fieldsets(request, obj))
        may = self.has_change_permission if obj is not None else self.has_add_permission
        if not may(request, obj):
            return fieldsets
        shown = {name for _title, said in fieldsets for name in said["fields"]}
        hidden = [name for name in HIDDEN if name not in shown]
        return [*fieldsets, (None, {"fields": hidden})] if hidden else fieldsets

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """The form of this request: it knows who sends it, and which act it is."""
        if asked := self.asked_otherwise(request, obj) if change else self.asks(request):
            for field in asked.values():
                dress(field)
                field.label = capfirst(field.label)
            kwargs["form"] = type(self.form.__name__, (self.form,), asked)
        form = super().get_form(request, obj, change, **kwargs)
        for name in self.optional:
            if name in form.base_fields:
                form.base_fields[name].required = False

        def carry_out(sent: ActForm) -> Model:
            return self.change(request, obj, sent) if change else self.add(request, sent)

        form.carry_out, form.who = staticmethod(carry_out), reach.who(request)
        return form

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """A language is one of those there are."""
        if db_field.name == "language":
            given = [("", _("of the site"))] if db_field.blank else []
            return forms.ChoiceField(
                choices=[*given, *settings.LANGUAGES],
                required=not db_field.blank,
                label=capfirst(db_field.verbose_name),
                widget=UnfoldAdminSelectWidget(),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """What a new record is asked that is no field of it, by the name of the door's argument."""
        return {}

    def asked_otherwise(self, request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
        """What a record is asked otherwise than its model says, by the name of the argument."""
        return {}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        """Choices of the own sites alone."""
        kwargs.setdefault("queryset", self.choices(db_field.remote_field.model, request))
        kwargs.setdefault("form_class", OwnChoice)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.remote_field.model is Site:
            sites = self.sites(request)
            field.initial = next(iter(sites)) if len(sites) == 1 else None
        return field

    def pick(
        self,
        request: HttpRequest,
        model: type[Model],
        at: tuple[type[Model], str],
        **given: Any,
    ) -> forms.ModelChoiceField:
        """A field that finds a record of the own sites by typing.

        at: the model and the field by which the admin's search is asked, which must offer it.
        """
        db_field = at[0]._meta.get_field(at[1])
        return OwnChoice(
            self.choices(model, request),
            widget=AutocompleteSelect(db_field, self.admin_site),
            **given,
        )

    def choices(self, model: type[Model], request: HttpRequest) -> QuerySet:
        """The records of a model that a form of this page may name."""
        rows = model._default_manager.all()
        page = self.admin_site._registry.get(model)
        if isinstance(page, SiteAdmin):
            return page.of_sites(rows, self.sites(request))
        return rows.none()

    def offered(self, rows: QuerySet) -> QuerySet:
        """What a form's search offers of these: who has not left, and what is in use."""
        known = {field.name for field in self.opts.concrete_fields}
        return rows.filter(is_active=True) if "is_active" in known else rows

    def parts(self, request: HttpRequest, obj: Any) -> list[Part]:
        """What stands below the form of a record: what else belongs to it."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **given: Any
    ) -> HttpResponse:
        """The form with its parts."""
        obj = given.get("obj")
        context["parts"] = self.parts(request, obj) if obj is not None else []
        return super().render_change_form(request, context, *args, **given)

    # --- acts -----------------------------------------------------------------------------------

    def add(self, request: HttpRequest, form: ActForm) -> Model:
        """Make the record by its door."""
        assert self.adds is not None
        names = [name for name in form.fields if name not in HIDDEN]
        return type(self).adds(**self.door(request, form), **form.arguments(names))

    def change(self, request: HttpRequest, obj: Model, form: ActForm) -> Model:
        """Change by its door what was changed in the form; nothing where nothing was."""
        names = [name for name in form.changed_data if name not in HIDDEN]
        if not names:
            return obj
        door = type(self).changes
        assert door is not None
        said = form.arguments(names)
        was = {"was": {name: getattr(obj, name) for name in said}} if self.overtakes else {}
        return door(**self.door(request, form), **{self.known_as: obj.pk}, **said, **was)

    def door(self, request: HttpRequest, form: ActForm) -> dict[str, Any]:
        """What every door is given: who acts, and the id that was born with the form."""
        return {"actor": request.user, "act": form.cleaned_data.get("act") or None}

    def do(self, request: HttpRequest, act: Callable[[], Any]) -> Any:
        """Do an act of a button: None and the reasons as messages, where it is refused."""
        try:
            return act()
        except Unknown:
            raise
        except NotDone as error:
            for text in told(error, reach.who(request)):
                messages.error(request, text)
            return None

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The form did it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """And what belongs to it."""

    # History is ours: every door writes its own, which the admin's would only repeat.
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done to the record, by whom, and what was refused."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        text = request.GET.get("before", "")
        before = int(text) if text.isdecimal() and len(text) < 19 else 0
        lines, older = set_up.history(record, reach.who(request), self.sites(request), before)
        values = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(record),
            "opts": self.opts,
            "original": record,
            "events": lines,
            "older": older,
        }
        return TemplateResponse(request, "work/admin/history.html", values)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: see the events."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: see the events."""


class OwnOnly(RelatedOnlyFieldListFilter):
    """A filter by a related record that offers those of the rows shown, and no others."""
