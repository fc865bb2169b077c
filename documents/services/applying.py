"""To which work a document applies."""

from datetime import timedelta
from typing import Any

from documents.models import Applicability, Document
from documents.permissions import Action
from documents.reads.stopping import stopped
from documents.services._enter import enter, hold, save
from documents.services.guards import in_use, to_free
from documents.services.keeping import keep
from documents.services.telling import AT_ONCE, reached, tell_reached
from work import ports
from work.exceptions import Reason, Refused, Unknown
from work.prepared import by_key
from work.services import OpenAct, door

_OF_SITE = {
    "place": "place_unknown",
    "asset_class": "documents.class_unknown",
    "work_type": "documents.type_unknown",
}


def _apply_to(
    act: OpenAct,
    *,
    document_id: int,
    place_id: int | None = None,
    asset_class_id: int | None = None,
    work_type_id: int | None = None,
    kind_key: str = "",
    kind_code: str = "",
    acknowledge: bool = False,
    lead: timedelta | None = None,
    seen: int | None = None,
) -> Applicability:
    """Let a document apply, from now on, to work of which all that is said is so."""
    document = enter(act, document_id, Action.MANAGE, seen)
    hold(in_use(document))
    named: dict[str, int | None] = {
        "place": place_id,
        "asset_class": asset_class_id,
        "work_type": work_type_id,
    }
    found = {name: _of_site(document, name, pk) for name, pk in named.items()}
    reasons = [Reason(_OF_SITE[name]) for name, pk in named.items() if pk and not found[name]]
    if bool(kind_key) != bool(kind_code) or (
        kind_key and not _known(document, kind_key, kind_code)
    ):
        reasons.append(Reason("documents.record_unknown"))
    if not any(named.values()) and not kind_key:
        reasons.append(Reason("documents.applies_to_nothing"))
    if lead is not None and not timedelta(0) <= lead <= timedelta(days=365):
        reasons.append(Reason("documents.lead_unfit"))
    hold(reasons)
    same = document.applies.filter(ends=None, kind_key=kind_key, kind_code=kind_code)
    if same.filter(**{f"{name}_id": pk for name, pk in named.items()}).exists():
        raise Refused(Reason("documents.applies_already"))
    row = Applicability.objects.create(
        site_id=document.site_id,
        document=document,
        kind_key=kind_key,
        kind_code=kind_code,
        acknowledge=acknowledge,
        lead=lead,
        starts=act.at,
        **found,
    )
    save(document)
    act.record("applies", document, applicability=row.pk)
    tell_reached(act, row)
    keep(act, reached(row)[:AT_ONCE])
    return row


def _of_site(document: Document, name: str, pk: int | None) -> Any:
    model: Any = Applicability._meta.get_field(name).related_model
    return model.objects.filter(site_id=document.site_id, pk=pk).first() if pk else None


def of_others() -> list[Any]:
    """The kinds of record that a document may apply to: of other domains, never of its own."""
    return [kind for kind in ports.kinds.all() if not kind.key.startswith("documents.")]


def _known(document: Document, key: str, code: str) -> bool:
    kind = next((each for each in of_others() if each.key == key), None)
    return kind is not None and code in dict(kind.choices(document.site_id))


def _apply_no_more(
    act: OpenAct, *, applicability_id: int, seen: int | None = None
) -> Applicability:
    """Let a document apply to that work no more, from now on."""
    found = by_key(Applicability, applicability_id)
    if found is None:
        raise Unknown
    document = enter(act, found.document_id, Action.MANAGE, seen)
    row = Applicability.objects.select_related("place").get(pk=applicability_id)
    if row.ends is not None:
        raise Refused(Reason("documents.applies_no_more"))
    hold(to_free(document, stopped(document, act.at, reached(row))))
    row.ends = act.at
    row.save(update_fields=["ends"])
    save(document)
    act.record("applies_no_more", document, applicability=row.pk)
    tell_reached(act, row)
    return row


apply_to = door(_apply_to)
apply_no_more = door(_apply_no_more)

__all__ = ["apply_no_more", "apply_to", "of_others"]
