"""The words that history leaves out of a reason: taken from what the reason is about.

An event keeps codes and ids alone (`Reason.as_event`). Whoever reads it is told what the line, the
criterion, the requirement or the blocker says now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Reason

# Further rows of the query for names: kind, id, words, and the reason that stands on it now; what
# is said of people is empty.
TOLD_SQL = """
UNION ALL
SELECT 'line', id, text, NULL, NULL, NULL, NULL FROM work_checklistline WHERE id = ANY(%(line)s)
UNION ALL
SELECT 'criterion', id, text, NULL, NULL, NULL, NULL
  FROM work_criterion WHERE id = ANY(%(criterion)s)
UNION ALL
SELECT 'window', id, name, NULL, NULL, NULL, NULL FROM work_window WHERE id = ANY(%(window)s)
UNION ALL
SELECT 'blocker', b.id, b.what #>> '{params,text}', NULL, r.reason::text, NULL, NULL
  FROM work_blocker b LEFT JOIN work_prerequisite r ON r.id = b.prerequisite_id
 WHERE b.id = ANY(%(blocker)s)
UNION ALL
SELECT 'prerequisite', id, what #>> '{params,text}', NULL, reason::text, NULL, NULL
  FROM work_prerequisite WHERE id = ANY(%(prerequisite)s)
"""

# The parameter that says it, by what a reason is about.
TOLD = {
    "line": "text",
    "criterion": "text",
    "window": "name",
    "blocker": "what",
    "prerequisite": "what",
}
_TYPED = {"code": "typed"}


def untold(reasons: Iterable[Reason]) -> dict[str, set[int]]:
    """The ids of what must be asked for its words, by kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for reason in reasons:
        kind, pk = reason.about or ("", 0)
        if kind in TOLD and _lacks(reason, TOLD[kind]):
            wanted[kind].add(pk)
    return wanted


def _lacks(reason: Reason, name: str) -> bool:
    if name != "what":
        return name not in reason.params
    inner = reason.params.get("reason")
    return reason.params.get("what") == _TYPED or bool(inner and not inner.get("params"))


def whole(reason: Reason, words: str, now: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with what was left out of them.

    words: of what it is about. now: the reason that stands on it now, which lends its parameters
    where it is the same one.
    """
    name = TOLD[reason.about[0]] if reason.about else ""
    if name != "what":
        return {name: words, **reason.params}
    params = dict(reason.params)
    if params.get("what") == _TYPED:
        params["what"] = _TYPED | {"params": {"text": words}}
    then = params.get("reason")
    if then and (then["code"], then.get("about")) == (now.get("code"), now.get("about")):
        params["reason"] = then | {"params": now.get("params", {}) | then.get("params", {})}
    return params
