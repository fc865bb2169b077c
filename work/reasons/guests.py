"""How a contractor reads the people of a site: the own company's, and whoever of the site there is.

A guest reads nobody of another company by name, no phone but of the own people, and of nobody else
what they lack.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from work.permissions import Scope
from work.states import Role


@dataclass(frozen=True)
class Guest:
    """Somebody who is at a place as a contractor and nothing else.

    reads_site: whether the site's own people, who have no company, are read by name.
    site_id: none where no place is at hand.
    """

    who: Scope
    companies: frozenset[int]
    reads_site: bool = True
    site_id: int | None = None

    def is_own(self, pk: int | None, company_id: int | None) -> bool:
        """Whether that is one of the own company, or the guest in person.

        Of the own company is too who comes to the site for it now, and is of another site's at
        home. That is read once for a reader, where somebody of another company is met.
        """
        if pk == self.who.user_id or company_id in self.companies:
            return True
        if company_id is None:
            return False
        return any(
            pk == user_id and self.site_id in (site_id, None) for site_id, user_id in self.who.lent
        )

    def reads(self, pk: int | None, company_id: int | None) -> bool:
        """Whether the guest reads that person by name."""
        return self.is_own(pk, company_id) or (company_id is None and self.reads_site)

    def name(self, pk: int | None, name: str, company_id: int | None) -> str:
        """Who has a part in something."""
        if self.reads(pk, company_id):
            return name
        return _("Somebody of the site") if company_id is None else _("Somebody of another company")

    def lacking(self, pk: int | None, name: str, company_id: int | None) -> str:
        """Of whom something is said that is told of the own people alone, within a sentence."""
        if self.is_own(pk, company_id):
            return name
        return _("somebody of the site") if company_id is None else _("somebody of another company")


def guest_at(who: Scope, site_id: int, path: str | None = None, **more: Any) -> Guest | None:
    """How `who` reads people at a place; None where a role of the site's own reads them all.

    path: none of a page that is of no place; there a guest is who has no other role at the site.
    """
    if not (who.only_contractor(site_id) if path is None else who.is_guest(site_id, path)):
        return None
    return Guest(who, frozenset(who.companies(site_id)), site_id=site_id, **more)


def guest_everywhere(who: Scope) -> Guest | None:
    """The same where no place is at hand: of whom no role anywhere is but a contractor's."""
    held = [each for each in who.grants if each.role]
    if not held or any(each.role != Role.CONTRACTOR for each in held):
        return None
    return Guest(who, frozenset(each.team_id for each in held if each.team_id))
