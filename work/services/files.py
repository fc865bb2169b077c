"""Files of evidence: content-addressed, written before the row that names them."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from work.exceptions import Reason, Refused
from work.models import Blob

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
_PREVIEW, _PREVIEW_SIZE = "480.webp", (480, 480)
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
IMAGE_TYPES = frozenset(_IMAGES.values())
# Endings that tell the truth of a content; the first is given where a name has another.
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv", ".log", ".md"),
}


def path_of(sha256: str) -> Path:
    """Where the content with this checksum lies."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:]


def store(chunks: Iterable[bytes], *, at: datetime) -> Blob:
    """Keep content and return its row. The same content is kept once.

    Raises Refused: empty, larger than 25 MB, or of a type that its content does not show to be an
    image, a PDF or plain text. The type comes from the content, never from the name.
    """
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, prefix=".new-", delete=False) as part:
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise Refused(Reason("file_too_large", {"megabytes": MAX_BYTES // 1024**2}))
                digest.update(chunk)
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
            if not size:
                raise Refused(Reason("file_empty"))
            with open(part.name, "rb") as content:
                kind = content_type(content)
            target = path_of(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            os.replace(part.name, target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    blob, _new = Blob.objects.get_or_create(
        sha256=digest.hexdigest(),
        defaults={"size": size, "content_type": kind, "created_at": at},
    )
    return blob


def preview(blob: Blob) -> bytes | None:
    """A small picture of an image, drawn anew so that it holds no place and no name of a camera.

    It is kept beside the image; None of what is no image, or is not there.
    """
    source = path_of(blob.sha256)
    kept = source.with_name(f"{source.name}.{_PREVIEW}")
    if kept.exists():
        return kept.read_bytes()
    if blob.content_type not in IMAGE_TYPES or not source.exists():
        return None
    with Image.open(source, formats=list(_IMAGES)) as image:
        image.draft("RGB", _PREVIEW_SIZE)
        small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail(_PREVIEW_SIZE)
    drawn = io.BytesIO()
    small.save(drawn, "WEBP", quality=75)
    with tempfile.NamedTemporaryFile(dir=source.parent, prefix=".new-", delete=False) as part:
        part.write(drawn.getvalue())
    os.replace(part.name, kept)
    return drawn.getvalue()


def name_of(name: str, blob: Blob) -> str:
    """The name under which content is handed out: its ending is that of the content."""
    name = name or blob.sha256[:12]
    endings = _ENDINGS[blob.content_type]
    return name if name.lower().endswith(endings) else name + endings[0]


def content_type(content: BinaryIO) -> str:
    """The type that the content shows; refuses what is neither image, PDF nor plain text."""
    head = content.read(4096)
    content.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    try:
        with Image.open(content, formats=list(_IMAGES)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused(Reason("image_too_large"))
            image.verify()
            return _IMAGES[image.format or ""]
    except Image.DecompressionBombError:
        raise Refused(Reason("image_too_large")) from None
    except (UnidentifiedImageError, OSError, SyntaxError):
        pass
    if _is_text(head):
        return "text/plain"
    raise Refused(Reason("file_type"))


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut at the end of what was read is no fault.
        return error.start >= len(head) - 3 and len(head) == 4096
    return not head.lstrip().startswith((b"<", b"MZ", b"\x7fELF"))
