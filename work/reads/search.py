"""What one box finds: an exact number or tag, work by its words, places, things and people.

Work is looked for by whole words and their beginnings; parts of words and slips of the pen are
tried only where that finds next to nothing.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import Lexeme, SearchQuery, SearchRank
from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Upper
from django.urls import reverse

from work.models import Place, Site, WorkItem
from work.models.item_indexes import OPEN_WORDS, WORDS, WORDS_CONFIG
from work.permissions import Scope
from work.reads import assets, places
from work.reads import rows as rows_
from work.reads.item import number_of
from work.reads.seen import of_site
from work.services._things import known_assets
from work.states import ENDED, OPEN

LONGEST, MOST_WORDS = 100, 6
# So many hits are ranked, the newest; so many are shown; with fewer the trigrams are asked.
RANKED, SHOWN, FEW = 500, 25, 5
# So many that hold a part of a word are looked at, whatever their number.
LOOKED_AT, GUESTS = 2000, 100
_TRIGRAM = 3
_EXACT, _OPEN, _ENDED = range(3)
# Of what means something in a query itself nothing is looked for.
_WORD = re.compile(r"[^\s'\[\]()|&:*!@<>\\]+")


@dataclass
class Work:
    """The work that was found; more: there is more of it than is shown."""

    exact: list[rows_.ItemRow] = field(default_factory=list)
    open: list[rows_.ItemRow] = field(default_factory=list)
    ended: list[rows_.ItemRow] = field(default_factory=list)
    more_open: bool = False
    more_ended: bool = False
    guessed: bool = False


def cleaned(text: str) -> str:
    """What was typed, as it is looked for: one line of a length that people type."""
    return " ".join(text.replace("\x00", " ").split())[:LONGEST].strip()


def work(site: Site, who: Scope, at: datetime, q: str) -> Work:
    """Work by number, by the key of its source, by words; three queries at most."""
    seen = WorkItem.objects.filter(of_site(who, site), site=site)
    hits = _hits([*_exact(seen, q), *by_words(seen, q)])
    guessed = sum(len(found) for found in hits) < FEW and bool(parts := by_parts(seen, q))
    if guessed:
        for found, more in zip(hits, _hits(parts), strict=True):
            found += [pk for pk in more if pk not in {each for many in hits for each in many}]
    cut = [found[:SHOWN] for found in hits]
    shown = WorkItem.objects.filter(pk__in=[pk for found in cut for pk in found])
    rows = {row.pk: row for row in rows_.load(shown, at, who)} if any(cut) else {}
    exact, opened, ended = ([rows[pk] for pk in found if pk in rows] for found in cut)
    longer = [len(found) > SHOWN for found in hits]
    return Work(exact, opened, ended, longer[_OPEN], longer[_ENDED], guessed)


def _exact(seen: QuerySet[WorkItem], q: str) -> list[QuerySet]:
    """The item of that number, and those that the source system called so."""
    found = [_part(seen.filter(external_key=q).order_by("-number")[:FEW], _EXACT)]
    if (number := number_of(q)) is not None:
        found.append(_part(seen.filter(number=number), _EXACT))
    return found


def by_words(seen: QuerySet[WorkItem], q: str) -> list[QuerySet]:
    """The newest with every word of it, or words that begin so; of open work in its why too."""
    lexemes = [Lexeme(word, prefix=True) for word in _WORD.findall(q)[:MOST_WORDS]]
    if not lexemes:
        return []
    query = SearchQuery(reduce(and_, lexemes), config=WORDS_CONFIG)
    # By one word all rank the same, so that the newest are the best.
    most, ranked = (RANKED, True) if len(lexemes) > 1 else (SHOWN + 1, False)
    return [
        _part(
            seen.alias(words=words)
            .filter(words=query, status__in=sorted(statuses))
            .order_by("-number")[:most],
            bucket,
            SearchRank(words, query) if ranked else None,
        )
        for bucket, statuses, words in ((_OPEN, OPEN, OPEN_WORDS), (_ENDED, ENDED, WORDS))
    ]


def by_parts(seen: QuerySet[WorkItem], q: str) -> list[QuerySet]:
    """Words that hold these parts, and, of open work, what is written much like it."""
    parts = [word for word in q.split()[:MOST_WORDS] if len(word) >= _TRIGRAM]
    if not parts:
        return []
    held = reduce(and_, (Q(what__icontains=part) for part in parts))
    opened = seen.filter(status__in=sorted(OPEN))
    alike = opened.alias(written=Upper("what")).filter(written__trigram_word_similar=q.upper())
    # Taken before they are ordered: along the numbers all of history would be read for a few.
    ended = seen.filter(held, status__in=sorted(ENDED)).order_by().values("pk")[:LOOKED_AT]
    newest = (
        (opened.filter(held), _OPEN),
        (WorkItem.objects.filter(pk__in=ended), _ENDED),
        (alike, _OPEN),
    )
    return [_part(found.order_by("-number")[: SHOWN + 1], bucket) for found, bucket in newest]


def _part(found: QuerySet[WorkItem], bucket: int, rank: Any = None) -> QuerySet:
    score = rank if rank is not None else Value(0.0, output_field=FloatField())
    return found.values_list(Value(bucket), "pk", "number", score)


def _hits(parts: list[QuerySet]) -> list[list[int]]:
    """The ids of each bucket, the best first and of equals the newest: one query."""
    rows = parts[0].union(*parts[1:], all=True)
    found: list[list[int]] = [[], [], []]
    seen: set[int] = set()
    for bucket, pk, _number, _score in sorted(rows, key=lambda row: (row[0], -row[3], -row[2])):
        if pk not in seen:
            seen.add(pk)
            found[bucket].append(pk)
    return found


def _named(q: str, *codes: str) -> Q:
    """What has it in a code, or all of its words in the name, whatever the accents."""
    words = reduce(and_, (Q(name__unaccent__icontains=word) for word in q.split()[:MOST_WORDS]))
    for code in codes:
        words |= Q(**{f"{code}__icontains": q})
    return words


def _nearest(q: str, *codes: str) -> Case:
    """0 for what is called exactly so, 1 where a code begins so, 2 for the rest."""
    exact, begins = Q(), Q()
    for code in codes:
        exact |= Q(**{f"{code}__iexact": q})
        begins |= Q(**{f"{code}__istartswith": q})
    return Case(When(exact, then=Value(0)), When(begins, then=Value(1)), default=Value(2))


def found_places(site: Site, who: Scope, q: str) -> list[dict[str, Any]]:
    """Places that are called so, those with exactly that code first: one query."""
    near, rows = _nearest(q, "code"), places.seen(site, who)
    called = Place.objects.filter(_named(q, "code"), site=site, is_active=True)
    # Whether a place is a guest's to know is dear to ask, so that the nearest names alone are.
    named = called.annotate(near=near).order_by("near", "code", "pk").values("pk")
    rows = rows.filter(pk__in=named[:GUESTS] if who.only_contractor(site.pk) else named.order_by())
    return [
        places.row(site, each) | {"exact": each.near == 0}
        for each in rows.annotate(near=near).order_by("near", "code", "pk")[: SHOWN + 1]
    ]


def found_things(site: Site, who: Scope, q: str) -> list[dict[str, Any]]:
    """Things that are called so, by tag, serial number or name: one query."""
    codes = ("code", "serial")
    rows = known_assets(who, site.pk).filter(_named(q, *codes)).annotate(near=_nearest(q, *codes))
    return [
        {
            "name": each.name,
            "code": each.code,
            "url": reverse("work:asset_detail", args=[site.slug, each.code]),
            "class_text": each.asset_class.name,
            "exact": each.near == 0,
            **assets.stands(each),
        }
        for each in rows.select_related("asset_class").order_by("near", "code", "pk")[: SHOWN + 1]
    ]
