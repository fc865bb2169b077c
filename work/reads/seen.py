"""What a reader may see of one site, as plainly as the database can be asked for it."""

from django.db.models import Exists, OuterRef, Q

from work.models import ItemExecutor, Membership, Site, WorkItem
from work.permissions import Grant, Scope, visible
from work.states import Role


def of_site(who: Scope, site: Site, item: str = "") -> Q:
    """The items of this site that the reader may see, as plainly as it can be asked.

    item: how one comes from the rows to their item, as `item__`.
    """
    grants = [grant for grant in who.grants if grant.site_id == site.pk and grant.role]
    whole = [grant for grant in grants if not grant.prefix and grant.role != Role.CONTRACTOR]
    reach = Scope(who.user_id, who.at, tuple(whole[:1] or _widest(grants)))
    return visible(reach, f"{item}place", f"{item}team", f"{item}site_id")


def known_to_guest(who: Scope, site: Site) -> Q:
    """The people whom a contractor's reader knows: the own company's, and whoever of the site owns
    or carries out its work. Nobody of another company, whom the reader finds under no name.
    """
    mine = WorkItem.objects.filter(of_site(who, site), site=site)
    own = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=who.at),
        user=OuterRef("pk"),
        site=site,
        starts__lte=who.at,
        company__in=who.companies(site.pk),
    )
    carried = ItemExecutor.objects.filter(user=OuterRef("pk"), item__in=mine)
    owned = mine.filter(owner_user=OuterRef("pk"))
    of_the_site = Q(company=None) | Q(pk=who.user_id)
    return Q(Exists(own)) | of_the_site & Q(Exists(carried) | Exists(owned))


def _widest(grants: list[Grant]) -> list[Grant]:
    """Grants that no other one covers: the fewest that reach the same."""
    own = [grant for grant in grants if grant.role != Role.CONTRACTOR]
    paths = sorted({grant.prefix for grant in own}, key=len)
    kept: list[str] = []
    for path in paths:
        if not any(path.startswith(each) for each in kept):
            kept.append(path)
    by_path = {grant.prefix: grant for grant in own}
    return [by_path[path] for path in kept] + [
        grant for grant in grants if grant.role == Role.CONTRACTOR
    ]
