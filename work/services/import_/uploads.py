"""Files of imports that came by the page: kept by content, under names of our own.

The name that a browser gives is for people and for the ending alone; it is no path here.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from work.models.imports import ImportRun, ImportState
from work.services.import_.faults import Fault, FileFault
from work.services.import_.mapping import ImportMapping, Join
from work.services.import_.stage import Files

MAX_BYTES = 200 * 1024**2
KEPT = timedelta(days=14)  # after the end of the last run that read it
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
# Beginnings of files that are no text, whatever their name says.
_OTHER = (b"MZ", b"\x7fELF", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNFIT = re.compile(r"[^\w .()+&,-]")

type Kept = Mapping[str, Any]  # name, sha256, size, lines: as it stands in the files of a run


def root() -> Path:
    """Where the contents lie."""
    return Path(settings.MEDIA_ROOT) / "imports"


def path_of(sha256: str) -> Path:
    """Where the content with this checksum lies."""
    return root() / sha256[:2] / sha256[2:]


def is_kept(file: Kept) -> bool:
    """Whether the content is still there."""
    return path_of(file["sha256"]).is_file()


def plain_name(name: str) -> str:
    """A name as it is shown: the last part of a path, in plain characters, its ending kept."""
    last = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    last = _UNFIT.sub("_", last).strip(" .") or "file"
    stem, dot, ending = last.rpartition(".")
    return f"{_cut(stem)}.{ending[:8]}" if dot else _cut(last)


def _cut(name: str) -> str:
    """As much of a name as any file system takes: it counts bytes."""
    return name[:100].encode()[:200].decode(errors="ignore")


def keep(chunks: Iterable[bytes], name: str) -> dict[str, Any]:
    """Keep what was uploaded; the same content is kept once. Raises FileFault.

    Refused: an ending that no reader takes, nothing in it, more than 200 MB, a text that is none.
    """
    name = plain_name(name)
    ending = PurePosixPath(name).suffix.lower()
    if ending not in ENDINGS:
        raise FileFault(Fault("unknown_format", name, value=ending))
    root().mkdir(parents=True, exist_ok=True)
    digest, size, lines, last = hashlib.sha256(), 0, 0, b""
    with tempfile.NamedTemporaryFile(dir=root(), prefix=".new-", delete=False) as part:
        try:
            for chunk in chunks:
                if not size:
                    _check_begin(chunk, name, ending)
                size += len(chunk)
                if size > MAX_BYTES:
                    limit = {"limit": MAX_BYTES // 1024**2}
                    raise FileFault(Fault("upload_too_large", name, params=limit))
                if ending != ".xlsx" and (nul := chunk.find(b"\0")) >= 0:
                    line = lines + chunk.count(b"\n", 0, nul) + 1
                    raise FileFault(Fault("nul", name, line))
                lines, last = lines + chunk.count(b"\n"), chunk[-1:]
                digest.update(chunk)
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
            if not size:
                raise FileFault(Fault("upload_empty", name))
            if ending == ".xlsx":
                lines = 0
                if not zipfile.is_zipfile(part.name):
                    raise FileFault(Fault("not_xlsx", name, value=f"{size} bytes"))
            elif last != b"\n":
                lines += 1
            target = path_of(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            os.replace(part.name, target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return {"name": name, "sha256": digest.hexdigest(), "size": size, "lines": lines}


def _check_begin(head: bytes, name: str, ending: str) -> None:
    if ending == ".xlsx":
        return
    if head.startswith(_UTF_16):
        raise FileFault(Fault("utf_16", name, 1))
    if head.startswith(_OTHER):
        raise FileFault(Fault("not_text", name, 1))


def joined_name(join: Join) -> str:
    """The name under which the file of a join is uploaded."""
    return plain_name(join.file)


def file_of(files: Iterable[Kept], join: Join) -> Kept | None:
    """What was uploaded for a join, by its name; large and small letters are the same."""
    wanted = joined_name(join).casefold()
    return next((each for each in files if each["name"].casefold() == wanted), None)


def lines_in(run: ImportRun, mapping: ImportMapping) -> int:
    """How many lines there are to read; 0 where that is not known of each file."""
    read = [*run.files[:1], *(file_of(run.files[1:], join) for join in mapping.joins)]
    lines = [each.get("lines", 0) if each else 0 for each in read]
    return sum(lines) if all(lines) else 0


def missing(run: ImportRun, mapping: ImportMapping) -> list[Join]:
    """The joins whose file nobody uploaded, each file once."""
    found = [join for join in mapping.joins if file_of(run.files[1:], join) is None]
    return list({joined_name(join): join for join in found}.values())


@contextmanager
def laid_out(run: ImportRun, mapping: ImportMapping) -> Iterator[Files]:
    """The files of a run under their names, as the readers want them, while it is worked on."""
    with tempfile.TemporaryDirectory(prefix="vinkey-import-") as name:
        folder = Path(name)
        first = _link(folder / "first", run.files[0])
        joined = {
            join.name: _link(folder / "joined", file)
            for join in mapping.joins
            if (file := file_of(run.files[1:], join)) is not None
        }
        lost = folder / "lost"  # what is not there is a fault of the file
        yield Files(
            first,
            {each.name: joined.get(each.name, lost / joined_name(each)) for each in mapping.joins},
        )


@contextmanager
def linked(file: Kept) -> Iterator[Path]:
    """One file under its name."""
    with tempfile.TemporaryDirectory(prefix="vinkey-import-") as name:
        yield _link(Path(name) / "one", file)


def _link(folder: Path, file: Kept) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / file["name"]
    if not path.is_symlink():
        path.symlink_to(path_of(file["sha256"]).resolve())
    return path


def drop_old(at: datetime) -> int:
    """Remove contents that no run has needed for some days; how many. Idle drafts are given up."""
    limit = at - KEPT
    ImportRun.objects.filter(uploaded=True, state=ImportState.DRAFT, started_at__lt=limit).update(
        state=ImportState.DROPPED, ended_at=at
    )
    runs = ImportRun.objects.filter(uploaded=True).exclude(ended_at__lt=limit)
    needed = {each["sha256"] for files in runs.values_list("files", flat=True) for each in files}
    gone = 0
    left = [*root().glob("*/*"), *root().glob(".new-*")]  # and uploads that were broken off
    for path in left:
        fresh = path.stat().st_mtime > limit.timestamp()  # its run may not be made yet
        if not fresh and path.parent.name + path.name not in needed:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
