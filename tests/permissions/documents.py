"""The rows of the matrix for documents: one in force, which the scene's item asks for."""

from typing import Any

from django.urls import reverse

from documents.models import Document, RevisionFile
from tests.factories import documents as papers
from tests.permissions.people import codes, site_codes
from tests.permissions.rows import Row, act
from work.states import Role

_MANAGERS = frozenset({Role.DOCUMENT_CONTROLLER, Role.SITE_ADMIN})
_REVIEWERS = frozenset({Role.DOCUMENT_CONTROLLER, Role.AREA_OWNER})
_NOT_BY_POST = codes(405)
_CODE = "SOP-L3-012"


def _page(name: str, *args: Any) -> Any:
    return lambda scene: reverse(f"documents:{name}", args=["hvk", *args])


def _file(name: str, *args: Any) -> Any:
    files = RevisionFile.objects.filter(revision__document__code=_CODE)
    return lambda scene: reverse(f"documents:{name}", args=["hvk", files.get().pk, *args])


def _new(scene: Any) -> dict[str, Any]:
    known = {"code": "SOP-NEW", "title": "New", "kind": "form", "review_months": "24"}
    return act() | known | {"owner": papers.owner(scene.world).pk}


# What the open work of the own company asks for is shown to a contractor; nothing to another.
DOCUMENT_ROWS: dict[str, Row] = {
    "documents:document_list": Row(
        _page("document_list"), site_codes(200, other_company=200), _NOT_BY_POST
    ),
    "documents:document_new": Row(
        _page("document_new"),
        site_codes(200, roles=_MANAGERS, other_company=403),
        site_codes(303, roles=_MANAGERS, other_company=403),
        _new,
    ),
    "documents:document_detail": Row(
        lambda scene: _page("document_detail", _CODE)(scene) + "?do=look-over",
        site_codes(200),
        site_codes(303, roles=_REVIEWERS),
        lambda scene: act() | {"seen": Document.objects.get().version, "verdict": "keep"},
    ),
    "documents:document_print": Row(_page("document_print", _CODE), site_codes(200), _NOT_BY_POST),
    "documents:document_file": Row(_file("document_file"), site_codes(200), _NOT_BY_POST),
    # Of no page that was opened: to the page, for whoever may see that.
    "documents:file_content": Row(_file("file_content", "old"), site_codes(302), _NOT_BY_POST),
}
