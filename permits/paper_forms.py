"""What is asked of what is entered from paper: the same as on the day, and when it happened."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from permits.forms import Confirm, Form, GasTest, HandBack, Moment, at_home, words
from permits.reads.names import roll


class FromPaper(Form):
    """Where the clock showed the time twice, as summer time ended, it asks which one is meant."""

    happened_at = Moment(label=_("When it happened, as the paper says"))
    which = forms.ChoiceField(
        label=_("The clock showed this time twice"),
        choices=[
            ("first", _("The first time, in summer time")),
            ("second", _("The second time, in winter time")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.second = _second(self.data.get(self.add_prefix("happened_at"), ""))
        if self.second is None:
            del self.fields["which"]

    def clean_which(self) -> str:
        """The second of the two moments, where that is meant."""
        which = str(self.cleaned_data["which"])
        if which == "second" and "happened_at" in self.cleaned_data:
            self.cleaned_data["happened_at"] = self.second
        return which


def _second(text: Any) -> datetime | None:
    """The second moment at which the clock showed this time; None where it did so once."""
    try:
        typed = parse_datetime(str(text).strip())
    except ValueError:
        return None
    if typed is None or timezone.is_aware(typed) or not 1900 <= typed.year <= 2199:
        return None
    first, second = at_home(typed), at_home(typed, fold=1)
    return second if first < second else None


class PaperStop(FromPaper):
    why = words(_("Why"), required=False)


class PaperConfirm(FromPaper, Confirm):
    """Stopped, people out, the condition left."""


class PaperHandBack(FromPaper, HandBack):
    """Handed back, and how it is left."""


class PaperTest(FromPaper, GasTest):
    """Readings that were taken then; nothing is scanned afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "why"):
            self.fields.pop(name, None)


class PaperOn(FromPaper):
    name = forms.CharField(label=_("Name"), max_length=150)


class PaperOff(FromPaper):
    presence = forms.TypedChoiceField(label=_("Who"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["presence"]
        on_it = self.known.on_it if self.known else []
        names = roll(on_it, self.known.called) if on_it else []
        field.choices = [(each.pk, name) for each, name in zip(on_it, names, strict=True)]
