"""What the database refuses of isolations, whoever writes: SQL of triggers over who relies."""

from permits.states import ENDED

_STATES = ", ".join(f"'{state}'" for state in sorted(ENDED))


def behind(isolation: str, statuses: str) -> str:
    """Whether work of these statuses is behind it: by itself, or through a permit.

    Work that began under a permit relies on what that used, until it is done or released, also
    when the permit is closed.
    """
    return f"""
    EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN work_workitem w ON w.id = u.item_id
         WHERE u.isolation_id = {isolation} AND u.ended_at IS NULL
           AND u.how = 'protected' AND w.status IN ({statuses})
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationuse u
          JOIN permits_permititem k ON k.permit_id = u.permit_id AND k.ended_at IS NULL
          JOIN permits_permit p ON p.id = u.permit_id
          JOIN work_workitem w ON w.id = k.item_id
           AND (p.ended_at IS NULL OR (p.state = 'closed' AND w.started_at <= p.ended_at))
         WHERE u.isolation_id = {isolation} AND u.ended_at IS NULL
           AND w.status IN ({statuses})
           AND NOT EXISTS (
               SELECT 1 FROM permits_isolationuse d
                WHERE d.isolation_id = {isolation} AND d.item_id = w.id
                  AND d.ended_at IS NULL AND d.how <> 'protected'
           )
    )"""


def refused(what: str, about: str) -> str:
    """The statement that refuses."""
    return f"RAISE EXCEPTION '{what} %', {about} USING ERRCODE = '23514';"


UNDER_WAY = "'live', 'waiting'"


def _relied_on(isolation: str) -> str:
    """Somebody relies on it: a lock is on the box, a permit is not over, work is behind it."""
    return f"""
    EXISTS (
        SELECT 1 FROM permits_personallock l
         WHERE l.isolation_id = {isolation} AND l.off_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN permits_permit p ON p.id = u.permit_id
         WHERE u.isolation_id = {isolation} AND u.ended_at IS NULL
           AND p.state NOT IN ({_STATES})
    ) OR {behind(isolation, UNDER_WAY)}"""


# A point comes off once nobody relies on it.
FREE = f"""
    IF {_relied_on("NEW.isolation_id")}
    THEN
        {refused("somebody relies on isolation", "NEW.isolation_id")}
    END IF;
    RETURN NEW;
"""
# An isolation moves: not while a permit goes on behind what was tried; to a test with everybody's
# word, nobody at work; to its end once nobody relies on it, and nothing of it is left in place.
MOVED = f"""
    IF OLD.state = 'verified' AND EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN permits_permit p ON p.id = u.permit_id
         WHERE u.isolation_id = NEW.id AND u.ended_at IS NULL
           AND p.state IN ('issued', 'in_force')
    ) THEN
        {refused("a permit goes on behind isolation", "NEW.id")}
    END IF;
    IF NEW.state = 'in_test' AND (
        NOT EXISTS (
            SELECT 1 FROM permits_testsanction s
             WHERE s.isolation_id = NEW.id AND s.ended_at IS NULL AND s.sanctioned_at IS NOT NULL
        ) OR EXISTS (
            SELECT 1 FROM permits_personallock l
             WHERE l.isolation_id = NEW.id AND l.off_at IS NULL AND NOT l."group"
        ) OR {behind("NEW.id", "'live'")}
    ) THEN
        {refused("no test is sanctioned of isolation", "NEW.id")}
    END IF;
    IF NEW.state IN ('release', 'removed', 'closed') AND OLD.state NOT IN ('release', 'removed')
       AND ({_relied_on("NEW.id")})
    THEN
        {refused("somebody relies on isolation", "NEW.id")}
    END IF;
    IF NEW.state IN ('removed', 'closed', 'cancelled') AND EXISTS (
        SELECT 1 FROM permits_isolationpoint p
         WHERE p.isolation_id = NEW.id AND p.ended_at IS NULL
           AND p.applied_at IS NOT NULL AND p.removed_at IS NULL
    ) THEN
        {refused("points are in place of isolation", "NEW.id")}
    END IF;
    RETURN NEW;
"""
# It is tried once every point is: applied, locked, found in place, and tried; after it was said
# what became of stored energy, and that who is affected was told.
TRIED = f"""
    IF NOT EXISTS (
        SELECT 1 FROM permits_isolationpoint p
         WHERE p.isolation_id = NEW.id AND p.ended_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationpoint p
         WHERE p.isolation_id = NEW.id AND p.ended_at IS NULL
           AND (p.locked_at IS NULL OR p.tried_at IS NULL
                OR p.reported_at IS NOT NULL OR p.removed_at IS NOT NULL)
    ) THEN
        {refused("not every point is tried of isolation", "NEW.id")}
    END IF;
    IF NEW.energy = '' OR (NEW.energy IS NOT NULL AND NEW.notified_at IS NULL) THEN
        {refused("stored energy is not said of isolation", "NEW.id")}
    END IF;
    RETURN NEW;
"""
# Nothing is asked of what was tried before this was asked; of all else it is, and stays so.
ASKED = f"""
    IF TG_OP = 'INSERT' OR OLD.energy IS NOT NULL THEN
        {refused("stored energy is asked of isolation", "NEW.id")}
    END IF;
    RETURN NEW;
"""
# Who applied and locked a point does not try it; and stands, as long as that holds.
APART = f"""
    IF NEW.tried_by_id IN (NEW.applied_by_id, NEW.locked_by_id)
       AND (SELECT other_tries FROM permits_isolation i WHERE i.id = NEW.isolation_id)
    THEN
        {refused("who isolated tries point", "NEW.id")}
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (OLD.applied_by_id <> NEW.applied_by_id AND OLD.applied_at = NEW.applied_at)
        OR (OLD.locked_by_id <> NEW.locked_by_id AND OLD.locked_at = NEW.locked_at)
    ) THEN
        {refused("another isolated point", "NEW.id")}
    END IF;
    RETURN NEW;
"""
