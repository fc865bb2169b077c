"""What the database refuses of points, links and locks, whoever writes: SQL of triggers."""

from permits.models._relied_on import UNDER_WAY, refused
from permits.states import ENDED, State

_MAY_LEAVE = ", ".join(f"'{each}'" for each in sorted({*ENDED, State.DRAFT, State.REQUESTED}))

# A point is drawn while the isolation is planned, or made by a card. What was done at it is undone
# only where nobody relies on it: what was tried stays so as long as the isolation is *tried*.
POINT_DECLARES = [("stands", "TEXT"), ("sort", "TEXT")]
POINT = f"""
    SELECT i.state, i.kind INTO stands, sort FROM permits_isolation i WHERE i.id = NEW.isolation_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.applied_at IS NOT NULL
           OR NOT (stands = 'planned' OR (stands = 'approved' AND sort = 'own'))
        THEN
            {refused("no point is drawn now in isolation", "NEW.isolation_id")}
        END IF;
    ELSIF (NEW.ended_at IS DISTINCT FROM OLD.ended_at AND stands <> 'planned')
       OR (OLD.applied_at IS NOT NULL AND NEW.applied_at IS NULL
           AND stands NOT IN ('in_test', 'release'))
       OR (OLD.locked_at IS NOT NULL AND NEW.locked_at IS NULL
           AND stands NOT IN ('approved', 'in_test', 'release'))
       OR (OLD.tried_at IS NOT NULL AND NEW.tried_at IS NULL AND stands = 'verified')
       OR (OLD.reported_at IS NOT NULL AND NEW.reported_at IS NULL
           AND stands NOT IN ('approved', 'in_test'))
       OR (NEW.removed_at IS DISTINCT FROM OLD.removed_at
           AND stands <> 'release' AND sort <> 'own')
    THEN
        {refused("the isolation does not stand so for point", "NEW.id")}
    END IF;
    RETURN NEW;
"""
# A link ends once the permit is over or not decided on, and no work that it protects is under way.
# Nor is that work said to be something else, or a permit put behind what was not tried.
_THROUGH = f"""
    SELECT 1 FROM permits_permititem k
      JOIN permits_permit p ON p.id = k.permit_id
      JOIN work_workitem w ON w.id = k.item_id
       AND (p.ended_at IS NULL OR (p.state = 'closed' AND w.started_at <= p.ended_at))
     WHERE k.ended_at IS NULL AND w.status IN ({UNDER_WAY})"""
USE = f"""
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (
            SELECT 1 FROM permits_permit p, permits_isolation i
             WHERE p.id = NEW.permit_id AND i.id = NEW.isolation_id
               AND p.state IN ('issued', 'in_force') AND i.state <> 'verified'
        ) OR (NEW.how <> 'protected' AND EXISTS (
            {_THROUGH} AND w.id = NEW.item_id AND k.permit_id IN (
                SELECT u.permit_id FROM permits_isolationuse u
                 WHERE u.isolation_id = NEW.isolation_id AND u.ended_at IS NULL
                   AND u.permit_id IS NOT NULL
            )
        )) THEN
            {refused("somebody works behind isolation", "NEW.isolation_id")}
        END IF;
    ELSIF OLD.ended_at IS NOT NULL THEN
        IF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
            {refused("it has ended, link", "NEW.id")}
        END IF;
    ELSIF NEW.ended_at IS NOT NULL AND (
        EXISTS (
            SELECT 1 FROM permits_permit p
             WHERE p.id = NEW.permit_id AND p.state NOT IN ({_MAY_LEAVE})
        ) OR EXISTS (
            {_THROUGH} AND k.permit_id = NEW.permit_id AND NOT EXISTS (
                SELECT 1 FROM permits_isolationuse d
                 WHERE d.isolation_id = NEW.isolation_id AND d.item_id = w.id
                   AND d.ended_at IS NULL
            )
        ) OR EXISTS (
            SELECT 1 FROM work_workitem w
             WHERE w.id = NEW.item_id AND NEW.how = 'protected' AND w.status IN ({UNDER_WAY})
        )
    ) THEN
        {refused("somebody works behind it, link", "NEW.id")}
    END IF;
    RETURN NEW;
"""
# Each takes off the own lock; another that of somebody without sign-in, or as one of the two who
# remove the lock of somebody gone.
OFF_BY = f"""
    IF OLD.off_at IS NOT NULL THEN
        IF NEW.off_at IS DISTINCT FROM OLD.off_at
           OR NEW.off_by_id IS DISTINCT FROM OLD.off_by_id
        THEN
            {refused("it is off, lock", "NEW.id")}
        END IF;
    ELSIF NEW.off_at IS NOT NULL AND NOT NEW."group" AND NEW.off_by_id <> NEW.person_id
      AND EXISTS (
        SELECT 1 FROM work_user p WHERE p.id = NEW.person_id AND p.username IS NOT NULL
    ) AND NOT EXISTS (
        SELECT 1 FROM permits_lockremoval r
         WHERE r.lock_id = NEW.id AND r.removed_by_id = NEW.off_by_id
           AND r.removed_at IS NOT NULL
    ) THEN
        {refused("another takes off lock", "NEW.id")}
    END IF;
    RETURN NEW;
"""
