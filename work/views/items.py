"""The item page, and every act on it."""

import functools
import uuid
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from work.exceptions import Forbidden, NotDone, Reason, Refused, Stale, Unknown
from work.models import Act, ChecklistLine, Site, WorkItem
from work.permissions import Allowed, Denied, Scope
from work.reads import item as read
from work.reads.item import Page
from work.reads.item_header import brief
from work.views import _kept
from work.views._acts import SPECS, Spec
from work.views._calls import Sent
from work.views._item_acts import ActView, Failed, act_view, held, may
from work.views._item_context import context, refusal_of, section_of
from work.views._item_forms import make_form
from work.views._live import live
from work.views._refusals import INVALID, answer_of
from work.views._site import SeeOther, back_to, fragment, number_in, see_other, site_view

# What every form of an act sends.
_ALWAYS = frozenset({"csrfmiddlewaretoken", "act", "page", "seen", "back"})


def _found(site: Site, who: Scope, number: str) -> WorkItem:
    item = read.find(site, who, number)
    if item is None:
        raise Http404
    return item


class Here(NamedTuple):
    """Whose look at which item an act is sent from."""

    site: Site
    who: Scope
    at: datetime
    number: int


def _page(
    site: Site,
    who: Scope,
    at: datetime,
    number: str,
    before: int | None = None,
    each: bool = False,
) -> Page:
    return read.load(site, _found(site, who, number), who, at, before, each)


