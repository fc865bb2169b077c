"""Classes of things, with the rows of their own fields and statuses."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin.base import OwnOnly, SiteAdmin
from work.admin.parts import Part, listing
from work.admin.steps import StepForm, dress, step
from work.models import Asset, AssetClass
from work.services import asset_classes, assets
from work.states import FieldKind

# So many empty rows are offered below those there are.
_MORE = 3
_KINDS = [(value, label) for value, label in FieldKind.choices if value in asset_classes.KINDS]


class AssetClassAdmin(SiteAdmin):
    """Classes of things."""

    adds = staticmethod(assets.create_class)
    changes = staticmethod(assets.change_class)
    known_as = "class_id"
    fixed = ("site", "code")
    fields = ("site", "code", "name")
    list_display = ("name", "code")
    list_filter = (("site", OwnOnly),)
    search_fields = ("code", "name")
    actions_detail = ("rows",)

    def parts(self, request: HttpRequest, obj: AssetClass) -> list[Part]:
        """The fields and statuses, and the way to the things."""
        kinds = dict(FieldKind.choices)
        ready = {True: _("ready"), False: _("not ready")}
        return [
            Part(
                title=_("Fields"),
                head=(_("label"), _("key"), _("kind")),
                rows=[
                    [(row["label"], ""), (row["key"], ""), (str(kinds.get(row["kind"], "")), "")]
                    for row in obj.fields
                ],
                empty=_("No field of its own."),
            ),
            Part(
                title=_("Statuses"),
                head=(_("label"), _("key"), _("for use")),
                rows=[
                    [(row["label"], ""), (row["key"], ""), (ready[bool(row["ready"])], "")]
                    for row in obj.statuses
                ],
                empty=_("No status of its own."),
                add=(listing(Asset, asset_class__id__exact=obj.pk), _("The assets of this class")),
            ),
        ]

    @action(
        description=gettext_lazy("Fields and statuses"), url_path="rows", permissions=["change"]
    )
    def rows(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add, relabel and take away fields and statuses."""
        kind = self.get_object(request, object_id)

        class Rows(RowsForm):
            of = kind

        def do(row: AssetClass, door: dict[str, Any], said: dict[str, Any]) -> str:
            assets.change_class(**door, class_id=row.pk, **said)
            return _("Kept.")

        return step(
            self,
            request,
            object_id,
            title=_("Fields and statuses"),
            button=_("Keep"),
            text=_(
                "A row that is left empty is none. What assets have a value or a status of cannot"
                " be taken away. Keys are kept by the assets: they are not changed, only labels."
            ),
            form=Rows,
            do=do,
            template="work/admin/class_rows.html",
        )


class RowsForm(StepForm):
    """The rows of a class as fields named by part, number and column, for a table of each part."""

    of: AssetClass | None = None
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if self.of is None:
            return
        self.fields["seen"].initial = asset_classes.digest(self.of)
        self.numbers = {
            "fields": self._add("fields", self.of.fields, "kind"),
            "statuses": self._add("statuses", self.of.statuses, "ready"),
        }

    def _add(self, part: str, rows: list[dict[str, Any]], last: str) -> range:
        posted = self.data.get(f"{part}_rows", "") if self.is_bound else ""
        count = int(posted) if posted.isdecimal() and len(posted) < 4 else len(rows) + _MORE
        self.fields[f"{part}_rows"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=count, required=False
        )
        for number in range(count):
            row = rows[number] if number < len(rows) else {}
            made: dict[str, forms.Field] = {
                "key": forms.CharField(max_length=60, required=False, label=_("key")),
                "label": forms.CharField(max_length=120, required=False, label=_("label")),
                "kind": forms.ChoiceField(choices=_KINDS, required=False, label=_("kind")),
                "ready": forms.BooleanField(required=False, label=_("ready for use")),
            }
            for column in ("key", "label", last):
                field = made[column]
                field.initial = row.get(column, True if column == "ready" else "")
                dress(field)
                self.fields[f"{part}_{number}_{column}"] = field
        return range(count)

    def tables(self) -> list[dict[str, Any]]:
        """Each part with its rows of bound fields, for the page."""
        shown = []
        for part, title, columns in (
            ("fields", _("Fields"), ("label", "key", "kind")),
            ("statuses", _("Statuses"), ("label", "key", "ready")),
        ):
            rows = [
                [self[f"{part}_{number}_{column}"] for column in columns]
                for number in self.numbers[part]
            ]
            shown.append({"title": title, "rows": rows, "head": [cell.label for cell in rows[0]]})
        return shown

    def clean(self) -> dict[str, Any]:
        """The rows as the door takes them."""
        said = super().clean() or {}
        taken: dict[str, Any] = {"act": said.get("act"), "seen": said.get("seen", "")}
        for part, last in (("fields", "kind"), ("statuses", "ready")):
            taken[part] = [
                {
                    column: said.get(f"{part}_{number}_{column}", "")
                    for column in ("key", "label", last)
                }
                for number in self.numbers[part]
                if said.get(f"{part}_{number}_key") or said.get(f"{part}_{number}_label")
            ]
        return taken
