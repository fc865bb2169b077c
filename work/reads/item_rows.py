"""The rows on the page of an item: blockers, requirements, lines, proof, holds, children."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from work.exceptions import Reason
from work.models import (
    Blocker,
    ChecklistLine,
    Criterion,
    Evidence,
    Prerequisite,
    Site,
    WorkItem,
)
from work.permissions import Scope, sees
from work.reads.item_asked import limits
from work.reads.item_named import named
from work.reasons import Names, say, text
from work.reasons.guests import guest_at
from work.services import _overlay
from work.services._facts import Facts
from work.services._stays import stays
from work.services.guards import proven
from work.states import (
    AnswerState,
    BlockerKind,
    EvidenceKind,
    Mode,
    Status,
)

_ICONS = {
    BlockerKind.PERMIT: "shield-check",
    BlockerKind.ISOLATION: "lock",
    BlockerKind.DOCUMENT: "file-text",
    BlockerKind.COMPETENCE: "graduation-cap",
    BlockerKind.PEOPLE: "user",
    BlockerKind.MATERIAL: "package",
    BlockerKind.WINDOW: "calendar-clock",
    BlockerKind.WORK: "clipboard-list",
}


_NOBODY = {"who_text": "", "who_kind": "", "who_phone": ""}


def pair(clears: str) -> tuple[str, Any] | None:
    """The stored "user:5" as a pair."""
    kind, _sep, key = clears.partition(":")
    return (kind, key) if kind and key else None


def owner_text(item: WorkItem, names: Names) -> str:
    """Who owns it, as the reader reads people."""
    return item.owner_post.name if item.owner_post else names.of(item.owner_user)


def _clears(blocker: Blocker, item: WorkItem) -> str:
    """Who clears it; one that was raised for nobody falls to the owner."""
    if blocker.clears or blocker.prerequisite_id is not None:
        return blocker.clears
    if item.owner_post_id:
        return f"post:{item.owner_post_id}"
    return f"user:{item.owner_user_id}" if item.owner_user_id else ""


class Rows:
    """The parts of one item in words, for one reader at one moment. Two queries for all names."""

    def __init__(
        self,
        site: Site,
        facts: Facts,
        who: Scope,
        at: datetime,
        also: Iterable[Reason] = (),
        people: Iterable[tuple[str, Any]] = (),
    ) -> None:
        """also, people: what the page says elsewhere, whose names are asked for with these."""
        self.site, self.facts, self.who, self.at = site, facts, who, at
        self.named = named(facts, at)
        around = [*facts.dependants, *(action.item for action in facts.actions)]
        asked = [*self._people(around), *people]
        guest = guest_at(who, site.pk, facts.item.place.path)
        self.names = Names([*self._reasons(), *also], who, asked, known=around, guest=guest)
        self.blockers = self._blockers()
        self.requirements = [self._requirement(row) for row in facts.prerequisites]
        self.criteria = [self._criterion(each) for each in facts.criteria]
        self.lines = [self._line(n, line) for n, line in enumerate(facts.lines, 1)]
        self.evidence = [self._evidence(each) for each in facts.evidence]
        self.holds = [self._hold(hold) for hold in facts.holds]
        self.children = [self._child(each) for each in facts.dependants if sees(who, each)]

    def _reasons(self) -> Iterable[Reason]:
        for row in self.facts.prerequisites:
            if row.reason:
                yield Reason.from_json(row.reason)
            if row.what:
                yield Reason.from_json(row.what)
        for blocker in self.facts.blockers:
            if blocker.what:
                yield Reason.from_json(blocker.what)

    def _people(self, around: Iterable[WorkItem]) -> Iterable[tuple[str, Any]]:
        item = self.facts.item
        for pk in (item.parent_id, item.source_item_id, item.survivor_id):
            if pk:
                yield ("item", pk)
        for other in around:
            if other.owner_post_id:
                yield ("post", other.owner_post_id)
            elif other.owner_user_id:
                yield ("user", other.owner_user_id)
        for row in self.facts.prerequisites:
            yield from filter(None, [pair(row.clears)])
            if row.waived_by_id:
                yield ("user", row.waived_by_id)
        for blocker in self.facts.blockers:
            yield from filter(None, [pair(_clears(blocker, self.facts.item))])
        if self.facts.item.owner_post_id:
            yield ("post", self.facts.item.owner_post_id)

    def _who(self, clears: str, why: dict[str, Any]) -> dict[str, str]:
        """Who clears: the name, the kind of that party, and the phone number.

        why: for which reason; nobody is named where that is about work that the reader may not see.
        """
        if why and self.names.hide(Reason.from_json(why)):
            return dict(_NOBODY)
        found = pair(clears)
        name, phone = self.names.who(found)
        kind = "person" if found and found[0] == "user" else found[0] if found else ""
        return {"who_text": name, "who_kind": kind, "who_phone": phone}

    def _what(self, row: Prerequisite) -> str:
        """What a requirement asks, as its supplier names it now."""
        reason = self.named.get(row.pk)
        return say([reason], self.who, self.names)[0].text if reason else self._said(row.what)

    def _said(self, stored: dict[str, Any]) -> str:
        if not stored:
            return ""
        return say([Reason.from_json(stored)], self.who, self.names)[0].text

    # --- blockers and requirements

    def _blockers(self) -> list[dict[str, Any]]:
        """Open blockers, and start requirements that lapsed or fell due with no task run since."""
        rows = [self._blocker(each) for each in self.facts.blockers]
        item = self.facts.item
        known = {each.prerequisite_id for each in self.facts.blockers}
        if item.status in (Status.PLANNED, Status.LIVE, Status.WAITING):
            for row in self.facts.prerequisites:
                since = _overlay.blocked_since(row, self.at, item.status)
                if row.pk not in known and since is not None:
                    rows.append(self._lapsed(row, since))
        return sorted(rows, key=lambda each: each["since"])

    def _blocker(self, blocker: Blocker) -> dict[str, Any]:
        rows = self.facts.prerequisites
        asks = next((row for row in rows if row.pk == blocker.prerequisite_id), None)
        who = self._who(_clears(blocker, self.facts.item), asks.reason if asks else {})
        material = " × ".join(filter(None, [blocker.quantity, blocker.part]))
        return {
            "pk": blocker.pk,
            "kind": blocker.kind,
            "kind_text": blocker.get_kind_display(),
            "what": self._what(asks) if asks else self._said(blocker.what),
            "since": blocker.since,
            "expected": blocker.expected,
            "earlier": [each for each in blocker.promised if each != blocker.expected],
            **who,
            "reference": blocker.reference,
            "material_text": material,
            "derived": blocker.prerequisite_id is not None,
            "url": "",
            "clears": blocker.clears,
            "raised_by": blocker.raised_by_id,
            "called": blocker.called,
            "acts": [],
        }

    def _lapsed(self, row: Prerequisite, since: datetime) -> dict[str, Any]:
        return {
            **self._who(row.clears, row.reason),
            "pk": None,
            "kind": row.kind,
            "kind_text": row.get_kind_display(),
            "what": self._what(row),
            "since": since,
            "expected": None,
            "earlier": [],
            "reference": "",
            "material_text": "",
            "derived": True,
            "url": row.url,
            "clears": row.clears,
            "raised_by": None,
            "called": False,
            "acts": [],
        }

    def _requirement(self, row: Prerequisite) -> dict[str, Any]:
        item, at = self.facts.item, self.at
        until = _overlay.holds_until(row, at, item.status)
        met = row.answer == AnswerState.MET and (row.valid_until is None or row.valid_until > at)
        if until is None:
            answer = "unmet" if row.answer == AnswerState.MET else row.answer
        else:
            once = row.answer == AnswerState.MET and _overlay.passed_once(row, item.status)
            answer = "met" if met or once else "waived"
        who = self._who(row.clears, row.reason) if until is None else _NOBODY
        lapsed = until is None and row.answer == AnswerState.MET
        run_out = _("It has run out") if lapsed else ""
        return {
            "pk": row.pk,
            "row": row,
            "what": self._what(row),
            "answer": answer,
            "reason_text": "" if met else self._said(row.reason) or run_out,
            **who,
            "url": row.url,
            "gate_text": row.get_gate_display(),
            "mode": row.mode,
            "mode_text": row.get_mode_display(),
            "valid_until": row.waiver_until if answer == "waived" else row.valid_until,
            "due_at": row.due_at,
            "is_due": self._blocks(row),
            "waived_text": self._waived(row) if answer == "waived" else "",
            "icon": _ICONS.get(BlockerKind(row.kind), "clipboard-check"),
            "acts": [],
        }

    def _blocks(self, row: Prerequisite) -> bool:
        """It has a blocker, or will have as soon as a task runs. One by hand keeps the blocker
        that it has when its item is returned.
        """
        item = self.facts.item
        if any(each.prerequisite_id == row.pk for each in self.facts.blockers):
            return True
        asked = item.status in (Status.PLANNED, Status.LIVE, Status.WAITING)
        return asked and _overlay.blocked_since(row, self.at, item.status) is not None

    def _waived(self, row: Prerequisite) -> str:
        by = self.names.named("user", row.waived_by_id)
        return _("waived by %(name)s") % {"name": by.name if by else ""}

    # --- proof

    def _criterion(self, criterion: Criterion) -> dict[str, Any]:
        shown = proven(self.facts, criterion)
        judged = criterion.judged_by if criterion.judged_at else None
        state = "open"
        if shown:
            state = "judged" if judged and not criterion.evidence else "proven"
        texts = {"open": _("Open"), "judged": _("Judged"), "proven": _("Proven")}
        return {
            "pk": criterion.pk,
            "text": criterion.text,
            "state": state,
            "state_text": texts[state],
            "who_text": self.names.of(judged),
            "note": criterion.judgement.text if judged and criterion.judgement else "",
            "needs_evidence": criterion.evidence,
            "withdrawable": criterion.key.startswith("own-")
            and not stays(self.facts.item, criterion),
            "acts": [],
        }

    def _line(self, number: int, line: ChecklistLine) -> dict[str, Any]:
        answered, waits = bool(line.answer), self._waits(line)
        answer_text = line.get_answer_display()
        if line.value is not None:
            answer_text = f"{answer_text}, {line.value.normalize():f} {line.unit}".strip()
        if line.said:
            answer_text = f"{answer_text}: {line.said}"
        follow_up = line.follow_up
        return {
            "pk": line.pk,
            "line": line,
            "number": number,
            "text": line.text,
            "version": line.version,
            "limits_text": limits(line),
            "answered": answered,
            "failed": line.answer in ("fail", "could_not"),
            "answer_text": answer_text,
            "who_text": self.names.of(line.answered_by),
            "at": line.answered_at,
            "hold_point": line.hold_point,
            "held_text": waits or self._held(line),
            "waits": bool(waits),
            "disposition_text": line.get_disposition_display() if line.disposition else "",
            "follow_up": {
                "label": f"W-{follow_up.number}",
                "url": reverse("work:item_detail", args=[self.site.slug, f"W-{follow_up.number}"]),
            }
            if follow_up and sees(self.who, follow_up)
            else None,
            "now": None,
            "focus": False,
            "acts": [],
        }

    def _waits(self, line: ChecklistLine) -> str:
        """The earlier hold point that is not passed, so that nothing may be answered yet."""
        for earlier in self.facts.lines:
            before = earlier.hold_point and (earlier.position, earlier.pk) < (
                line.position,
                line.pk,
            )
            if before and (not earlier.answer or earlier.needs_disposition):
                return _("First the hold point “%(text)s”") % {"text": earlier.text}
        return ""

    def _held(self, line: ChecklistLine) -> str:
        """What a hold point still requires before it may be passed."""
        for row in self.facts.prerequisites:
            unmet = _overlay.holds_until(row, self.at, self.facts.item.status) is None
            if row.line_id == line.pk and row.mode == Mode.ENFORCE and unmet:
                return self._what(row)
        return ""

    def _evidence(self, each: Evidence) -> dict[str, Any]:
        here = [self.site.slug, each.pk]
        url = reverse("work:evidence_file", args=here) if each.blob_id else ""
        is_photo = each.blob_id and each.kind == EvidenceKind.PHOTO
        content = each.name or each.said
        if each.value is not None:
            content = f"{each.value.normalize():f} {each.unit}".strip()
        struck = ""
        if each.struck_at:
            struck = _("struck")
        elif each.superseded_at:
            struck = _("before it was reopened")
        why = each.strike_note.text if each.struck_at and each.strike_note else ""
        criterion = next((c for c in self.facts.criteria if c.pk == each.criterion_id), None)
        line = next((ln for ln in self.facts.lines if ln.pk == each.line_id), None)
        return {
            "pk": each.pk,
            "kind_text": each.get_kind_display(),
            "name": content,
            "said": each.said if each.said != content else "",
            "who_text": self.names.of(each.by),
            "at": each.at,
            "url": url,
            "preview_url": reverse("work:evidence_preview", args=here) if is_photo else "",
            "for_text": criterion.text if criterion else (line.text if line else ""),
            "struck": bool(struck),
            "struck_text": f"{struck}: {why}" if why else struck,
            "icon": "image" if each.kind == EvidenceKind.PHOTO else "file-text",
            "acts": [],
        }

    # --- around

    def _hold(self, hold: Any) -> dict[str, Any]:
        subject = hold.place or hold.asset
        url = (
            reverse("work:place_detail", args=[self.site.slug, hold.place.code])
            if hold.place
            else ""
        )
        until = _("ends at acceptance") if hold.until_accepted else _("ends by decision")
        return {
            "pk": hold.pk,
            "kind_text": hold.get_kind_display(),
            "what": subject.name,
            "url": url,
            "since": hold.placed_at,
            "until_text": until,
            "ended_at": hold.ended_at,
            "until_accepted": hold.until_accepted,
            "acts": [],
        }

    def _child(self, item: WorkItem) -> dict[str, Any]:
        return {
            "label": f"W-{item.number}",
            "what": item.what,
            "url": reverse("work:item_detail", args=[self.site.slug, f"W-{item.number}"]),
            "status": item.status,
            "get_status_display": item.get_status_display(),
            "owner_text": owner_text(item, self.names),
            "mandatory": item.mandatory and item.parent_id == self.facts.item.pk,
        }


__all__ = ["Rows", "limits", "owner_text", "pair", "text"]
