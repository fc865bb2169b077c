"""Nobody does both acts of a forbidden pair: by door, page, admin, import, task or SQL."""

import inspect
import uuid

import pytest
from django.contrib import admin

import competence.tasks
import documents.tasks
import permits.tasks
from tests import factories
from tests.pairs import pairs
from tests.work.admin.forms import BACKEND
from work import ports
from work.exceptions import Forbidden, Refused
from work.models import Event, User
from work.ports import Holds
from work.services import people
from work.states import Role

# A constraint, an exclusion, a trigger that refuses, a trigger that protects.
REFUSED_BY_SQL = {"23514", "23P01", "P0001"}
PASSWORD = "words-that-open"
ROLES = (
    *(Role.PERMIT_AUTHORISER, Role.PERMIT_ISSUER, Role.AREA_OWNER, Role.HSE),
    *(Role.DOCUMENT_CONTROLLER, Role.COMPETENCE_COORDINATOR, Role.SITE_ADMIN),
)


@pytest.fixture
def both(world):
    """One person who has every role that an act of a pair asks for."""
    made = factories.person(world.site, Role.SUPERVISOR, username="both", password=PASSWORD)
    for role in ROLES:
        people.grant_role(
            actor=None, at=factories.AT, user_id=made.pk, site_id=world.site.pk, role=role
        )
    return made


def rows(of) -> list[dict]:
    """What stands in the record, or in all of a model."""
    if isinstance(of, type):
        return list(of.objects.order_by("pk").values())
    return list(type(of).objects.filter(pk=of.pk).values())


@pytest.mark.parametrize(
    ("of_domain", "many"),
    [
        (pairs.of_permits, 15),
        (pairs.of_isolations, 6),
        (pairs.of_documents, 5),
        (pairs.of_competence, 8),
    ],
    ids=["permits", "isolations", "documents", "competence"],
)
def test_nobody_does_both(of_domain, many, world, both, app, sign_in):
    """Each pair is brought to its second act, and that tried by who did the first in every way."""
    me = sign_in(both)
    me.client.force_login(both, backend=BACKEND)
    done, wrong = 0, []
    for pair in of_domain(world, both):
        before = rows(pair.of)

        def said(how, good, pair=pair, before=before) -> None:
            if not good or rows(pair.of) != before:
                wrong.append((pair.what, how))

        for how, actor in (("door", both), ("task", None)):
            with pytest.raises((Refused, Forbidden)) as caught:
                pair.door(actor=actor, at=world.at, **pair.given)
            codes = [each.code.split(".")[-1] for each in caught.value.reasons]
            said(f"{how}: {codes}", actor is None or pair.why in codes)

        url, typed = pair.page
        known = {"act": str(uuid.uuid4()), "seen": pair.seen, "password": PASSWORD}
        answer = me.post(url, known | typed)
        told = str(list(Event.objects.filter(act=known["act"], verb="refused").values("data")))
        good = answer.status_code in (403, 422) and pair.why in told
        said(f"page: {answer.status_code} {told}", good)

        for statement, values in pair.sql:
            state = app(statement, values)
            said(f"SQL: {state} {statement} {values}", state in REFUSED_BY_SQL)
        done += 1
    assert (wrong, done) == ([], many)


def test_no_other_way_leads_to_them(world, both, sign_in):
    """The admin shows no column of people of theirs, no import brings one, no task takes one."""
    me = sign_in(both)
    me.client.force_login(both, backend=BACKEND)
    for model in pairs.RECORDS:
        assert not admin.site.is_registered(model)
        page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/1/change/"
        assert me.post(page, {}).status_code == 404, page
    of_domains = {"permits", "documents", "competence"}
    for model, page in admin.site._registry.items():
        if model._meta.app_label in of_domains:
            columns = {each.name for each in model._meta.fields if each.related_model is User}
            assert not columns & {*page.fields}, model
    for each in ports.importers.all():
        if each.key.split(".")[0] in of_domains:
            named = {name for name, field in each.fields.items() if field.holds == Holds.PERSON}
            assert named <= {"person"}, each.key
            assert not {"state", "verified", "approved", "reviewed"} & {*each.fields}
    for tasks in (permits.tasks, documents.tasks, competence.tasks):
        assert not inspect.signature(tasks.minute.run).parameters