@require_safe
@site_view
@live
def item_detail(
    request: HttpRequest, site: Site, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """One item: the seven answers, what can be done now, and everything around it."""
    whole, before = _unfolded(request.GET)
    page = _page(site, who, at, number, before, "history" in whole)
    name = "work/item_detail.html#item" if fragment(request) else "work/item_detail.html"
    return render(request, name, context(page, whole=whole, before=before))


def _unfolded(query: QueryDict) -> tuple[frozenset[str], int | None]:
    """Which lists an address shows to their end, and before which event its history begins."""
    return frozenset(query.getlist("all")), number_in(query.get("before", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def item_act(
    request: HttpRequest, site: Site, who: Scope, at: datetime, number: str, verb: str
) -> HttpResponse:
    """Do one act (POST), or show the form of one that has a page of its own (GET)."""
    spec = SPECS.get(verb)
    if request.method == "POST" and spec and spec.asks_nothing and _is_bare(request):
        return _press(request, Here(site, who, at, _number(number)), spec)
    page = read.load_for_form(site, _found(site, who, number), who, at)
    if spec is None:
        raise Http404
    of = number_in(request.GET.get("of", "")) if spec.part else None
    part = spec.part and spec.part._base_manager.filter(pk=of, item=page.item).first()
    if spec.part and part is None:
        raise Http404
    verdict = may(page, spec, part)
    if request.method == "POST":
        _kept.forget(request)
        return _do(request, page, spec, of, verdict)
    if not verdict:
        refusal = refusal_of(page, spec, Forbidden(verdict.reason), "forbidden")
        return _ask(request, page, act_view(page, spec, of, None), refusal=refusal, status=403)
    typed = _kept.typed_before(request)
    given = {"shows": request.GET["shows"]} if "shows" in request.GET else None
    act = act_view(page, spec, of, make_form(page, spec, of, typed, given=given))
    if isinstance(part, ChecklistLine):
        act.seen = part.version
    if typed is not None:
        # As it was seen when it was typed.
        act.seen = number_in(typed.get("seen", "")) or act.seen
    if (spec.part or given) and request.htmx:  # type: ignore[attr-defined]
        # The link of a part is boosted, so that its form comes to where it stands.
        asked = {"act": act, "seen": page.item.version, "open": True}
        return render(request, "components/act.html", asked)
    return _ask(request, page, act)


def _ask(
    request: HttpRequest,
    page: Page,
    act: ActView,
    *,
    refusal: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one act's form; without a form where the act is not this person's."""
    values = {
        "site": page.site,
        "item": brief(page.item),
        "act": act,
        "refusal": refusal,
        "back": back_to(request),
        "kept_note": _kept.note(request) if act.form else "",
    }
    name = "work/item_act.html#act" if fragment(request) else "work/item_act.html"
    return render(request, name, values, status=status)


def _number(text: str) -> int:
    number = read.number_of(text)
    if number is None:
        raise Http404
    return number


def _press(request: HttpRequest, here: Here, spec: Spec) -> HttpResponse:
    """Do an act that needs no answers and came without any: its door knows all that is asked."""
    answer = functools.partial(_not_done, request, here, spec, None, None)
    item_id = read.id_of(here.site, here.number)
    if item_id is None:
        raise Http404
    try:
        act, seen = _act_sent(request), _seen(request)
        if seen is None:
            raise ValueError
    except ValueError:
        return answer(Refused(Reason("form_damaged")), INVALID)
    nothing = SimpleNamespace(cleaned_data={})
    _kept.forget(request)
    try:
        spec.do(Sent(request.user, act, here.at, seen, item_id, None, nothing))  # type: ignore[arg-type]
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        return answer(error)
    return _done(request, here, spec)


def _seen(request: HttpRequest) -> int | None:
    """Which version was seen; a menu says so in the address of the act."""
    typed = request.POST.get("seen") or request.GET.get("seen", "")
    return int(typed) if typed else None


def _do(
    request: HttpRequest, page: Page, spec: Spec, of: int | None, verdict: Allowed | Denied
) -> HttpResponse:
    form = make_form(page, spec, of, request.POST, request.FILES)
    bare = _is_bare(request) and not spec.part
    here = Here(page.site, page.who, page.at, page.item.number)
    answer = functools.partial(_not_done, request, here, spec, of, None if bare else form)
    try:
        act, seen = _act_sent(request), _seen(request)
        if seen is None and spec.verb not in ("evidence", "comment") and not spec.part:
            raise ValueError
    except ValueError:
        return answer(Refused(Reason("form_damaged")), INVALID)
    hopeless = False
    if not form.is_valid():
        if not verdict or (bare and _held(page, spec)):
            # Not theirs, whatever is missing; or a held button, which sends nothing but its act.
            # The door refuses, and the attempt is kept.
            form.cleaned_data, hopeless = {}, not verdict
        elif Act.objects.filter(pk=act, actor=request.user.pk).exists():
            # Sent again: what was chosen then need not be a choice any more.
            return _done(request, here, spec)
        elif seen is not None and not spec.part and seen != page.item.version:
            return answer(Stale(seen, page.item.version))
        else:
            return _not_done(request, here, spec, of, form, Refused([]), INVALID)
    sent = Sent(request.user, act, page.at, seen, page.item.pk, page, form, of, hopeless)  # type: ignore[arg-type]
    try:
        spec.do(sent)
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        if isinstance(error, Refused) and not verdict:
            # Something in the form was looked up before the door was asked.
            error = Forbidden(verdict.reason)
        return answer(error)
    return _done(request, here, spec)


def _act_sent(request: HttpRequest) -> uuid.UUID:
    """The identity of the act: its form's, or of the page whose menus offer it by its address."""
    if page := request.POST.get("page"):
        said = sorted((name, text) for name, text in request.POST.items() if name not in _ALWAYS)
        return uuid.uuid5(uuid.UUID(page), f"{request.get_full_path()} {said}")
    return uuid.UUID(request.POST.get("act", ""))


def _done(request: HttpRequest, here: Here, spec: Spec) -> HttpResponse:
    """The item as it is now, or the way to it, or back to where the act was chosen."""
    label, back = read.label(here.number), back_to(request)
    if fragment(request) and not _from_act_page(request):
        if back:
            # The page that it was chosen from brings itself up to date.
            return HttpResponse(status=204)
        # As it was unfolded, but from the newest of its history.
        shown = (request.htmx.current_url or "").partition("#")[0]  # type: ignore[attr-defined]
        whole, _before = _unfolded(QueryDict(shown.partition("?")[2]))
        fresh = _page(*here[:3], str(here.number), None, "history" in whole)
        values = context(fresh, done=spec, whole=whole)
        return render(request, "work/item_detail.html#item", values)
    if back:
        return see_other(request, f"{back}#card-{label}")
    if spec.part is ChecklistLine and not fragment(request):
        # One line after the other.
        return SeeOther(f"{read.url(here.site, here.number)}#checklist-next")
    section = section_of(spec)
    url = read.url(here.site, here.number) + (f"#{section}" if section else "")
    return see_other(request, url)


def _held(page: Page, spec: Spec) -> bool:
    return bool(held(read.load_for_gates(page.site, page.item, page.who, page.at), spec))


def _is_bare(request: HttpRequest) -> bool:
    """Whether nothing was sent but the act, as a held button does."""
    return not (set(request.POST) - _ALWAYS or request.FILES)


def _not_done(
    request: HttpRequest,
    here: Here,
    spec: Spec,
    of: int | None,
    form: forms.Form | None,
    error: NotDone,
    answered: tuple[int, str] | None = None,
) -> HttpResponse:
    """The newer state, why it was not done, and what was typed."""
    fresh = _page(*here[:3], str(here.number))
    status, kind = answered or answer_of(error)
    refusal = refusal_of(fresh, spec, error, kind)
    on_its_page, back = _from_act_page(request), back_to(request)
    if back and fragment(request) and form is None and not on_its_page:
        return _refused_in_place(request, fresh, refusal, status)
    if (spec.apart or on_its_page or back) and form is not None:
        act = act_view(fresh, spec, of, form if kind != "forbidden" else None)
        return _ask(request, fresh, act, refusal=refusal, status=status)
    key = f"{spec.verb}-{of}" if of else spec.verb
    name = "work/item_detail.html#item" if fragment(request) else "work/item_detail.html"
    failed = Failed(key, form) if form is not None else None
    return render(request, name, context(fresh, refusal=refusal, failed=failed), status=status)


def _refused_in_place(
    request: HttpRequest, page: Page, refusal: dict[str, Any], status: int
) -> HttpResponse:
    """Why it was not done, for the page that it was chosen from."""
    here = read.url(page.site, page.item.number)
    for reason in refusal["reasons"]:
        if reason["url"].startswith("#"):
            reason["url"] = here + reason["url"]
    values = {"refusal": refusal, "id": f"refusal-{read.label(page.item.number)}"}
    return render(request, "components/refusal.html", values, status=status)


def _from_act_page(request: HttpRequest) -> bool:
    """Whether it was sent from the page of one act."""
    return request.htmx.target == "act"  # type: ignore[attr-defined]
