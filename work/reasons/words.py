"""The sentence of every coded reason. A test renders each for every role and language."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from work.states import AnswerState, BlockerKind, EvidenceKind, Role, Status, Verb

_ACTS = {
    "accept_loss": _("Accept the loss"),
    "assign": _("Assign"),
    "check": _("Check"),
    "checklist": _("Answer the checklist"),
    "dispose": _("Say what becomes of it"),
    "edit": _("Edit"),
    "evidence": _("Add evidence"),
    "hold": _("Place a hold"),
    "judge": _("Judge"),
    "move_version": _("Move to another version"),
    "raise_blocker": _("Raise a blocker"),
    "require": _("Require"),
    "strike": _("Strike"),
    "waive": _("Waive"),
}

# Labels of coded parameters, by the parameter's name.
LABELS: dict[str, dict[str, object]] = {
    "roles": dict(Role.choices),
    "role": dict(Role.choices),
    "status": dict(Status.choices),
    "verb": {**dict(Verb.choices), **_ACTS},
    "kind": {**dict(BlockerKind.choices), **dict(EvidenceKind.choices)},
    "answer": dict(AnswerState.choices),
    "expected": {
        "list": _("a list"),
        "number_or_nothing": _("a number, or nothing"),
        "object": _("an object"),
        "text": _("text"),
        "texts": _("a list of texts"),
        "whole": _("a whole number"),
        "whole_or_nothing": _("a whole number, or nothing"),
        "yes_no": _("true or false"),
    },
}

WORDS: dict[str, object] = {
    "general": _("Something that you may not see stands in the way."),
    # Doors
    "act_used": _("This form was sent before, for something else. Open the page again."),
    "form_damaged": _("This form did not come whole. Open the page again and send it from there."),
    "busy": _("Another act holds the site. Nothing was changed; try again in a moment."),
    "denied": _("This is not yours to do."),
    "future": _("The time you gave lies in the future."),
    "not_on_duty": _("Your role may do this only while you hold the duty of a post here."),
    "role_needed": _("Only these roles may do this here: %(roles)s."),
    "role_or_executor_needed": _("Only the executors, or these roles, may do this: %(roles)s."),
    "stale": _("Somebody changed this while you were looking at it."),
    "superuser_needed": _("Only an administrator of the whole installation may do this."),
    "unknown": _("There is no such thing here, or it is not yours to know."),
    # Moves
    "before_its_status": _(
        "It has been “%(status)s” since %(since)s; this cannot have happened before that."
    ),
    "not_from": _("“%(verb)s” is not possible while the status is “%(status)s”."),
    "what_needed": _("Say what must happen."),
    "what_too_long": _("The text is longer than 250 characters, or holds characters it cannot."),
    "why_needed": _("Say why: a scope says what and why."),
    "owner_needed": _("It needs one accountable owner: a person or a post."),
    "owner_unknown": _("The owner is no post in use and no person with a role at this site."),
    "owned_by_another": _("Somebody else owns this by now."),
    "executed_by_another": _("This person is not among its executors any more."),
    "owner_left": _("%(person)s has left and cannot own work."),
    "owner_is_contractor": _("A contractor cannot own work; name the host."),
    "criteria_needed": _("It needs at least one acceptance criterion."),
    "executor_unknown": _("%(person)s, named as executor, has no role for this work here."),
    "live_needs_executor": _("Work in progress needs an executor."),
    "team_unknown": _("The team is not of this site."),
    "place_unknown": _("The place is not of this site, or not yours to name."),
    "asset_unknown": _("An asset is not of this site, or not yours to name."),
    "type_needed": _("Say what type of work it is: this site leaves none to triage."),
    "type_unknown": _("The work type is not in use at this site."),
    "window_unknown": _("The window is not of this site, or it is closed."),
    "parent_unknown": _("The parent is not an item that you may see at this site."),
    "parent_ended": _("The parent W-%(number)s is closed or cancelled."),
    "mandatory_stays": _("W-%(number)s is complete and waits for this: it stays mandatory there."),
    "safety_critical_stays": _(
        "It was begun as safety-critical and stays so: another than its completer accepts it."
    ),
    "survivor_unknown": _("The item to merge into is not open work that you may see."),
    "priority_unknown": _("The priority is not one of the list."),
    "planned_end_before_start": _("It ends before it starts."),
    "reason_needed": _("Say why; it is kept with your name."),
    "text_needed": _("Write something first."),
    "field_missing": _("“%(label)s” has no answer yet."),
    "field_invalid": _("“%(label)s” cannot take this answer."),
    "field_unknown": _("This type has no field “%(key)s”."),
    "stage_unknown": _("This type has no stage “%(stage)s”."),
    "stage_of_other_status": _("The stage belongs to “%(status)s”; use the verb that leads there."),
    # Start and stop
    "blocker_open": _("Blocked: %(what)s"),
    "requirement_unmet": _("%(what)s: %(reason)s"),
    "warning_needs_why": _("%(count)s warnings stand open: say why you start all the same."),
    "condition_needed": _("Say in what condition it is left."),
    "wait_needs_blocker": _("Name the blocker it waits for, or raise one."),
    "stop_not_asked": _("Nobody asked whether this is stopped."),
    # Blockers
    "before_the_blocker": _(
        "The blocker stands since %(since)s; it cannot have ended before that."
    ),
    "blocker_needs_what": _("Say what blocks it."),
    "blocker_kind_unknown": _("The kind of blocker is not one of the list."),
    "blocker_is_derived": _("This blocker ends when its source says so, not by hand."),
    "blocker_ended": _("This blocker has ended already."),
    "stopped_first": _("It is asked to stop: who carries it out says first that it is safe."),
    "cleared_by_another": _("Somebody else clears this by now."),
    "clears_by_source": _(
        "This blocker follows from something else: who clears it is said there and changes with it."
    ),
    "clears_unknown": _("Who clears it is not known at this site."),
    # Requirements
    "required_already": _("This is required there already."),
    "already_withdrawn": _("This requirement was withdrawn already."),
    "not_a_named_check": _("This requirement is not answered by a named check."),
    "not_waivable": _("Nobody may waive this."),
    "not_waived": _("This requirement is not waived."),
    "other_item_cancelled": _(
        "W-%(number)s was cancelled; withdraw the requirement or name another."
    ),
    "other_item_open": _("W-%(number)s is “%(status)s”."),
    "other_item_unknown": _("The other item is not one that you may see at this site."),
    "ring": _("This would be a ring of work that waits for one another: %(items)s."),
    "supplier_missing": _("Nothing answers requirements of the kind “%(supplier)s”."),
    "supplier_failed": _(
        "What answers requirements of the kind “%(supplier)s” failed; it is asked again by itself."
    ),
    "waiver_in_the_past": _("The end must lie in the future."),
    "withdrawn_by_its_rule_only": _("A rule asks for this; only the rule can withdraw it."),
    "check_missing": _("Not checked yet by: %(role)s."),
    "check_failed": _("The check by %(role)s did not pass."),
    "check_expired": _("The check by %(role)s has run out."),
    "before_the_opening": _(
        "The window has been open since %(since)s; it cannot have been closed before that."
    ),
    "window_not_open": _("The window “%(name)s” is not open."),
    "window_closed": _("The window “%(name)s” is closed."),
    "window_opened_already": _("The window “%(name)s” was opened already."),
    "no_executor": _("Nobody is named to carry it out."),
    "executor_left": _("%(person)s has left."),
    "executor_no_role_here": _("%(person)s has no role for this work here."),
    "fit_only_until": _("%(person)s is fit only until %(until)s, before the end of the shift."),
    "several": pgettext_lazy("several reasons, one after the other", "%(reasons)s"),
    "need.executor": _("An executor must be named"),
    "need.fitness": _("The executors must be fit"),
    "need.window": _("The window must be open"),
    "need.work.item": _("Other work must be done first"),
    "need.work.check": _("A named check"),
    "need.unheard": _("What %(supplier)s asks must be known"),
    "typed": pgettext_lazy("text that a person typed", "%(text)s"),
    # Proof
    "line_open": _("Checklist: “%(text)s” has no answer."),
    "line_photo_struck": _("Checklist: the photo of “%(text)s” was struck; add another."),
    "line_undisposed": _("Checklist: say what becomes of “%(text)s”."),
    "evidence_missing": _("Evidence is missing for: %(text)s"),
    "criterion_open": _("Neither proven nor judged: %(text)s"),
    "criterion_needs_evidence": _("“%(text)s” needs evidence; a word is not enough."),
    "criterion_of_type": _("This criterion belongs to the type and stays."),
    "quality_criterion_stays": _(
        "It was begun: a quality criterion stays, so that another than its completer accepts it."
    ),
    "evidence_empty": _("The evidence has no content: %(kind)s."),
    "evidence_struck": _("This evidence was struck already."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than %(megabytes)s MB."),
    "file_type": _("Only images, PDF and plain text can be kept."),
    "image_too_large": _("The image has more than 50 million pixels."),
    "answer_needed": _("Choose an answer."),
    "reading_needed": _("Give the reading as a number."),
    "choice_unknown": _("Choose one of the answers of the line."),
    "photo_needed": _("Add the photo first."),
    "could_not_needs_reason": _("Say why it could not be done."),
    "not_applicable_not_allowed": _("This line cannot be answered with “not applicable”."),
    "hold_point_needed": _(
        "At a hold point it names one of the checklist that has no answer yet; at no other gate."
    ),
    "hold_point_before": _("First the hold point: %(text)s"),
    "nothing_to_dispose": _("Only a failed or impossible line asks what becomes of it."),
    "disposition_unknown": _("Choose what becomes of it."),
    # Acceptance
    "handback_unsigned": _("The hand-back to operations is not signed."),
    "four_eyes": _("You completed it; by its consequence another must accept it."),
    "child_open": _("W-%(number)s, which this waits for, is not closed."),
    "action_open": _("The corrective action W-%(number)s is not closed."),
    "loss_not_accepted": _("W-%(number)s was cancelled and nobody accepted the loss by name."),
    "loss_accepted_already": _("The loss was accepted already."),
    "relied_on": pgettext_lazy("numbers of work", "%(items)s"),
    "residual_not_planned": _(
        "What remains, W-%(number)s, is not planned yet: nobody has taken it on."
    ),
    "give_back_needs_missing": _("Say what is missing."),
    # Holds and windows
    "hold_ended": _("This hold has ended already."),
    "hold_needs_subject": _("Say what is held: one place or one asset."),
    "hold_until_accepted": _("It ends when W-%(number)s is accepted."),
    # Places, people, types
    "asset_moved_since": _("The asset was moved after that time."),
    "asset_needs_one_place": _("An asset is at one place or inside one other asset."),
    "asset_ring": _("An asset cannot be inside itself."),
    "choices_unfit": _(
        "Each choice of %(key)s is one line of at most %(longest)s signs, and none stands twice."
    ),
    "class_field_used": _(
        "%(count)s assets have a value for %(key)s: it cannot go, nor become another kind."
    ),
    "class_status_used": _("%(count)s assets have the status %(key)s: it cannot go."),
    "code_needed": _("Give a code."),
    "code_taken": _("This code is in use already."),
    "code_too_long": _("The code is too long."),
    "name_needed": _("Give a name."),
    "name_too_long": _("The name is too long."),
    "asset_class_unknown": _("There is no such class of things at this site."),
    "choice_not_known": _("“%(value)s” is not one of the values that may be chosen."),
    "choices_needed": _("A choice needs at least two different values (%(key)s)."),
    "contractor_needs_company": _(
        "The role of contractor is for people of a company, and names it."
    ),
    "contractor_of_other_company": _("This person belongs to another company."),
    "contractor_role_only": _(
        "A contractor's person has the role of contractor alone,"
        " and only that role names a company."
    ),
    "begins_in_the_past": _("The beginning cannot be moved into the past."),
    "draft_exists": _("There is a draft of %(name)s already: finish that one first."),
    "duty_yours_already": _("You have the duty of %(name)s already."),
    "ends_before_start": _("The end must lie after the beginning."),
    "ends_in_the_past": _("The end cannot lie in the past."),
    "field_kind_changed": _(
        "The field %(key)s had another kind in an earlier version;"
        " give the new one a key of its own."
    ),
    "holder_ended": _("This person is no longer named for the post."),
    "holder_is_contractor": _("A contractor cannot hold a post of the site."),
    "holder_named_already": _("This person is named for the post already."),
    "key_twice": _("The key %(key)s is there twice."),
    "key_unfit": _("“%(key)s” is no key: use small letters, digits, - and _."),
    "last_administrator": _(
        "The site has no other administrator who signs in: name another first."
    ),
    "lead_negative": _("The lead cannot be negative."),
    "link_used": _(
        "This link is good no longer: it was used, is older than three days, or was replaced."
        " An administrator of the site gives another."
    ),
    "limit_unfit": _("A limit of %(key)s is no number that can be kept."),
    "limits_crossed": _("The low limit of %(key)s lies above the high one."),
    "limits_of_readings_only": _("Only a reading has limits (%(key)s)."),
    "member_already": _("This person is in %(name)s already."),
    "member_ended": _("This person has left the team already."),
    "mode_not_set_here": _("The rule has no mode of its own at this place."),
    "neighbour_ended": _("These places are no longer neighbours already."),
    "neighbour_known": _("These places are neighbours in this way already."),
    "neighbour_of_itself": _("A place is not its own neighbour."),
    "no_sign_in": _("This person does not sign in."),
    "not_a_company": _("%(name)s is not a contractor company."),
    "not_named_for_post": _("You are not named for %(name)s, nor its deputy."),
    "not_oneself": _("Nobody does this to themselves: ask another administrator."),
    "number_negative": _("The last number cannot be negative."),
    "one_time_at_start_only": _("Checked once is possible at the start only."),
    "password_weak": _("This password is too easy to guess: choose another."),
    "person_here": _("This person has not left."),
    "person_left_already": _("This person has left already."),
    "person_shared": _(
        "This person also belongs to a site that you do not administer. Who administers every site"
        " of this person does this, or an administrator of the whole installation."
    ),
    "person_unknown": _("There is no such person at this site."),
    "place_below_itself": _("A place cannot stand below itself."),
    "place_too_deep": _(
        "Below %(code)s it would stand deeper than the %(limit)s levels there are."
    ),
    "post_not_in_use": _("%(name)s is no longer in use."),
    "post_owns_work": _("This post owns %(count)s open items: name another owner first."),
    "role_ended": _("This role has ended already."),
    "role_held_already": _("This person has that role there already."),
    "rule_check_role": _("Say which role does the check."),
    "rule_ended": _("This rule has ended already."),
    "rows_too_many": _("At most %(most)s can be kept here; there are %(count)s."),
    "rule_hold_point_line": _(
        "A rule at a hold point names its checklist line, and no other rule does."
    ),
    "rule_line_unknown": _(
        "No type of work that this rule is about has a hold point with the key %(key)s."
    ),
    "shift_begun": _("This shift has begun: only its end can still be changed."),
    "shift_needs_crew": _("%(name)s is a company: shifts are planned for crews."),
    "shift_over": _("This shift is over: what was planned of it stays as it was."),
    "shift_overlaps": _("%(name)s has another shift in that time."),
    "state_before_last": _("The place was given another state after that time."),
    "time_zone_unknown": _("“%(value)s” is no time zone, as Europe/Amsterdam is one."),
    "username_taken": _("The sign-in name %(username)s is in use already."),
    "accepter_stays": _(
        "It has begun, and %(role)s accepts it; the other type or version leaves that to others."
    ),
    "complete_asks_more": _(
        "It is complete, and the newer version asks what only work under way answers: %(lines)s."
        " Give it back first."
    ),
    "four_eyes_stays": _(
        "It has begun, and another than its completer accepts it;"
        " the other type or version does not ask that."
    ),
    "handback_stays": _(
        "It has begun, and its hand-back is signed at acceptance;"
        " the other type or version does not ask that."
    ),
    # Imports
    "import_begun": _("This import has begun: its files and its mapping stay as they are."),
    "import_ended": _("This import has ended. It may begin again with the same files."),
    "import_file_needed": _("Choose the file that holds the records."),
    "import_files_gone": _("Its files are no longer kept: upload them again."),
    "import_joined_needed": _("The mapping asks for the file %(name)s as well."),
    "import_loaded": _("This was loaded already, or is about to be."),
    "import_mapping_needed": _("Choose a mapping, or write one."),
    "import_mapping_taken": _(
        "A mapping of the name %(name)s is saved here already: replace it, or name this one"
        " differently."
    ),
    "import_not_failed": _("This import did not fail: there is nothing to go on with."),
    "import_not_tried": _("Only a dry run that came to its end can be loaded."),
    "badge_taken": _("Somebody at the site has this badge already."),
    "import_role_needed": _("Say a role, or the company as whose contractor the person comes."),
    "import_too_many_files": _("An import takes at most %(most)s files."),
    "import_under_way": _("A worker is at this import, or will be in a moment."),
    "mend_complete": _("It lacks nothing any more: somebody has filled it in meanwhile."),
    "mend_nothing": _("Nothing that you gave is missing here; what it has stays."),
    # Views of the list
    "view_name_taken": _("There is a view called “%(name)s” already."),
    "nothing_asked": _("It is planned already, and nothing else was asked."),
    "view_too_long": _("These filters are too many to be kept under a name."),
    "views_too_many": _("There are %(most)s views already: withdraw one that is of no use."),
    # Files of types
    "file_key_missing": _("This must be given."),
    "file_key_unknown": _("A file of a work type has no such entry."),
    "file_not_json": _("The file is not JSON in UTF-8: it cannot be read from line %(line)s on."),
    "file_of_other_kind": _("This is no file of a work type."),
    "file_too_deep": _("A file of a work type has nothing that stands so deep."),
    "file_shape": _("It must be %(expected)s."),
    "file_version_unknown": _("Only files of format version %(version)s can be read."),
    "in_file": pgettext_lazy("place in a file, and what is wrong there", "%(path)s: %(reason)s"),
    "text_unfit": _("It holds characters that no text can."),
    "version_not_published": _("Version %(number)s is a draft: publish it first."),
    "version_of_other_type": _("This version is of another type of work."),
    "version_older": _("Version %(number)s is older than %(current)s, which the item is on."),
    "version_published": _("Version %(number)s is published and never changes: make a new one."),
}

# What somebody reads who may not see what the reason is about.
GENERAL: dict[str, object] = {
    "other_item_open": _("Other work must be finished first."),
    "other_item_cancelled": _("Other work that this waits for was cancelled."),
    "child_open": _("Other work that this waits for is not closed."),
    "action_open": _("Other work that this waits for is not closed."),
    "loss_not_accepted": _("Other work that this waits for was cancelled."),
    "residual_not_planned": _("Work that remains is not planned yet: nobody has taken it on."),
    "parent_ended": _("The parent is closed or cancelled."),
    "mandatory_stays": _("Other work is complete and waits for this: it stays mandatory there."),
    "hold_until_accepted": _("It ends when other work is accepted."),
}
