"""A browser in which somebody is signed in: by a session, without the form and what it counts."""

from types import SimpleNamespace

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import Client
from django.utils.crypto import get_random_string

from vinkey.sessions import SessionStore
from work.models import User

BACKEND = "vinkey.backends.PasswordBackend"


def signed_in(client: Client, user: User) -> Client:
    """The same browser, with a session of its own of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session._session_key = get_random_string(32, VALID_KEY_CHARS)
    session.create_model_instance(dict(session.items())).save(force_insert=True)
    client._set_login_cookies(SimpleNamespace(session=session))
    return client
