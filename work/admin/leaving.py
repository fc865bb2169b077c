"""A person leaves: what hangs on the person is listed, given on, and the person goes."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from work.admin import reach
from work.admin.base import SiteAdmin
from work.admin.forms import told
from work.admin.leaving_lists import number, sections
from work.admin.parts import page_of
from work.admin.steps import StepForm
from work.exceptions import NotDone
from work.models import Post, PostHolder, User
from work.reads.leaving import Left, left
from work.services import leaving, people, posts

# The fields that name who gets it, by what is given on.
_TO = {
    "items": ("owner_user", "owner_post"),
    "executed": ("executor",),
    "clears": ("clears_user", "clears_post"),
    "posts": ("holder",),
}


@dataclass(frozen=True)
class Result:
    """What became of one thing, or of the leaving itself."""

    what: str
    url: str
    said: str
    done: bool


def view(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET lists and asks; POST gives on what was chosen, one by one, and says how each went."""
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
        "found": found,
        "sections": sections(found, form, _TO),
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
    return left(person.pk, reach.who(request), reach.site_ids(request), timezone.now())


def _form(
    page: SiteAdmin, request: HttpRequest, person: User, found: Left, data: Any = None
) -> StepForm:
    """Of each kind what is given on, and to whom; and whether the person goes now."""

    def chosen(rows: list[Any]) -> forms.MultipleChoiceField:
        keys = [str(each.pk) for each in rows]
        return forms.MultipleChoiceField(
            choices=[(key, key) for key in keys],
            required=False,
            initial=keys,
            widget=UnfoldAdminSelectMultipleWidget(),
        )

    def to(label: str) -> forms.ModelChoiceField:
        return page.pick(request, User, (PostHolder, "user"), required=False, label=label)

    def to_post(label: str) -> forms.ModelChoiceField:
        return page.pick(request, Post, (PostHolder, "post"), required=False, label=label)

    class Leaving(StepForm):
        items = chosen(found.owned)
        owner_user = to(_("to the person"))
        owner_post = to_post(_("or to the post"))
        executed = chosen(found.executed)
        executor = to(_("carried out by"))
        clears = chosen([each for each in found.clears if each.prerequisite_id is None])
        clears_user = to(_("cleared by the person"))
        clears_post = to_post(_("or by the post"))
        posts = chosen(found.posts)
        holder = to(_("named instead"))
        leaves = forms.BooleanField(
            required=False,
            initial=person.is_active,
            label=_("The person leaves now"),
            help_text=_(
                "Reaches nothing from now on, and is fit for nothing. Duties end, and the person is"
                " named for no post any more."
            ),
            disabled=not person.is_active,
        )

        def clean(self) -> dict[str, Any]:
            said = super().clean() or {}
            for names in _TO.values():
                if len([name for name in names if said.get(name)]) > 1:
                    self.add_error(None, _("A person or a post, not both."))
                for name in names:
                    if said.get(name) == person:
                        self.add_error(name, _("That is who leaves."))
            if not self.errors and not said.get("leaves") and not _given(said):
                self.add_error(None, _("Say to whom what you chose goes."))
            return said

    return Leaving(data) if data is not None else Leaving()


def _given(said: dict[str, Any]) -> list[str]:
    """The kinds of which something is chosen, and of which it is said to whom it goes."""
    return [kind for kind, names in _TO.items() if said[kind] and any(map(said.get, names))]


def _carry_out(
    request: HttpRequest, person: User, found: Left, said: dict[str, Any]
) -> list[Result]:
    """One by one, each an act of its own; then the leaving."""
    act = said["act"] or uuid.uuid4()
    to = {name: said[name].pk if said[name] else None for names in _TO.values() for name in names}
    acts = {"items": _owned, "executed": _executed, "clears": _clears, "posts": _posts}
    rows = {
        "items": found.owned,
        "executed": found.executed,
        "clears": found.clears,
        "posts": found.posts,
    }
    results = []
    for kind in _given(said):
        for row in rows[kind]:
            if str(row.pk) in said[kind]:
                what, url, done, door, given = acts[kind](row, person, to)
                given |= {"actor": request.user, "act": uuid.uuid5(act, f"{kind} {row.pk}")}
                results.append(_result(request, what, url, done, door, given))
    if said["leaves"] and person.is_active:
        results += _leave(request, person, act)
    return results


type _Act = tuple[str, str, str, Callable[..., Any], dict[str, Any]]


def _owned(item: Any, person: User, to: dict[str, Any]) -> _Act:
    given = {"owner_user_id": to["owner_user"], "owner_post_id": to["owner_post"]}
    given |= {"item_id": item.pk, "from_user_id": person.pk}
    return *number(item), _("handed over"), leaving.hand_over, given


def _executed(item: Any, person: User, to: dict[str, Any]) -> _Act:
    given = {"item_id": item.pk, "from_user_id": person.pk, "to_user_id": to["executor"]}
    return *number(item), _("carried out by another"), leaving.hand_over_execution, given


def _clears(blocker: Any, person: User, to: dict[str, Any]) -> _Act:
    given = {"to_user_id": to["clears_user"], "to_post_id": to["clears_post"]}
    given |= {"blocker_id": blocker.pk, "from_user_id": person.pk}
    return *number(blocker.item), _("cleared by another"), leaving.hand_over_blocker, given


def _posts(named: Any, person: User, to: dict[str, Any]) -> _Act:
    given = {"holder_id": named.pk, "user_id": to["holder"]}
    return named.post.name, page_of(named.post), _("another is named"), posts.replace_holder, given


def _result(
    request: HttpRequest,
    what: str,
    url: str,
    done: str,
    door: Callable[..., Any],
    given: dict[str, Any],
) -> Result:
    try:
        door(**given)
    except NotDone as error:
        return Result(what, url, " ".join(told(error, reach.who(request))), False)
    return Result(what, url, done, True)


def _leave(request: HttpRequest, person: User, act: uuid.UUID) -> list[Result]:
    """The leaving, and what it does to posts."""
    rest = _left(request, person)
    given = {"actor": request.user, "act": uuid.uuid5(act, "leaves"), "user_id": person.pk}
    what, url, said = person.name, page_of(person), _("has left")
    gone = _result(request, what, url, said, people.deactivate_person, given)
    if not gone.done:
        return [gone]
    ended = [(each.post, _("the duty ended, nobody is on duty")) for each in rest.duties]
    ended += [(each.post, _("named no longer")) for each in rest.posts]
    return [gone, *(Result(post.name, page_of(post), said, True) for post, said in ended)]
