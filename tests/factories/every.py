"""A record of hvk for each page of the admin, all with a word that nothing else has."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Model

from competence.services import competences
from competence.services import rules as asking
from documents.services import applying, documents
from permits.services import setup
from tests.factories.items import requested_item
from tests.factories.setup import (
    LONG_BEFORE,
    asset,
    asset_class,
    person,
    place,
    post_with_duty,
    rule,
    work_type,
)
from work.models import Event, Site
from work.services import places, posts, teams
from work.services.teams import create_shift
from work.states import NeighbourKind, Role

if TYPE_CHECKING:
    from tests.factories.world import World

WORD = "Zwartewater"


def every_record(world: "World", word: str = WORD) -> dict[str, Model]:
    """The records by the name of their model, made through the services and called by `word`."""
    hvk, by = world.site, {"actor": None, "at": LONG_BEFORE}
    where = place(hvk, word, name=word, parent=world.packaging)
    crew = teams.create_team(**by, site_id=hvk.pk, code=word, name=word, kind="crew")
    somebody = person(hvk, Role.OPERATOR, username=word, name=word, place=where)
    kind = asset_class(hvk, word.lower(), name=word)
    post = post_with_duty(where, somebody, code=word, name=word)
    deputy = posts.name_holder(**by, post_id=post.pk, user_id=world.second_lead.pk, deputy=True)
    member = teams.add_member(**by, team_id=crew.pk, user_id=somebody.pk)
    starts, ends = (LONG_BEFORE.replace(tzinfo=None, hour=hour) for hour in (6, 14))
    shift = create_shift(**by, crew_id=crew.pk, name=word, starts=starts, ends=ends)
    neighbour = places.add_neighbour(
        **by, place_id=where.pk, other_id=world.l4.pk, kind=NeighbourKind.NEXT_TO
    )
    paper = competences.create(**by, site_id=hvk.pk, code=word, name=word, kind="certificate")
    made = {"code": word, "title": word, "kind": "procedure", "owner_id": crew.pk}
    document = documents.create(**by, site_id=hvk.pk, **made)
    applies = applying.apply_to(**by, document_id=document.pk, place_id=where.pk)
    asked = {"competence_id": paper.pk, "place_id": where.pk}
    type_ = work_type(hvk, word.upper(), name=word)
    item = requested_item(world, place_id=where.pk, type_id=type_.pk, what=word)
    return {
        "site": hvk,
        "place": where,
        "placeneighbour": neighbour,
        "assetclass": kind,
        "asset": asset(kind, word, name=word, place=where),
        "user": somebody,
        "membership": somebody.memberships.get(),
        "team": crew,
        "teammember": member,
        "shift": shift,
        "post": post,
        "postholder": deputy,
        "duty": post.duties.get(),
        "worktype": type_,
        "worktypeversion": type_.versions.get(),
        "requirementrule": rule(hvk, word.lower(), what=word, place_id=where.pk),
        "document": document,
        "applicability": applies,
        "competence": paper,
        "rule": asking.create(**by, site_id=hvk.pk, **asked),
        **_of_permits(hvk, word),
        "workitem": item,
        "event": Event.objects.filter(item=item).first(),
    }


def _of_permits(hvk: Site, word: str) -> dict[str, Model]:
    """How a site sets its permits up."""
    of, called = {"actor": None, "at": LONG_BEFORE, "site_id": hvk.pk}, {"name": word}
    gas = setup.create_substance(
        **of, **called, code=word, family="toxic", unit="ppm", high=Decimal("5")
    )
    kind = setup.create_type(**of, **called, code=word, tests=[(gas.pk, 60)])
    near = {"type_id": kind.pk, "other_type_id": kind.pk, "reach": "same", "verdict": "inform"}
    return {
        "permittype": kind,
        "permitroute": kind.routes.first(),
        "substance": gas,
        "typetest": kind.tests.get(),
        "activityrule": setup.create_rule(**of, **near, condition=word),
        "permitsettings": setup.change_settings(**of, past_shift_minutes=30),
    }
