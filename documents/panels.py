"""The sections of documents on the pages of work, and what the one box finds of them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from documents.reads.courses import address
from documents.reads.listing import at_place, of_class
from documents.reads.visible import KEY, items, visible_documents
from documents.states import DocumentKind
from work.permissions import Scope
from work.ports import Found


def _list(site: Any, **asked: str) -> str:
    base = reverse("documents:document_list", args=[site.slug])
    return f"{base}?{urlencode(asked | {'part': 'panel'})}"


class OfItem:
    """The documents that an item asks for."""

    key = "documents.of_item"
    page = "item"
    title = _("Documents")

    always = False

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many; nothing where none is asked."""
        return self.rows(user, thing, at).count() or None

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those that are asked."""
        asked = items().filter(
            pk=thing.pk, prerequisites__supplier=KEY, prerequisites__withdrawn_at=None
        )
        return Document.objects.filter(pk__in=asked.values("prerequisites__source_id"))

    def url(self, thing: Any) -> str:
        """The list of them."""
        return _list(thing.site, item=f"W-{thing.number}")


class OfPlace:
    """The documents that say that they apply at a place; not for guests, who see their work's."""

    key = "documents.of_place"
    page = "place"
    title = _("Documents")

    always = False

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many; nothing where there is none."""
        rows = self.rows(user, thing, at)
        return None if rows is None else rows.count() or None

    def rows(self, user: Any, thing: Any, at: datetime) -> Any | None:
        """Those in use; None for a guest."""
        if isinstance(user, Scope) and user.only_contractor(thing.site_id):
            return None
        return Document.objects.filter(withdrawn_at=None, pk__in=at_place(thing))

    def url(self, thing: Any) -> str:
        """The list of them."""
        return _list(thing.site, place=thing.code)


class OfAsset:
    """The documents that say that they apply to things of its class."""

    key = "documents.of_asset"
    page = "asset"
    title = _("Documents")

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many; nothing where there is none."""
        if isinstance(user, Scope) and user.only_contractor(thing.site_id):
            return None
        known = Document.objects.filter(withdrawn_at=None, pk__in=of_class(thing.asset_class_id))
        return known.count() or None

    def url(self, thing: Any) -> str:
        """The list of them."""
        return _list(thing.site, asset=thing.code)


class Search:
    """Documents by code and title: what is called exactly so first."""

    key = "documents.document"
    title = _("Documents")

    def find(self, site: Any, who: Any, words: str, at: datetime, most: int) -> list[Found]:
        """One query."""
        parts = words.split()[:5]
        if not parts:
            return []
        fits = Q()
        for part in parts:
            fits &= Q(title__icontains=part) | Q(code__icontains=part)
        near = Case(
            When(code__iexact=words, then=Value(0)),
            When(code__istartswith=words, then=Value(1)),
            default=Value(2),
        )
        rows = visible_documents(who, site.pk, at).filter(fits).annotate(near=near)
        return [
            Found(
                title=f"{each.code} {each.title}",
                sub=self._sub(each),
                url=address(site.slug, each.code),
                exact=each.near == 0,
            )
            for each in rows.order_by("near", "code")[:most]
        ]

    def _sub(self, document: Document) -> str:
        kind = str(DocumentKind(document.kind).label)
        return f"{kind} · {_('withdrawn')}" if document.withdrawn_at else kind
