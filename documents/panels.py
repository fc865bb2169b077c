"""The sections of documents on the pages of work, and what the one box finds of them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Revision
from documents.reads.courses import address
from documents.reads.listing import at_place, of_class, to_read
from documents.reads.visible import KEY, items, visible_documents
from documents.states import DocumentKind
from work.permissions import Scope, scope
from work.ports import Found


def _list(slug: str, **asked: str) -> str:
    base = reverse("documents:document_list", args=[slug])
    return f"{base}?{urlencode(asked | {'part': 'panel'})}"


class OfItem:
    """The documents that an item asks for."""

    key = "documents.of_item"
    page = "item"
    title = _("Documents")

    always = False
    by_id = True

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
        return _list(thing.site.slug, item=f"W-{thing.number}")


class OfPlace:
    """The documents that say that they apply at a place; not for guests, who see their work's."""

    key = "documents.of_place"
    page = "place"
    title = _("Documents")

    always = False
    by_id = False

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
        return _list(thing.site.slug, place=thing.code)


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
        return _list(thing.site.slug, asset=thing.code)


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
        in_force = Revision.objects.filter(document=OuterRef("pk"), effective__contains=at)
        rows = visible_documents(who, site.pk, at).filter(fits)
        rows = rows.annotate(near=near, revision=Subquery(in_force.values("label")[:1]))
        return [
            Found(
                title=f"{each.code} {each.title}",
                sub=self._sub(each),
                url=address(site.slug, each.code),
                exact=each.near == 0,
            )
            for each in rows.order_by("near", "code")[:most]
        ]

    def _sub(self, document: Any) -> str:
        """What it is, and the revision in force."""
        stands = _("Nothing in force")
        if document.withdrawn_at:
            stands = _("withdrawn")
        elif document.revision:
            stands = _("revision %(revision)s") % {"revision": document.revision}
        return f"{DocumentKind(document.kind).label} · {stands}"


class OfPerson:
    """The documents that somebody's open work asks to be read, and that are not."""

    key = "documents.of_person"
    page = "person"
    title = _("Documents to read")

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many at the site of that person's page, of the work that the viewer sees.

        Nothing where there is none; a guest is told of nobody else's.
        """
        site = getattr(thing, "at_site", None)
        if site is None or not isinstance(user, Scope):
            return None
        if thing.pk != user.user_id and user.only_contractor(site.pk):
            return None
        # Few or none: asked first, so that not all documents are looked through for them.
        wanted = list(to_read(user, at, thing.pk))
        unread = Document.objects.filter(site_id=site.pk, withdrawn_at=None, pk__in=wanted)
        return unread.count() or None

    def url(self, thing: Any) -> str:
        """The list of them, where there are any."""
        site = getattr(thing, "at_site", None)
        if site is None:
            return reverse("work:site_list")
        return _list(site.slug, view="read", reader=str(thing.pk))


class OfPicture:
    """What comes into force within a day, on the picture of the site."""

    key = "documents.of_picture"
    page = "picture"
    title = _("New revisions")

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many documents; nothing where there is none, and nothing for a guest."""
        who = user if isinstance(user, Scope) else scope(user, at)
        if who.only_contractor(thing.pk):
            return None
        soon = Revision.objects.filter(
            effective__isnull=False,
            effective__startswith__gt=at,
            effective__startswith__lte=at + timedelta(days=1),
            document__in=visible_documents(who, thing.pk, at),
        )
        return soon.count() or None

    def url(self, thing: Any) -> str:
        """The list of those that come."""
        return _list(thing.slug, view="planned")
