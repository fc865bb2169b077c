"""Nobody stands on both sides of a permit: not in SQL as the application's own role either."""

import uuid

from permits.models import Issue, Permit, PermitType, Signature
from tests.work.by_sql import CHECK

EXCLUDED = "23P01"


def test_by_sql_nobody_does_both_of_a_forbidden_pair(app, world):
    issuer, performer, third = world.permit_issuer, world.technician, world.supervisor
    kind = PermitType.objects.create(site=world.site, code="hot", name="Hot work")
    permit = Permit.objects.create(
        site=world.site,
        number=1,
        type=kind,
        what="Weld",
        place=world.l3,
        state="authorised",
        state_since=world.at,
        created_at=world.at,
        starts=world.at,
        ends=world.t(60),
        performing_authority=performer,
        checked_by=third,
        authorised_by=issuer,
    )

    def put(**columns) -> str:
        names = ", ".join(f"{name} = %s" for name in columns)
        values = [*columns.values(), permit.pk]
        return app(f"UPDATE permits_permit SET {names} WHERE id = %s", values)

    assert put(performing_authority_id=issuer.pk) == CHECK
    assert put(authorised_by_id=performer.pk) == CHECK
    assert put(authorised_by_id=third.pk) == CHECK
    assert put(checked_by_id=issuer.pk) == CHECK
    assert put(state="closed", ended_at=world.t(1), closed_by_id=performer.pk) == CHECK
    taken = {"state": "in_force", "issue_ends": world.t(60)}
    assert put(**taken, issuer_id=performer.pk) == CHECK
    assert put(**taken) == CHECK
    assert put(**taken | {"issue_ends": world.t(61)}, issuer_id=issuer.pk) == CHECK
    assert put(**taken, issuer_id=issuer.pk) == "done to 1"

    def issue(issuer, taker) -> str:
        return app(
            "INSERT INTO permits_issue (permit_id, issuer_id, taker_id, issued_at, ends, how,"
            " issuer_scanned, taker_scanned) VALUES (%s, %s, %s, %s, %s, '', true, true)",
            [permit.pk, issuer.pk, taker.pk, world.at, world.t(60)],
        )

    assert issue(issuer, issuer) == CHECK
    assert issue(performer, third) == CHECK
    assert issue(third, issuer) == CHECK  # who authorised it takes it from nobody
    assert issue(issuer, performer) == "done to 1"
    assert not Issue.objects.filter(taker=issuer).exists()

    def sign(part, person) -> str:
        return app(
            "INSERT INTO permits_signature (permit_id, part, person_id, at, act)"
            " VALUES (%s, %s, %s, %s, %s)",
            [permit.pk, part, person.pk, world.at, uuid.uuid4()],
        )

    assert [sign("checked", third), sign("authorised", issuer)] == ["done to 1"] * 2
    assert [sign("issued", issuer), sign("taken", performer)] == ["done to 1"] * 2
    assert sign("authorised", third) == sign("checked", issuer) == EXCLUDED
    for part in ("issued", "authorised", "brought_back", "takeover_issuer", "closed"):
        assert sign(part, performer) == EXCLUDED, part
    for part in ("taken", "takeover_performer", "handed_back"):
        assert sign(part, issuer) == EXCLUDED, part
    assert Signature.objects.count() == 4
