"""The maintenance history of a real compressor train, with its figures."""

from collections import Counter

import pytest

from tests.imports.files import MAPPINGS, VALHALL, load_valhall, make_site
from work.models import (
    Acceptance,
    Asset,
    ChecklistLine,
    Event,
    ItemPlace,
    Notice,
    Place,
    WorkItem,
)
from work.services.import_ import report
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def valhall(kept):
    """The Valhall extract, loaded once for the tests of this file."""
    site = make_site()
    return load_valhall(site)


@pytest.fixture
def site(valhall):
    return valhall[0].site


def test_places_are_one_tree(valhall):
    """1,105 functional locations below WMT:VAL, and no thing among them."""
    run, _work = valhall
    assert report.counts(run) == _only(new=1105)
    assert Place.objects.count() == 1105
    assert set(Place.objects.values_list("kind", flat=True)) == {"functional_location"}
    assert [place.code for place in Place.objects.filter(depth=1)] == ["WMT:VAL"]
    assert not Asset.objects.exists()
    assert Place.objects.find_problems() == ([], [], [], [], [])
    motor = Place.objects.get(code="WMT:48-PAHH-96960")
    assert Place.objects.get_parent(motor).code == "WMT:48-PT-96960"
    assert motor.name == "VRD - PH STG1 COMP WTR MIST RELEASED : PRESSURE ALARM HIGH HIGH"
    assert Place.objects.get(code="WMT:VAL").name == "Valhall plattform"
    assert Place.objects.filter(numchild__gt=0).count() == 304


def test_work_has_the_status_of_the_source(valhall):
    """904 closed, accepted in the source system; 331 cancelled; 79 requested."""
    _places, run = valhall
    assert report.counts(run) == _only(new=1314, reported=1)
    found = Counter(WorkItem.objects.values_list("status", flat=True))
    assert found == {"closed": 904, "cancelled": 331, "requested": 79}
    assert Counter(Acceptance.objects.values_list("kind", "by")) == {("source", None): 904}
    assert WorkItem.objects.exclude(owner_user=None, owner_post=None).count() == 0
    numbers = WorkItem.objects.values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 1315))


def test_links_lead_to_places(valhall):
    """6,493 links; the place is the lowest common place of an item's tags."""
    assert ItemPlace.objects.count() == 6493
    items = WorkItem.objects.select_related("place").prefetch_related("places")
    assert len(items) == 1314
    for item in items:
        paths = [place.path for place in item.places.all()]
        assert all(path.startswith(item.place.path) for path in paths)
        below = {path[: len(item.place.path) + Place.steplen] for path in paths}
        assert len(below) > 1 or item.place.path in paths
    assert max(item.places.count() for item in items) == 228


def test_operations_are_lines(valhall):
    """1,535 lines, unanswered; one operation belongs to no order and is reported."""
    _places, run = valhall
    assert ChecklistLine.objects.count() == 1535
    assert set(ChecklistLine.objects.values_list("answer", "kind")) == {("", "pass_fail")}
    line = ChecklistLine.objects.get(key="workmate:FAO-074014-")
    assert line.item.external_key == "FAO-074014"
    assert line.text == "VRD - 1ST STAGE COMPRESSOR · 23-KA-9101"
    assert line.source_words["criticality"] == "HIGH"
    assert line.source_words["isCompleted"] == "false"
    [(fault, outcome)] = report.faults(run)
    assert (fault.file, fault.line, fault.column, fault.value) == (
        "workitems.csv",
        _line_of("workitems.csv", '"KAO-175397-"'),
        "workOrder",
        "KAO-175397",
    )
    assert outcome == "reported only"


def test_text_and_words_are_the_source_s_own(valhall):
    """Norwegian is intact, and every column stands on the item as it stood in the file."""
    item = WorkItem.objects.get(external_key="FAO-071979")
    assert item.what == "<PH> SMØREOLJEPRØVE KOMPRESSORER  (*** month)"
    assert item.why == "<***> Smøreoljeprøve kompressorer"
    assert item.external_system == "workmate"
    assert item.priority == "4"
    assert item.planned_start.isoformat() == "2012-05-25T22:00:00+00:00"  # midnight in Oslo
    assert item.requested_at.isoformat() == "2012-04-11T11:16:19+00:00"
    assert item.closed_at.isoformat() == "2012-05-23T16:27:48+00:00"
    assert item.status_since == item.closed_at
    words = item.source_words
    assert words["status"] == "600"
    assert words["endTime"] == "1337790468000"
    assert words["description"] == "<***> Smøreoljeprøve kompressorer  "
    assert words["priorityDescription"] == "Ikke kritisk (utføres sammen med planlagt vedlikehold)"
    codes = Counter(words["status"] for words in _words("requested"))
    assert codes == {
        "290": 31,
        "300": 28,
        "275": 13,
        "250": 2,
        "220": 2,
        "291": 1,
        "400": 1,
        "100": 1,
    }
    assert WorkItem.objects.filter(safety_critical=True).count() == 49
    # A blank title gives way to the description; the word null is no text.
    assert WorkItem.objects.get(external_key="MAO-011259").what.startswith("INSTALLASJON - H05")
    assert WorkItem.objects.filter(why="").count() == 78
    assert not WorkItem.objects.filter(what__in=["", "null"]).exists()
    assert not WorkItem.objects.exclude(incomplete=[]).exists()


def test_each_record_has_one_event_and_nobody_is_told(valhall):
    assert Event.objects.filter(verb="import", item__isnull=False).count() == 1314
    assert Event.objects.filter(verb="import", item=None).count() == 1105
    assert not Notice.objects.exists()


def test_a_second_run_changes_nothing_and_says_so(valhall, bring):
    before = _state()
    places = bring(Kind.PLACES, VALHALL / "assets.csv", MAPPINGS / "valhall_places.toml")
    work = bring(Kind.WORK, VALHALL / "workorders.csv", MAPPINGS / "valhall_work.toml")
    assert report.counts(places) == _only(same=1105)
    assert report.counts(work) == _only(same=1314, reported=1)
    assert list(report.lines(work))[-1] == "Nothing was changed."
    assert _state() == before


def _only(**found: int) -> dict[str, int]:
    return dict.fromkeys(report.KINDS, 0) | found


def _words(status: str):
    return WorkItem.objects.filter(status=status).values_list("source_words", flat=True)


def _line_of(name: str, start: str) -> int:
    rows = (VALHALL / name).read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, row in enumerate(rows) if row.startswith(start))


def _state() -> tuple:
    return (
        list(WorkItem.objects.order_by("pk").values()),
        list(Place.objects.order_by("pk").values()),
        list(ChecklistLine.objects.order_by("pk").values()),
        Event.objects.count(),
    )
