"""Filters that several lists have."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class InForce(SimpleListFilter):
    """By from and until."""

    title = gettext_lazy("in force")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Now, later, or no more."""
        return [("now", _("now")), ("later", _("to come")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of which that is so at this moment."""
        at = timezone.now()
        chosen = {
            "now": Q(starts__lte=at) & (Q(ends=None) | Q(ends__gt=at)),
            "later": Q(starts__gt=at),
            "ended": Q(ends__lte=at),
        }
        return queryset.filter(chosen.get(self.value() or "", Q()))
