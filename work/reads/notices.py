"""What a person must be told and has not seen."""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from work.exceptions import Reason
from work.models import Notice, User
from work.permissions import Scope, visible
from work.reasons import text

_LIMIT = 20


def unseen(who: Scope, at: datetime) -> list[dict[str, Any]]:
    """The newest notices not seen yet, of items that are theirs to know or of none: one query."""
    seen_items = visible(who, place="item__place", team="item__team", site="item__site_id")
    rows = (
        Notice.objects.filter(Q(item=None) | seen_items, user_id=who.user_id, seen_at=None)
        .annotate(by_name=Subquery(_who_wrote().values("name")))
        .select_related("item__site")
        .order_by("-at", "-pk")[:_LIMIT]
    )
    return [_row(notice, at) for notice in rows]


def _who_wrote() -> QuerySet[User]:
    by = Cast(KeyTextTransform("by", OuterRef("params")), BigIntegerField())
    return User.objects.filter(pk=by)


def _row(notice: Notice, at: datetime) -> dict[str, Any]:
    item = notice.item
    since = parse_datetime(str(notice.params.get("since", ""))) or notice.at
    minutes = int((at - since).total_seconds() // 60)
    texts = {
        "stop_not_confirmed": _("not confirmed stopped, %(minutes)s min") % {"minutes": minutes},
        "outcome_reopened": _("work that it relied on was reopened"),
        "mentioned": _("%(who)s named you in a note") % {"who": notice.by_name},  # type: ignore[attr-defined]
    }
    label = f"W-{item.number}" if item else str(notice.params.get("label", ""))
    address = str(notice.params.get("url", ""))
    # Of a domain: its own words.
    told = Reason.from_json({"code": notice.code, "params": notice.params})
    return {
        "pk": notice.pk,
        "label": label,
        "what": item.what if item else "",
        "url": reverse("work:item_detail", args=[item.site.slug, label]) if item else address,
        "text": texts.get(notice.code) or text(told),
        "grave": notice.code != "mentioned",
        "at": notice.at,
        "seen_url": reverse("work:notice_seen", args=[notice.pk]),
    }
