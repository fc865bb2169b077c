"""The acts of a document's page: what they are called, what they ask, and their doors."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents import forms
from documents.models import Document, Revision
from documents.permissions import Action, can
from documents.reads.visible import without_sign_in
from documents.services import (
    acknowledging,
    applying,
    documents,
    effective,
    revisions,
)
from work.pages import Deed, Given
from work.reads import places
from work.reads.choices import SiteChoices
from work.services import files


@dataclass
class Known:
    """What the forms of a document know: the document, its site, and the revision at hand."""

    site: Any
    who: Any
    at: Any
    document: Document | None = None
    revision: Revision | None = None

    @cached_property
    def together(self) -> list[tuple[int, str]]:
        """Who does not sign in, and can be told to have read the revision together with `who`."""
        if self.document is None or self.revision is None:
            return []
        all_of_it = bool(can(self.who, Action.READ_WITH, self.document))
        people = without_sign_in(self.who, self.document, self.revision, all_of_it=all_of_it)
        return list(people.values_list("pk", "name")[:50])

    @cached_property
    def choices(self) -> SiteChoices:
        """Teams and types of the site."""
        return SiteChoices(self.site, self.who, self.at)

    def classes(self) -> list[tuple[int, str]]:
        """Classes of things."""
        return forms.classes_at(self.site.pk)

    def kinds(self) -> list[Any]:
        """Records of other domains."""
        return forms.kinds_at(self.site.pk)

    def place(self, code: str) -> Any:
        """A place by its code."""
        return places.find(self.site, self.who, code)


def _on(given: Given) -> dict[str, Any]:
    """What the doors of a document take."""
    return given.door | {"document_id": given.record.pk, "seen": given.seen}


def _of(given: Given, name: str = "revision_id") -> dict[str, Any]:
    """What the doors of a part of a document take."""
    return given.door | {name: given.of, "seen": given.seen}


def _some(given: Given, *names: str) -> dict[str, Any]:
    """Of the answers those that were given."""
    return {name: given.answers[name] for name in names if name in given.answers}


def _draft(given: Given) -> object:
    said = _some(given, "bearing", "reread", "key_lines")
    return revisions.draft(**_on(given), label=given.get("label"), why=given.get("why"), **said)


def _add_file(given: Given) -> object:
    sent = given.get("file", None)
    blob = files.store(sent.chunks(), at=timezone.now()) if sent else None
    return revisions.add_file(**_of(given), blob=blob, name=sent.name if sent else "")


def _look_over(given: Given) -> object:
    return documents.look_over(
        **_on(given),
        verdict=given.get("verdict"),
        word=given.get("word"),
        next_review=given.get("next_review", None),
    )


def _withdraw_revision(given: Given) -> object:
    stop = bool(given.get("stop"))
    return effective.withdraw(**_of(given), word=given.get("word"), stop=stop)


def _read_together(given: Given) -> object:
    people = [int(each) for each in given.get("people", [])]
    lines = given.get("lines", [])
    return acknowledging.read_together(
        **_of(given), people=people, lines=lines, signed=given.signed
    )


def _acknowledge(given: Given) -> object:
    lines = given.get("lines", [])
    return acknowledging.acknowledge(**_of(given), lines=lines, signed=given.signed)


_DOCUMENT = ("title", "kind", "owner_id", "review_months", "next_review")
_REVISION = ("label", "bearing", "reread", "key_lines")
_APPLIES = (
    *("place_id", "work_type_id", "asset_class_id"),
    *("kind_key", "kind_code", "acknowledge", "lead"),
)

DEEDS: dict[str, Deed] = {
    deed.verb: deed
    for deed in (
        Deed("draft", _("New revision"), _draft, forms.DraftRevision),
        Deed(
            "edit",
            _("Change"),
            lambda given: documents.edit(**_on(given), **_some(given, *_DOCUMENT)),
            forms.WriteDocument,
        ),
        Deed("look-over", _("Look it over"), _look_over, forms.LookOver),
        Deed(
            "apply",
            _("Apply it to work"),
            lambda given: applying.apply_to(**_on(given), **_some(given, *_APPLIES)),
            forms.ApplyTo,
        ),
        Deed(
            "apply-no-more",
            _("End"),
            lambda given: applying.apply_no_more(**_of(given, "applicability_id")),
            part=True,
        ),
        Deed(
            "withdraw",
            _("Take it out of use"),
            lambda given: documents.withdraw(**_on(given), word=given.get("word")),
            forms.Word,
            danger=True,
        ),
        Deed(
            "edit-revision",
            _("Change the draft"),
            lambda given: revisions.edit(**_of(given), **_some(given, *_REVISION)),
            forms.WriteRevision,
            part=True,
        ),
        Deed("add-file", _("Add a file"), _add_file, forms.AddFile, part=True, has_file=True),
        Deed(
            "remove-file",
            _("Take out"),
            lambda given: revisions.remove_file(**_of(given, "file_id")),
            part=True,
        ),
        Deed(
            "take-over",
            _("Go on with it as author"),
            lambda given: revisions.take_over(**_of(given)),
            part=True,
        ),
        Deed("send", _("Send to review"), lambda given: revisions.send(**_of(given)), part=True),
        Deed(
            "give-back",
            _("Give back"),
            lambda given: revisions.give_back(**_of(given), word=given.get("word")),
            forms.Word,
            part=True,
        ),
        Deed(
            "review",
            _("Reviewed, fit to be approved"),
            lambda given: revisions.review(**_of(given), word=given.get("word")),
            forms.Remark,
            part=True,
        ),
        Deed(
            "approve",
            _("Approve"),
            lambda given: revisions.approve(**_of(given), signed=given.signed),
            part=True,
            signs=True,
        ),
        Deed(
            "set-date",
            _("Set the date"),
            lambda given: effective.set_date(**_of(given), starts=given.get("starts", None)),
            forms.SetDate,
            part=True,
        ),
        Deed(
            "withdraw-revision",
            _("Withdraw it"),
            _withdraw_revision,
            forms.WithdrawRevision,
            part=True,
            danger=True,
        ),
        Deed("acknowledge", _("I have read it"), _acknowledge, part=True),
        Deed(
            "read-together",
            _("Read together"),
            _read_together,
            forms.ReadTogether,
            part=True,
            signs=True,
        ),
        Deed(
            "sign",
            _("I have read it"),
            _acknowledge,
            forms.Acknowledge,
            part=True,
            signs=True,
        ),
    )
}
