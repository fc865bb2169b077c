"""What came back of the list in a spreadsheet, between looking at it and having it done."""

from django.conf import settings
from django.db import models


class Sheet(models.Model):
    """The changes of one file, for who brought it; the file itself is not kept.

    rows: of each item its id, number, the version that the file has, and what is set. found: what
    else was seen in the file. results: what became of each item, by its id. Goes after some days.
    """

    site = models.ForeignKey("work.Site", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    made_at = models.DateTimeField(db_index=True)
    rows = models.JSONField(default=list)
    found = models.JSONField(default=dict)
    results = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
