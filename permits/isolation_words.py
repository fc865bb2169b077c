"""The words of the coded reasons of isolations."""

from django.utils.translation import gettext_lazy as _

_STANDS = {
    "planned": _("I-%(isolation)s is planned and not approved."),
    "approved": _("I-%(isolation)s is not in place."),
    "applied": _("I-%(isolation)s is in place and not tried."),
    "verified": _("I-%(isolation)s is in place."),
    "in_test": _("I-%(isolation)s is lifted for a test."),
    "release": _("I-%(isolation)s is being removed."),
    "removed": _("I-%(isolation)s is removed and not closed."),
    "closed": _("I-%(isolation)s is closed."),
    "cancelled": _("I-%(isolation)s is cancelled."),
}

SENTENCES = {
    **{f"permits.isolation_{state}": sentence for state, sentence in _STANDS.items()},
    "need.permits.isolation": _("The isolation must be in place and tried"),
    "need.permits.isolated": _("I-%(isolation)s must be in place and tried: %(name)s"),
    "need.permits.own_lock": _(
        "The own lock of each executor must be on the box of I-%(isolation)s"
    ),
    "need.permits.isolation_removed": _("I-%(isolation)s must be removed: %(name)s"),
    "permits.no_isolation_linked": _("No isolation protects this work."),
    "permits.own_lock_missing": _(
        "Own locks that are not on the box of I-%(isolation)s: %(count)s."
    ),
    "permits.isolation_shift_over": _(
        "I-%(isolation)s was for a shift that has ended; it is removed, or made anew."
    ),
    "permits.isolation_check_due": _("I-%(isolation)s is left for long, and its check is overdue."),
    "permits.lock_removed_untold": _(
        "The lock on the box of I-%(isolation)s was removed while its holder was away, who does not"
        " know it yet."
    ),
    # Planning
    "permits.isolation_title_needed": _("Say what is isolated."),
    "permits.asset_unknown": _("There is no such thing at this site."),
    "permits.point_not_whole": _("Each point has a name, a method and a position."),
    "permits.points_of_isolation_needed": _("I-%(isolation)s has no point."),
    "permits.isolation_of_nobody": _("Nobody answers for I-%(isolation)s."),
    "permits.isolation_planner_approves": _("Who planned it does not approve it."),
    "permits.permit_unknown": _("There is no such permit, or it is not yours to see."),
    "permits.isolation_of_one": _(
        "I-%(isolation)s is of one person, and protects that person alone."
    ),
    "permits.isolation_needed": _("This type of permit asks for an isolation, and it has none."),
    "permits.isolation_of_measure": _(
        "%(text)s: the permit does not use the isolation that this measure names."
    ),
    "permits.isolation_too_weak": _("I-%(isolation)s is weaker than this type of permit asks."),
    "permits.isolation_not_apart": _(
        "At I-%(isolation)s one person may isolate and try; this type of permit asks for two."
    ),
    # Points
    "permits.isolation_not_all_in_place": _("Not every point of I-%(isolation)s is in place."),
    "permits.isolation_is_applied": _(
        "Points of I-%(isolation)s are in place: they are removed, not cancelled."
    ),
    "permits.isolation_not_applied": _("Nothing of I-%(isolation)s is in place."),
    "permits.energy_unsaid": _(
        "Nobody has said what became of the energy that is stored behind I-%(isolation)s."
    ),
    "permits.affected_untold": _(
        "Nobody has said that those whom I-%(isolation)s affects were told."
    ),
    "permits.energy_needed": _("Say what became of the stored energy."),
    "permits.energy_how_needed": _("Say how the stored energy was relieved or blocked."),
    "permits.affected_needed": _("Say who was told."),
    "permits.isolator_tries": _("Who isolated %(tag)s does not try it."),
    "permits.point_applied": _("%(tag)s is applied already."),
    "permits.point_not_applied": _("%(tag)s is not in place."),
    "permits.point_not_to_lock": _("%(tag)s is not applied, or is locked already."),
    "permits.point_order": _("Points before %(tag)s come first."),
    "permits.point_reverse": _("Points after %(tag)s are removed first."),
    "permits.point_unnamed": _("Name a point."),
    "permits.lock_number_needed": _("Say the number of the lock."),
    "permits.position_needed": _("Say in which position %(tag)s is left."),
    # The box
    "permits.lock_on_already": _("This lock is on the box of I-%(isolation)s already."),
    "permits.lock_not_on": _("This lock is not on the box of I-%(isolation)s."),
    "permits.box_not_empty": _("The lock of %(person)s is on the box of I-%(isolation)s."),
    "permits.lock_of_oneself": _(
        "Who signs in puts the own lock on the box of I-%(isolation)s, and takes it off."
    ),
    "permits.lock_by_who_leads": _(
        "For somebody without sign-in a lead, who answers for I-%(isolation)s or who leads the work"
        " behind it does this."
    ),
    "permits.signed_on_behind": _("Still signed on at P-%(number)s: sign off first."),
    "permits.lock_is_own": _("It is your own lock: take it off."),
    "permits.away_needed": _("Say how it was verified that the person is not on the site."),
    "permits.reaching_needed": _("Say what was done to reach the person."),
    "permits.removal_asked": _("It is asked already that this lock is removed."),
    "permits.removal_not_asked": _("Nobody has kept that the person is away and was called."),
    "permits.removal_by_two": _("A second person removes the lock."),
    "permits.removal_too_old": _(
        "It was asked more than an hour ago: verify again that the person is away, and ask anew."
    ),
    "permits.holder_is_back": _(
        "Since it was asked, the holder of the lock has done something here: the person is back."
    ),
    "permits.said_by_oneself": _("Only the person whose lock it is says so."),
    "permits.told_by_who_removed": _("One of the two who removed the lock says how it was told."),
    "permits.nothing_to_tell": _("There is nothing to tell of this lock."),
    # Testing, leaving in place, removing
    "permits.test_asked_already": _("A test of I-%(isolation)s is asked for already."),
    "permits.test_not_asked": _("Nobody has asked to test at I-%(isolation)s."),
    "permits.test_not_agreed": _("%(person)s had a lock on the box and has not agreed."),
    "permits.check_days_needed": _("Say every how many days it is checked: 1 to 365."),
    "permits.isolation_not_long_term": _("I-%(isolation)s is not left in place for long."),
    "permits.work_behind_isolation": _("W-%(number)s is in progress or waiting behind it."),
    "permits.isolation_left_by_oneself": _(
        "Who carries work out does not take it off I-%(isolation)s."
    ),
    "permits.point_held_elsewhere": _(
        "%(tag)s is in place for I-%(isolation)s too: leave it in its position, %(position)s, or"
        " remove that first."
    ),
    "permits.tools_out_needed": _("Say that the tools are out."),
    # Own isolation
    "permits.card_not_whole": _("A card has a title and points."),
    "permits.card_until_past": _("The card would end in the past."),
    "permits.card_by_two": _("Who drew the card does not approve it."),
    "permits.card_not_approved": _("The card is not approved, or no longer."),
    "permits.card_in_use": _("I-%(isolation)s is made by this card and not closed."),
    "permits.isolator_no_shift": _("You are in no shift now, so that nobody knows until when."),
    "permits.own_work_alone": _("W-%(number)s is not carried out by you alone."),
    "permits.card_elsewhere": _("W-%(number)s is not where the card is of."),
}

GENERAL = {
    "permits.work_behind_isolation": _("Other work is in progress or waiting behind it."),
    "permits.own_work_alone": _("Other work is not carried out by you alone."),
    "permits.card_elsewhere": _("Other work is not where the card is of."),
    "permits.signed_on_behind": _("Somebody is still signed on at another permit."),
}
