"""The acts of a record that is no item: its buttons and forms, and what is sent from them.

A page has a table of deeds and one address: a deed posts to it with ?do=<verb>, and with &of=<id>
where it is about a part of the record.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from work.exceptions import Forbidden, NotDone, Reason, Refused, Unknown
from work.models import User
from work.permissions import Allowed, Denied, Scope
from work.reasons import Names
from work.reasons.guests import Guest
from work.views import _kept
from work.views._item_acts import Failed
from work.views._refusals import INCOMPLETE, INVALID, NEVER, answer_of, refusal, worded
from work.views._site import fragment, number_in, see_other


@dataclass(frozen=True)
class Given:
    """What a person sent: who, which act, which version was seen, which part, and the answers."""

    actor: User
    act: uuid.UUID
    seen: int
    record: Any
    of: int | None
    answers: Mapping[str, Any]
    signed: bool = False

    @property
    def door(self) -> dict[str, Any]:
        """What every door takes."""
        moment = self.answers.get("happened_at")
        return {"actor": self.actor, "act": self.act, "happened_at": moment}

    def get(self, name: str, default: Any = "") -> Any:
        """One of the answers."""
        value = self.answers.get(name)
        return default if value is None else value


@dataclass(frozen=True)
class Deed:
    """One act of a record: what it is called, what it asks, and its door.

    do: calls the door with `door`, the record's id and `seen` of what was given. The door checks in
    this order: known, allowed, not stale, guards. form: None where nothing is asked; takes `known`,
    what the page knows of the record. part: it is about a part of the record. signs: the password
    is asked again, and `signed` is given. has_file: its form takes files. asks: its door takes no
    version, so that it would do what is half said; while something is missing only this is asked,
    of who sends it and the record.
    """

    verb: str
    label: Any
    do: Callable[[Given], object]
    form: type[forms.Form] | None = None
    part: bool = False
    signs: bool = False
    danger: bool = False
    has_file: bool = False
    asks: Callable[[Scope, Any], Allowed | Denied] | None = None

    def key(self, of: int | None = None) -> str:
        """What it is called on its page."""
        return f"{self.verb}-{of}" if of else self.verb

    def make(
        self, known: Any, of: int | None = None, data: Any = None, files: Any = None
    ) -> forms.Form:
        """Its form, bound where data is given."""
        given: dict[str, Any] = {"auto_id": f"act-{self.key(of)}-%s"}
        if self.form is None:
            form = forms.Form(data, files, **given)
        else:
            form = self.form(data, files, known=known, **given)
        if self.signs:
            form.fields["password"] = forms.CharField(
                label=_("Your password, to sign"),
                max_length=128,
                strip=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )
        return form


@dataclass
class Offer:
    """A deed as a page offers it. against: why it would not be done now; empty when it would."""

    deed: Deed
    against: Sequence[Reason] = ()
    of: int | None = None
    seen: int | None = None
    primary: bool = False
    # What its form needs to know, where that differs from the page's.
    known: Any = None


def offered(
    offers: Iterable[Offer],
    url: str,
    who: Scope,
    known: Any = None,
    failed: Failed | None = None,
    guest: Guest | None = None,
    names: Names | None = None,
) -> list[dict[str, Any]]:
    """The offers as components/act.html draws them: two queries at most, for names in reasons.

    guest: where the reader reads people as one. names: where they were looked up already.
    """
    offers = list(offers)
    against = [reason for each in offers for reason in each.against]
    names = names or Names(against, who, guest=guest)
    return [_drawn(each, url, who, names, known, failed) for each in offers]


def _drawn(
    offer: Offer, url: str, who: Scope, names: Names, known: Any, failed: Failed | None
) -> dict[str, Any]:
    deed, key = offer.deed, offer.deed.key(offer.of)
    row: dict[str, Any] = {
        "verb": deed.verb,
        "key": key,
        "label": deed.label,
        "url": f"{url}?{urlencode({'do': deed.verb} | ({'of': offer.of} if offer.of else {}))}",
        "allowed": not offer.against,
        "reasons": worded(offer.against, who, names),
        "danger": deed.danger,
        "has_file": deed.has_file,
        "small": deed.part,
        "primary": offer.primary,
    }
    if offer.seen is not None:
        row["seen"] = offer.seen
    if not offer.against and (deed.form or deed.signs):
        if failed is not None and failed.key == key:
            row["form"], failed.drawn = failed.form, True
        else:
            row["form"] = deed.make(known if offer.known is None else offer.known, offer.of)
    return row


def sent(
    request: HttpRequest,
    who: Scope,
    deeds: Mapping[str, Deed],
    record: Any,
    known: Callable[[Deed, int | None], Any],
    draw: Callable[..., HttpResponse],
    to: str,
    guest: Guest | None = None,
) -> HttpResponse:
    """Do what was sent to a record's page.

    known: what the form of a deed needs to know of the record. draw: the page, read anew; called
    with `refusal`, `failed` and `status`, or with `done=True`. to: its address. guest: as in
    `offered`.
    """
    deed = deeds.get(request.GET.get("do", ""))
    of = number_in(request.GET.get("of", ""))
    if deed is None or deed.part != (of is not None):
        raise Http404
    _kept.forget(request)
    form = deed.make(known(deed, of), of, request.POST, request.FILES)
    failed = Failed(deed.key(of), form)
    try:
        act, seen = uuid.UUID(request.POST.get("act", "")), int(request.POST.get("seen", ""))
    except ValueError:
        error = Refused(Reason("form_damaged"))
        return draw(refusal=refusal(error, who), failed=failed, status=INVALID[0])
    complete = form.is_valid() and (not deed.signs or _signs(request, form))
    # Not theirs, whatever is missing: the door refuses, and the attempt is kept. It does nothing:
    # no record has the version that is given for what is not complete.
    given = Given(
        request.user,  # type: ignore[arg-type]
        act,
        seen if complete else NEVER,
        record,
        of,
        form.cleaned_data,
        signed=complete and deed.signs,
    )
    try:
        if complete or deed.asks is None:
            deed.do(given)
        else:
            _half(deed.asks(who, record))
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        if not complete and not isinstance(error, Forbidden):
            return draw(refusal=dict(INCOMPLETE), failed=failed, status=INVALID[0])
        told, status = refusal(error, who, guest), answer_of(error)[0]
        if isinstance(error, Forbidden):
            told["typed"] = failed.typed()
        return draw(refusal=told, failed=failed, status=status)
    if fragment(request):
        return draw(done=True)
    return see_other(request, to)


def _half(allowed: Allowed | Denied) -> None:
    """Something is missing: refused, and as not theirs where that is so."""
    if not allowed:
        unknown = allowed.reason.code == "unknown"
        raise Forbidden(Reason("denied") if unknown else allowed.reason)
    raise Refused(Reason("form_damaged"))


def _signs(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the password is the person's own. Too many wrong ones lock the sign-in, as there."""
    name = request.user.get_username()
    typed = form.cleaned_data.pop("password", "")
    if authenticate(request, username=name, password=typed) == request.user:
        return True
    form.add_error("password", _("This is not your password."))
    return False
