"""What the database refuses of isolations, whoever writes: SQL of triggers."""

from permits.states import ENDED

# Whoever writes, by whatever way: who works under a permit works behind what was tried.
RELIED_ON = """
    IF EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN permits_permit p ON p.id = u.permit_id
         WHERE u.isolation_id = NEW.id AND u.ended_at IS NULL
           AND p.state IN ('issued', 'in_force')
    ) THEN
        RAISE EXCEPTION 'a permit goes on behind isolation %', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""
_STATES = ", ".join(f"'{state}'" for state in sorted(ENDED))
# A point comes off once nobody relies on it. Work that began under a permit relies on what that
# used, until it is done or released, also when the permit is closed.
FREE = f"""
    IF EXISTS (
        SELECT 1 FROM permits_personallock l
         WHERE l.isolation_id = NEW.isolation_id AND l.off_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN permits_permit p ON p.id = u.permit_id
         WHERE u.isolation_id = NEW.isolation_id AND u.ended_at IS NULL
           AND p.state NOT IN ({_STATES})
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationuse u JOIN work_workitem w ON w.id = u.item_id
         WHERE u.isolation_id = NEW.isolation_id AND u.ended_at IS NULL
           AND u.how = 'protected' AND w.status IN ('live', 'waiting')
    ) OR EXISTS (
        SELECT 1 FROM permits_isolationuse u
          JOIN permits_permititem k ON k.permit_id = u.permit_id AND k.ended_at IS NULL
          JOIN permits_permit p ON p.id = u.permit_id AND p.state = 'closed'
          JOIN work_workitem w ON w.id = k.item_id AND w.started_at <= p.ended_at
         WHERE u.isolation_id = NEW.isolation_id AND u.ended_at IS NULL
           AND w.status IN ('live', 'waiting')
           AND NOT EXISTS (
               SELECT 1 FROM permits_isolationuse d
                WHERE d.isolation_id = NEW.isolation_id AND d.item_id = w.id
                  AND d.ended_at IS NULL AND d.how <> 'protected'
           )
    ) THEN
        RAISE EXCEPTION 'somebody relies on isolation %', NEW.isolation_id
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""
APART = """
    IF NEW.tried_by_id IN (NEW.applied_by_id, NEW.locked_by_id)
       AND (SELECT other_tries FROM permits_isolation i WHERE i.id = NEW.isolation_id)
    THEN
        RAISE EXCEPTION 'who isolated tries point %', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""
