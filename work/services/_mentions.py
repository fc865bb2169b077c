"""Who is named in a comment, as @ and the name: people who may see the item, and they are told."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from work.models import Duty, Membership, Notice, Place, User, WorkItem
from work.naming import AT, mark
from work.permissions import Scope
from work.services.acts import OpenAct
from work.states import Role

CODE = "mentioned"


def people(item: WorkItem, who: Scope) -> QuerySet[User]:
    """Those who may see the item at the scope's moment, as far as the reader may know of them.

    The other way round of `permissions.scope`. A contractor knows its own people and who owns the
    work.
    """
    above = _paths(item.place)
    here = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=who.at), site_id=item.site_id, starts__lte=who.at
    )
    reaching = here.filter(Q(place=None) | Q(place__path__in=above)).filter(
        ~Q(role=Role.CONTRACTOR) | Q(company_id=item.team_id)
    )
    on_duty = Duty.objects.filter(
        starts__lte=who.at,
        ends=None,
        post__is_active=True,
        post__site_id=item.site_id,
        post__place__path__in=above,
    )
    found = User.objects.filter(is_active=True).filter(
        Q(pk__in=reaching.values("user"))
        | Q(pk__in=on_duty.values("user")) & Q(pk__in=here.values("user"))
    )
    if who.only_contractor(item.site_id):
        own = here.filter(company_id__in=who.companies(item.site_id))
        owner = on_duty.filter(post=item.owner_post_id)
        found = found.filter(
            Q(pk__in=own.values("user")) | Q(pk=item.owner_user_id) | Q(pk__in=owner.values("user"))
        )
    return found.order_by("name", "pk")


def _paths(place: Place) -> list[str]:
    """The path of a place and of all above it."""
    return [place.path[:end] for end in range(place.steplen, len(place.path) + 1, place.steplen)]


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
