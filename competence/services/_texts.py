"""What people type as names, codes and choices of a competence record."""

from collections.abc import Iterable

from competence.models import Competence
from work.exceptions import Reason, Refused


def named(name: str, longest: int) -> str:
    """One line in which something is seen, not too long."""
    name = " ".join(name.split())
    if not name:
        raise Refused(Reason("name_needed"))
    if len(name) > longest or "\x00" in name:
        raise Refused(Reason("name_too_long", {"longest": longest}))
    return name


def one_of(value: str, choices: Iterable[str], what: str) -> str:
    """One of the values of a kind; `what` names the kind of thing asked for."""
    if value not in set(choices):
        raise Refused(Reason("choice_not_known", {"what": what, "value": str(value)[:60]}))
    return value


def free_code(site_id: int, code: str) -> str:
    """A code that no other competence has at the site."""
    code = code.strip()
    if not code:
        raise Refused(Reason("code_needed"))
    if len(code) > 40 or "\x00" in code:
        raise Refused(Reason("code_too_long", {"longest": 40}))
    if Competence.objects.filter(site_id=site_id, code=code).exists():
        raise Refused(Reason("code_taken", {"code": code}))
    return code
