"""What a file says of itself when it is handed out: on its pages and in its name."""

from datetime import datetime
from typing import BinaryIO

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from documents.models import Revision, RevisionFile
from documents.states import Phase
from work.services import files


def line(file: RevisionFile, at: datetime) -> str:
    """What each page of a PDF says at its foot when it is handed out; nobody's name."""
    revision, taken = file.revision, localtime(at)
    return " · ".join(
        [
            revision.document.code,
            _("revision %(revision)s") % {"revision": revision.label},
            _withdrawn(revision, at) or str(revision.phase(at).label),
            _("as of %(moment)s") % {"moment": f"{taken:%Y-%m-%d %H:%M}"},
            _("a printed copy is not kept up to date"),
        ]
    )


def _withdrawn(revision: Revision, at: datetime) -> str:
    """Since when it is out of use, by itself or with its document; "" where it is not."""
    known = (revision.withdrawn_at, revision.document.withdrawn_at)
    since = [each for each in known if each is not None and each <= at]
    if not since:
        return ""
    return _("withdrawn since %(date)s") % {"date": f"{localtime(min(since)):%Y-%m-%d}"}


def as_file(content: BinaryIO, file: RevisionFile, at: datetime) -> HttpResponse:
    """The content, as an attachment that runs nothing and says what it was when it was taken."""
    revision = file.revision
    taken, stands = localtime(at), _withdrawn(revision, at)
    if not stands and revision.phase(at) != Phase.EFFECTIVE:
        stands = _("not in force")
    said = [
        revision.document.code,
        _("revision %(revision)s") % {"revision": revision.label},
        *([stands] if stands else []),
        _("as of %(moment)s") % {"moment": f"{taken:%Y-%m-%d %H.%M}"},
        file.name,
    ]
    response = FileResponse(content, content_type=file.blob.content_type)
    name = files.name_of(" ".join(said), file.blob)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
