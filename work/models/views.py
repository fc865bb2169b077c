"""Views of the list that people keep: filters, order and columns under a name."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class SavedView(models.Model):
    """What an address of the list asks for, under a name: its writer's own, or the site's.

    query: as an address has it. It is asked within what its reader may see, whoever wrote it. A
    view that is of use no longer is withdrawn; its name is free then.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared = models.BooleanField(_("for everybody at the site"), default=False)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("what it asks"), blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(_("saved"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                "site",
                "by",
                Lower("name"),
                name="work_savedview_own_name",
                condition=Q(shared=False, withdrawn_at=None),
            ),
            models.UniqueConstraint(
                "site",
                Lower("name"),
                name="work_savedview_shared_name",
                condition=Q(shared=True, withdrawn_at=None),
            ),
            models.CheckConstraint(name="work_savedview_named", condition=~Q(name="")),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How a person wants the list of a site: its columns, and the view that it opens with."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    columns = models.JSONField(default=list, blank=True)
    default_view = models.ForeignKey(
        SavedView, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "user"], name="work_listchoice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.user_id}"
