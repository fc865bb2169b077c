"""What a person prefers, said by the person alone."""

from work.models import User
from work.services._configure import one_of, put
from work.services.acts import OpenAct, door

THEMES = ("", "light", "dark")


def _prefer(act: OpenAct, *, language: str, theme: str, languages: tuple[str, ...]) -> User:
    """Keep the language and the theme of who acts; empty: as the device has it.

    languages: those there are.
    """
    one_of(language, ("", *languages), "language")
    one_of(theme, THEMES, "theme")
    person = User.objects.select_for_update().get(pk=act.person.pk)
    changed = put(person, {"language": language, "theme": theme})
    if changed:
        act.record("changed", person, fields=sorted(changed))
    return person


prefer = door(_prefer)

__all__ = ["THEMES", "prefer"]
