"""Documents brought into force by the people of a world, step by step."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from documents.models import Document, Revision
from documents.services import applying, documents, effective, revisions
from work.models import Team
from work.services import files, teams

if TYPE_CHECKING:
    from tests.factories.world import World


def owner(world: "World") -> Team:
    """The department that owns documents."""
    found = Team.objects.filter(site=world.site, code="ops").first()
    return found or teams.create_team(
        actor=None,
        at=world.at,
        site_id=world.site.pk,
        code="ops",
        name="Operations",
        kind="department",
    )


def document(world: "World", code: str = "SOP-L3-012", **given: Any) -> Document:
    """Made by the document controller, without a revision."""
    given = {"title": "Restart L3 after intervention", "kind": "procedure"} | given
    given.setdefault("owner_id", owner(world).pk)
    return documents.create(
        actor=world.document_controller, at=world.at, site_id=world.site.pk, code=code, **given
    )


def approved(
    world: "World", of: Document, label: str, *, at: datetime | None = None, **given: Any
) -> Revision:
    """Written by the technician, reviewed by the supervisor, approved by the area owner."""
    at = at or world.at
    revision = revisions.draft(
        actor=world.technician, at=at, document_id=of.pk, label=label, why="Safer", **given
    )
    known = {"revision_id": revision.pk, "at": at}
    blob = files.store([pdf(f"{of.code} {label}")], at=at)
    revisions.add_file(actor=world.technician, blob=blob, name=f"{of.code} {label}.pdf", **known)
    revisions.send(actor=world.technician, **known)
    revisions.review(actor=world.supervisor, **known)
    return revisions.approve(actor=world.area_owner, signed=True, **known)


def pdf(text: str) -> bytes:
    """A PDF of one page that says something."""
    shown = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R >>",
        font,
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    return written(parts)


def written(parts: list[str]) -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    made, places = "%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(parts) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return f"{made}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def in_force(
    world: "World",
    of: Document,
    label: str,
    *,
    at: datetime | None = None,
    starts: datetime | None = None,
    **given: Any,
) -> Revision:
    """Approved, and in use from `at`, or from `starts`."""
    revision = approved(world, of, label, at=at, **given)
    return effective.set_date(
        actor=world.document_controller, at=at or world.at, revision_id=revision.pk, starts=starts
    )


def applies(world: "World", of: Document, *, at: datetime | None = None, **given: Any):
    """Said by the document controller; to work of type MNT unless said otherwise."""
    if not {"place_id", "asset_class_id", "work_type_id", "kind_key"} & set(given):
        given["work_type_id"] = world.mnt.pk
    return applying.apply_to(
        actor=world.document_controller, at=at or world.at, document_id=of.pk, **given
    )
