"""The addresses of permits, below their site."""

from django.urls import path

from permits.views import board, crew, detail, lists, new, pack, trail

app_name = "permits"

urlpatterns = [
    path("", lists.permit_list, name="permit_list"),
    path("new/", new.permit_new, name="permit_new"),
    path("pack/", pack.pack, name="pack"),
    path("board/", board.permit_board, name="permit_board"),
    path("wall/", board.wall, name="wall"),
    path("crew/", crew.crew, name="crew"),
    path("stop/", lists.stop_here, name="stop_here"),
    path("<str:number>/", detail.permit_detail, name="permit_detail"),
    path("<str:number>/print/", detail.permit_print, name="permit_print"),
    path("<str:number>/judged/", detail.permit_judged, name="permit_judged"),
    path("<str:number>/history/", trail.permit_history, name="permit_history"),
    path("<str:number>/edit/", new.permit_edit, name="permit_edit"),
    path("<str:number>/copy/", new.permit_copy, name="permit_copy"),
]
