"""What filters and rows name: types, teams, custom fields, and what parameters point at.

One query for all of it. A contractor's reader gets the company's own team and people alone, and
another person or post only where one of the company's items names it: nothing else can be told
from "not known".
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, Exists, JSONField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast

from work.models import (
    ItemPlace,
    Membership,
    Place,
    Post,
    Site,
    Team,
    User,
    WorkItem,
)
from work.permissions import Scope, visible
from work.reads.kept import answer
from work.reads.seen import known_to_guest, of_site
from work.services._things import known_assets

# As many people, or posts, may share a part of a name that is asked for.
MOST = 100


@dataclass(frozen=True)
class Named:
    """A thing with its id, code and name; `more` is an icon, a path or a kind."""

    pk: int
    code: str
    name: str
    more: str = ""


@dataclass(frozen=True)
class CustomField:
    """A custom field as the newest version of a type has it."""

    key: str
    label: str
    kind: str
    choices: tuple[str, ...]
    type_id: int
    filterable: bool
    column: bool
    unit: str = ""

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Wanted:
    """What parameters point at: codes, ids and parts of names, bounded by who parsed them."""

    number: int | None = None
    places: tuple[str, ...] = ()
    asset: str = ""
    owner: str = ""
    executor: str = ""
    clears: str = ""


@dataclass
class Facets:
    """What was found of it."""

    types: list[Named] = field(default_factory=list)
    teams: list[Named] = field(default_factory=list)
    fields: list[CustomField] = field(default_factory=list)
    places: dict[str, Named] = field(default_factory=dict)
    asset: Named | None = None
    owners: list[Named] = field(default_factory=list)
    owner_posts: list[Named] = field(default_factory=list)
    executors: list[Named] = field(default_factory=list)
    clears: Named | None = None
    number: int | None = None
    duties: list[Named] = field(default_factory=list)
    # The parameters whose part of a name is that of too many.
    too_many: set[str] = field(default_factory=set)

    def field_labels(self) -> dict[str, str]:
        """The labels of the custom fields that lists know, by key."""
        return {each.key: each.label for each in self.fields}


def load(site: Site, who: Scope, wanted: Wanted) -> Facets:
    """Everything in one query."""
    return load_each(site, who, [wanted])[0]


def load_each(site: Site, who: Scope, several: Sequence[Wanted]) -> list[Facets]:
    """The same for several addresses at once: one query, whatever their number."""
    statement, params = _ALWAYS, _given(site, who)
    for n, wanted in enumerate(several):
        for part in _pointed_at(site, who, wanted, f"{n}:"):
            try:
                sql, values = part.query.sql_with_params()
            except EmptyResultSet:
                continue
            names = [f"p{len(params) + at}" for at in range(len(values))]
            marks = tuple(f"%({name})s" for name in names)
            statement += f" UNION ALL ({sql.replace('%%', '%%%%')})" % marks
            params |= dict(zip(names, values, strict=True))
    rows = answer(statement, params, often=statement is _ALWAYS)
    found = [Facets() for _wanted in several]
    for what, pk, code, name, more, extra in rows:
        of, _colon, kind = what.rpartition(":")
        for each in [found[int(of)]] if of else found:
            _put(each, kind, Named(pk, code, name, more), extra)
    for each in found:
        _finish(each)
    return found


def _finish(found: Facets) -> None:
    """Note the parts of a name that too many have, and put what forms show in order."""
    for name, each in (
        ("owner", found.owners),
        ("owner", found.owner_posts),
        ("executor", found.executors),
    ):
        if len(each) > MOST:
            found.too_many.add(name)
    found.types.sort(key=lambda each: each.name)
    found.teams.sort(key=lambda each: each.name)
    found.fields.sort(key=lambda each: each.label)


# What every page needs. Of a custom field, the newest published version of its type counts.
_ALWAYS = """
SELECT 'type', id, code, name, icon, NULL::jsonb FROM work_worktype WHERE site_id = %(site)s
UNION ALL
SELECT 'team', id, code, name, kind, NULL FROM work_team
 WHERE site_id = %(site)s AND (NOT %(guest)s OR id = ANY(%(companies)s))
UNION ALL
SELECT 'field', v.type_id, f.key, f.label, f.kind,
    jsonb_build_array(f.choices, f.filterable, f."column", f.unit)
  FROM work_typefield f
  JOIN work_worktypeversion v ON v.id = f.version_id
  JOIN work_worktype t ON t.id = v.type_id
 WHERE t.site_id = %(site)s AND t.is_active AND v.published_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM work_worktypeversion n WHERE n.type_id = v.type_id
                     AND n.published_at IS NOT NULL AND n.number > v.number)
UNION ALL
SELECT 'duty', id, code, name, '', NULL FROM work_post
 WHERE site_id = %(site)s AND id = ANY(%(posts)s)
