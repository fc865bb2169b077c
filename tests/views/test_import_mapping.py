"""Writing a mapping from the columns of a file, without a word of TOML."""

import tomllib

import pytest

from tests import factories
from tests.views.importing import act, begin, do, page, upload
from work.models import Place, SavedMapping, WorkItem
from work.services.import_ import queue

ORDERS = """Order;Text;State;Where;Wanted by
1;Check the pump;OPEN;L3;24.12.2026
2;Grease the fan;DONE;L3;01.11.2026
3;Look at it;HOLD;L3;
"""


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


@pytest.fixture
def ada(world, sign_in):
    return sign_in(world.site_admin)


@pytest.fixture
def orders(ada):
    return begin(ada, kind="work", file=upload(ORDERS, "orders.csv"))


ANSWERS = {
    "system": "cmms",
    "key": "Order",
    "words": "on",
    "fields.type.constant": "MNT",
    "fields.what.column": "Text",
    "fields.status.column": "State",
    "fields.status.map": "OPEN = requested\nDONE = closed",
    "fields.place.column": "Where",
    "fields.due.column": "Wanted by",
    "fields.due.date": "%d.%m.%Y",
    "unknown.place": "keep",
    "name": "CMMS orders",
}


def write(visitor, run, how="use", **answers):
    run.refresh_from_db()
    known = act() | {"seen": run.version, "how": how}
    return visitor.post(f"{page(run)}mapping/", known | ANSWERS | answers)


def test_the_columns_of_the_file_are_offered_with_its_first_rows(ada, orders):
    answer = ada.get(f"{page(orders)}mapping/")
    assert answer.status_code == 200
    form = answer.context["form"]
    offered = [value for value, _label in form.fields["fields.what.column"].choices]
    assert offered == ["", "Order", "Text", "State", "Where", "Wanted by"]
    assert form["file.delimiter"].value() == ";"
    assert '<td class="nowrap">Check the pump</td>' in answer.text
    needed = [group.label for group in form.groups() if group.needed]
    assert needed == ["Status", "Type of work", "What must happen"]


def test_columns_that_are_called_like_a_field_suggest_themselves(ada):
    run = begin(ada, file=upload("ID,Name,x,parent\nA,a,b,\n"))
    form = ada.get(f"{page(run)}mapping/").context["form"]
    assert form["key"].value() == "ID"
    assert form["fields.name.column"].value() == "Name"
    assert form["fields.parent.column"].value() == "parent"
    assert form["fields.kind.column"].value() is None


def test_a_mapping_is_written_tried_and_loaded(ada, orders):
    assert write(ada, orders, save="on").status_code == 303
    orders.refresh_from_db()
    saved = SavedMapping.objects.get()
    assert (saved.name, saved.kind, saved.text) == ("CMMS orders", "work", orders.mapping_text)
    assert tomllib.loads(orders.mapping_text) == {
        "kind": "work",
        "name": "CMMS orders",
        "system": "cmms",
        "key": "Order",
        "words": ["*"],
        "complete": False,
        "file": {"delimiter": ";"},
        "fields": {
            "status": {"column": "State", "map": {"OPEN": "requested", "DONE": "closed"}},
            "type": {"constant": "MNT"},
            "what": {"column": "Text"},
            "place": {"column": "Where"},
            "due": {"column": "Wanted by", "date": "%d.%m.%Y"},
        },
        "unknown": {"place": "keep"},
    }
    assert do(ada, orders, "try").status_code == 303
    queue.take_up()
    answer = ada.get(page(orders))
    said = {each["label"]: each["count"] for each in answer.context["figures"]}
    assert (said["new"], said["refused"]) == ("2", "1")
    do(ada, orders, "load")
    queue.take_up()
    made = WorkItem.objects.filter(external_system="cmms").order_by("external_key")
    assert [(each.what, each.status) for each in made] == [
        ("Check the pump", "requested"),
        ("Grease the fan", "closed"),
    ]


def test_what_was_written_is_shown_again_as_it_was_answered(ada, orders):
    write(ada, orders)
    form = ada.get(f"{page(orders)}mapping/").context["form"]
    for name in set(ANSWERS) - {"words"}:
        assert form[name].value() == ANSWERS[name], name
    assert form["words"].value() is True
    assert "[fields.status]" in ada.get(f"{page(orders)}mapping/?as=toml").text


