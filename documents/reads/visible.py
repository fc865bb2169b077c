"""Which documents somebody may know of, and which work depends on one."""

from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from documents.models import Acknowledgement, Document, ItemRevision, Revision
from work.permissions import Scope, visible
from work.states import OPEN, UNDER_WAY

KEY = "documents.document"


def items() -> QuerySet[Any]:
    """Work items, to be narrowed."""
    model: Any = ItemRevision._meta.get_field("item").related_model
    return model.objects.all()


def person(site_id: int, pk: int | None) -> Any:
    """A person of the site, by whose work documents are looked for; None where there is none."""
    model: Any = Revision._meta.get_field("author").related_model
    return model.objects.filter(pk=pk, memberships__site_id=site_id).first()


def visible_documents(who: Scope, site_id: int, at: datetime) -> QuerySet[Document]:
    """The documents of a site that `who` may know of.

    Whoever is there as a contractor alone reaches those that the open work of the own company
    asks for, and no others.
    """
    documents = Document.objects.filter(site_id=site_id)
    if who.system:
        return documents
    if site_id not in who.site_ids():
        return documents.none()
    if not who.only_contractor(site_id):
        return documents
    asking = items().filter(visible(who), site_id=site_id, status__in=sorted(OPEN))
    asking = asking.filter(prerequisites__supplier=KEY, prerequisites__withdrawn_at=None)
    return documents.filter(pk__in=asking.values("prerequisites__source_id"))


def began_before(revision: Revision) -> QuerySet[ItemRevision]:
    """What began under an earlier revision of its document, and is under way."""
    begun = ItemRevision.objects.filter(document_id=revision.document_id, ended_at=None)
    return begun.filter(revision__effective__startswith__lt=revision.begins)


def without_sign_in(
    who: Scope, document: Document, revision: Revision, *, all_of_it: bool
) -> QuerySet[Any]:
    """Who carries out work that asks for a document, does not sign in and has not read it.

    all_of_it: of all work that `who` sees; else of what `who` carries out too. To a contractor
    nobody of another company is named.
    """
    work = dependent(revision.document_id).filter(visible(who))
    if not all_of_it:
        work = work.filter(executors=who.user_id)
    people: Any = Revision._meta.get_field("author").related_model
    named = people.objects.filter(username=None, is_active=True)
    if who.only_contractor(document.site_id):
        own = sorted(who.companies(document.site_id))
        named = named.filter(Q(company=None) | Q(company__in=own))
    read = Acknowledgement.objects.filter(revision=revision)
    carrying = work.order_by().values("pk")
    return (
        named.filter(pk__in=items().filter(pk__in=carrying).values("executors"))
        .exclude(pk__in=read.values("user"))
        .order_by("name", "pk")
    )


def dependent(document_id: int) -> QuerySet[Any]:
    """The open work that asks for a document, what is under way first."""
    asking = items().filter(
        status__in=sorted(OPEN),
        prerequisites__supplier=KEY,
        prerequisites__source_id=document_id,
        prerequisites__withdrawn_at=None,
    )
    first = Case(
        When(status__in=sorted(UNDER_WAY), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return asking.annotate(first=first).order_by("first", "pk").distinct()
