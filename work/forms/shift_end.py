"""What becomes of one item at the end of a shift: one form an item, all of them sent at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.forms.fields import text
from work.reads.shift_end import Left
from work.states import Status

# The choice of what it waits for that is none of its open blockers.
NEW = "new"


class Ending(forms.Form):
    """Done, left in this condition, or over to another.

    people: who can take it on, by the name in small letters: the name, and the key ("user:5").
    """

    outcome = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"), required=False, widget=forms.RadioSelect
    )
    condition = text(
        gettext_lazy("Condition it is left in, or what the next must know"), required=False
    )
    # The door says whether the blocker still stands.
    waits = forms.CharField(label=gettext_lazy("It waits for"), required=False, widget=forms.Select)
    what = forms.CharField(
        label=gettext_lazy("Something else that it waits for"), required=False, max_length=250
    )
    to = forms.CharField(
        label=gettext_lazy("Over to"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, left: Left, people: dict[str, tuple[str, str]]) -> None:
        super().__init__(data, prefix=f"i{left.item.pk}", auto_id="%s")
        self.left, self.people = left, people
        live = left.item.status == Status.LIVE
        choices = [("", _("Nothing now"))]
        if live:
            choices += [("done", _("Done")), ("leave", _("Leave it in this condition"))]
        choices.append(("over", _("Over to another")))
        outcome = self.fields["outcome"]
        # What is not theirs is not offered; who sends it all the same is refused by the door.
        outcome.choices = [(key, key) for key in ("", "done", "leave", "over")]
        outcome.widget.choices = [each for each in choices if each[0] not in left.denied]
        waits = [(str(pk), words) for pk, words in left.blockers]
        self.fields["waits"].widget.choices = [
            ("", _("Nothing: it is released, back to planned")),
            *waits,
            (NEW, _("Something else, named below")),
        ]
        if not live or "leave" in left.denied:
            del self.fields["waits"], self.fields["what"]
        if "over" in left.denied:
            del self.fields["to"]

    def clean(self) -> dict[str, Any]:
        """What the chosen outcome asks besides."""
        said = super().clean() or {}
        if said.get("outcome") in self.left.denied:
            return said
        match said.get("outcome"):
            case "leave":
                if not said.get("condition"):
                    self.add_error("condition", _("Say in which condition it is left."))
                if said.get("waits") == NEW and not said.get("what"):
                    self.add_error("what", _("Say what it waits for."))
            case "over":
                said["to"] = self._taker(said.get("to") or "")
        return said

    def _taker(self, typed: str) -> tuple[str, int] | None:
        """Whoever is called so, as ("user", 5)."""
        _name, key = self.people.get(typed.strip().casefold(), ("", ""))
        if not key:
            self.add_error("to", _("Name a person or a post of the list."))
            return None
        kind, _sep, pk = key.partition(":")
        if kind == "post" and not (self.left.mine or self.left.of_post):
            self.add_error("to", _("A post owns work and does not carry it out: name a person."))
        return kind, int(pk)
