"""Who does what when in the demo, at any moment: the schedule alone, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from permits.demo import permitted
from work import ports
from work.demo import hvk
from work.demo.moments import DAY_BEGINS, DAY_ENDS, Calendar, Day
from work.demo.play import Play
from work.demo.schedule import Schedule

ZONE = "Europe/Amsterdam"
CREW = {person.key: person.crew for person in hvk.DEMO.people if person.part}
# Every five hours for a fortnight with the night of 25 hours, and at the edges of shifts.
MOMENTS = [datetime(2026, 10, 18, 0, 7, tzinfo=UTC) + timedelta(hours=5 * n) for n in range(67)] + [
    datetime.fromisoformat(said)
    for said in (
        *("2026-11-24T05:00+01:00", "2026-11-24T06:00+01:00", "2026-11-24T06:14+01:00"),
        *("2026-11-24T06:15+01:00", "2026-11-24T16:00+01:00", "2026-11-24T15:59+01:00"),
        *("2027-03-28T03:00+02:00", "2026-07-20T07:30+02:00", "2026-10-25T02:30+01:00"),
    )
]


def crew_of(calendar: Calendar, moment: datetime) -> str:
    return hvk.DEMO.crews[calendar.crew(calendar.number(moment))]


def test_everything_happens_in_order_by_who_is_there_and_by_then():
    wrong = set()
    for at in MOMENTS:
        calendar = Calendar(at, ZONE)
        acts = Schedule(hvk.DEMO, calendar).acts()
        assert acts[-1].moment <= at
        assert acts[0].moment > at - timedelta(days=44)
        for job in hvk.DEMO.jobs:
            told = [calendar.moment(when) for when in (job.when, *(s.when for s in job.steps))]
            wrong |= {(job.what, at)} if told != sorted(told) else set()
        wrong |= {
            (act.job.what, act.verb, act.by)
            for act in acts
            if act.by in CREW and CREW[act.by] != crew_of(calendar, act.moment)
        }
    assert wrong == set()


def test_a_shift_is_one_crews_and_each_crew_has_two_of_each_kind_in_ten_days():
    for at in MOMENTS:
        calendar = Calendar(at, ZONE)
        turns = [(calendar.crew(n), calendar.name(n)) for n in range(-30, 0)]
        assert {turns.count(each) for each in set(turns)} == {2}
        assert len(set(turns)) == 15
        assert calendar.crew(0) == 0


def test_what_the_domains_play_is_over_by_then_and_a_permit_is_its_performers():
    for at in (*MOMENTS[:60:4], *MOMENTS[-8:]):
        stage = Play(hvk.DEMO, at, {})
        stage.site = SimpleNamespace(slug="hvk", pk=1, time_zone=ZONE)
        played = [act for each in ports.plays.all() for act in each.acts(stage)]
        assert max(moment for moment, _act in played) <= at
        for case in permitted.cases(stage, {}, {}):
            moments = [moment for moment, _act in case.acts]
            assert moments == sorted(moments), (case.first, at)
            starts, ends = map(stage.when, case.window)
            people = {
                step[2]: (moment, stage.plays(step[1], case.place, moment))
                for step, moment in zip(case.steps, moments, strict=True)
            }
            if "issue" not in people:
                continue
            performer = stage.plays(case.performer, case.place, max(starts, moments[0]))
            assert starts <= people["issue"][0] <= people["take"][0] < ends, (case.first, at)
            assert people["take"][1] == performer != people["issue"][1], (case.first, at)


def test_moments_are_counted_in_shifts_and_working_days():
    at = datetime.fromisoformat("2026-10-26T05:00+01:00")  # a Monday
    calendar = Calendar(at, ZONE)

    def local(when) -> str:
        return f"{calendar.moment(when).astimezone(at.tzinfo):%a %d %H:%M}"

    assert (DAY_BEGINS, DAY_ENDS) == (7.5, 16.0)
    assert local(0) == "Mon 26 05:00"
    assert local(-1.0) == "Sun 25 22:00"
    assert local(-0.5) == "Mon 26 01:30"
    assert local(0.5) == "Mon 26 10:00"
    # The night that ended on Sunday has nine hours, and its middle is in summer time.
    assert local(-4.0) == "Sat 24 21:00"
    assert local(-3.5) == "Sun 25 01:30"
    assert local(Day(-1, 15.5)) == "Fri 23 14:30"
    assert local(Day(1, 9)) == "Mon 26 09:00"
    assert local(Day(6, 9)) == "Mon 02 09:00"
