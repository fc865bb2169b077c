"""How a person signs in: given, changed and taken away by an administrator."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from work.exceptions import Reason, Refused
from work.models import User
from work.services._people import administered
from work.services.acts import OpenAct, door

_LONGEST = 150


def free_name(username: str) -> str:
    """A sign-in name that nobody has; empty for who does not sign in."""
    username = username.strip()
    if len(username) > _LONGEST or "\x00" in username:
        raise Refused(Reason("name_too_long", {"longest": _LONGEST}))
    if username and User.objects.filter(username=username).exists():
        raise Refused(Reason("username_taken", {"username": username}))
    return username


def _give(act: OpenAct, *, user_id: int, username: str, password: str) -> User:
    """Let a person sign in with this name and password; who was signed in is so no longer.

    The own password is changed by who knows the old one, on the own page.
    """
    person = _another(act, user_id)
    username = username.strip()
    if not username:
        raise Refused(Reason("name_needed"))
    changed = ["password"]
    if username != person.username:
        person.username = free_name(username)
        changed.append("username")
    try:
        validate_password(password, person)
    except ValidationError:
        raise Refused(Reason("password_weak")) from None
    person.set_password(password)
    person.save(update_fields=changed)
    act.record("sign_in_given", person, fields=sorted(changed))
    return person


def _take(act: OpenAct, *, user_id: int) -> User:
    """A person signs in no longer, and stays known; the name is free for another."""
    person = _another(act, user_id)
    if person.username is None:
        raise Refused(Reason("no_sign_in", {}, ("user", person.pk)))
    person.username = None
    person.set_unusable_password()
    person.save(update_fields=["username", "password"])
    act.record("sign_in_taken", person)
    return person


def _another(act: OpenAct, user_id: int) -> User:
    person, _sites = administered(act, user_id)
    if act.actor is not None and act.actor.pk == person.pk:
        raise Refused(Reason("not_oneself"))
    if not person.is_active:
        raise Refused(Reason("person_left_already", {}, ("user", person.pk)))
    return person


give = door(_give)
take = door(_take)

__all__ = ["free_name", "give", "take"]