def test_the_codes_of_a_column_are_filled_in(ada, orders):
    answer = write(ada, orders, "codes")
    assert answer.status_code == 200
    form = answer.context["form"]
    assert form["fields.status.map"].value() == "OPEN = requested\nDONE = closed\nHOLD = "
    assert form["fields.place.map"].value() is None  # the site has its places, or not
    assert not form.errors
    assert form["name"].value() == "CMMS orders"
    half = {"fields.status.map": "OPEN = requested\nDONE = closed\nHOLD = "}
    answer = write(ada, orders, **half)
    assert answer.status_code == 422
    assert "Say what this becomes, or leave it out: HOLD =" in answer.text
    assert "HOLD = </textarea>" in answer.text


def test_the_file_is_read_again_as_the_answers_say(ada, orders):
    answer = write(ada, orders, "look", **{"file.delimiter": ","})
    assert answer.context["preview"].columns == ["Order;Text;State;Where;Wanted by"]
    form = answer.context["form"]
    offered = [label for _value, label in form.fields["key"].choices]
    assert offered[-1] == "Order (not in the file)"
    answer = write(ada, orders, "look", **{"file.encoding": "ebcdic"})
    assert answer.context["preview"].columns[0] == "Order"


@pytest.mark.parametrize(
    ("answers", "at", "words"),
    [
        ({"key": ""}, "key", "This field is required."),
        ({"system": ""}, "system", "This field is required."),
        ({"fields.what.column": ""}, "fields.what.column", "It is missing."),
        ({"fields.status.map": "OPEN = live"}, "fields.status.column", "cannot create this"),
        ({"fields.due.date": "nonsense"}, "fields.due.date", "Say iso, epoch_ms"),
        ({"file.encoding": "utf-16"}, "file.encoding", "save the file as utf-8"),
        ({"file.time_zone": "Oslo"}, "file.time_zone", "There is no such time zone."),
        ({"key": "Nothing"}, "__all__", "The file has no column Nothing."),
        ({"fields.due.constant": "x"}, "fields.due.column", "Say exactly one of"),
        ({"links.places.file": "../x.csv"}, "links.places.file", "Name a file beside"),
        ({"fields.why.wins": "nobody"}, "fields.why.wins", "Select a valid choice."),
        ({"unknown.record": "keep"}, "unknown.record", "There is no record to keep the text on."),
    ],
)
def test_what_is_wrong_is_told_at_its_answer_and_all_else_stays(ada, orders, answers, at, words):
    answer = write(ada, orders, **answers)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [at]
    assert words in answer.text
    for name in set(ANSWERS) - set(answers) - {"words"}:
        assert form[name].value() == ANSWERS[name], name
    orders.refresh_from_db()
    assert orders.mapping_text == ""


def test_a_joined_file_offers_its_columns_and_links_the_work(ada, world):
    tags = upload("order,tag\n1,P-301\n", "tags.csv")
    steps = upload("order,step,text\n1,10,Lock it\n1,20,Drain it\n", "steps.csv")
    run = begin(ada, kind="work", file=upload(ORDERS, "orders.csv"), more=[tags, steps])
    answer = ada.get(f"{page(run)}mapping/")
    assert '<option value="tags.csv"></option>' in answer.text
    assert '<option value="tag">tags.csv</option>' in answer.text
    joined = {
        "file.delimiter": ";",
        "fields.place.column": "",
        "links.places.file": "tags.csv",
        "links.places.record": "order",
        "links.places.to": "tag",
        "lines.file": "steps.csv",
        "lines.record": "order",
        "lines.key": "step",
        "lines.fields.text.column": "text",
    }
    answer = write(ada, run, **joined)
    assert answer.status_code == 303
    run.refresh_from_db()
    said = tomllib.loads(run.mapping_text)
    # The first file is parted by semicolons, and those that it is joined with by commas.
    assert (said["file"]["delimiter"], said["lines"]["delimiter"]) == (";", ",")
    assert said["links"]["places"] == {
        "file": "tags.csv",
        "record": "order",
        "to": "tag",
        "delimiter": ",",
    }
    assert ada.get(f"{page(run)}mapping/").context["form"]["lines.file"].value() == "steps.csv"
    assert do(ada, run, "try").status_code == 303
    queue.take_up()
    do(ada, run, "load")
    queue.take_up()
    item = WorkItem.objects.get(external_key="1")
    assert item.place.code == "P-301"
    assert item.lines.filter(text__in=["Lock it", "Drain it"]).count() == 2


