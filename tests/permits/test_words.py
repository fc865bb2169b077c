"""Every code that the domain says has its words, and no words are of nothing."""

import ast
from pathlib import Path

import permits
from permits import isolation_answers, isolation_permissions, isolation_states
from permits.permissions import BY_ROLE
from permits.standing import LABELS
from permits.states import MOVES, Verb
from permits.words import WORDS


def test_every_code_has_words():
    root = Path(permits.__file__).parent
    # A reason, or one about an isolation: reason(isolation, code, …).
    places = {"Reason": 0, "reason": 1}
    calls = [
        node.args[places[node.func.id]]
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in places
    ]
    said = {each.value for each in calls if isinstance(each, ast.Constant)}
    said |= {f"permits.isolation_{state}" for state in isolation_states.State}
    said |= {"need.permits.isolation", *isolation_answers.NEEDS.values()}
    said |= {f"permits.stands_{code}" for code in LABELS}
    needed = ("what", "where_exactly", "method", "tools", "condition")
    said |= {f"permits.{name}_needed" for name in needed}
    said |= {"need.permits.permit", "need.permits.in_force", "need.permits.closed"}
    said |= {
        f"permits.told_{what}"
        for what in ("stop", "stop_here", "unconfirmed", "overdue", "near", "brought_back")
    } | {"permits.told_no_follow_up"}
    plain = {"unknown", "denied", "role_needed", "reason_needed", "stale", "ends_before_start"}
    plain |= {"form_damaged", "place_unknown", "team_unknown"}

    assert said == set(WORDS.sentences) | plain


def test_every_verb_has_its_states_and_roles():
    assert set(MOVES) == set(BY_ROLE) == set(Verb)
    states = isolation_states
    assert set(states.MOVES) == set(isolation_permissions.BY_ROLE) == set(states.Verb)
