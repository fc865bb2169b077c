"""How a reader of permits reads who did what on them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from permits.models import Permit
from permits.permissions import reads_names
from permits.services._facts import by_name
from permits.services._named import model_of
from work.exceptions import Reason
from work.permissions import Scope

type Name = Callable[..., str]


class Naming:
    """The people of permits of a site, for one reader.

    A contractor reads the own company's people by name; of another company its name alone, and of
    the site that it was somebody of the site. What was typed on a permit of the own company was
    said of the own people.
    """

    def __init__(self, who: Scope, site_id: int) -> None:
        self.who, self.site_id = who, site_id
        self._own: dict[int, bool] = {}

    def of(self, permit: Permit) -> Name:
        """How people are read on a permit, whose place is loaded."""
        if reads_names(self.who, permit):
            return by_name
        return lambda person, typed="": typed or self._masked(person)

    def _masked(self, person: Any) -> str:
        if person is None:
            return ""
        if self._is_own(person):
            return str(person)
        return self._companies.get(person.company_id) or _("Somebody of the site")

    def reads(self, permit: Permit, person: Any) -> bool:
        """Whether the reader reads that person by name."""
        return reads_names(self.who, permit) or self._is_own(person)

    def _is_own(self, person: Any) -> bool:
        own = person.company_id in self.who.companies(self.site_id)
        return own or person.pk == self.who.user_id

    @cached_property
    def _companies(self) -> dict[int | None, str]:
        """The companies of the site: a query, where somebody of another one is met."""
        teams = model_of(Permit, "team").objects.filter(site=self.site_id)
        return {each.pk: str(each) for each in teams}

    def who_clears(self, permit: Permit, reasons: Iterable[Reason]) -> list[Reason]:
        """Reasons without the person who clears them, where the reader reads no such name."""
        said = list(reasons)
        if reads_names(self.who, permit):
            return said
        people = {each.clears[1] for each in said if each.clears and each.clears[0] == "user"}
        if asked := people - set(self._own):
            own = {"pk__in": asked, "company__in": self.who.companies(self.site_id)}
            known = set(get_user_model().objects.filter(**own).values_list("pk", flat=True))
            self._own |= {pk: pk in known or pk == self.who.user_id for pk in asked}
        return [
            replace(each, clears=None) if _of_stranger(each, self._own) else each for each in said
        ]


def _of_stranger(reason: Reason, own: dict[int, bool]) -> bool:
    kind, key = reason.clears or ("", 0)
    return kind == "user" and not own[key]
