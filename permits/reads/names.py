"""How a reader of permits reads who did what on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from permits.models import Permit
from permits.services._facts import by_name
from work.pages import Guest, guest_at, moment_in_words
from work.permissions import Scope

type Name = Callable[..., str]


class Naming:
    """The people of permits of a site, for one reader.

    A contractor reads by name the own company's people, and whoever of the site's own has a part in
    a permit of that company: who signs, and who is there. Of other companies it reads nobody. What
    was typed on such a permit was said of the own people.
    """

    def __init__(self, who: Scope) -> None:
        self.who = who

    def guest(self, permit: Permit) -> Guest | None:
        """As which guest the reader reads people on a permit, whose place is loaded, if as one."""
        return guest_at(self.who, permit.site_id, permit.place.path)

    def of(self, permit: Permit) -> Name:
        """How people are read on it."""
        guest = self.guest(permit)
        if guest is None:
            return by_name

        def name(person: Any, typed: str = "") -> str:
            if typed or person is None:
                return typed
            return guest.name(person.pk, str(person), person.company_id)

        return name

    def reads(self, permit: Permit, person: Any) -> bool:
        """Whether the reader reads that person by name."""
        guest = self.guest(permit)
        return guest is None or guest.reads(person.pk, person.company_id)


def apart(names: Sequence[str]) -> list[str]:
    """Names of which several read the same, told apart by a number."""
    every, met = Counter(names), Counter[str]()
    told = []
    for each in names:
        met[each] += 1
        numbered = _("%(name)s (%(number)s)") % {"name": each, "number": met[each]}
        told.append(numbered if every[each] > 1 else each)
    return told


def apart_in(name: Name, *lists: Iterable[Any]) -> list[list[str]]:
    """The same of the people of several lists: who stands in two has one number in both."""
    keys: list[list[tuple[Any, int]]] = []
    called: dict[tuple[Any, int], str] = {}
    for each_list in lists:
        met = Counter[Any]()
        keys.append([])
        for each in each_list:
            one = each.person_id or each.name
            keys[-1].append((one, met[one]))
            called.setdefault((one, met[one]), name(each.person, each.name))
            met[one] += 1
    told = dict(zip(called, apart([*called.values()]), strict=True))
    return [[told[key] for key in of] for of in keys]


def roll(on_it: Iterable[Any], name: Name) -> list[str]:
    """Who is on a permit; of whom several read the same with the time that each came on."""
    rows = list(on_it)
    names = [name(each.person, each.name) for each in rows]
    since = _("%(name)s since %(since)s")
    return [
        told if told == called else since % {"name": told, "since": moment_in_words(each.on_at)}
        for each, called, told in zip(rows, names, apart(names), strict=True)
    ]
