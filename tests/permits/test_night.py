"""Four people at night carry a low and a normal permit from request to close, by the pages."""

import re
import uuid

from permits.models import Permit
from tests.factories import planned_item
from tests.permits import made
from tests.permits.test_pages import LIST, PASSWORD, do, url, with_password
from work.services import execution
from work.states import Status

ASKED = {
    "what": "Weld the bracket",
    "place": "L3",
    "where_exactly": "Left of the filler",
    "method": "MIG, sitting",
    "tools": "Welding set",
    "condition": "Line stopped",
    "starts": "2026-11-24T05:00",
    "ends": "2026-11-24T09:00",
}


class Walker:
    """Somebody who does what a permit's page offers, with its own form; or sends what is known."""

    def __init__(self, sign_in, person, *, looks: bool):
        self.visitor, self.looks, self.permit = sign_in(with_password(person)), looks, None

    def does(self, *verbs: str, of="", **typed) -> None:
        for verb in verbs:
            send = self._by_its_form if self.looks or verb == "check" else self._at_once
            assert send(verb, of, typed).status_code == 303, verb

    def _at_once(self, verb: str, of, typed):
        return do(self.visitor, self.permit, verb, of=of, **typed)

    def _by_its_form(self, verb: str, of, typed):
        page = self.visitor.get(url(self.permit)).content.decode()
        key = f"{verb}-{of}" if of else verb
        form_of = rf'<form class="form"[^>]*id="act-{key}".*?</form>'
        found = re.search(form_of, page, re.DOTALL)
        assert found, (verb, "is not offered")
        form = found.group()
        known = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        if 'name="password"' in form:
            known["password"] = PASSWORD
        action = re.search(r'action="([^"]*)"', form).group(1).replace("&amp;", "&")
        return self.visitor.post(action, known | typed)


def test_four_people_at_night_carry_two_permits_from_request_to_close(world, sign_in):
    cold, _hot = made.kinds(world)
    four = (world.technician, world.shift_lead, world.permit_authoriser, world.permit_issuer)
    made.shift(world, "night", four, world.t(-60), world.t(180))
    for risk in ("low", "normal"):
        item = planned_item(world)
        does, leads, decides, gives = (Walker(sign_in, each, looks=risk == "low") for each in four)
        asked = ASKED | {"risk": risk, "items": f"W-{item.number}", "act": str(uuid.uuid4())}
        asked["performer"] = world.technician.name
        answer = does.visitor.post(f"{LIST}new/?type={cold.code}", asked)
        assert answer.status_code == 303
        permit = Permit.objects.latest("pk")
        for each in (does, leads, decides, gives):
            each.permit = permit

        does.does("hazard", text="Glare", kind="barrier", measure="Screen")
        does.does("assess", "request")
        if risk == "normal":
            leads.does("check")
        decides.does("authorise")
        measure = permit.hazards.get().measures.get()
        gives.does("tick", measures=[measure.pk])
        gives.does("issue", code="https://vinkey.test/s/hvk/places/L3/")
        does.does("take", why="The label is gone")
        does.does("on")
        execution.start(actor=world.technician, at=world.at, item_id=item.pk)
        permit.refresh_from_db()
        assert (permit.state, permit.issue_ends) == ("in_force", world.t(210))
        does.does("off", of=permit.presences.get().pk)
        execution.complete(actor=world.technician, at=world.at, item_id=item.pk)
        does.does("hand-back", complete="yes", left="Bracket is on, tools out")
        gives.does("close", inspected="Seen, in order")
        permit.refresh_from_db()
        item.refresh_from_db()
        assert (permit.state, item.status) == ("closed", Status.DONE)
