"""A form of the admin whose last check is the service: what it refuses is said at the form."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.translation import gettext as _

from work.exceptions import NotDone
from work.permissions import Scope
from work.reasons import Names, once, say

# Sent with every form, and typed by nobody.
HIDDEN = ("act", "seen")


class OwnChoice(forms.ModelChoiceField):
    """A record; what is no key, in an address or sent by hand, is drawn as nothing chosen."""

    def prepare_value(self, value: Any) -> Any:
        """The key of the record."""
        key = super().prepare_value(value)
        return key if str(key).isdecimal() else None


class ActForm(forms.ModelForm):
    """Nothing is written by the form: `carry_out` is the act, done when all else is in order.

    act: born with the form, so that it may be sent twice. seen: what the form showed of the record
    when it was opened; who sends it after somebody else changed that is told, and keeps what was
    typed.
    """

    act = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    # Put by the admin for each request.
    carry_out: Callable[["ActForm"], Model]
    who: Scope

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["act"].initial = uuid.uuid4()
        self.fields["seen"].initial = self._digest()

    def _digest(self) -> str:
        """What the record says in the fields of this form, as a short word; empty of a new one."""
        if self.instance.pk is None:
            return ""
        shown = {name: self.initial.get(name) for name in self.fields if name not in HIDDEN}
        text = json.dumps(shown, cls=DjangoJSONEncoder, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def full_clean(self) -> None:
        """Check the fields, then do it; a refusal becomes an error of the form."""
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        now = self.fields["seen"].initial
        if self.cleaned_data.get("seen", "") != now:
            if not set(self.changed_data).difference(HIDDEN):
                return  # it says so already: a button that was pressed twice
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = now
            self.add_error(
                None,
                _(
                    "Somebody changed this while you had it open. Nothing of yours was saved:"
                    " look at what is there now, and save again if yours is to stand."
                ),
            )
            return
        try:
            self.instance = self.carry_out(self)
        except NotDone as error:
            for text in told(error, self.who):
                self.add_error(None, text)

    def _post_clean(self) -> None:
        """The service checks what a record may be; nothing is put on the instance here."""

    def save(self, commit: bool = True) -> Model:
        """It is saved already."""
        return self.instance

    def save_m2m(self) -> None:
        """So is what belongs to it."""

    def arguments(self, names: Iterable[str]) -> dict[str, Any]:
        """The values of these fields as a service takes them: of a record its id."""
        said: dict[str, Any] = {}
        for name in names:
            value = self.cleaned_data.get(name)
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                said[f"{name}_id"] = value.pk if value is not None else None
            else:
                said[name] = value
        return said


def told(error: NotDone, who: Scope) -> list[str]:
    """The reasons of a refusal in words, each with who can clear it."""
    names = Names(error.reasons, who)
    texts = []
    for said in say(once(error.reasons, names), who, names):
        texts.append(_("%(text)s (%(who)s)") % {"text": said.text, "who": said.who})
        if not said.who:
            texts[-1] = said.text
    return texts or [_("That cannot be done now. Try again.")]
