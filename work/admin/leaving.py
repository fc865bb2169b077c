"""A person leaves: what hangs on the person is listed, given on, and the person goes."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from work.admin import reach
from work.admin.base import SiteAdmin
from work.admin.forms import told
from work.admin.parts import Part, moment, page_of
from work.admin.steps import StepForm
from work.exceptions import NotDone, Unknown
from work.models import Post, PostHolder, User, WorkItem
from work.reads import item as items
from work.reads.leaving import Left, left
from work.services import leaving, people


@dataclass(frozen=True)
class Result:
    """What became of one item, or of the leaving itself."""

    what: str
    url: str
    said: str
    done: bool


def view(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET lists and asks; POST gives on what was chosen, item by item, and says how each went."""
    person = page.get_object(request, unquote(object_id))
    if person is None:
        raise Http404
    found = _left(request, person)
    form = _form(page, request, person, found)
    results: list[Result] = []
    if request.method == "POST":
        form = _form(page, request, person, found, request.POST)
        if form.is_valid():
            results = _carry_out(request, person, found, form.cleaned_data)
            person.refresh_from_db()
            found = _left(request, person)
            form = _form(page, request, person, found)
    values = {
        **page.admin_site.each_context(request),
        "title": _("A person leaves") if person.is_active else _("Left, and what remained"),
        "subtitle": str(person),
        "opts": page.opts,
        "original": person,
        "form": form,
        "chosen": {str(key) for key in form["items"].value() or ()},
        "found": found,
        "items": [(each, items.url(each.site, each.number)) for each in found.owned],
        "parts": _parts(found),
        "results": results,
        "button": _("Carry out"),
        "back": page_of(person),
        "media": page.media + form.media,
    }
    refused = form.is_bound or any(not each.done for each in results)
    return TemplateResponse(
        request, "work/admin/leave.html", values, status=422 if refused else 200
    )


def _left(request: HttpRequest, person: User) -> Left:
    return left(person.pk, reach.who(request), reach.site_ids(request))


def _form(
    page: SiteAdmin, request: HttpRequest, person: User, found: Left, data: Any = None
) -> StepForm:
    """Which items, to whom, and whether the person goes now."""
    choices = [(str(each.pk), items.label(each.number)) for each in found.owned]

    class Leaving(StepForm):
        items = forms.MultipleChoiceField(
            choices=choices,
            required=False,
            initial=[key for key, _label in choices],
            widget=UnfoldAdminSelectMultipleWidget(),
        )
        owner_user = page.pick(
            request, User, (PostHolder, "user"), required=False, label=_("to the person")
        )
        owner_post = page.pick(
            request, Post, (PostHolder, "post"), required=False, label=_("or to the post")
        )
        leaves = forms.BooleanField(
            required=False,
            initial=person.is_active,
            label=_("The person leaves now"),
            help_text=_("Reaches nothing from now on, and is fit for nothing. Duties end."),
            disabled=not person.is_active,
        )

        def clean(self) -> dict[str, Any]:
            said = super().clean() or {}
            chosen = len([name for name in ("owner_user", "owner_post") if said.get(name)])
            if said.get("owner_user") == person:
                self.add_error("owner_user", _("That is who leaves."))
            elif chosen > 1:
                self.add_error(None, _("One owner: a person or a post, not both."))
            elif not chosen and not said.get("leaves"):
                self.add_error(None, _("Say to whom the chosen work goes."))
            return said

    return Leaving(data) if data is not None else Leaving()


def _carry_out(
    request: HttpRequest, person: User, found: Left, said: dict[str, Any]
) -> list[Result]:
    """Item by item, each an act of its own; then the leaving."""
    act = said["act"] or uuid.uuid4()
    owner = {f"{name}_id": said[name].pk for name in ("owner_user", "owner_post") if said[name]}
    chosen = set(said["items"]) if owner else set()
    results = [
        _hand_over(request, person, each, owner, act)
        for each in found.owned
        if str(each.pk) in chosen
    ]
    if said["leaves"] and person.is_active:
        results.append(_leave(request, person, act))
    return results


def _hand_over(
    request: HttpRequest, person: User, item: WorkItem, owner: dict[str, int], act: uuid.UUID
) -> Result:
    label, url = items.label(item.number), items.url(item.site, item.number)
    try:
        leaving.hand_over(
            actor=request.user,
            act=uuid.uuid5(act, str(item.pk)),
            item_id=item.pk,
            from_user_id=person.pk,
            **owner,
        )
    except NotDone as error:
        return Result(label, url, " ".join(told(error, reach.who(request))), False)
    return Result(label, url, _("handed over"), True)


def _leave(request: HttpRequest, person: User, act: uuid.UUID) -> Result:
    try:
        people.deactivate_person(
            actor=request.user, act=uuid.uuid5(act, "leaves"), user_id=person.pk
        )
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        return Result(person.name, "", " ".join(told(error, reach.who(request))), False)
    return Result(person.name, "", _("has left"), True)


def _parts(found: Left) -> list[Part]:
    """What is not handed over here, each with the way to where it is."""
    return [
        Part(
            title=_("Executes"),
            head=(_("number"), _("what"), _("status"), _("place")),
            rows=[
                [
                    (items.label(each.number), items.url(each.site, each.number)),
                    (each.what, ""),
                    (each.get_status_display(), ""),
                    (str(each.place), ""),
                ]
                for each in found.executed
            ],
            empty=_("Executes no open work."),
        ),
        Part(
            title=_("Has to clear"),
            head=(_("number"), _("blocker"), _("since")),
            rows=[
                [
                    (
                        items.label(each.item.number),
                        items.url(each.item.site, each.item.number),
                    ),
                    (each.get_kind_display(), ""),
                    (moment(each.since), ""),
                ]
                for each in found.clears
            ],
            empty=_("Nobody waits for this person to clear a blocker."),
        ),
        Part(
            title=_("Posts"),
            head=(_("post"), _("as"), _("from")),
            rows=[
                [
                    (each.post.name, page_of(each)),
                    (_("deputy") if each.deputy else _("holder"), ""),
                    (moment(each.starts), ""),
                ]
                for each in found.posts
            ],
            empty=_("Named for no post."),
        ),
        Part(
            title=_("Duties"),
            head=(_("post"), _("since")),
            rows=[
                [(each.post.name, page_of(each.post)), (moment(each.starts), "")]
                for each in found.duties
            ],
            empty=_("Not on duty."),
        ),
    ]
