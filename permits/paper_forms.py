"""What is asked of what is entered from paper: the same as on the day, and when it happened."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from permits.forms import Confirm, Form, GasTest, HandBack, Moment, words


class FromPaper(Form):
    happened_at = Moment(label=_("When it happened, as the paper says"))


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
        field.choices = [(each.pk, each.name or str(each.person)) for each in on_it]
