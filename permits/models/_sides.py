"""What the database refuses of who stands where on a permit: SQL of triggers over its signatures.

A signature is never changed, so whatever is written afterwards is held against it.
"""

from collections.abc import Collection

from permits.models._relied_on import refused
from permits.states import AGAINST, PERFORMING, Part


def _signed(person: str, parts: Collection[Part]) -> str:
    """Whether one of these people has signed as one of these."""
    among = ", ".join(f"'{part}'" for part in sorted(parts))
    return f"(s.person_id IN ({person}) AND s.part IN ({among}))"


# Of each column of people: as what nobody in it has signed.
_OF_PERMIT = " OR ".join(
    [
        _signed("NEW.performing_authority_id", AGAINST),
        _signed("NEW.authorised_by_id", PERFORMING | {Part.CHECKED}),
        _signed("NEW.checked_by_id", {Part.AUTHORISED}),
        _signed("NEW.issuer_id, NEW.closed_by_id", PERFORMING),
    ]
)
SIGNED_APART = f"""
    IF EXISTS (
        SELECT 1 FROM permits_signature s WHERE s.permit_id = NEW.id AND ({_OF_PERMIT})
    ) THEN
        {refused("one person on both sides of permit", "NEW.id")}
    END IF;
    RETURN NEW;
"""
_TAKERS = "NEW.taker_id, NEW.next_taker_id"
PARTIES = f"""
    IF NEW.next_taker_id = NEW.issuer_id OR EXISTS (
        SELECT 1 FROM permits_permit p WHERE p.id = NEW.permit_id
           AND (p.authorised_by_id IN ({_TAKERS}) OR p.performing_authority_id = NEW.issuer_id)
    ) OR EXISTS (
        SELECT 1 FROM permits_signature s WHERE s.permit_id = NEW.permit_id
           AND ({_signed("NEW.issuer_id", PERFORMING)} OR {_signed(_TAKERS, AGAINST)})
    ) THEN
        {refused("one person on both sides of permit", "NEW.permit_id")}
    END IF;
    RETURN NEW;
"""
