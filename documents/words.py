"""The words of the domain's coded reasons."""

from django.utils.translation import gettext_lazy as _

from work.ports import Words

_ASKED = {
    "need.documents.document": _("%(document)s must be in force"),
    "need.documents.revision": _("%(document)s revision %(revision)s must be in force"),
    "need.documents.coming": _(
        "%(document)s revision %(revision)s must be in force: from %(since)s"
    ),
    "need.documents.began": _("%(document)s revision %(revision)s, in force at the start"),
    "need.documents.lines_of": _("%(document)s revision %(revision)s: its lines, read and signed"),
    "need.documents.lines": _("%(document)s: the lines of its new revision, read and signed"),
    "need.documents.acknowledged": _("%(document)s must be acknowledged"),
    "documents.missing": _("There is no such document at this site."),
    "documents.not_effective": _("%(document)s has no revision in force."),
    "documents.not_effective_yet": _(
        "%(document)s is in force from %(since)s, with revision %(revision)s."
    ),
    "documents.not_acknowledged": _("%(document)s revision %(revision)s is not acknowledged."),
    "documents.not_acknowledged_by_several": _(
        "%(document)s revision %(revision)s is not acknowledged by %(count)s people."
    ),
    "documents.stopped_by": _(
        "%(document)s revision %(revision)s stops this work until it is read."
    ),
    "documents.stopped_by_by_several": _(
        "%(document)s revision %(revision)s stops this work until %(count)s people have read it."
    ),
    "documents.withdrawn_stops": _(
        "%(document)s revision %(revision)s, under which it began, was withdrawn."
    ),
    "documents.withdrawn_stops_by_several": _(
        "%(document)s revision %(revision)s, under which it began, was withdrawn;"
        " %(count)s people have not read the new one."
    ),
    "documents.lines_unsigned": _(
        "The lines of %(document)s revision %(revision)s are not read and signed."
    ),
    "documents.lines_unsigned_by_several": _(
        "The lines of %(document)s revision %(revision)s are not read and signed"
        " by %(count)s people."
    ),
    "documents.no_file": _("%(document)s revision %(revision)s has no file that can be opened."),
    "documents.revision_withdrawn": _(
        "%(document)s revision %(revision)s, under which it began, was withdrawn"
    ),
    "documents.revised": _("%(document)s has revision %(revision)s, in force from %(since)s"),
}

_REFUSED = {
    "documents.withdrawn": _("%(document)s was withdrawn."),
    "documents.stops_work": _(
        "A revision of %(document)s stops work under way (%(count)s); a later one is read first."
    ),
    "documents.code_unfit": _("A code has letters, digits, dots, dashes and low lines only."),
    "documents.not_together": _(
        "Name people who do not sign in, and carry out work of yours that asks for it."
    ),
    "documents.read_first": _("Read it yourself first."),
    "documents.own_draft": _("It is your own draft."),
    "documents.title_needed": _("Give a title."),
    "documents.kind_needed": _("Say what kind of document it is."),
    "documents.owner_needed": _("Name the team of this site that owns it."),
    "documents.months_unfit": _("Between reviews lie %(longest)s months at most."),
    "documents.verdict_needed": _("Say what the review found."),
    "documents.review_in_the_past": _("The next review lies in the future."),
    "documents.class_unknown": _("There is no such class of assets at this site."),
    "documents.type_unknown": _("There is no such type of work at this site."),
    "documents.record_unknown": _("There is no such record that it could apply to."),
    "documents.applies_to_nothing": _("Say to which work it applies."),
    "documents.applies_already": _("It applies to that already."),
    "documents.applies_no_more": _("It applies to that no more."),
    "documents.lead_unfit": _("It is asked at most a year before the start."),
    "documents.in_work": _("Another revision of it is in work."),
    "documents.why_needed": _("Say what changes and why."),
    "documents.label_unfit": _(
        "A revision is named by letters, digits, dots, dashes and low lines only."
    ),
    "documents.label_taken": _("There is a revision %(revision)s already."),
    "documents.bearing_needed": _("Say what it means for work under way."),
    "documents.lines_too_many": _("There are %(longest)s lines at most, each of one sentence."),
    "documents.lines_needed": _("Write the lines that are read and signed at a hold point."),
    "documents.file_there": _("This file is there already."),
    "documents.file_needed": _("Add its file first."),
    "documents.not_draft": _("It is no draft any more."),
    "documents.not_review": _("It is not in review."),
    "documents.not_approved": _("It is not approved."),
    "documents.not_reviewed": _("Somebody else reviews it first."),
    "documents.reviewed_already": _("It was reviewed already."),
    "documents.not_author": _("Its author alone changes it and sends it to review."),
    "documents.own_review": _("Its author does not review it."),
    "documents.own_approval": _("Its author does not approve it."),
    "documents.sign_needed": _("Sign it with your password."),
    "documents.begun": _("Revision %(revision)s is in force already, or was."),
    "documents.date_past": _("It comes into force now or later, never in the past."),
    "documents.other_later": _("Revision %(revision)s comes into force at that time or later."),
    "documents.withdrawn_already": _("It was withdrawn already."),
    "documents.not_current": _("Revision %(revision)s is not the one in force or to come."),
    "documents.lines_missing": _("Read and tick every line."),
}

WORDS = Words(key="documents", sentences=_ASKED | _REFUSED)
