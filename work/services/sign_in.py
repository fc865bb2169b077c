"""How a person signs in: a name that an administrator gives, a password that the person chooses.

Whoever gives a sign-in is shown a link, which the person opens to choose a password: once, within
three days. It is kept nowhere: it says whose it is and since when, sealed with the password that it
replaces, so that what changes the password, a newer link too, ends it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from work.exceptions import Reason, Refused
from work.models import Act, User
from work.prepared import by_key
from work.services import _locks
from work.services._configure import not_oneself
from work.services._people import about_person, administered, sites_of
from work.services.acts import OpenAct, door

LASTS = timedelta(days=3)
_LONGEST = 150


def free_name(username: str, but: int | None = None) -> str:
    """A sign-in name that nobody has, however it is spelled; empty for who does not sign in.

    but: the person who may have it. Names of all sites are of one space, which is held.
    """
    username = username.strip()
    if len(username) > _LONGEST or "\x00" in username:
        raise Refused(Reason("name_too_long", {"longest": _LONGEST}))
    if not username:
        return ""
    _locks.sign_in_names()
    if User.objects.filter(username__iexact=username).exclude(pk=but or 0).exists():
        raise Refused(Reason("username_taken", {"username": username}))
    return username


def _give(act: OpenAct, *, user_id: int, username: str) -> User:
    """Let a person sign in by this name, with a password still to be chosen by `link_of` this act.

    A password that there was is good no longer, nor an earlier link; who was signed in is so no
    longer. The own password is changed by who knows it, on the own page.
    """
    person = _another(act, user_id)
    username = username.strip()
    if not username:
        raise Refused(Reason("name_needed"))
    changed = ["password"]
    if username != person.username:
        person.username = free_name(username, person.pk)
        changed.append("username")
    person.set_unusable_password()
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
    not_oneself(act, person.pk)
    if not person.is_active:
        raise Refused(Reason("person_left_already", {}, ("user", person.pk)))
    return person


def _choose(act: OpenAct, *, key: str, password: str) -> User:
    """Choose the own password, by who holds the link that `whose` knows; with that it is used."""
    person = _locks.person(act.person.pk)
    if person is None or not _opens(person, key, act.at):
        raise Refused(Reason("link_used"))
    about_person(act, person, sites_of(act, person))
    try:
        validate_password(password, person)
    except ValidationError:
        raise Refused(Reason("password_weak")) from None
    person.set_password(password)
    person.save(update_fields=["password"])
    act.record("password_chosen", person)
    return person


def link_of(act_id: UUID) -> str:
    """The word of the link that an act gave, the same whenever it is asked; empty once used."""
    given = Act.objects.get(pk=act_id)
    person = User.objects.get(pk=given.result["pk"])
    return "" if person.has_usable_password() else _word(person, int(given.at.timestamp()))


def whose(key: str, at: datetime) -> User | None:
    """Whose link it is; nobody's when it is none, was used, has run out or was replaced."""
    try:
        pk = base36_to_int(key.partition("-")[0])
    except ValueError:
        return None
    person = by_key(User, pk)
    return person if person is not None and _opens(person, key, at) else None


def _opens(person: User, key: str, at: datetime) -> bool:
    try:
        given = base36_to_int(key.split("-")[1])
    except (IndexError, ValueError):
        return False
    if not constant_time_compare(_word(person, given), key):
        return False
    in_time = given <= at.timestamp() < given + LASTS.total_seconds()
    return in_time and person.is_active and person.username is not None


def _word(person: User, given: int) -> str:
    sealed = f"{person.pk} {given} {person.username} {person.password}"
    seal = salted_hmac("work.services.sign_in", sealed, algorithm="sha256").hexdigest()
    return f"{int_to_base36(person.pk)}-{int_to_base36(given)}-{seal}"


give = door(_give)
take = door(_take)
choose = door(_choose)

__all__ = ["LASTS", "choose", "free_name", "give", "link_of", "take", "whose"]
