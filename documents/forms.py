"""What the acts of documents ask. They read what was typed; the services decide."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models import Applicability, Document
from documents.services.applying import of_others
from documents.services.documents import MOST_MONTHS
from documents.services.revisions import MOST_LINES
from documents.states import Bearing, DocumentKind, Verdict
from work.pages import Act, choice, moment, text
from work.reads.choices import SiteChoices


def _day(label: Any, *, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, help_text=hint, widget=widget)


class Word(Act):
    """An act that asks why."""

    word = text(_("Why"))


class Remark(Act):
    """An act with which something may be said."""

    word = text(_("Remark"), required=False)


class WriteDocument(Act):
    """What a document is called, and whose it is. known: the page, or the choices of a site."""

    code = forms.CharField(
        label=_("Code"), max_length=60, help_text=_("As people call it: SOP-L3-012.")
    )
    title = forms.CharField(label=_("Title"), max_length=250)
    kind = choice(_("Kind"), DocumentKind.choices)
    owner = choice(_("Owning team"), [], empty=_("Choose"))
    review_months = forms.IntegerField(
        label=_("Months between reviews"),
        min_value=0,
        max_value=MOST_MONTHS,
        initial=24,
        help_text=_("0: it is not reviewed by date."),
    )
    next_review = _day(_("Next review"), hint=_("Empty: it follows from the months."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: SiteChoices = self.known.choices
        teams = [("", _("Choose")), *choices.teams()]
        self.fields["owner"].choices = teams  # type: ignore[attr-defined]
        document: Document | None = self.known.document
        if document is not None:
            del self.fields["code"]  # it stays: others name the document by it
            self.initial |= {
                "title": document.title,
                "kind": document.kind,
                "owner": document.owner_id,
                "review_months": document.review_months,
                "next_review": document.next_review,
            }

    def clean(self) -> dict[str, Any]:
        """As the service takes it."""
        said = dict(super().clean() or {})
        owner = said.pop("owner", None)
        return said | {"owner_id": int(owner) if owner else None}


class WriteRevision(Act):
    """A revision: what it is called, what it means for work under way, what is to be read."""

    label = forms.CharField(label=_("Revision"), max_length=20, help_text=_("Such as 4 or 5A."))
    bearing = choice(_("Work that has begun"), Bearing.choices)
    reread = forms.BooleanField(
        label=_("Whoever read an earlier one reads this too"), required=False, initial=True
    )
    lines = text(
        _("Lines to be read and signed"),
        required=False,
        rows=MOST_LINES,
        hint=_("One a line, three at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        revision = self.known.revision
        if revision is not None:
            self.initial |= {
                "label": revision.label,
                "bearing": revision.bearing,
                "reread": revision.reread,
                "lines": "\n".join(revision.key_lines),
            }

    def clean(self) -> dict[str, Any]:
        """As the service takes it."""
        said = dict(super().clean() or {})
        lines = said.pop("lines", "")
        return said | {"key_lines": lines.splitlines()}


class DraftRevision(WriteRevision):
    """A new one, and why."""

    why = text(_("What changes, and why"))
    field_order = ["label", "why"]


class AddFile(Act):
    """A file of a revision."""

    file = forms.FileField(
        label=_("File"), help_text=_("An image, a PDF or plain text, 25 MB at most.")
    )


class SetDate(Act):
    """From when a revision is in force."""

    starts = moment(_("In force from"), hint=_("Empty: now."))


class WithdrawRevision(Word):
    """Why, and whether what began under it stops."""

    stop = forms.BooleanField(label=_("Work that began under it stops"), required=False)


class Acknowledge(Act):
    """The lines of a revision, each to be ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, line in enumerate(self.known.revision.key_lines):
            self.fields[f"line-{number}"] = forms.BooleanField(label=line)

    def clean(self) -> dict[str, Any]:
        """The lines that were ticked."""
        said = super().clean() or {}
        every = enumerate(self.known.revision.key_lines)
        return said | {"lines": [line for number, line in every if said.get(f"line-{number}")]}


class ReadTogether(Acknowledge):
    """With whom it was read, who do not sign in; and its lines."""

    people = forms.MultipleChoiceField(
        label=_("Read together with"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(str(pk), name) for pk, name in self.known.together]
        self.fields["people"].choices = found  # type: ignore[attr-defined]


class LookOver(Act):
    """What a periodic review found."""

    verdict = choice(_("What it found"), Verdict.choices, empty=_("Choose"))
    word = text(_("Remark"), required=False)
    next_review = _day(_("Next review"), hint=_("Empty: it follows from the months."))


class ApplyTo(Act):
    """To which work a document applies: all that is said must be so."""

    place = forms.CharField(
        label=_("Place and below"), required=False, max_length=120, help_text=_("Its code.")
    )
    work_type = choice(_("Work type"), [], required=False)
    asset_class = choice(_("Asset class"), [], required=False)
    kind = choice(_("Record of another kind"), [], required=False)
    acknowledge = forms.BooleanField(label=_("Whoever carries it out has read it"), required=False)
    lead = forms.IntegerField(
        label=_("Days before the start"),
        required=False,
        min_value=0,
        max_value=365,
        help_text=_("Empty: two days."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: SiteChoices = self.known.choices
        nothing = [("", _("Not said"))]
        kinds = self.known.kinds()
        if not kinds:
            del self.fields["kind"]
        for name, found in (
            ("work_type", choices.types()),
            ("asset_class", self.known.classes()),
            ("kind", kinds),
        ):
            if name in self.fields:
                self.fields[name].choices = [*nothing, *found]  # type: ignore[attr-defined]

    def clean_place(self) -> Any:
        """The place with that code, where it is the reader's to know."""
        code = self.cleaned_data["place"].strip()
        if not code:
            return None
        place = self.known.place(code)
        if place is None:
            raise forms.ValidationError(_("The place is not of this site."))
        return place

    def clean(self) -> dict[str, Any]:
        """As the service takes it."""
        said = super().clean() or {}
        key, _colon, code = (said.get("kind") or "").partition(":")
        lead = said.get("lead")
        return {
            "place_id": said["place"].pk if said.get("place") else None,
            "work_type_id": int(said["work_type"]) if said.get("work_type") else None,
            "asset_class_id": int(said["asset_class"]) if said.get("asset_class") else None,
            "kind_key": key,
            "kind_code": code,
            "acknowledge": bool(said.get("acknowledge")),
            "lead": timedelta(days=lead) if lead is not None else None,
        }


def kinds_at(site_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """The records of other domains to which a document may apply, by kind."""
    groups = []
    for kind in of_others():
        found = [(f"{kind.key}:{code}", name) for code, name in kind.choices(site_id)]
        if found:
            groups.append((str(kind.title), found))
    return groups


def classes_at(site_id: int) -> list[tuple[int, str]]:
    """The classes of things at a site."""
    model: Any = Applicability._meta.get_field("asset_class").related_model
    rows = model.objects.filter(site_id=site_id).order_by("name")
    return list(rows.values_list("pk", "name"))
