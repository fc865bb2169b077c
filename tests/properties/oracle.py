"""What is true of the work at a moment, from the rows alone and in plain Python.

Written from the rules of the control model and not from the services: nothing of `_overlay`,
`guards`, `requirements` or `permissions` is used here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace as Row

LEADS = {
    "material": timedelta(days=7),
    "document": timedelta(days=2),
    "competence": timedelta(days=2),
    "permit": timedelta(hours=2),
    "isolation": timedelta(hours=2),
}
ENDED = {"closed", "cancelled"}
UNDER_WAY = {"live", "waiting"}
NEVER_EXECUTE = {"viewer", "auditor"}
ACCEPTERS = {"supervisor", "shift_lead", "area_owner"}


@dataclass
class Need:
    """One requirement of an item at a gate, seen at a moment."""

    origin: str
    row: Row | None
    met: bool
    due: datetime | None


def in_force(starts: datetime, ends: datetime | None, at: datetime) -> bool:
    """Whether an interval covers a moment: its start belongs to it, its end does not."""
    return starts <= at and (ends is None or ends > at)


class Oracle:
    """Answers over one reading of the rows."""

    def __init__(self, work: Row, set_up: Row) -> None:
        self.work, self.set_up = work, set_up
        self.items = {item.id: item for item in work.items}
        self.versions = {row.id: row for row in set_up.versions}
        self.people = {row.id: row for row in set_up.people}
        self.posts = {row.id: row for row in set_up.posts}
        self.windows = {row.id: row for row in work.windows}
        self.executors: dict[int, list[int]] = {item.id: [] for item in work.items}
        for row in work.executors:
            self.executors[row.item_id].append(row.user_id)
        self.standing: dict[tuple, Row] = {}
        self.by_item: dict[int, list[Row]] = {item.id: [] for item in work.items}
        for row in work.prerequisites:
            if row.withdrawn_at is None:
                self.standing[(row.item_id, row.gate, row.line_id, row.origin)] = row
                self.by_item[row.item_id].append(row)
        checks = sorted(work.checks, key=_id)
        self.latest_check = {(row.prerequisite_id, row.role): row for row in checks}
        self.open_blockers: dict[int, list[Row]] = {item.id: [] for item in work.items}
        for row in work.blockers:
            if row.ended_at is None:
                self.open_blockers[row.item_id].append(row)
        # When the item of a check was last reopened: what was checked by then counts no more.
        self.reopened: dict[int, datetime] = {}
        for row in work.acceptances:
            if row.struck_at is not None:
                latest = self.reopened.get(row.item_id, row.struck_at)
                self.reopened[row.item_id] = max(latest, row.struck_at)
        self.modes: dict[int, list[Row]] = {}
        for row in set_up.modes:
            self.modes.setdefault(row.rule_id, []).append(row)

    # --- requirements ------------------------------------------------------------------------

    def needs(self, item: Row, gate: str, at: datetime, line: int | None = None) -> list[Need]:
        """The enforced requirements of an item at a gate as they are at `at`."""
        found = []
        if gate == "start":
            found += self._own_needs(item, at)
        for rule in self.set_up.rules:
            if rule.gate == gate and self._reaches(rule, item, at):
                origin = f"rule:{rule.id}"
                row = self.standing.get((item.id, gate, line, origin))
                met = row is not None and self._checked(row, rule.params, at)
                if rule.one_time and item.status in UNDER_WAY:
                    passed = row is not None and row.passed_at is not None
                    met = met or passed or (row is not None and row.answer == "met")
                found.append(self._need(item, origin, row, met, rule.kind, rule.lead, at))
        for row in self.by_item[item.id]:
            if row.origin.startswith("hand:") and (row.gate, row.line_id) == (gate, line):
                met = self._by_hand(row, at)
                found.append(self._need(item, row.origin, row, met, row.kind, row.lead, at))
        return found

    def _own_needs(self, item: Row, at: datetime) -> list[Need]:
        people = self.executors[item.id]
        own = [("supplier:work.executor:named", bool(people), "people")]
        if people:
            fit = all(self.fit(person, item, at) for person in people)
            own.append(("supplier:work.fitness:fit", fit, "competence"))
        if item.window_id is not None:
            window = self.windows[item.window_id]
            is_open = window.opened_at is not None and window.closed_at is None
            own.append(("supplier:work.window:bound", is_open, "window"))
        return [
            self._need(
                item,
                origin,
                self.standing.get((item.id, "start", None, origin)),
                met,
                kind,
                timedelta(0),
                at,
            )
            for origin, met, kind in own
        ]

    def _need(self, item, origin, row, met, kind, lead, at) -> Need:
        if row is not None and row.waived_at is not None and row.waiver_until > at:
            met = True
        due = None
        if item.planned_start is not None:
            due = item.planned_start - (lead if lead is not None else LEADS.get(kind, timedelta(0)))
        if row is not None and row.refused_at is not None:
            due = min(due, row.refused_at) if due else row.refused_at
        if item.status in UNDER_WAY:
            due = item.requested_at
        return Need(origin, row, met, due)

    def _reaches(self, rule: Row, item: Row, at: datetime) -> bool:
        return (
            rule.site_id == item.site_id
            and in_force(rule.starts, rule.ends, at)
            and rule.type_id in (None, item.type_id)
            and item.path.startswith(rule.path)
            and (item.safety_critical or not rule.safety_critical_only)
            and self._mode(rule, item.path) == "enforce"
        )

    def _mode(self, rule: Row, path: str) -> str:
        covering = [row for row in self.modes.get(rule.id, []) if path.startswith(row.path)]
        return max(covering, key=lambda row: len(row.path)).mode if covering else rule.mode

    def _checked(self, row: Row, params: dict, at: datetime) -> bool:
        check = self.latest_check.get((row.id, params.get("role", "")))
        reopened = self.reopened.get(row.item_id)
        return (
            check is not None
            and check.passed
            and (reopened is None or check.at > reopened)
            and (check.valid_until is None or check.valid_until > at)
        )

    def _by_hand(self, row: Row, at: datetime) -> bool:
        if row.supplier == "work.check":
            return self._checked(row, row.params, at)
        if row.supplier == "work.item":
            other = self.items.get(row.source_id)
            while other is not None and other.survivor_id is not None:
                other = self.items[other.survivor_id]
            if other is not None and other.status == "cancelled":
                return other.loss_accepted_at is not None
            enough = {"closed", "done"} if row.params.get("until") == "done" else {"closed"}
            return other is not None and other.status in enough
        raise AssertionError(f"no answer known for {row.supplier}")

    def fit(self, person_id: int, item: Row, at: datetime) -> bool:
        """Active, with a role that executes there; to start or resume, to the end of his shift."""
        if not self.people[person_id].is_active:
            return False
        ends = [
            row.ends
            for row in self.set_up.memberships
            if row.user_id == person_id
            and row.site_id == item.site_id
            and row.role not in NEVER_EXECUTE
            and in_force(row.starts, row.ends, at)
            and item.path.startswith(row.path)
            and (row.role != "contractor" or row.company_id == item.team_id)
        ]
        if not ends or None in ends:
            return bool(ends)
        if item.status in {"live", "done"}:
            return True
        shifts = [
            row.ends
            for row in self.set_up.shifts
            if row.user_id == person_id
            and in_force(row.since, row.until, at)
            and in_force(row.starts, row.ends, at)
        ]
        return not shifts or max(ends) >= max(shifts)

    # --- overlays ----------------------------------------------------------------------------

    def unmet_at_start(self, item: Row, at: datetime) -> list[Need]:
        """The unmet start requirements of an item that is planned or under way."""
        if item.status not in {"planned", *UNDER_WAY}:
            return []
        return [need for need in self.needs(item, "start", at) if not need.met]

    def blocked(self, item: Row, at: datetime) -> bool:
        """A due start requirement is unmet, or somebody raised a blocker.

        What began to block stays until its source answers met, also when the plan moves away.
        """
        if item.status in ENDED:
            return False
        standing = self.open_blockers[item.id]
        if any(row.prerequisite_id is None for row in standing):
            return True
        began = {row.prerequisite_id for row in standing}
        if item.status in {"planned", *UNDER_WAY}:
            return any(
                (need.due is not None and need.due <= at)
                or (need.row is not None and need.row.id in began)
                for need in self.unmet_at_start(item, at)
            )
        unmet = {n.row.id for n in self.needs(item, "start", at) if not n.met and n.row is not None}
        return bool(began & unmet)

    def ready(self, item: Row, at: datetime) -> bool:
        """Planned, with every start requirement met or waived and nothing raised by hand."""
        return (
            item.status == "planned"
            and not self.unmet_at_start(item, at)
            and all(row.prerequisite_id is not None for row in self.open_blockers[item.id])
        )

    def due(self, at: datetime) -> bool:
        """Whether the minute task has anything to do at `at`."""
        ended = {rule.id for rule in self.set_up.rules if rule.ends and rule.ends <= at}
        turned = [row.ready_until for row in self.work.items if row.status not in ENDED]
        turned += [row.blocked_from for row in self.work.items if row.status not in ENDED]
        turned += [
            row.valid_until
            for row in self.work.prerequisites
            if row.withdrawn_at is None and row.answer != "met"
        ]
        return any(moment is not None and moment <= at for moment in turned) or any(
            row.rule_id in ended for row in self.work.prerequisites if row.withdrawn_at is None
        )

    def told(self, ids: set[int], at: datetime) -> str:
        """Why items stand as they do, for the message of a failure."""
        return "; ".join(
            f"{item.number} {item.status}: "
            f"unmet {[need.origin for need in self.unmet_at_start(item, at)]}"
            f" blockers {[vars(row) for row in self.open_blockers[item.id]]} of {vars(item)}"
            for item in (self.items[pk] for pk in sorted(ids))
        )

    def edges(self, at: datetime) -> list[datetime]:
        """Moments after `at` at which something may turn by time alone, the soonest first."""
        found = set()
        for row in self.work.prerequisites:
            if row.withdrawn_at is None:
                found |= {row.valid_until, row.waiver_until, row.due_at}
        for item in self.work.items:
            if item.status not in ENDED:
                found |= {item.ready_until, item.blocked_from, item.planned_start}
        for row in [*self.set_up.memberships, *self.set_up.rules, *self.set_up.shifts]:
            found |= {row.starts, row.ends}
        return sorted(moment for moment in found if moment is not None and moment > at)

    # --- people ------------------------------------------------------------------------------

    def grants(self, person_id: int, at: datetime) -> list[Row]:
        """The roles that a person has at a moment, by membership; or by a duty besides."""
        if not self.people[person_id].is_active:
            return []
        roles = [
            row
            for row in self.set_up.memberships
            if row.user_id == person_id and in_force(row.starts, row.ends, at)
        ]
        sites = {row.site_id for row in roles}
        return roles + [
            row
            for row in self.set_up.duties
            if row.user_id == person_id
            and row.site_id in sites
            and row.starts <= at
            and row.ends is None
            and row.is_active
        ]

    def seen_by(self, person_id: int, at: datetime) -> set[int]:
        """The items that a person may know of."""
        grants = self.grants(person_id, at)
        return {
            item.id
            for item in self.work.items
            if any(
                grant.site_id == item.site_id
                and item.path.startswith(grant.path)
                and (grant.role != "contractor" or grant.company_id == item.team_id)
                for grant in grants
            )
        }

    def may_accept(self, person_id: int, item: Row, at: datetime) -> bool:
        """By the role that the type names, else by a duty of a lead or area owner there."""
        here = [
            grant
            for grant in self.grants(person_id, at)
            if grant.site_id == item.site_id and item.path.startswith(grant.path)
        ]
        named = self.versions[item.type_version_id].accept_role
        if named:
            return any(grant.role == named for grant in here)
        return any(hasattr(grant, "post_id") and grant.role in ACCEPTERS for grant in here)

    def may_own(self, item: Row, at: datetime) -> bool:
        """The owner is a post in use, or an employee who is here and has a role at the site."""
        if item.owner_user_id is None:
            return item.owner_post_id is not None and self.posts[item.owner_post_id].is_active
        person = self.people[item.owner_user_id]
        roles = {
            row.role
            for row in self.set_up.memberships
            if row.user_id == person.id
            and row.site_id == item.site_id
            and in_force(row.starts, row.ends, at)
        }
        return person.is_active and person.company_id is None and bool(roles - {"contractor"})

    def needs_four_eyes(self, item: Row) -> bool:
        """By consequence, or because the type says so."""
        version = self.versions[item.type_version_id]
        return (
            item.safety_critical
            or version.takes_out
            or version.four_eyes
            or any(hold.item_id == item.id for hold in self.work.holds)
            or any(
                row.item_id == item.id and (row.four_eyes or row.kind in {"permit", "isolation"})
                for row in self.work.prerequisites
            )
            or any(
                row.item_id == item.id and row.quality and row.withdrawn_at is None
                for row in self.work.criteria
            )
        )


def _id(row: Row) -> int:
    return row.id
