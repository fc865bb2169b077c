"""The acts of an item page: for each verb its words, its form, and the service that does it.

One table serves the buttons and the address that they post to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from work.forms import acts as ask
from work.forms import parts, plans
from work.models import (
    Blocker,
    ChecklistLine,
    Criterion,
    Evidence,
    Hold,
    Prerequisite,
)
from work.permissions import Action
from work.services import (
    acceptance,
    blockers,
    checklist,
    execution,
    holds,
    items,
    requirements,
)
from work.services import proof as proofs
from work.states import Verb
from work.views import _calls as calls


@dataclass(frozen=True)
class Spec:
    """One act: its label, its form, what it needs to be allowed, and how it is done.

    apart: its form needs choices of the site, so that it has a page of its own.
    part: the model of the part of the item that it is about (a blocker, a line), named by ?of=.
    asks_nothing: whether it is done as well without any answer.
    """

    verb: str
    label: Any
    do: Callable[[calls.Sent], object]
    form: type[forms.Form] = ask.Act
    action: Action | None = None
    move: Verb | None = None
    apart: bool = False
    part: type[Model] | None = None
    danger: bool = False
    asks_nothing: bool = False


SPECS: Mapping[str, Spec] = {
    spec.verb: spec
    for spec in (
        Spec("plan", _("Plan"), calls.plan, plans.Plan, Action.PLAN, Verb.PLAN, apart=True),
        Spec(
            "start",
            _("Start"),
            lambda s: execution.start(**s.on_item, why=s.get("why")),
            ask.WhyStart,
            Action.START,
            Verb.START,
            asks_nothing=True,
        ),
        Spec(
            "confirm-stopped",
            _("Stopped and safe"),
            lambda s: execution.confirm_stopped(**s.on_item, condition=s.get("condition")),
            ask.Condition,
            Action.CONFIRM_STOPPED,
        ),
        Spec(
            "resume",
            _("Resume"),
            lambda s: execution.resume(**s.on_item, why=s.get("why")),
            ask.WhyStart,
            Action.RESUME,
            Verb.RESUME,
            asks_nothing=True,
        ),
        Spec(
            "complete",
            _("Complete"),
            lambda s: execution.complete(**s.on_item),
            ask.Happened,
            Action.COMPLETE,
            Verb.COMPLETE,
            asks_nothing=True,
        ),
        Spec(
            "accept",
            _("Accept"),
            lambda s: acceptance.accept(
                **s.on_item,
                judged=s.form.judged(),
                handback=bool(s.get("handback", False)),
                remark=s.get("remark"),
            ),
            ask.Accept,
            Action.ACCEPT,
            Verb.ACCEPT,
        ),
        Spec("wait", _("Stop and wait"), calls.wait, ask.Wait, Action.WAIT, Verb.WAIT),
        Spec(
            "give-back",
            _("Give back"),
            lambda s: acceptance.give_back(
                **s.on_item, missing=s.get("missing"), clears=s.get("clears")
            ),
            ask.GiveBack,
            Action.GIVE_BACK,
            Verb.GIVE_BACK,
        ),
        Spec(
            "stage",
            _("Next stage"),
            lambda s: execution.stage(**s.on_item, stage=s.get("stage")),
            ask.Stage,
            Action.STAGE,
        ),
        Spec(
            "stop",
            _("Stop and release"),
            lambda s: execution.stop(**s.on_item, condition=s.get("condition")),
            ask.Condition,
            Action.STOP,
            Verb.STOP,
        ),
        Spec(
            "raise-blocker",
            _("Raise a blocker"),
            lambda s: blockers.raise_(
                **s.on_item,
                **{
                    name: s.get(name)
                    for name in ("kind", "what", "clears", "reference", "part", "quantity")
                },
                expected=s.form.cleaned_data.get("expected"),
            ),
            ask.RaiseBlocker,
            Action.RAISE_BLOCKER,
            apart=True,
        ),
        Spec(
            "assign",
            _("Owner and executors"),
            calls.assign,
            plans.Owners,
            Action.ASSIGN,
            apart=True,
        ),
        Spec(
            "edit",
            _("Edit"),
            lambda s: items.edit(**s.on_item, **calls.fields(s)),
            plans.Edit,
            Action.EDIT,
            apart=True,
        ),
        Spec(
            "require", _("Require first"), calls.require, parts.Require, Action.REQUIRE, apart=True
        ),
        Spec(
            "criterion",
            _("Add a criterion"),
            lambda s: proofs.add_criterion(
                **s.on_item,
                text=s.get("text"),
                evidence=bool(s.get("evidence", False)),
                quality=bool(s.get("quality", False)),
            ),
            parts.Criterion,
            Action.EDIT,
            apart=True,
        ),
        Spec("hold", _("Place a hold"), calls.hold, parts.Hold, Action.HOLD, apart=True),
        Spec(
            "return",
            _("Return to requested"),
            lambda s: items.return_(**s.on_item, reason=s.get("reason")),
            ask.WhyNeeded,
            Action.RETURN,
            Verb.RETURN,
        ),
        Spec(
            "reopen",
            _("Reopen"),
            lambda s: acceptance.reopen(
                **s.on_item,
                reason=s.get("reason"),
                why=s.get("why"),
                criterion=s.get("criterion"),
                **calls.owner(s.get("owner")),
            ),
            ask.Reopen,
            Action.REOPEN,
            Verb.REOPEN,
            danger=True,
        ),
        Spec(
            "cancel",
            _("Cancel it"),
            lambda s: items.cancel(
                **s.on_item,
                reason=s.get("reason"),
                survivor_id=calls.item_named(s, "survivor", "survivor_unknown"),
            ),
            ask.Cancel,
            Action.CANCEL,
            Verb.CANCEL,
            danger=True,
        ),
        Spec(
            "accept-loss",
            _("Accept the loss"),
            lambda s: acceptance.accept_loss(**s.on_item, reason=s.get("reason")),
            ask.WhyNeeded,
            Action.ACCEPT,
            danger=True,
        ),
        # --- about a part of the item
        Spec(
            "clear",
            _("Clear"),
            lambda s: blockers.clear(**s.on_part, blocker_id=s.of, word=s.get("word")),
            ask.Word,
            part=Blocker,
        ),
        Spec(
            "promise",
            _("Say when"),
            lambda s: blockers.promise(
                **s.on_part, blocker_id=s.of, expected=s.get("expected", s.at)
            ),
            parts.Promise,
            part=Blocker,
        ),
        Spec(
            "waive",
            _("Waive"),
            lambda s: requirements.waive(
                **s.on_part,
                prerequisite_id=s.of,
                until=s.get("until", s.at),
                reason=s.get("reason"),
            ),
            parts.Waive,
            part=Prerequisite,
        ),
        Spec(
            "end-waiver",
            _("End the waiver"),
            lambda s: requirements.end_waiver(
                **s.on_part, prerequisite_id=s.of, reason=s.get("reason")
            ),
            ask.WhyNeeded,
            part=Prerequisite,
        ),
        Spec(
            "check",
            _("Check"),
            lambda s: requirements.check(
                **s.on_part,
                prerequisite_id=s.of,
                passed=s.get("passed") == "yes",
                remark=s.get("remark"),
                valid_until=s.form.cleaned_data.get("valid_until"),
            ),
            parts.Check,
            part=Prerequisite,
        ),
        Spec(
            "withdraw",
            _("Withdraw"),
            lambda s: requirements.withdraw_requirement(
                **s.on_part, prerequisite_id=s.of, reason=s.get("reason")
            ),
            ask.WhyNeeded,
            part=Prerequisite,
        ),
        Spec("answer", _("Answer"), calls.line, parts.Line, Action.CHECKLIST, part=ChecklistLine),
        Spec(
            "dispose",
            _("What becomes of it"),
            lambda s: checklist.dispose(
                **s.on_line,
                disposition=s.get("disposition"),
                word=s.get("word"),
                follow_up={"what": s.get("what")},
            ),
            parts.Dispose,
            Action.CHECKLIST,
            part=ChecklistLine,
        ),
        Spec("evidence", _("Add evidence"), calls.evidence, parts.Evidence, Action.EVIDENCE),
        Spec(
            "strike",
            _("Strike"),
            lambda s: proofs.strike(**s.door, evidence_id=s.of, word=s.get("word")),
            ask.Word,
            Action.EVIDENCE,
            part=Evidence,
            danger=True,
        ),
        Spec(
            "judge",
            _("Judge"),
            lambda s: proofs.judge(**s.door, criterion_id=s.of, word=s.get("word")),
            ask.Word,
            Action.JUDGE,
            part=Criterion,
        ),
        Spec(
            "withdraw-criterion",
            _("Withdraw"),
            lambda s: proofs.withdraw_criterion(
                **s.on_part, criterion_id=s.of, reason=s.get("reason")
            ),
            ask.WhyNeeded,
            Action.EDIT,
            part=Criterion,
        ),
        Spec(
            "end-hold",
            _("End the hold"),
            lambda s: holds.end(**s.on_part, hold_id=s.of, word=s.get("word")),
            ask.Word,
            Action.HOLD,
            part=Hold,
        ),
        Spec(
            "comment",
            _("Write a note"),
            lambda s: items.comment(**s.on_item | {"seen": None}, text=s.get("text")),
            ask.Comment,
            Action.COMMENT,
        ),
    )
}
