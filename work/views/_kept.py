"""What was typed into a form whose sender had been signed out: it comes back after signing in.

Kept in the session that the sign-in goes on with, for the same person alone, and never sent by us.
"""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

_COOKIE, _SALT, _KEY = "person", "work.kept", "kept"
_MONTH = 30 * 24 * 3600
_MOST = 100_000
# What every form of an act sends; nobody typed it.
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "act", "seen", "back", "how"})


def remember(request: HttpRequest, response: HttpResponse, *, secure: bool) -> None:
    """Let the browser know, signed, whose forms it shows."""
    user = getattr(request, "_cached_user", None)
    if user is None or not user.is_authenticated:
        return
    if _person(request) != str(user.pk):
        value = _signer().sign(str(user.pk))
        response.set_cookie(
            _COOKIE, value, max_age=_MONTH, httponly=True, samesite="Lax", secure=secure
        )


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=_SALT)


def _person(request: HttpRequest) -> str:
    """Whose pages the browser showed within the last month; empty where nobody's."""
    try:
        return _signer().unsign(request.COOKIES.get(_COOKIE, ""), max_age=_MONTH)
    except signing.BadSignature:
        return ""


def keep(request: HttpRequest) -> bool:
    """Keep what was typed; False where it was nothing, or nobody knows who typed it."""
    typed = request.POST.copy()
    for name in _NOT_TYPED - {"seen"}:
        typed.pop(name, None)
    if not request.FILES and not any(typed[name] for name in set(typed) - _NOT_TYPED):
        return False
    person, said = _person(request), typed.urlencode()
    if not person or len(said) > _MOST:
        return False
    request.session[_KEY] = {
        "path": request.get_full_path(),
        "person": person,
        "typed": said,
        "file": bool(request.FILES),
    }
    return True


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What this person typed into the form of this address, until it is sent."""
    kept = _of(request)
    return QueryDict(kept["typed"]) if kept else None


def note(request: HttpRequest) -> str:
    """What is said above a form that came back."""
    kept = _of(request)
    if not kept:
        return ""
    text = _("You had been signed out, so this was not sent. Look at it and send it again.")
    again = _("The file has to be chosen again.")
    return f"{text} {again}" if kept["file"] else text


def forget(request: HttpRequest) -> None:
    """The form is being sent."""
    if _of(request):
        del request.session[_KEY]


def _of(request: HttpRequest) -> dict[str, Any] | None:
    kept = request.session.get(_KEY)
    mine = kept and (kept["person"], kept["path"]) == (
        str(request.user.pk),
        request.get_full_path(),
    )
    return kept if mine else None
