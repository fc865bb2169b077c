"""How tests send the forms of an import."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from work.models.imports import ImportRun

IMPORT = "/s/hvk/import/"
PLACES = """kind = "places"
name = "Parts"
system = "s"
key = "id"
[fields]
name = "name"
kind = { column = "kind", map = { A = "area", L = "line" } }
parent = { column = "above" }
"""
ROWS = "id,name,kind,above\nX1,Extruder,L,\nX2,=cmd,Q,\nX3,Third,L,NONE\n"


def upload(content: str | bytes = ROWS, name="parts.csv"):
    content = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, content)


def act() -> dict[str, str]:
    return {"act": str(uuid.uuid4())}


def form(**given):
    """The form of a new import as it is sent."""
    known = {"kind": "places", "file": upload(), "mapping": ""}
    return act() | {name: value for name, value in (known | given).items() if value is not None}


def begin(visitor, **given) -> ImportRun:
    answer = visitor.post(f"{IMPORT}new/", form(**given))
    assert answer.status_code == 303, answer.text
    run = ImportRun.objects.latest("pk")
    assert answer.url == page(run)
    return run


def page(run: ImportRun) -> str:
    return f"{IMPORT}{run.pk}/"


def do(visitor, run: ImportRun, verb: str, **typed):
    run.refresh_from_db()
    known = act() | {"seen": run.version}
    return visitor.post(f"{page(run)}{verb}/", known | typed)


def describe(visitor, run: ImportRun, text=PLACES, **typed):
    known = act() | {"seen": run.version, "text": text, "name": "Parts"}
    return visitor.post(f"{page(run)}mapping/?as=toml", known | typed)
