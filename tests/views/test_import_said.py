"""What the pages of an import say is so: of a dry run, of one that waits or was given up."""

import pytest

from tests.views.importing import PLACES, begin, describe, do, page, upload
from work.models import Place
from work.models.imports import ImportRun
from work.reads import imports as read
from work.services.import_ import load as loading
from work.services.import_ import queue, uploads


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


@pytest.fixture
def ada(world, sign_in):
    return sign_in(world.site_admin)


@pytest.fixture
def waiting(ada):
    run = begin(ada)
    describe(ada, run)
    do(ada, run, "try")
    run.refresh_from_db()
    return run


def test_a_run_that_waits_promises_nothing(ada, waiting):
    """The worker may be at the import of another site, of which nothing is said."""
    answer = ada.get(page(waiting))
    assert "takes this one up within seconds of being free" in answer.text
    assert "Not begun" in answer.text
    assert answer.context["progress"].done == ""


@pytest.mark.parametrize(
    ("at_pass", "done", "total", "words"),
    [
        ("staging", 10, 40, ("Reading the files", "10", "40", 25)),
        ("validate", 0, 0, ("Judging the rows", "", "", None)),
        ("loading", 1200, 2400, ("Comparing the records with what is here", "1,200", "2,400", 50)),
    ],
)
def test_a_dry_run_loads_nothing_and_says_so(ada, waiting, at_pass, done, total, words):
    state = "loading" if at_pass == "loading" else "staging"
    ImportRun.objects.filter(pk=waiting.pk).update(
        state=state, at_pass=at_pass, rows_done=done, rows_total=total
    )
    answer = ada.get(page(waiting))
    told = answer.context["progress"]
    assert (told.passing, told.done, told.total, told.share) == words
    assert "Load" not in answer.context["run"].state_text
    waiting.dry_run, waiting.at_pass = False, "loading"
    assert read.progress(waiting, True).passing != "Comparing the records with what is here"


def test_a_dry_run_that_broke_off_has_loaded_nothing(ada, waiting, monkeypatch):
    monkeypatch.setattr(queue, "carry_out", lambda *_given: 1 / 0)
    queue.take_up()
    answer = ada.get(page(waiting))
    assert "The dry run did not come to its end. Nothing was loaded." in answer.text
    assert "What was loaded stays" not in answer.text


def test_what_is_under_way_may_be_given_up_and_says_what_it_loaded(ada, waiting, monkeypatch):
    queue.take_up()
    do(ada, waiting, "load")
    load = ImportRun.objects.latest("pk")
    real = loading.to_load

    def to_load(run):
        loading.load(run, loading_mapping, run.started_by, lambda *_given: None)
        assert 'id="do-give-up"' in ada.get(page(load)).text
        assert do(ada, load, "give-up").status_code == 303
        return real(run)

    from work.services.import_ import run as running
    from work.services.import_.mapping_toml import parse

    loading_mapping = parse(PLACES, name="m")
    monkeypatch.setattr(running, "to_load", to_load)
    before = Place.objects.count()
    assert queue.take_up() == load
    assert Place.objects.count() == before + 1
    answer = ada.get(page(load))
    assert "Until then it had found and loaded: new 1." in answer.text
    assert answer.text.count("<time ") == 2  # when it began, and when it ended
    answer = do(ada, load, "give-up")
    assert answer.status_code == 422
    assert "This import has ended." in answer.text


def test_of_a_row_with_two_faults_only_the_one_that_is_asked_for_is_shown(ada):
    run = begin(ada, file=upload("id,name,kind,above\n,,Q,\nB,b,Q,\n"))
    describe(ada, run)
    do(ada, run, "try")
    queue.take_up()
    answer = ada.get(page(run))
    said = {each["label"]: each["count"] for each in answer.context["fault_counts"]}
    assert said == {
        "The mapping does not know this code.": "2",
        "The key is empty.": "1",
        "A value is needed here.": "1",
    }
    assert len(answer.context["faults"]) == 4
    answer = ada.get(page(run), fault="empty_key")
    assert [row["fault"].code for row in answer.context["faults"]] == ["empty_key"]
    assert f'<a href="{page(run)}#faults" >All</a>' in answer.text  # and back again


def test_a_header_without_rows_offers_its_columns(ada):
    run = begin(ada, file=upload("id,name,kind,above\n"))
    assert "The file has a header and no rows" in ada.get(page(run)).text
    form = ada.get(f"{page(run)}mapping/").context["form"]
    assert form.columns == ["id", "name", "kind", "above"]
    describe(ada, run)
    do(ada, run, "try")
    queue.take_up()
    answer = ada.get(page(run))
    assert (answer.context["records"], answer.context["nothing"]) == ("0", True)


def test_more_than_is_taken_at_once_is_refused_unread(ada, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 1000)
    read_from = []
    monkeypatch.setattr(
        "django.http.multipartparser.MultiPartParser.parse", lambda self: read_from.append(self)
    )
    answer = ada.client.post(
        "/s/hvk/import/new/", data=b"x" * (1024**2 + 1001), content_type="multipart/form-data"
    )
    assert answer.status_code == 413
    assert "This is too large to be sent" in answer.text
    assert read_from == []
    assert not ImportRun.objects.exists()
