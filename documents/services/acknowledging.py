"""Acknowledging a revision: by oneself, of the revision that was shown."""

from collections.abc import Iterable

from documents.models import Acknowledgement
from documents.permissions import Action
from documents.reads.visible import KEY, began_before, dependent
from documents.services import guards
from documents.services._enter import enter_revision, hold
from work.exceptions import Reason
from work.services import OpenAct, door, recheck


def _acknowledge(
    act: OpenAct,
    *,
    revision_id: int,
    lines: Iterable[str] = (),
    signed: bool = False,
    seen: int | None = None,
) -> Acknowledgement:
    """Say that one has read a revision, in use or planned, and sign the lines it asks to sign.

    Said again it changes nothing.
    """
    document, revision = enter_revision(act, revision_id, Action.ACKNOWLEDGE, seen)
    person, read = act.person, list(lines)
    before = revision.acknowledgements.filter(user=person).first()
    if before is not None:
        return before
    before_it = began_before(revision).exists()
    reasons = guards.to_acknowledge(document, revision, act.at, before_it)
    if revision.key_lines and set(read) != set(revision.key_lines):
        reasons.append(Reason("documents.lines_missing"))
    if revision.key_lines and not signed:
        reasons.append(Reason("documents.sign_needed"))
    hold(reasons)
    row = Acknowledgement.objects.create(
        revision=revision, user=person, at=act.at, lines=revision.key_lines
    )
    act.record("acknowledged", document, revision=revision.pk)
    theirs = dependent(document.pk).filter(item_executors__user=person)
    recheck(act=act, key=KEY, item_ids=list(theirs.values_list("pk", flat=True)))
    return row


acknowledge = door(_acknowledge)

__all__ = ["acknowledge"]