def test_a_mapping_that_says_more_is_shown_as_text(ada, orders):
    write(ada, orders)
    orders.refresh_from_db()
    more = orders.mapping_text.replace("[fields.due]", '[fields.due]\ntime_zone = "Europe/Oslo"')
    known = act() | {"seen": orders.version, "text": more, "name": "x"}
    assert ada.post(f"{page(orders)}mapping/?as=toml", known).status_code == 303
    answer = ada.get(f"{page(orders)}mapping/")
    assert "This mapping says more than the form can show" in answer.text
    assert "Europe/Oslo" in answer.text


def test_who_saw_an_older_state_keeps_the_answers(ada, orders):
    write(ada, orders)
    known = act() | {"seen": 1, "how": "use"}
    answer = ada.post(f"{page(orders)}mapping/", known | ANSWERS | {"name": "Later"})
    assert answer.status_code == 409
    assert answer.context["form"]["name"].value() == "Later"
    orders.refresh_from_db()
    known = act() | {"seen": 1, "text": orders.mapping_text, "save": "on", "name": "Later"}
    assert ada.post(f"{page(orders)}mapping/?as=toml", known).status_code == 409
    assert not SavedMapping.objects.exists()  # what was not taken is not saved either


def test_a_box_that_was_not_ticked_stays_so(ada, orders):
    assert ada.get(f"{page(orders)}mapping/").context["form"]["save"].value() is True
    for how in ("look", "codes"):
        assert not write(ada, orders, how).context["form"]["save"].value()
        assert write(ada, orders, how, save="on").context["form"]["save"].value()


def test_a_column_whose_name_has_two_lines_is_chosen(ada):
    """A browser sends every line end as CR LF, whatever stands in the file."""
    run = begin(ada, kind="work", file=upload('Order,"What\nto do",State\n1,Lift,closed\n'))
    answers = {
        "fields.what.column": "What\r\nto do",
        "fields.status.map": "",
        "fields.place.column": "",
        "fields.due.column": "",
    }
    answer = write(ada, run, "look", **answers)
    assert answer.context["form"]["fields.what.column"].value() == "What\nto do"
    assert "(not in the file)" not in answer.text
    assert write(ada, run, **answers).status_code == 303
    run.refresh_from_db()
    assert tomllib.loads(run.mapping_text)["fields"]["what"] == {"column": "What\nto do"}


def test_codes_that_fit_as_they_stand_are_not_asked_for(ada):
    run = begin(
        ada, kind="work", file=upload("Order,Text,State,Hot\n1,a,closed,ja\n2,b,requested,\n")
    )
    answers = {"fields.status.map": "", "fields.safety_critical.column": "Hot"}
    form = write(ada, run, "codes", **answers).context["form"]
    assert form["fields.status.map"].value() == ""
    assert form["fields.safety_critical.map"].value() == ""


def test_assets_and_their_classes(ada, world):
    factories.asset_class(world.site, "chiller", name="Chillers")
    run = begin(ada, kind="assets", file=upload("id,name\nA,a\n"))
    form = ada.get(f"{page(run)}mapping/").context["form"]
    assert ("chiller", "Chillers") in form.fields["fields.asset_class.constant"].choices
    known = act() | {"seen": 1, "how": "use", "system": "s", "key": "id", "name": "n"}
    known |= {"fields.name.column": "name", "fields.asset_class.constant": "chiller"}
    assert ada.post(f"{page(run)}mapping/", known).status_code == 303


def test_after_it_began_the_mapping_is_not_written_any_more(ada, orders):
    write(ada, orders)
    do(ada, orders, "try")
    answer = ada.get(f"{page(orders)}mapping/")
    assert (answer.status_code, answer.url) == (303, page(orders))
    answer = write(ada, orders, name="Later", save="on")
    assert answer.status_code == 422
    assert "This import has begun" in answer.text
    assert answer.context["form"]["name"].value() == "Later"  # nothing typed is lost
    orders.refresh_from_db()
    assert not SavedMapping.objects.exists()
    assert orders.mapping_name == "CMMS orders"
    assert Place.objects.filter(code="L3").exists()