"""


def _given(site: Site, who: Scope) -> dict[str, Any]:
    return {
        "site": site.pk,
        "guest": who.only_contractor(site.pk),
        "companies": sorted(who.companies(site.pk)),
        "posts": sorted(who.posts()),
    }


def _put(found: Facets, what: str, named: Named, extra: Any) -> None:
    match what:
        case "type":
            found.types.append(named)
        case "team":
            found.teams.append(named)
        case "field":
            choices, filterable, column, unit = json.loads(extra)
            found.fields.append(
                CustomField(
                    named.code,
                    named.name,
                    named.more,
                    tuple(choices),
                    named.pk,
                    filterable,
                    column,
                    unit,
                )
            )
        case "place":
            found.places[named.code] = named
        case "asset":
            found.asset = named
        case "owner":
            found.owners.append(named)
        case "post":
            found.owner_posts.append(named)
        case "executor":
            found.executors.append(named)
        case "clears":
            found.clears = named
        case "number":
            found.number = named.pk
        case "duty":
            found.duties.append(named)


def _part(what: str, rows: QuerySet, code: str, name: str, more: str = "") -> QuerySet:
    """One more member of the union; all have the same columns of the same kinds."""
    given = {
        "_what": Value(what, CharField()),
        "_code": Cast(code, CharField()),
        "_name": Cast(name, CharField()),
        "_more": Cast(more, CharField()) if more else Value("", CharField()),
        "_extra": Cast(Value(None), JSONField()),
    }
    pk = "number" if what.endswith("number") else "pk"
    found = rows.order_by() if not rows.query.is_sliced else rows
    return found.annotate(**given).values_list("_what", pk, "_code", "_name", "_more", "_extra")


def _pointed_at(site: Site, who: Scope, wanted: Wanted, of: str = "") -> Iterable[QuerySet]:
    """What an address names, as members of the union. of: says which address, before the kind."""
    if wanted == Wanted():
        return
    mine = WorkItem.objects.filter(of_site(who, site), site=site)
    if wanted.number is not None:
        yield _part(f"{of}number", mine.filter(number=wanted.number), "number", "number")
    if wanted.places:
        seen = visible(who, place="", team=None)
        places = Place.objects.filter(seen, site=site, code__in=wanted.places)
        if who.only_contractor(site.pk):
            below = {"place__path__startswith": OuterRef("path")}
            touched = ItemPlace.objects.filter(item__in=mine, **below)
            places = places.filter(Exists(mine.filter(**below)) | Exists(touched))
        yield _part(f"{of}place", places, "code", "name", "path")
    if wanted.asset:
        assets = known_assets(who, site.pk).filter(code=wanted.asset)
        yield _part(f"{of}asset", assets, "code", "name")
    if (people := _people(site, who, wanted.owner)) is not None:
        if who.only_contractor(site.pk):
            people = people.filter(known_to_guest(who, site))
        yield _part(f"{of}owner", people[: MOST + 1], "name", "name")
    if (posts := _posts(site, wanted.owner)) is not None:
        if who.only_contractor(site.pk):
            posts = posts.filter(Exists(mine.filter(owner_post=OuterRef("pk"))))
        yield _part(f"{of}post", posts[: MOST + 1], "name", "name")
    if (people := _people(site, who, wanted.executor)) is not None:
        if who.only_contractor(site.pk):
            people = people.filter(known_to_guest(who, site))
        yield _part(f"{of}executor", people[: MOST + 1], "name", "name")
    if wanted.clears and not who.only_contractor(site.pk):
        yield from _clearing(site, who, wanted.clears, of)


def _people(site: Site, who: Scope, asked: str) -> QuerySet[User] | None:
    """People of the site: by id, the reader as *me*, or by a part of the name."""
    kind, _colon, key = asked.partition(":")
    if asked == "me":
        return User.objects.filter(pk=who.user_id)
    known = User.objects.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), site=site)))
    if kind == "user":
        return known.filter(pk=int(key)) if key.isdigit() else None
    if not asked or asked == "none" or kind in ("post", "team", "role"):
        return None
    return known.filter(name__icontains=asked)


def _posts(site: Site, asked: str) -> QuerySet[Post] | None:
    kind, _colon, key = asked.partition(":")
    posts = Post.objects.filter(site=site)
    if kind == "post":
        return posts.filter(pk=int(key)) if key.isdigit() else None
    if not asked or asked in ("me", "none") or kind in ("user", "team", "role"):
        return None
    return posts.filter(name__icontains=asked)


def _clearing(site: Site, who: Scope, asked: str, of: str) -> Iterable[QuerySet]:
    kind, _colon, key = asked.partition(":")
    if not key.isdigit():
        return
    if kind == "user" and (people := _people(site, who, asked)) is not None:
        yield _part(f"{of}clears", people, "name", "name")
    elif kind == "post":
        yield _part(f"{of}clears", Post.objects.filter(site=site, pk=int(key)), "code", "name")
    elif kind == "team":
        yield _part(f"{of}clears", Team.objects.filter(site=site, pk=int(key)), "code", "name")
