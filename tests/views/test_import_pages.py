"""The import pages: uploaded, described, tried, loaded, and what they say of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories
from tests.imports.files import MAPPINGS, VALHALL
from tests.views.importing import (
    IMPORT,
    PLACES,
    act,
    begin,
    describe,
    do,
    form,
    page,
    upload,
)
from work.models import Place, SavedMapping, WorkItem
from work.models.imports import ImportRun
from work.services.import_ import queue
from work.states import Role


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


@pytest.fixture
def ada(world, sign_in):
    return sign_in(world.site_admin)


@pytest.fixture
def tried(ada):
    """A dry run that has ended."""
    run = begin(ada)
    assert describe(ada, run).status_code == 303
    assert do(ada, run, "try").status_code == 303
    assert queue.take_up() == run
    return run


def test_without_any_import_the_page_says_how_to_begin(ada):
    answer = ada.get(IMPORT)
    assert "Nothing was imported yet" in answer.text
    assert f'href="{IMPORT}new/"' in answer.text
    assert 'aria-current="page"' in answer.text


def test_only_who_may_import_finds_the_way(world, ada, sign_in):
    assert f'href="{IMPORT}"' in ada.get("/s/hvk/work/").text
    planner = sign_in(world.planner)
    assert f'href="{IMPORT}"' not in planner.get("/s/hvk/work/").text
    run = begin(ada)
    for path in (IMPORT, f"{IMPORT}new/", page(run), f"{page(run)}mapping/"):
        assert planner.get(path).status_code == 403, path
    assert planner.post(f"{IMPORT}new/", form()).status_code == 403
    assert do(planner, run, "give-up").status_code == 403
    assert ImportRun.objects.get().state == "draft"


def test_an_administrator_of_a_part_of_the_site_imports_nothing(world, sign_in):
    person = factories.person(world.site, Role.SITE_ADMIN, place=world.l3)
    assert sign_in(person).get(IMPORT).status_code == 403


def test_a_run_of_another_site_is_not_found(nrd, ada, sign_in):
    run = begin(ada)
    other = sign_in(factories.person(nrd.site, Role.SITE_ADMIN))
    assert other.get(page(run)).status_code == 404
    assert other.get(f"/s/nrd/import/{run.pk}/").status_code == 404
    assert other.get(f"/s/nrd/import/{run.pk}/errors.csv").status_code == 404
    answer = other.post(f"/s/nrd/import/{run.pk}/give-up/", act() | {"seen": 1})
    assert answer.status_code == 404
    assert ada.get(f"{IMPORT}{10**30}/").status_code == 404


def test_uploaded_described_tried_and_loaded(ada):
    run = begin(ada)
    answer = ada.get(page(run))
    assert "Nothing says yet which column becomes what" in answer.text
    assert '<td class="nowrap">Extruder</td>' in answer.text
    assert "Dry run" not in answer.text
    assert describe(ada, run, save="on").status_code == 303
    assert SavedMapping.objects.get().name == "Parts"
    assert "It is read by the mapping “Parts”." in ada.get(page(run)).text
    assert do(ada, run, "try").status_code == 303
    answer = ada.get(page(run), htmx=True)
    assert "A worker does one import at a time" in answer.text
    assert 'hx-trigger="every 2s"' in answer.text
    assert "<html" not in answer.text
    assert queue.take_up() == run
    answer = ada.get(page(run))
    assert "hx-trigger" not in answer.text
    said = {each["label"]: each["count"] for each in answer.context["figures"]}
    assert (said["new"], said["refused"]) == ("1", "2")
    assert "The mapping does not know this code." in answer.text
    assert "There is no place with this code at the site." in answer.text
    before = Place.objects.count()
    answer = do(ada, run, "load")
    load = ImportRun.objects.latest("pk")
    assert (answer.status_code, answer.url, load.trial) == (303, page(load), run)
    assert queue.take_up() == load
    assert Place.objects.count() == before + 1
    answer = ada.get(page(load))
    assert f'href="{page(run)}"' in answer.text
    answer = ada.get(page(run))
    assert f'href="{page(load)}"' in answer.text
    assert 'id="do-load"' not in answer.text
    assert ada.get(IMPORT).text.count('href="/s/hvk/import/') == 4  # the runs, new, the side


def test_the_valhall_work_asks_for_its_joined_files(ada, world):
    factories.work_type(world.site, "maintenance", criteria=[])
    run = begin(
        ada,
        kind="places",
        file=upload((VALHALL / "assets.csv").read_bytes(), "assets.csv"),
        mapping="shipped:valhall_places",
    )
    do(ada, run, "try")
    queue.take_up()
    do(ada, run, "load")
    queue.take_up()
    files = {
        name: (VALHALL / name).read_bytes()
        for name in ("workorders.csv", "workorder2assets.csv", "workitems.csv")
    }
    run = begin(
        ada,
        kind="work",
        file=upload(files["workorders.csv"], "workorders.csv"),
        more=[upload(files["workitems.csv"], "workitems.csv")],
    )
    assert do(ada, run, "choose", mapping="shipped:valhall_work").status_code == 303
    answer = ada.get(page(run))
    assert answer.context["missing"] == ["workorder2assets.csv"]
    answer = do(ada, run, "try")
    assert answer.status_code == 422
    assert "The mapping asks for the file workorder2assets.csv as well." in answer.text
    more = upload(files["workorder2assets.csv"], "of another name.csv")
    assert do(ada, run, "attach", **{"file:workorder2assets.csv": more}).status_code == 303
    assert do(ada, run, "try").status_code == 303
    queue.take_up()
    assert do(ada, run, "load").status_code == 303
    load = queue.take_up()
    answer = ada.get(page(load))
    said = {each["label"]: each["count"] for each in answer.context["figures"]}
    assert (said["new"], said["incomplete"], said["refused"]) == ("1,314", "0", "0")
    assert "It belongs to a record that is not in the file" in answer.text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"file": None}, "This field is required."),
        ({"kind": None}, "This field is required."),
        ({"file": upload(b"")}, "The file is empty."),
        ({"file": upload(b"MZ\x90\0", "run.csv")}, "This is no text, whatever its name says."),
        ({"file": upload(b"a\nb\0\n")}, "The file holds a NUL character."),
        ({"file": upload(b"junk", "a.xlsx")}, "This is not a whole XLSX file"),
        ({"file": upload(b"a", "a.pdf")}, "Files of this kind are not read"),
        ({"file": upload("a\n".encode("utf-16"))}, "This is UTF-16."),
        ({"more": [upload(b"", "b.csv")]}, "The file is empty."),
        ({"mapping": "shipped:valhall_work"}, "This mapping is for Work."),
        ({"mapping": "saved:99"}, "Select a valid choice."),
        ({"kind": "people"}, "Select a valid choice."),
    ],
)
def test_a_wrong_upload_is_told_and_nothing_is_made(ada, given, words):
    for each in given.values():
        for one in each if isinstance(each, list) else [each]:
            if isinstance(one, SimpleUploadedFile):
                one.seek(0)
    answer = ada.post(f"{IMPORT}new/", form(**given))
    assert answer.status_code == 422
    assert words in answer.text
    assert not ImportRun.objects.exists()


def test_what_was_chosen_stays_when_an_upload_is_refused(ada):
    sent = form(file=upload(b""), mapping="shipped:valhall_places")
    answer = ada.post(f"{IMPORT}new/", sent)
    assert '<option value="shipped:valhall_places" selected>' in answer.text
    assert 'value="places"' in answer.text
    assert "choose them again" in answer.text


def test_a_mapping_that_does_not_fit_is_told_before_it_waits(ada):
    run = begin(ada)
    describe(ada, run, PLACES.replace('"above"', '"over"'))
    answer = do(ada, run, "try")
    assert answer.status_code == 422
    assert "parts.csv, line 1, column over: The column is missing." in answer.text
    run.refresh_from_db()
    assert run.state == "draft"


def test_bytes_of_another_encoding_refuse_the_file(ada):
    rows = "id,name,kind,above\n" + "X1,a,L,\n" * 3 + "X9,Größe,L,\n"
    run = begin(ada, file=upload(rows.encode("latin-1")))
    assert "Größe" in ada.get(page(run)).text  # as it seems to be written
    describe(ada, run)
    assert "These bytes are not utf-8." in ada.get(page(run)).text
    answer = do(ada, run, "try")
    if answer.status_code == 303:
        queue.take_up()
        answer = ada.get(page(run))
        assert "The file was refused; nothing was loaded." in answer.text
    assert "These bytes are not utf-8." in answer.text


def test_a_text_that_is_no_mapping_is_told_and_kept(ada):
    run = begin(ada)
    for text, words in (
        ("kind = places", "Mapping, Parts: "),
        (PLACES.replace("key", "kee"), "Is key meant?"),
        (PLACES.replace("area", "hall"), "hall is none of: "),
    ):
        answer = describe(ada, run, text, save="on")
        assert answer.status_code == 422
        assert words in answer.text
        assert text.splitlines()[-1].replace('"', "&quot;") in answer.text
    run.refresh_from_db()
    assert (run.mapping_text, run.version) == ("", 1)
    assert not SavedMapping.objects.exists()


def test_a_saved_mapping_is_replaced_only_when_that_is_said(ada):
    run = begin(ada)
    describe(ada, run, save="on")
    run.refresh_from_db()
    answer = describe(ada, run, PLACES + "\n", save="on")
    assert answer.status_code == 422
    assert "A mapping of the name Parts is saved here already" in answer.text
    assert describe(ada, run, PLACES + "\n", save="on", replace="on").status_code == 303
    saved = SavedMapping.objects.get()
    assert (saved.version, saved.text) == (2, PLACES + "\n")
    answer = ada.get(f"{IMPORT}new/")
    assert f'<option value="saved:{saved.pk}">Parts</option>' in answer.text


def test_who_saw_an_older_state_is_told(ada):
    run = begin(ada)
    assert describe(ada, run).status_code == 303
    answer = describe(ada, run, PLACES + "# later")
    assert answer.status_code == 409
    assert "# later" in answer.text


def test_the_same_form_sent_twice_is_one_import(ada):
    sent = form()
    first = ada.post(f"{IMPORT}new/", sent)
    sent["file"].seek(0)
    assert ada.post(f"{IMPORT}new/", sent).url == first.url
    assert ImportRun.objects.count() == 1


def test_the_errors_file_is_whole_and_holds_no_formula(ada, tried):
    answer = ada.get(f"{page(tried)}errors.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="parts.errors.csv"'
    assert lines == [
        "file,line,column,value,reason,outcome",
        "parts.csv,3,kind,Q,The mapping does not know this code.,refused",
        "parts.csv,4,above,NONE,There is no place with this code at the site.,refused",
    ]


def test_faults_are_paged_and_narrowed(ada):
    rows = "id,name,kind,above\n" + "".join(f"B{n},b,Q,\n" for n in range(60)) + "C,c,L,NO\n"
    run = begin(ada, file=upload(rows))
    describe(ada, run)
    do(ada, run, "try")
    queue.take_up()
    answer = ada.get(page(run))
    assert len(answer.context["faults"]) == 50
    answer = ada.client.get(answer.context["more_faults_url"].partition("#")[0])
    assert len(answer.context["faults"]) == 11
    assert "First faults" in answer.text
    answer = ada.get(page(run), fault="unknown_reference")
    assert [row["fault"].line for row in answer.context["faults"]] == [62]
    assert [(row["count"], row["current"]) for row in answer.context["fault_counts"]] == [
        ("60", False),
        ("1", True),
    ]


def test_a_failed_run_may_go_on_or_be_given_up(ada, tried, monkeypatch):
    do(ada, tried, "load")
    load = ImportRun.objects.latest("pk")
    with monkeypatch.context() as patch:
        patch.setattr(queue, "carry_out", lambda *_given: 1 / 0)
        queue.take_up()
    answer = ada.get(page(load))
    assert "It did not come to its end. What was loaded stays." in answer.text
    assert do(ada, load, "go-on").status_code == 303
    assert queue.take_up() == load
    assert ada.get(page(load)).context["run"].state == "done"
    assert do(ada, load, "go-on").status_code == 422


def test_an_unknown_act_is_not_found_and_a_damaged_form_is_told(ada):
    run = begin(ada)
    assert do(ada, run, "explode").status_code == 404
    assert ada.get(f"{page(run)}try/").status_code == 405
    assert ada.post(f"{page(run)}give-up/", {"act": "x"}).status_code == 422
    assert ada.post(f"{IMPORT}new/", form() | {"act": "x"}).status_code == 422
    assert ImportRun.objects.get().state == "draft"


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_costs_the_same_however_long(ada, tried, many, django_assert_num_queries):
    tried.refresh_from_db()
    ImportRun.objects.bulk_create(
        ImportRun(
            site_id=tried.site_id, kind="work", state="done", started_at=tried.started_at,
            counts={"new": 3}, mapping_name="m", system="s", started_by_id=tried.started_by_id,
        )
        for _one in range(many - 1)
    )  # fmt: skip
    # session, user, scope, site, runs counted, runs, incomplete, closed in source
    with django_assert_num_queries(8):
        assert len(ada.get(IMPORT).context["runs"]) == many


def test_a_run_costs_the_same_however_many_faults(ada, django_assert_num_queries):
    for many in (1, 30):
        rows = "id,name,kind,above\n" + "".join(f"B{n},b,Q,\n" for n in range(many))
        run = begin(ada, file=upload(rows))
        describe(ada, run)
        do(ada, run, "try")
        queue.take_up()
        # session, user, scope, site, run, rows with faults, its load
        with django_assert_num_queries(7):
            assert len(ada.get(page(run)).context["faults"]) == many


def test_a_page_beyond_the_last_says_so(ada, tried):
    assert "This page lies beyond the last" in ada.get(IMPORT, page="9").text
    assert "1–1 of 1" in ada.get(IMPORT, page="x").text


def test_shipped_mappings_are_offered(ada):
    answer = ada.get(f"{IMPORT}new/")
    for path in MAPPINGS.glob("*.toml"):
        assert f'value="shipped:{path.stem}"' in answer.text


def test_closed_in_the_source_and_open_here_is_a_list_with_links(ada, world):
    mapping = (
        'kind = "work"\nsystem = "c"\nkey = "id"\n[fields]\ntype = { constant = "MNT" }\n'
        'what = "what"\nwhy = "what"\nplace = { constant = "L3" }\nstatus = "status"\n'
    )
    for status in ("requested", "closed"):
        run = begin(ada, kind="work", file=upload(f"id,what,status\n1,Lift,{status}\n"))
        describe(ada, run, mapping)
        do(ada, run, "try")
        queue.take_up()
        do(ada, run, "load")
        load = queue.take_up()
    item = WorkItem.objects.get(external_key="1")
    assert item.status == "requested"
    listed = "/s/hvk/work/?source_closed=1"
    for path in (page(load), IMPORT):
        assert f'href="{listed}"' in ada.get(path).text
    assert f"W-{item.number}" in ada.client.get(listed).text
    assert f'href="{listed}"' not in ada.get(page(run)).text  # the dry run wrote nothing


def test_what_was_given_up_says_so_and_may_begin_again(ada):
    run = begin(ada)
    assert do(ada, run, "give-up").status_code == 303
    answer = ada.get(page(run))
    assert "Given up" in answer.text
    assert 'id="faults"' not in answer.text
    answer = do(ada, run, "again")
    again = ImportRun.objects.latest("pk")
    assert (answer.url, again.files, again.state) == (page(again), run.files, "draft")
