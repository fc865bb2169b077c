"""What competence shows elsewhere: a section of the item, its room, what search finds, lapses."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy

from competence.models import Company, Competence
from competence.permissions import Action, may
from competence.reads.work import told_of
from work.ports import Found, Lapse, Room
from work.reads import kept

# Whether a site asks anything of people at all: the same for everybody, so that it is kept.
_ASKS_SQL = """
SELECT EXISTS (SELECT FROM competence_rule r WHERE r.site_id = %(site)s)
    OR EXISTS (SELECT FROM competence_company c WHERE c.site_id = %(site)s)
"""


class OfExecutors:
    """Of an item: what is asked of each executor, where the site asks anything."""

    key = "competence.executors"
    page = "item"
    title = gettext_lazy("Competence of the executors")

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """Of how many executors it tells; None where there is nobody, or nothing is asked.

        Nought where all are another company's, of whom a guest is told nothing but that.
        """
        [(asks,)] = kept.answer(_ASKS_SQL, {"site": thing.site_id})
        if not asks:
            return None
        rows = getattr(thing, "executor_rows", None)
        if rows is None:
            return thing.item_executors.count() or None
        return len(told_of(user, thing)) if rows else None

    def url(self, thing: Any) -> str:
        """The section, and a page of its own."""
        return resolve_url("competence:of_item", thing.site.slug, f"W-{thing.number}")


class Companies:
    """Companies by name or code, of which the reader may know."""

    key = "competence.companies"
    title = gettext_lazy("Companies")

    def find(self, site: Any, who: Any, words: str, at: datetime, most: int) -> list[Found]:
        """One query."""
        if not may(who, Action.SEE, site.pk) and not who.companies(site.pk):
            return []
        rows = Company.objects.filter(
            Q(team__name__icontains=words) | Q(team__code__iexact=words), site_id=site.pk
        ).select_related("team")
        if who.only_contractor(site.pk):
            rows = rows.filter(team_id__in=who.companies(site.pk))
        return [
            Found(
                title=each.team.name,
                sub=each.get_state_display(),
                url=resolve_url("competence:company", site.slug, each.team.code),
                exact=words.casefold() in (each.team.code.casefold(), each.team.name.casefold()),
            )
            for each in rows.order_by("team__name")[:most]
        ]


class Competences:
    """Competences by name or code: they lead to who has them."""

    key = "competence.competences"
    title = gettext_lazy("Competences")

    def find(self, site: Any, who: Any, words: str, at: datetime, most: int) -> list[Found]:
        """One query."""
        if not may(who, Action.SEE, site.pk):
            return []
        rows = Competence.objects.filter(
            Q(name__icontains=words) | Q(code__iexact=words), site_id=site.pk, is_active=True
        )
        matrix = resolve_url("competence:matrix", site.slug)
        return [
            Found(
                title=str(each),
                sub=str(each.get_kind_display()),
                url=f"{matrix}?competence={each.code}",
                exact=words.casefold() in (each.code.casefold(), each.name.casefold()),
            )
            for each in rows.order_by("name")[:most]
        ]


ROOM = Room(
    key="competence",
    title=gettext_lazy("Competence"),
    icon="graduation-cap",
    url_name="competence:overview",
)

# The newest of what has ended by the clock: each by one end of an index.
LAPSES = Lapse(
    key="competence.ends",
    sql="""
SELECT greatest(
  (SELECT max(r.valid_until) FROM competence_record r WHERE r.site_id = %(site)s
     AND r.state = 'verified' AND r.valid_until IS NOT NULL AND r.valid_until <= %(at)s),
  (SELECT max(i.until) FROM competence_induction i WHERE i.site_id = %(site)s
     AND i.ended_at IS NULL AND i.until IS NOT NULL AND i.until <= %(at)s),
  (SELECT max(p.until) FROM competence_companypaper p WHERE p.site_id = %(site)s
     AND p.struck_at IS NULL AND p.until <= %(at)s),
  (SELECT max(e.until) FROM competence_exemption e WHERE e.site_id = %(site)s
     AND e.ended_at IS NULL AND e.until <= %(at)s),
  (SELECT max(r.starts) FROM competence_rule r WHERE r.site_id = %(site)s
     AND r.starts <= %(at)s),
  (SELECT max(r.ends) FROM competence_rule r WHERE r.site_id = %(site)s AND r.ends <= %(at)s),
  (SELECT max(c.until) FROM competence_company c WHERE c.site_id = %(site)s
     AND c.until <= %(at)s))
""",
)
