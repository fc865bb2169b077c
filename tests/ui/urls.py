"""The addresses that pages name, and one view that draws a page from stand-ins."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.ui.pages import PAGES
from work.ports import rooms


@login_not_required
def gallery(request: HttpRequest, name: str) -> HttpResponse:
    page = PAGES[name]
    return render(request, page.template, page.context())


@login_not_required
def _nothing(request: HttpRequest, **parts: str) -> HttpResponse:
    return HttpResponse(status=204)


work_urls = (
    [
        path("", _nothing, name="site_list"),
        path("s/<slug:site>/", _nothing, name="site_picture"),
        path("s/<slug:site>/board/", _nothing, name="board"),
        path("s/<slug:site>/work/", _nothing, name="item_list"),
        path("s/<slug:site>/why/", _nothing, name="why"),
        path("s/<slug:site>/views/", _nothing, name="view_list"),
        path("s/<slug:site>/views/columns/", _nothing, name="list_columns"),
        path("s/<slug:site>/work/new/", _nothing, name="item_new"),
        path("s/<slug:site>/work/new/where/", _nothing, name="where"),
        path("s/<slug:site>/work/<str:number>/", _nothing, name="item_detail"),
        path("s/<slug:site>/mine/", _nothing, name="mine"),
        path("s/<slug:site>/mine/end/", _nothing, name="shift_end"),
        path("s/<slug:site>/search/", _nothing, name="search"),
        path("s/<slug:site>/places/", _nothing, name="place_list"),
        path("s/<slug:site>/places/<path:code>/", _nothing, name="place_detail"),
    ],
    "work",
)

_BESIDE = {"documents": ["document_new"], "competence": ["company_list"]}


def _room(url_name: str):
    """The first page of a domain, and those that pages name besides."""
    key, _colon, first = url_name.partition(":")
    names = [first, *_BESIDE.get(key, ())]
    pages = [path(f"s/<slug:site>/{key}/{name}/", _nothing, name=name) for name in names]
    return path("", include((pages, key)))


urlpatterns = [
    path("gallery/<str:name>/", gallery),
    path("s/<slug:site>/panels/<str:name>/", _nothing),
    path("login/", _nothing, name="account_login"),
    path("logout/", _nothing, name="account_logout"),
    path("account/", _nothing, name="account_profile"),
    path("account/elsewhere/", _nothing, name="account_sign_out_elsewhere"),
    path("account/password/", _nothing, name="account_change_password"),
    path("account/password/set/", _nothing, name="account_set_password"),
    path("account/password/choose/", _nothing, name="account_choose_password"),
    path("account/confirm/", _nothing, name="account_reauthenticate"),
    path("account/mfa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *(_room(each.url_name) for each in rooms.all()),
    path("", include(work_urls)),
]
