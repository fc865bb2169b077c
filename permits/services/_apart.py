"""Separation of duties: who may never be one person on one permit."""

from collections.abc import Mapping
from typing import Any

from permits.services._facts import (
    Facts,
)
from permits.services._says import ISSUER
from permits.states import AGAINST, PERFORMING
from work.exceptions import Reason
from work.states import Role

Given = Mapping[str, Any]


def apart(
    facts: Facts,
    *,
    authoriser: int | None = None,
    issuer: int | None = None,
    performer: int | None = None,
) -> list[Reason]:
    """Never one person: performer and issuer, performer and authoriser, checker and authoriser.

    Asked of all who ever signed for it, and of who is named now.
    """
    permit = facts.permit
    by_part: dict[str, set[int]] = {}
    for each in facts.signatures:
        by_part.setdefault(each.part, set()).add(each.person_id)
    performers = {permit.performing_authority_id} if performer is None else {performer}
    said = []
    if authoriser is not None:
        performed = performers | _of(by_part, PERFORMING)
        if authoriser in performed:
            said.append(Reason("permits.authoriser_performs", clears=_AUTHORISER))
        if authoriser in {permit.checked_by_id} | _of(by_part, {"checked"}):
            said.append(Reason("permits.authoriser_checked", clears=_AUTHORISER))
    if issuer is not None and issuer in performers | _of(by_part, PERFORMING):
        said.append(Reason("permits.issuer_performs", clears=ISSUER))
    if performer is not None:
        against = {permit.authorised_by_id, permit.issuer_id} | _of(by_part, AGAINST)
        if performer in against:
            by = ("role", str(Role.PLANNER))
            said.append(Reason("permits.performer_signed", {}, ("user", performer), by))
    return said


_AUTHORISER = ("role", str(Role.PERMIT_AUTHORISER))


def _of(by_part: Mapping[str, set[int]], parts: Any) -> set[int]:
    return set().union(*(by_part.get(part, set()) for part in parts))
