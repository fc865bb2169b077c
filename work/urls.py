"""The addresses of the core. Later rooms have theirs reserved in the design, not routed."""

from django.urls import path

from work.views import (
    assets,
    boards,
    bulk,
    evidence,
    exports,
    import_mapping,
    import_mending,
    imports,
    items,
    lists,
    mine,
    new,
    notices,
    people,
    pictures,
    places,
    search,
    sheets,
    shift_end,
    views,
    where,
    why,
)

app_name = "work"

_SITE = "s/<slug:site>/"

urlpatterns = [
    path("", pictures.site_list, name="site_list"),
    path("notices/<int:pk>/seen/", notices.notice_seen, name="notice_seen"),
    path(_SITE, pictures.site_picture, name="site_picture"),
    path(f"{_SITE}board/", boards.board, name="board"),
    path(f"{_SITE}work/", lists.item_list, name="item_list"),
    path(f"{_SITE}why/", why.why, name="why"),
    path(f"{_SITE}views/", views.view_list, name="view_list"),
    path(f"{_SITE}views/new/", views.view_new, name="view_new"),
    path(f"{_SITE}views/columns/", views.list_columns, name="list_columns"),
    path(f"{_SITE}views/<int:pk>/", views.view_edit, name="view_edit"),
    path(f"{_SITE}work/export.<slug:ending>", exports.item_export, name="item_export"),
    path(f"{_SITE}work/sheet/", sheets.sheet_new, name="sheet_new"),
    path(f"{_SITE}work/sheet/<int:pk>/", sheets.sheet, name="sheet"),
    path(f"{_SITE}work/bulk/", bulk.bulk, name="bulk"),
    path(f"{_SITE}work/new/", new.item_new, name="item_new"),
    path(f"{_SITE}work/new/where/", where.where, name="where"),
    path(f"{_SITE}work/<str:number>/", items.item_detail, name="item_detail"),
    path(f"{_SITE}work/<str:number>/people/", people.people, name="item_people"),
    path(f"{_SITE}work/<str:number>/<slug:verb>/", items.item_act, name="item_act"),
    path(f"{_SITE}search/", search.search, name="search"),
    path(f"{_SITE}mine/", mine.mine, name="mine"),
    path(f"{_SITE}mine/end/", shift_end.shift_end, name="shift_end"),
    path(f"{_SITE}evidence/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path(f"{_SITE}evidence/<int:pk>/preview/", evidence.evidence_preview, name="evidence_preview"),
    path(f"{_SITE}import/", imports.import_list, name="import_list"),
    path(f"{_SITE}import/new/", imports.import_new, name="import_new"),
    path(
        f"{_SITE}import/incomplete/",
        import_mending.import_incomplete,
        name="import_incomplete",
    ),
    path(f"{_SITE}import/<int:run>/", imports.import_run, name="import_run"),
    path(f"{_SITE}import/<int:run>/mapping/", import_mapping.import_mapping, name="import_mapping"),
    path(f"{_SITE}import/<int:run>/errors.csv", imports.import_errors, name="import_errors"),
    path(f"{_SITE}import/<int:run>/<slug:verb>/", imports.import_act, name="import_act"),
    path(f"{_SITE}places/", places.place_list, name="place_list"),
    path(f"{_SITE}places/<path:code>/", places.place_detail, name="place_detail"),
    path(f"{_SITE}assets/<path:code>/", assets.asset_detail, name="asset_detail"),
]
