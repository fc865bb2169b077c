"""The register of another system: documents as they are, and their revisions as drafts.

That a revision was approved elsewhere nobody of this site has said by name, so that it comes into
force here as every other does: one writes, another reviews, another approves.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Revision
from documents.services import documents, revisions
from documents.services._enter import save
from documents.services.guards import in_use, standing
from documents.states import DocumentKind, RevisionState
from work.exceptions import Reason, Refused
from work.ports import Arrived, Holds, ImportField, Made, Misfit, NotTaken, Standing
from work.services import OpenAct

_PLAIN = {"title": "title", "kind": "kind", "owner": "owner_id", "review_months": "review_months"}
# Whom each refusal is about, as the fields of a mapping are called.
_ABOUT = {
    "documents.code_unfit": "code",
    "code_taken": "code",
    "documents.title_needed": "title",
    "documents.kind_needed": "kind",
    "documents.owner_needed": "owner",
    "documents.months_unfit": "review_months",
    "documents.label_unfit": "revision",
    "documents.label_taken": "revision",
    "documents.in_work": "revision",
    "documents.not_draft": "revision",
    "documents.not_author": "revision",
}


class Register:
    """Documents, by the key of the source; else by their code."""

    key = "documents.register"
    title = _("Document register")
    by_person = True
    fields: Mapping[str, ImportField] = {  # noqa: RUF012
        "code": ImportField(_("Code"), length=60, once=True),
        "title": ImportField(_("Title"), needed=True),
        "kind": ImportField(
            _("Kind of document"), Holds.CODE, choices=tuple(DocumentKind.values), needed=True
        ),
        "owner": ImportField(_("Owning team"), Holds.TEAM, needed=True),
        "review_months": ImportField(_("Months between reviews"), Holds.NUMBER),
        "next_review": ImportField(_("Next review"), Holds.DAY),
        "revision": ImportField(_("Revision: arrives as a draft"), length=20),
        "why": ImportField(_("What was changed in it"), length=2000, once=True),
    }

    def find(self, site_id: int, arrived: Sequence[Arrived]) -> dict[str, int]:
        """Those with the code, however it is written."""
        codes = {_code(each).lower(): each.key for each in arrived}
        here = Document.objects.annotate(lower=Lower("code")).filter(site=site_id, lower__in=codes)
        return {codes[code.lower()]: pk for code, pk in here.values_list("code", "pk")}

    def standing(self, site_id: int, ids: Sequence[int]) -> dict[int, Standing]:
        """How they stand here; the revision is the one in work, else the newest."""
        labels: dict[int, str] = {}
        rows = Revision.objects.filter(document__in=ids).exclude(state=RevisionState.WITHDRAWN)
        newest = rows.order_by("document", "created_at", "pk")
        for document_id, label in newest.values_list("document_id", "label"):
            labels[document_id] = label
        return {
            each.pk: Standing(each.pk, _values(each, labels.get(each.pk)), _kept(each))
            for each in Document.objects.filter(site=site_id, pk__in=ids)
        }

    def create(self, act: OpenAct, site_id: int, arrived: Sequence[Arrived]) -> Made:
        """Make new ones, with a draft where the source names a revision."""
        made = Made()
        for each in arrived:
            told = list(act.history)
            try:
                made.ids[each.key] = _whole(act, site_id, each).pk
            except Refused as refusal:
                act.history = told
                made.misfits[each.key] = _misfits(refusal)
        return made

    def change(self, act: OpenAct, site_id: int, pk: int, values: Mapping[str, Any]) -> None:
        """Write what the source says; a revision that somebody is at is left to that person."""
        try:
            if plain := _plain(values):
                documents.changed(act, Document.objects.select_related("site").get(pk=pk), plain)
            if label := values.get("revision"):
                _revised(act, Document.objects.get(site=site_id, pk=pk), str(label))
        except Refused as refusal:
            raise NotTaken(*_misfits(refusal)) from None


def _code(each: Arrived) -> str:
    return str(each.values.get("code") or each.key)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain = {_PLAIN[name]: value for name, value in values.items() if name in _PLAIN}
    if "next_review" in values:
        plain["next_review"] = date.fromisoformat(values["next_review"])
    return plain


def _whole(act: OpenAct, site_id: int, each: Arrived) -> Document:
    """A document with its draft; where that is refused the document does not stand without it."""
    label = str(each.values.get("revision") or "").strip()
    revisions.fitting(label)
    if not label:
        return _made(act, site_id, each)
    with transaction.atomic():
        document = _made(act, site_id, each)
        _draft(act, document, label, each)
    return document


def _made(act: OpenAct, site_id: int, each: Arrived) -> Document:
    said = {name: value for name, value in each.values.items() if value is not None}
    return documents.made(act, site_id, {"code": _code(each), **_plain(said)})


def _draft(act: OpenAct, document: Document, label: str, each: Arrived) -> None:
    why = each.values.get("why") or f"{each.system} {each.key}, {label}"
    revisions.begun(act, document, why, {"label": label})


def _revised(act: OpenAct, document: Document, label: str) -> None:
    """Another revision than the newest here: a draft of one's own is renamed, else one begins."""
    draft = document.revisions.filter(state__in=revisions.IN_WORK).first()
    if draft is None:
        revisions.begun(act, document, label, {"label": label})
        return
    reasons = standing(draft, RevisionState.DRAFT)
    if draft.author_id != act.person.pk or draft.files.filter(removed_at=None).exists():
        reasons = reasons or [Reason("documents.in_work")]
    if reasons:
        raise Refused(reasons)
    revisions.put(draft, {"label": label}, [])
    save(draft, "label")
    act.record("revision_changed", document, revision=draft.pk, fields=["label"])


def _values(document: Document, label: str | None) -> dict[str, Any]:
    return {
        "title": document.title,
        "kind": document.kind,
        "owner": document.owner_id,
        "review_months": document.review_months,
        "next_review": document.next_review and document.next_review.isoformat(),
        "revision": label,
    }


def _kept(document: Document) -> Reason | None:
    return next(iter(in_use(document)), None)


def _misfits(refusal: Refused) -> list[Misfit]:
    return [Misfit(_ABOUT.get(reason.code, ""), reason) for reason in refusal.reasons]


__all__ = ["Register"]
