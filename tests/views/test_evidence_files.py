"""Files of evidence over HTTP: what is taken, what is refused, how the original comes back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests import factories
from tests.views.test_item_acts import told
from work.models import Blob, Evidence
from work.services import files, proof


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    return content.getvalue()


def fetch(visitor, url):
    """The answer and all of its content."""
    answer = visitor.get(url)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def test_a_photo_is_shown_small_and_says_nothing_of_its_camera(world, sign_in):
    taken = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of Els", 6
    Image.new("RGB", (1000, 500), "red").save(taken, "JPEG", exif=exif)
    item, visitor = factories.live_item(world), sign_in(world.technician)
    visitor.act(item, "evidence", photo=upload(taken.getvalue(), "p.jpg", "image/jpeg"))
    visitor.act(item, "evidence", file=upload(b"plain words", "a.txt", "text/plain"))
    shown, words = Evidence.objects.order_by("pk")
    url = f"/s/hvk/evidence/{shown.pk}/preview/"
    assert url in visitor.see(item).text
    for _twice in range(2):
        answer = visitor.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        with Image.open(io.BytesIO(answer.content)) as small:
            assert (small.size, dict(small.getexif())) == ((240, 480), {})
    assert visitor.get(f"/s/hvk/evidence/{words.pk}/preview/").status_code == 404
    assert sign_in(world.contractor).get(url).status_code == 404


def upload(content: bytes, name: str = "photo.png", kind: str = "image/png"):
    return SimpleUploadedFile(name, content, content_type=kind)


def test_a_photo_is_kept_and_comes_back_as_it_was(world, sign_in):
    item = factories.live_item(world)
    visitor, content = sign_in(world.technician), photo()
    assert visitor.act(item, "evidence", file=upload(content)).status_code == 303
    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.name) == ("photo", "photo.png")
    url = f"/s/hvk/evidence/{evidence.pk}/"
    assert f'href="{url}"' in visitor.see(item).content.decode()
    answer, kept = fetch(visitor, url)
    assert kept == content
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="photo.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in answer["Cache-Control"]


def test_what_a_name_says_is_not_believed(world, sign_in):
    item = factories.live_item(world)
    visitor = sign_in(world.technician)
    name = "../../evil; X=y.png"
    assert visitor.act(item, "evidence", file=upload(b"plain words", name)).status_code == 303
    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.blob.content_type) == ("file", "text/plain")
    answer, _kept = fetch(visitor, f"/s/hvk/evidence/{evidence.pk}/")
    assert answer["Content-Type"].startswith("text/plain")
    assert "\n" not in answer["Content-Disposition"]
    assert ".." not in answer["Content-Disposition"]


def test_a_photo_is_what_its_content_shows(world, sign_in):
    """Whatever the browser says of it; and words in the guise of a photo answer no photo line."""
    kind = factories.work_type(world.site, lines=[{"key": "it", "text": "Shown?", "kind": "photo"}])
    item = factories.live_item(world, type_id=kind.pk)
    line, visitor = item.lines.get(), sign_in(world.technician)

    visitor.act(item, "evidence", file=upload(b"plain words"), shows=f"line:{line.pk}")
    answer = visitor.act(item, "answer", of=line.pk, seen=line.version, answer="pass")
    assert (answer.status_code, "Add the photo first." in answer.content.decode()) == (422, True)
    plain = upload(photo(), "a.bin", "application/octet-stream")
    visitor.act(item, "evidence", file=plain, shows=f"line:{line.pk}")
    assert (
        visitor.act(item, "answer", of=line.pk, seen=line.version, answer="pass").status_code == 303
    )

    assert [each.kind for each in Evidence.objects.order_by("pk")] == ["file", "photo"]
    line.refresh_from_db()
    assert line.answer == "pass"


def test_a_name_never_breaks_a_header(world, sign_in):
    item = factories.live_item(world)
    evidence = proof.attach(
        actor=world.technician,
        at=world.at,
        item_id=item.pk,
        kind="file",
        blob=files.store([b"plain words"], at=world.at),
        name="a\r\nX: y\x00.txt",
    )
    assert evidence.name == "aX: y.txt"
    answer, kept = fetch(sign_in(world.technician), f"/s/hvk/evidence/{evidence.pk}/")
    assert kept == b"plain words"
    assert "\n" not in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty."),
        (b"<html><script>alert(1)</script></html>\x00\x01", "Only images, PDF and plain text"),
        (b"MZ\x90\x00\x03", "Only images, PDF and plain text"),
        (photo()[:60], "Only images, PDF and plain text"),
        (b"x" * (26 * 1024 * 1024), "The file is larger than 25 MB."),
    ],
)
def test_what_cannot_be_kept_is_refused(world, sign_in, content, words):
    item = factories.live_item(world)
    answer = sign_in(world.technician).act(item, "evidence", file=upload(content), said="Look")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Look" in text
    assert (Evidence.objects.count(), Blob.objects.count()) == (0, 0)


def test_nothing_is_kept_of_who_may_not(world, sign_in, tmp_path):
    item = factories.live_item(world)
    for person in (world.viewer, world.operator):
        answer = sign_in(person).act(item, "evidence", file=upload(photo()))
        assert answer.status_code == 403
    requested = factories.requested_item(world)
    refused = sign_in(world.shift_lead).act(requested, "evidence", file=upload(photo()))
    assert refused.status_code == 422
    assert (Evidence.objects.count(), Blob.objects.count()) == (0, 0)
    assert list(tmp_path.iterdir()) == []
    assert told(item)[-2:] == ["refused", "refused"]


def test_originals_are_for_who_may_see_the_item(world, nrd, sign_in):
    item = factories.planned_item(
        world, by=world.contractor, plan={"executor_ids": [world.contractor.pk]}
    )
    visitor = sign_in(world.contractor)
    assert visitor.act(item, "evidence", file=upload(photo())).status_code == 303
    url = f"/s/hvk/evidence/{Evidence.objects.get().pk}/"
    for person in (world.contractor, world.welder, world.viewer):
        assert fetch(sign_in(person), url)[1] == photo()
    for person in (world.other_contractor, nrd.supervisor, nrd.admin):
        assert sign_in(person).get(url).status_code == 404
    assert sign_in(nrd.supervisor).get(url.replace("hvk", "nrd")).status_code == 404
    assert visitor.post(url).status_code == 405


def test_no_such_file(world, sign_in, tmp_path):
    item = factories.live_item(world)
    visitor = sign_in(world.technician)
    for pk in ("0", "99", "9" * 18, "9" * 30):
        assert visitor.get(f"/s/hvk/evidence/{pk}/").status_code == 404
    visitor.act(item, "evidence", said="Only words")
    words = Evidence.objects.get()
    assert visitor.get(f"/s/hvk/evidence/{words.pk}/").status_code == 404
    visitor.act(item, "evidence", file=upload(photo()))
    kept = Evidence.objects.latest("pk")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    assert visitor.get(f"/s/hvk/evidence/{kept.pk}/").status_code == 404
