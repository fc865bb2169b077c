"""How a person signs in: a name, and a link that is shown once, by which a password is chosen."""

import uuid
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from work.admin.base import SiteAdmin
from work.admin.parts import page_of
from work.admin.steps import StepForm, step
from work.models import User
from work.services import sign_in


def give(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask for a sign-in name, give it, and show the link."""
    person = page.get_object(request, unquote(object_id))

    class Given(StepForm):
        username = forms.CharField(
            max_length=150,
            label=_("sign-in name"),
            initial=person.username if person is not None else None,
        )

    def do(row: User, door: dict[str, Any], said: dict[str, Any]) -> HttpResponse:
        door["act"] = door["act"] or uuid.uuid4()
        given = sign_in.give(**door, user_id=row.pk, username=said["username"])
        return _link(page, request, given, sign_in.link_of(door["act"]))

    return step(
        page,
        request,
        object_id,
        title=_("Sign-in"),
        button=_("Give"),
        text=_(
            "The next page shows a link, once, by which the person chooses a password. A password"
            " that there is now is good no longer, and who is signed in by it is so no longer."
        ),
        form=Given,
        do=do,
    )


def _link(page: SiteAdmin, request: HttpRequest, person: User, key: str) -> HttpResponse:
    """What the administrator hands on; it stands on this page and nowhere else."""
    address = f"{reverse('account_choose_password')}?{urlencode({'key': key})}"
    values = {
        **page.admin_site.each_context(request),
        "title": _("Sign-in"),
        "subtitle": str(person),
        "opts": page.opts,
        "original": person,
        "name": person.username,
        "link": request.build_absolute_uri(address) if key else "",
        "days": sign_in.LASTS.days,
        "back": page_of(person),
        "media": page.media,
    }
    return TemplateResponse(request, "work/admin/sign_in_link.html", values)


def take(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Take the sign-in away; the person stays known."""

    def do(row: User, door: dict[str, Any], said: dict[str, Any]) -> str:
        sign_in.take(**door, user_id=row.pk)
        return _("The person signs in no longer.")

    return step(
        page,
        request,
        object_id,
        title=_("Take the sign-in away"),
        button=_("Take it away"),
        text=_("The person stays known, with every role, and may still be named for work."),
        danger=True,
        do=do,
    )
