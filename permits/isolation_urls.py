"""The addresses of isolations, below their site."""

from django.urls import path

from permits.views import isolation_detail, isolation_lists, own_isolation

app_name = "isolations"

urlpatterns = [
    path("", isolation_lists.isolation_list, name="isolation_list"),
    path("new/", isolation_lists.isolation_new, name="isolation_new"),
    path("own/", own_isolation.own_isolation, name="own_isolation"),
    path("own/card/", own_isolation.card_new, name="card_new"),
    path("<str:number>/", isolation_detail.isolation_detail, name="isolation_detail"),
    path("<str:number>/edit/", isolation_lists.isolation_edit, name="isolation_edit"),
]
