"""The words of the permits' coded reasons."""

from django.utils.translation import gettext_lazy as _

from permits import isolation_words
from work.ports import Words

_STANDS = {
    "draft": _("P-%(number)s is a draft; nobody has asked for it."),
    "requested": _("P-%(number)s is asked for and not yet checked."),
    "checked": _("P-%(number)s is checked and not yet authorised."),
    "endorsed": _("P-%(number)s is endorsed and not yet authorised."),
    "authorised": _("P-%(number)s is authorised and not issued."),
    "issued": _("P-%(number)s is issued and not taken."),
    "in_force": _("P-%(number)s is in force."),
    "overdue": _("P-%(number)s is overdue: its time has ended and nobody has said it is stopped."),
    "stop_called": _("A stop is called on P-%(number)s, and not confirmed."),
    "stopped": _("P-%(number)s is stopped."),
    "handed_back": _("P-%(number)s is handed back and not closed."),
    "aftercare": _("The after-care of P-%(number)s is not ended."),
    "closed": _("P-%(number)s is closed."),
    "refused": _("P-%(number)s is refused."),
    "cancelled": _("P-%(number)s is cancelled."),
    "lapsed": _("P-%(number)s has lapsed: it was not issued in its time."),
}

WORDS = Words(
    key="permits",
    sentences={
        **{f"permits.stands_{code}": sentence for code, sentence in _STANDS.items()},
        "need.permits.permit": _("A permit must be in force"),
        "need.permits.in_force": _("P-%(number)s must be in force: %(name)s"),
        "need.permits.closed": _("P-%(number)s must be closed: %(name)s"),
        "permits.none_linked": _("No permit of the kind that is asked is linked to this work."),
        "permits.not_here": _("P-%(number)s is in force, and not for this place."),
        # The request
        "permits.what_needed": _("Say what is done."),
        "permits.where_exactly_needed": _("Say exactly where: which flange, which level."),
        "permits.method_needed": _("Say how it is done."),
        "permits.tools_needed": _("Say with which tools."),
        "permits.condition_needed": _("Say in what condition the plant is expected to be."),
        "permits.party_needed": _("Say who carries it out: people, a team or a company."),
        "permits.question_open": _("Answer the question: %(text)s"),
        "permits.points_needed": _("Say where gas is tested."),
        "permits.window_past": _("The window of the permit has passed."),
        "permits.window_too_long": _("A permit of this type lasts %(hours)s hours at most."),
        "permits.no_route": _("This type of permit has no route for this risk."),
        "permits.risk_unknown": _("There is no such risk."),
        "permits.risk_at_least_normal": _("This work is of normal risk at the least."),
        "permits.risk_at_least_high": _("This work is of high risk."),
        "permits.type_unknown": _("There is no such type of permit in use here."),
        "permits.type_not_in_use": _("This type of permit is no longer in use."),
        "permits.person_unknown": _("Nobody of that name may carry this out here."),
        "permits.name_of_several": _("More than one here is called %(name)s: type the badge."),
        "permits.name_not_known": _(
            "%(name)s is not known here, and something is asked of who works under this permit."
        ),
        "permits.item_unknown": _("There is no such open work, or it is not yours to see."),
        "permits.linked_already": _("This work is linked to the permit already."),
        "permits.text_too_long": _("At most %(longest)s characters can be kept of this text."),
        "permits.not_valid": _("%(field)s: %(text)s"),
        "permits.questions_wrong": _(
            "Each question has a key and a text, and a risk for an answer."
        ),
        "permits.controls_wrong": _(
            "Each control has a hazard, a kind and a text, and may have a risk."
        ),
        "permits.substance_unknown": _("There is no such substance here."),
        # The assessment
        "permits.hazard_needed": _("The assessment names no hazard."),
        "permits.hazard_empty": _("Say what can hurt somebody."),
        "permits.measure_needed": _("Nothing is done against this hazard: %(text)s"),
        "permits.measure_empty": _("Say what is done against it."),
        "permits.measure_kind_unknown": _("There is no such kind of measure."),
        "permits.measure_names_nothing": _("Say which document or competence is meant: %(text)s"),
        "permits.measure_names_unknown": _("Nobody here knows %(key)s: %(text)s"),
        "permits.not_assessed": _("The task risk assessment is not complete."),
        # Deciding
        "permits.sign_needed": _("This is signed with your password."),
        "permits.check_not_asked": _("A permit of this risk is not checked; it is authorised."),
        "permits.endorsement_not_asked": _("Nothing asks that this permit is endorsed."),
        "permits.not_checked": _("The permit is not checked."),
        "permits.not_endorsed": _("The permit is not endorsed."),
        "permits.authoriser_performs": _("Who carries the work out does not authorise it."),
        "permits.authoriser_checked": _("Who checked it does not authorise it."),
        "permits.issuer_performs": _("Who carries the work out neither issues nor closes it."),
        "permits.performer_signed": _(
            "%(person)s authorised or issued this permit, and does not carry the work out."
        ),
        "permits.people_too_few": _(
            "%(have)s people have a part in this permit; its risk asks for %(need)s."
        ),
        "permits.condition_unmet": _("%(what)s: %(reason)s"),
        "permits.window_not_shortened": _("The window is not shortened by that."),
        "permits.conflict_stop": _(
            "%(activity)s is near from %(since)s: this work is not done beside it. %(condition)s"
        ),
        "permits.conflict_not_endorsed": _(
            "%(activity)s is near from %(since)s, and nobody has endorsed it. %(condition)s"
        ),
        # At the place
        "permits.performer_needed": _("No performing authority is named."),
        "permits.not_performer": _("Only the performing authority of the permit does this."),
        "permits.performs_already": _("You are the performing authority already."),
        "permits.not_before": _("The permit begins %(since)s."),
        "permits.not_ticked": _("Not ticked: %(text)s"),
        "permits.look_needed": _("Scan the label of the place, or say why you do not."),
        "permits.all_stopped_people": _(
            "All was stopped here %(since)s, and people are not confirmed out under %(count)s"
            " permits: nobody else goes in."
        ),
        "permits.all_stopped_word": _(
            "All was stopped here %(since)s, and that is not confirmed under %(count)s permits:"
            " say why it is issued all the same."
        ),
        "permits.issuer_no_shift": _("You are in no shift now, so that nobody knows until when."),
        "permits.issue_ends_past": _("The issue would end in the past."),
        "permits.issue_too_long": _("This issue ends %(until)s at the latest."),
        "permits.on_it_already": _("Is signed on already."),
        "permits.off_it_already": _("Is signed off already."),
        "permits.signs_for_oneself": _(
            "Others are signed on and off by the performing authority, an issuer or a lead."
        ),
        # Gas tests
        "permits.test_missing": _("No test of %(substance)s at %(point)s."),
        "permits.test_out_of_limits": _("The test of %(substance)s at %(point)s is out of limits."),
        "permits.test_run_out": _("The test of %(substance)s at %(point)s ran out %(since)s."),
        "permits.test_late": _("A test is entered within 15 minutes; test again."),
        "permits.test_order": _("%(first)s is tested before %(substance)s."),
        "permits.instrument_needed": _("Say with which instrument."),
        "permits.calibration_needed": _("Say until when the instrument is calibrated."),
        "permits.who_needed": _("Say who begins to work under it."),
        "permits.instrument_not_calibrated": _("The calibration of the instrument has run out."),
        "permits.reading_needed": _("Nothing was read."),
        "permits.value_needed": _("The reading of %(substance)s is no number."),
        "permits.substance_not_asked": _("This permit asks for no test of that."),
        "permits.point_unknown": _("That is no sample point of this permit."),
        "permits.told_stop": _("A stop is called on P-%(number)s: stop the work now."),
        "permits.told_stop_here": _("A stop is called where you work: stop now."),
        "permits.stop_here": _("Stop work was called here."),
        "permits.told_unconfirmed": _(
            "P-%(number)s: a stop was called and is not confirmed, %(minutes)s min."
        ),
        "permits.told_near": _(
            "Something new is near P-%(number)s: look at its page before you go on."
        ),
        "permits.told_overdue": _(
            "P-%(number)s: its time has ended and it is not stopped, %(minutes)s min."
        ),
        "permits.told_brought_back": _(
            "P-%(number)s is brought back after the stop: read what is new before you go on."
        ),
        "permits.told_no_follow_up": _(
            "P-%(number)s is handed back incomplete, and what is left stands in no work: name it."
        ),
        "permits.issues_already": _("You are the issuer already; another issuer takes over."),
        # From paper, and what is left
        "permits.not_from_paper": _("This is not done backwards: it is done at its moment or not."),
        "permits.paper_before": _("Before %(since)s this cannot have happened."),
        "permits.paper_too_new": _(
            "That is less than 15 minutes ago: enter it as a test of now, at the place."
        ),
        "permits.paper_untaken": _("Nobody had taken this permit: nothing happened under it."),
        "permits.remaining_needed": _("Say what is left to do."),
        "permits.nothing_left": _("Nothing is left that has no work."),
        "permits.follow_up_needed": _("What is left to do stands in no work yet: name it."),
        # Stopping, ending
        "permits.no_stop": _("No stop is called on this permit."),
        "permits.people_out_needed": _("Say that the people are out."),
        "permits.condition_left_needed": _("Say in what condition it is left."),
        "permits.bring_back_too_late": _(
            "More than %(minutes)s minutes have passed: confirm the stop, then issue it anew."
        ),
        "permits.people_on_it": _("People are still signed on: %(count)s."),
        "permits.complete_or_not": _("Say whether the work is complete."),
        "permits.watcher_needed": _("Name who watches the after-care."),
        "permits.watches_already": _("That is the watcher already."),
        "permits.not_yours_to_say": _("Who called the stop says why, or who leads there."),
        "permits.not_watcher": _("Only the named watcher signs the end of the after-care."),
        "permits.aftercare_lasts": _("The after-care lasts until %(until)s."),
        "permits.inspection_needed": _("Say what the inspection of the place found."),
        **isolation_words.SENTENCES,
    },
    general={
        **isolation_words.GENERAL,
        **{f"permits.stands_{code}": _("A permit is not where it must be.") for code in _STANDS},
        "need.permits.in_force": _("A permit must be in force"),
        "need.permits.closed": _("A permit must be closed"),
        "permits.not_here": _("A permit is not for this place."),
        "permits.told_stop": _("A stop is called on a permit."),
        "permits.told_stop_here": _("A stop is called where you work."),
        "permits.told_unconfirmed": _("A stop on a permit is not confirmed."),
        "permits.told_near": _("Something new is near a permit."),
        "permits.told_overdue": _("A permit is overdue."),
        "permits.told_brought_back": _("A permit is brought back after a stop."),
        "permits.told_no_follow_up": _("What is left of a permit stands in no work."),
    },
)
