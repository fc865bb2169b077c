"""Permits brought to each state by the people of a world, step by step, through the doors."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from permits.models import Permit, PermitType, Substance
from permits.services import assessments, deciding, issuing, requests, setup, testing
from tests.factories import AT
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event
from work.services import teams

SECOND = timedelta(seconds=1)
CALIBRATED = date(2027, 1, 1)
SAFE = {"oxygen": "20.9", "lel": "0"}


def kinds(world) -> tuple[PermitType, PermitType]:
    """Cold work without tests, and hot work with two, after-care and a question."""
    site = {"actor": world.site_admin, "at": AT, "site_id": world.site.pk}
    oxygen = setup.create_substance(
        **site,
        code="oxygen",
        name="oxygen",
        family="oxygen",
        unit="%",
        low=Decimal("19.5"),
        high=Decimal("23.5"),
    )
    lel = setup.create_substance(
        **site, code="lel", name="vapour", family="flammable", unit="% LEL", high=Decimal("10")
    )
    cold = setup.create_type(**site, code="cold-work", name="Cold work")
    hot = setup.create_type(
        **site,
        code="hot-work",
        name="Hot work",
        tests=[(oxygen.pk, 120), (lel.pk, 60)],
        aftercare_minutes=60,
        questions=[{"key": "spark", "text": "What makes the spark?", "risks": {"Fire": "high"}}],
        controls=[
            {
                "hazard": "Fire",
                "energy": "Heat",
                "kind": "barrier",
                "text": "Blanket",
                "risk": "normal",
            }
        ],
    )
    return cold, hot


def draft(world, kind, *, at=None, by=None, items=(), **given) -> Permit:
    """Begun by the technician, who will carry it out at L3 in the next eight hours."""
    said = {
        "what": "Weld the bracket",
        "where_exactly": "Left of the filler",
        "method": "MIG, sitting",
        "tools": "Welding set",
        "condition": "Line stopped and empty",
        "performer_id": world.technician.pk,
        "place_id": world.l3.pk,
        "starts": world.at,
        "ends": world.t(480),
        "answers": {"spark": "A welding set"},
        "sample_points": ["At the job"] if kind.code == "hot-work" else [],
    } | given
    return requests.create(
        actor=by or world.technician,
        at=at or world.at,
        site_id=world.site.pk,
        type_id=kind.pk,
        items=[(item.pk, "all of it") for item in items],
        **said,
    )


def assessed(world, kind, *, by=None, measures=(), **given) -> Permit:
    """With one hazard and one measure, and these beside it."""
    permit = draft(world, kind, by=by, **given)
    at = {"actor": by or world.technician, "at": given.get("at") or world.at}
    measures = [{"kind": "barrier", "text": "Screen"}, *measures]
    assessments.add_hazard(**at, permit_id=permit.pk, text="Glare", measures=measures)
    return assessments.complete(**at, permit_id=permit.pk)


def authorised(world, kind, **given) -> Permit:
    """Asked for by its performer, checked by the supervisor where its route says so."""
    permit = assessed(world, kind, **given)
    by = given.get("by") or world.technician
    sure = {"at": given.get("at") or world.at, "permit_id": permit.pk, "signed": True}
    requests.request(actor=by, **sure)
    if permit.risk != "low":
        deciding.check(actor=world.supervisor, **sure)
    if permit.risk == "high":
        deciding.endorse(actor=world.hse, **sure)
    return deciding.authorise(actor=world.permit_authoriser, **sure)


def gas_tested(world, permit, *, at=None, by=None, happened_at=None, **values) -> Permit:
    """Oxygen and vapour, read by the operator at each sample point."""
    found = {each.code: each.pk for each in Substance.objects.filter(site=world.site)}
    read = SAFE | values
    return testing.record(
        actor=by or world.operator,
        at=at or world.at,
        happened_at=happened_at,
        permit_id=permit.pk,
        instrument="X-am 2500, 14",
        calibrated_until=CALIBRATED,
        scanned=True,
        readings=[
            {"point": point, "substance_id": found[code], "value": Decimal(value)}
            for point in permit.sample_points
            for code, value in read.items()
            if value is not None
        ],
    )


def ticked(world, permit, *, at=None) -> Permit:
    """Every measure ticked by the issuer."""
    ids = [
        measure.pk
        for hazard in permit.hazards.filter(ended_at=None)
        for measure in hazard.measures.filter(ended_at=None)
    ]
    return issuing.tick(
        actor=world.permit_issuer, at=at or world.at, permit_id=permit.pk, measure_ids=ids
    )


def issued(world, kind, *, at=None, **given) -> Permit:
    """Tested, ticked and issued at the place."""
    permit = authorised(world, kind, **given)
    at = at or world.at
    if kind.tests.exists():
        gas_tested(world, permit, at=at)
    ticked(world, permit, at=at)
    return issuing.issue(
        actor=world.permit_issuer, at=at, permit_id=permit.pk, scanned=True, signed=True
    )


def in_force(world, kind, *, at=None, **given) -> Permit:
    """Taken by its performing authority."""
    permit = issued(world, kind, at=at, **given)
    return issuing.take(
        actor=permit.performing_authority,
        at=at or world.at,
        permit_id=permit.pk,
        scanned=True,
        signed=True,
    )


def shift(world, name, people, starts, ends) -> None:
    """A crew of these people, at work from and until."""
    by = {"actor": None, "at": AT - timedelta(days=1)}
    crew = teams.create_team(**by, site_id=world.site.pk, code=name, name=name, kind="crew")
    for person in people:
        teams.add_member(**by, team_id=crew.pk, user_id=person.pk)
    zone = ZoneInfo(world.site.time_zone)
    begin, end = (each.astimezone(zone).replace(tzinfo=None) for each in (starts, ends))
    teams.create_shift(**by, crew_id=crew.pk, name=name, starts=begin, ends=end)


def against(door, permit, **given) -> list[str]:
    """The codes with which a door refuses; nothing changed but the one event of it."""
    before = Permit.objects.values().get(pk=permit.pk)
    mine = Event.objects.filter(subject_type="permits.permit", subject_id=permit.pk)
    count = mine.count()
    try:
        door(permit_id=permit.pk, **given)
    except (Refused, Forbidden) as error:
        codes = [reason.code.removeprefix("permits.") for reason in error.reasons]
        assert mine.count() == count + 1
        assert mine.latest("pk").verb == "refused"
    except (Stale, Unknown) as error:
        codes = [type(error).__name__]
        assert mine.count() == count
    else:
        raise AssertionError("it was done")
    assert Permit.objects.values().get(pk=permit.pk) == before
    return codes
