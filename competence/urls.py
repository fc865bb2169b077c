"""The addresses of competence, all within a site."""

from django.urls import path

from competence.views import companies, company, files, gate, matrix, overview, person, work

app_name = "competence"

_SITE = "s/<slug:site>/competence/"

urlpatterns = [
    path(_SITE, overview.overview, name="overview"),
    path(f"{_SITE}matrix/", matrix.matrix, name="matrix"),
    path(f"{_SITE}people/<int:pk>/", person.person, name="person"),
    path(f"{_SITE}people/<int:pk>/decisions/", person.decisions, name="decisions"),
    path(f"{_SITE}companies/", companies.company_list, name="company_list"),
    path(f"{_SITE}companies/<path:code>/", company.company, name="company"),
    path(f"{_SITE}gate/", gate.gate, name="gate"),
    path(f"{_SITE}work/<str:number>/", work.of_item, name="of_item"),
    path(f"{_SITE}records/<int:pk>/file/", files.record_file, name="record_file"),
    path(f"{_SITE}papers/<int:pk>/file/", files.paper_file, name="paper_file"),
]
