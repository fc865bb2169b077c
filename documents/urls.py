"""The addresses of documents."""

from django.urls import path

from documents import file_views, views

app_name = "documents"

_OURS = "s/<slug:site>/documents/"

urlpatterns = [
    path(_OURS, views.document_list, name="document_list"),
    path(f"{_OURS}new/", views.document_new, name="document_new"),
    path(f"{_OURS}files/<int:pk>/", file_views.document_file, name="document_file"),
    path(f"{_OURS}files/<int:pk>/<str:opened>/", file_views.file_content, name="file_content"),
    path(f"{_OURS}<str:code>/", views.document_detail, name="document_detail"),
    path(f"{_OURS}<str:code>/print/", views.document_print, name="document_print"),
]
