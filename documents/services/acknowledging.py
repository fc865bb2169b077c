"""Acknowledging a revision that was shown: by oneself, or together with who does not sign in."""

from collections.abc import Iterable

from documents.models import Acknowledgement, Document, Revision
from documents.permissions import Action, can
from documents.reads.visible import KEY, began_before, dependent, without_sign_in
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
    reasons = _against(act, document, revision, read)
    if revision.key_lines and not signed:
        reasons.append(Reason("documents.sign_needed"))
    hold(reasons)
    row = Acknowledgement.objects.create(
        revision=revision, user=person, at=act.at, lines=revision.key_lines
    )
    act.record("acknowledged", document, revision=revision.pk)
    _felt(act, document, [person.pk])
    return row


def _read_together(
    act: OpenAct,
    *,
    revision_id: int,
    people: Iterable[int],
    lines: Iterable[str] = (),
    signed: bool = False,
    seen: int | None = None,
) -> Revision:
    """Say, signed, that one has read a revision together with people who do not sign in.

    They carry out work that asks for it: any that one leads, or what one carries out oneself. Who
    says it has read it first, and answers for it: each row says so.
    """
    document, revision = enter_revision(act, revision_id, Action.ACKNOWLEDGE, seen)
    wanted = set(people)
    all_of_it = bool(can(act.scope, Action.READ_WITH, document))
    found = without_sign_in(act.scope, document, revision, all_of_it=all_of_it)
    found = found.filter(pk__in=wanted)
    reasons = _against(act, document, revision, list(lines))
    if not wanted or len(found) != len(wanted):
        reasons.append(Reason("documents.not_together"))
    if not revision.acknowledgements.filter(user=act.person).exists():
        reasons.append(Reason("documents.read_first"))
    if not signed:
        reasons.append(Reason("documents.sign_needed"))
    hold(reasons)
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            revision=revision,
            user=each,
            at=act.at,
            lines=revision.key_lines,
            together_with=act.person,
        )
        for each in found
    )
    act.record("read_together", document, revision=revision.pk, people=sorted(wanted))
    _felt(act, document, wanted)
    return revision


def _against(
    act: OpenAct, document: Document, revision: Revision, lines: list[str]
) -> list[Reason]:
    """Why a revision is not acknowledged now, with these lines."""
    reasons = guards.to_acknowledge(document, revision, act.at, began_before(revision).exists())
    if revision.key_lines and set(lines) != set(revision.key_lines):
        reasons.append(Reason("documents.lines_missing"))
    return reasons


def _felt(act: OpenAct, document: Document, people: Iterable[int]) -> None:
    """Ask again of the work that they carry out."""
    theirs = dependent(document.pk).filter(item_executors__user__in=list(people))
    recheck(act=act, key=KEY, item_ids=sorted(set(theirs.values_list("pk", flat=True))))


acknowledge = door(_acknowledge)
read_together = door(_read_together)

__all__ = ["acknowledge", "read_together"]
