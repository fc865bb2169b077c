"""The open work that a change of competence concerns, asked anew in the same act."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from competence.models import Rule
from work.events import label
from work.services import OpenAct, recheck
from work.services.clock import settle_items
from work.states import CONTROLLED, OPEN, UNDER_WAY

log = logging.getLogger(__name__)

KEY = "work.fitness"
_CHUNK = 500
# Of a rule so much is asked in its own act, what is under way first; the rest by the minute task.
_AT_ONCE = 300
_LATER = 100
_OF_RULES = ("created", "changed", "rule_ended")


def _items(**wanted: Any) -> QuerySet[Any]:
    return apps.get_model("work", "WorkItem")._default_manager.filter(**wanted)


def of_people(act: OpenAct, site_id: int, people: Iterable[int]) -> None:
    """Ask again whether these people are fit for what they execute at the site."""
    _again(act, _items(site_id=site_id, status__in=sorted(OPEN), executors__in=list(people)))


def of_company(act: OpenAct, site_id: int, team_id: int) -> None:
    """The same of all that a company executes at the site."""
    items = _items(site_id=site_id, status__in=sorted(OPEN), team_id=team_id)
    _again(act, items.filter(executors__isnull=False))


def _again(act: OpenAct, items: QuerySet[Any]) -> None:
    of_items(act, sorted(set(items.values_list("pk", flat=True))))


def of_items(act: OpenAct, ids: list[int]) -> None:
    """Ask again of these items."""
    for start in range(0, len(ids), _CHUNK):
        recheck(act=act, key=KEY, item_ids=ids[start : start + _CHUNK])


def touched(rule: Rule) -> list[int]:
    """Ids of the work that a rule may concern, what is under way first.

    What a record of another domain concerns is not known here, so that it is not narrowed by it.
    """
    wanted = Q(site_id=rule.site_id, status__in=sorted(CONTROLLED), executors__isnull=False)
    if rule.capacity:
        return []
    if rule.type_id:
        wanted &= Q(type_id=rule.type_id)
    if rule.place_id and rule.place is not None:
        wanted &= Q(place__path__startswith=rule.place.path)
    if rule.asset_class_id:
        wanted &= Q(assets__asset_class_id=rule.asset_class_id)
    if rule.team_id:
        wanted &= Q(team_id=rule.team_id)
    first = Case(
        When(status__in=sorted(UNDER_WAY), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = _items().filter(wanted).order_by(first, "pk").values_list("pk", flat=True)
    return list(dict.fromkeys(rows))


def of_rule(act: OpenAct, rule: Rule, before: Sequence[int] = ()) -> None:
    """Ask again of what a rule touches, and touched before: so much as the act holds the site for
    a moment only. The rest is for `ask_rest`; gates ask the rules in any case.
    """
    recheck(act=act, key=KEY, item_ids=list(dict.fromkeys([*before, *touched(rule)]))[:_AT_ONCE])


def ask_rest(*, since: datetime, at: datetime) -> int:
    """Ask again of what acts on rules since then did not come to: how many items that were.

    Idempotent. What a changed rule touched before is not known any more: of such a site all is.
    A site that fails holds up no other; at the end it is raised, so that all is done again.
    """
    events: Any = _items().model._meta.get_field("history").related_model
    done = events.objects.filter(
        subject_type=label(Rule), verb__in=_OF_RULES, recorded_at__gt=since, recorded_at__lte=at
    )
    wanted: dict[int, set[int]] = {}
    rules = Rule.objects.select_related("place").in_bulk(
        list(done.values_list("subject_id", flat=True))
    )
    for rule_id, verb in done.order_by("pk").values_list("subject_id", "verb"):
        rule = rules[rule_id]
        ids = touched(Rule(site_id=rule.site_id) if verb == "changed" else rule)
        if len(ids) > _AT_ONCE:
            wanted.setdefault(rule.site_id, set()).update(ids)
    failed = []
    for site_id, of_site in sorted(wanted.items()):
        ids = sorted(of_site)
        try:
            for start in range(0, len(ids), _LATER):
                part = ids[start : start + _LATER]
                settle_items(actor=None, at=at, site_id=site_id, item_ids=part)
        except Exception as error:
            log.exception("not asked again", extra={"site": site_id})
            failed.append(error)
    if failed:
        raise ExceptionGroup("not asked again", failed)
    return sum(map(len, wanted.values()))
