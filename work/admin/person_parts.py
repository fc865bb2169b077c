"""What stands below the form of a person: roles, teams and posts at the own sites."""

from django.utils.translation import gettext as _

from work.admin.parts import SHOWN, Part, adding, cut, listing, moment, page_of
from work.models import Membership, PostHolder, TeamMember, User


def roles(person: User, sites: frozenset[int]) -> Part:
    """The roles at the own sites, newest first."""
    rows = person.memberships.filter(site__in=sites).select_related("site", "place", "company")
    company = person.own_company or ""  # type: ignore[attr-defined]
    url = listing(Membership, q=person.name)
    shown, more = cut(rows.order_by("-starts", "-pk")[: SHOWN + 1], url)
    return Part(
        title=_("Roles"),
        head=(_("role"), _("site"), _("place"), _("company"), _("from"), _("until")),
        rows=[
            [
                (row.get_role_display(), page_of(row)),
                (row.site.name, ""),
                (str(row.place or ""), ""),
                (str(row.company or ""), ""),
                (moment(row.starts), ""),
                (moment(row.ends), ""),
            ]
            for row in shown
        ],
        empty=_("No role: this person reaches nothing."),
        add=(adding(Membership, user=person.pk, company=company), _("Give a role")),
        more=more,
    )


def teams(person: User, sites: frozenset[int]) -> Part:
    """The teams of the own sites, newest first."""
    rows = person.teams.filter(team__site__in=sites).select_related("team")
    url = listing(TeamMember, q=person.name)
    shown, more = cut(rows.order_by("-starts", "-pk")[: SHOWN + 1], url)
    return Part(
        title=_("Teams"),
        head=(_("team"), _("from"), _("until")),
        rows=[
            [(row.team.name, page_of(row)), (moment(row.starts), ""), (moment(row.ends), "")]
            for row in shown
        ],
        empty=_("In no team."),
        add=(adding(TeamMember, user=person.pk), _("Add to a team")),
        more=more,
    )


def posts(person: User, sites: frozenset[int]) -> Part:
    """The posts of the own sites for which the person is named, newest first."""
    rows = person.held_posts.filter(post__site__in=sites).select_related("post")
    url = listing(PostHolder, q=person.name)
    shown, more = cut(rows.order_by("-starts", "-pk")[: SHOWN + 1], url)
    return Part(
        title=_("Posts"),
        head=(_("post"), _("as"), _("from"), _("until")),
        rows=[
            [
                (row.post.name, page_of(row)),
                (_("deputy") if row.deputy else _("holder"), ""),
                (moment(row.starts), ""),
                (moment(row.ends), ""),
            ]
            for row in shown
        ],
        empty=_("Named for no post."),
        add=(adding(PostHolder, user=person.pk), _("Name for a post")),
        more=more,
    )
