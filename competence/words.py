"""The words of the domain's coded reasons."""

from django.utils.translation import gettext_lazy as _

from competence.reads.choices import called
from work.ports import Words

WORDS = Words(
    key="competence",
    called=called,
    sentences={
        # Of a person, for work
        "competence.missing": _("%(person)s has no %(competence)s (%(key)s)."),
        "competence.not_verified_here": _(
            "%(person)s was not yet seen doing it here: %(competence)s (%(key)s)."
        ),
        "competence.expired": _("%(competence)s (%(key)s) of %(person)s ended %(until)s."),
        "competence.unverified": _(
            "%(competence)s (%(key)s) of %(person)s is not verified by another yet."
        ),
        "competence.level": _(
            "%(person)s has %(competence)s (%(key)s) at level %(has)s; level %(needs)s is asked."
        ),
        "competence.induction_missing": _("%(person)s was not inducted for %(place)s."),
        "competence.induction_expired": _(
            "The induction of %(person)s for %(place)s ended %(until)s."
        ),
        "competence.company_not_approved": _("The company of %(person)s is not approved here."),
        "competence.company_suspended": _("The company of %(person)s is suspended here."),
        "competence.company_lapsed": _(
            "The approval of the company of %(person)s ended %(until)s."
        ),
        "competence.company_elsewhere": _(
            "The company of %(person)s is approved for another part of the site."
        ),
        "competence.company_other_work": _(
            "The company of %(person)s is approved for other types of work."
        ),
        "competence.insurance_missing": _("The company of %(person)s has shown no insurance."),
        "competence.insurance_unverified": _(
            "The insurance of the company of %(person)s is not verified yet."
        ),
        "competence.insurance_lapsed": _(
            "The insurance of the company of %(person)s ended %(until)s."
        ),
        "competence.lapses_first": _("%(what)s ends %(until)s, before the work does."),
        "competence.person_left": _("%(person)s has left."),
        "competence.ends_before": _("It ends %(until)s, before it may be over."),
        # Of a company, for an occasion
        "competence.firm_company_not_approved": _("The company is not approved here."),
        "competence.firm_company_suspended": _("The company is suspended here."),
        "competence.firm_company_lapsed": _("The approval of the company ended %(until)s."),
        "competence.firm_company_elsewhere": _(
            "The company is approved for another part of the site."
        ),
        "competence.firm_company_other_work": _("The company is approved for other types of work."),
        "competence.firm_insurance_missing": _("The company has shown no insurance."),
        "competence.firm_insurance_unverified": _(
            "The insurance of the company is not verified yet."
        ),
        "competence.firm_insurance_lapsed": _("The insurance of the company ended %(until)s."),
        # What an occasion asks
        "competence.need_here": _("%(person)s is here"),
        "competence.need": _("%(person)s: %(competence)s (%(key)s)"),
        "competence.need_named": _("%(competence)s (%(key)s) is asked"),
        "competence.need_supervised": _("%(person)s: %(competence)s (%(key)s), under supervision"),
        "competence.need_exempt": _("%(person)s: %(competence)s (%(key)s), exempt"),
        "competence.need_induction": _("%(person)s: inducted for %(place)s"),
        "competence.need_approval": _("%(person)s: company approved and insured"),
        "competence.need_company": _("The company is approved and insured here"),
        # Acts
        "competence.another_verifies": _("Another than who has it and who recorded it verifies."),
        "competence.another_inducts": _("Nobody inducts themselves."),
        "competence.another_exempts": _("Nobody exempts themselves."),
        "competence.exempt_too_long": _("An exemption lasts %(days)s days at most."),
        "competence.another_answers": _("Another than who asked answers this."),
        "competence.types_needed": _("Say of which types of work, or of any."),
        "competence.foreman_acts": _("A foreman of the company does this."),
        "competence.not_of_company": _("Name people who come for this company now."),
        "competence.another_recorded": _("Somebody else recorded it, and changes it."),
        "competence.recorded_already": _("The same is recorded already of that day."),
        "competence.competence_unknown": _("The competence is not in use at this site."),
        "competence.person_unknown": _("The person has no role at this site."),
        "competence.levels_of_skills": _("Only a skill has levels."),
        "competence.level_unknown": _("This competence has no such level."),
        "competence.proof_needed": _("Show what proves it: a file, or issuer and number."),
        "competence.date_needed": _("Say on which day."),
        "competence.not_yet": _("That day has not come yet."),
        "competence.ended_already": _("It has ended already by then."),
        "competence.end_needed": _("Say until when."),
        "competence.not_from": _("This is not possible while it is %(reason)s."),
        "competence.state_planned": _("planned"),
        "competence.state_obtained": _("not verified"),
        "competence.state_verified": _("verified"),
        "competence.state_revoked": _("revoked"),
        "competence.state_invited": _("invited"),
        "competence.state_submitted": _("waiting for approval"),
        "competence.state_approved": _("approved"),
        "competence.state_suspended": _("suspended"),
        "competence.rule_needs_competence": _("Name the competence that is asked for."),
        "competence.rule_needs_place": _("Name the place of the induction."),
        "competence.rule_of_competence": _(
            "Level, capacity, record and supervision go with a competence alone."
        ),
        "competence.rule_needs_code": _("Name both the kind of record and its code."),
        "competence.rule_never_asked": _(
            "A capacity is asked at a place and by a type of its own domain alone, never by the"
            " type of work, the class of things or another record."
        ),
        "competence.rule_capacity_unknown": _("Nobody takes part as that."),
        "competence.rule_kind_unknown": _("There is no such record."),
        "competence.verification_needed": _("What is verified in practice is a verification."),
        "competence.not_a_company": _("Only a contractor company is invited."),
        "competence.company_known": _("The company was invited already."),
        "competence.not_submitted": _("The company has not said that all papers are there."),
        "competence.scope_needed": _("Say for what work it is approved."),
        "competence.insurance_needed": _(
            "An insurance that is verified and has not ended is needed."
        ),
        "competence.rule_ended": _("This rule has ended."),
        "competence.answered": _("This was answered already."),
        "competence.struck": _("This paper was struck already."),
        "competence.verified_already": _("This paper was verified already."),
    },
)
