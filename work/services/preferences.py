"""What a person prefers, said by the person alone."""

from work.models import Site, User
from work.services._configure import one_of, put
from work.services.acts import OpenAct, door

THEMES = ("", "light", "dark")


def _prefer(
    act: OpenAct, *, language: str, theme: str, languages: tuple[str, ...], home: str = ""
) -> User:
    """Keep the language and the theme of who acts; empty: as the device has it.

    languages: those there are. home: the short name of the site that comes after signing in.
    """
    one_of(language, ("", *languages), "language")
    one_of(theme, THEMES, "theme")
    sites = Site.objects.filter(pk__in=act.scope.site_ids())
    one_of(home, ("", *sites.values_list("slug", flat=True)), "site")
    person = User.objects.select_for_update().get(pk=act.person.pk)
    changed = put(person, {"language": language, "theme": theme, "home": home})
    if changed:
        act.record("changed", person, fields=sorted(changed))
    return person


prefer = door(_prefer)

__all__ = ["THEMES", "prefer"]
