"""Who is named in a comment, as @ and the name: people who may see the item, and they are told."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from work.models import Duty, Membership, Notice, User, WorkItem
from work.naming import AT, mark
from work.permissions import Scope
from work.services._reaching import reaching
from work.services.acts import OpenAct

CODE = "mentioned"


def people(item: WorkItem, who: Scope) -> QuerySet[User]:
    """Those who may see the item at the scope's moment, as far as the reader may know of them.

    A contractor knows its own people and who owns the work.
    """
    found = User.objects.filter(
        reaching(item.site_id, item.place.path, item.team_id, who.at),
    )
    if who.only_contractor(item.site_id):
        own = Membership.objects.filter(
            Q(ends=None) | Q(ends__gt=who.at),
            site_id=item.site_id,
            starts__lte=who.at,
            company_id__in=who.companies(item.site_id),
        )
        owner = Duty.objects.filter(post=item.owner_post_id, ends=None)
        found = found.filter(
            Q(pk__in=own.values("user")) | Q(pk=item.owner_user_id) | Q(pk__in=owner.values("user"))
        )
    return found.order_by("name", "pk")


def begun(text: str, item: WorkItem, who: Scope, most: int) -> list[User]:
    """The first people whose name, or a word of it, begins so."""
    words = Q(name__istartswith=text) | Q(name__icontains=f" {text}")
    return list(people(item, who).filter(words)[:most])


def named(text: str, item: WorkItem, who: Scope) -> list[int]:
    """Ids of the people who are named, each once; of two of the same name both."""
    if not AT.search(text):
        return []
    known = [(pk, name.lower()) for pk, name in people(item, who).values_list("pk", "name")]
    said = {found[0][1:] for found in mark([name for _pk, name in known]).finditer(text.lower())}
    return sorted(pk for pk, name in known if name in said)


def tell(act: OpenAct, item: WorkItem, mentioned: Sequence[int]) -> None:
    """Let them know, but for who wrote it."""
    if not mentioned:
        return
    by = act.person.pk
    Notice.objects.bulk_create(
        Notice(user_id=pk, item=item, code=CODE, params={"by": by}, at=act.at)
        for pk in mentioned
        if pk != by
    )


__all__ = ["CODE", "begun", "named", "people", "tell"]
