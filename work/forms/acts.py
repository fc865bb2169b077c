"""One form for each act on an item. They read what was typed; the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms.fields import choice, moment, text
from work.states import (
    BlockerKind,
    Role,
)


class Act(forms.Form):
    """An act that asks nothing. `known` holds what the page knows of the item (choices, parts)."""

    def __init__(self, *args: Any, known: Any = None, **kwargs: Any) -> None:
        self.known = known
        super().__init__(*args, **kwargs)


class Happened(Act):
    """An act of which a person may say when it happened."""

    happened_at = moment(_("When"), hint=_("Empty: now."))


class WhyStart(Happened):
    """Start or resume; why is asked where a warning stands open."""

    why = text(_("Why start all the same"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None and not self.known.warned:
            del self.fields["why"]


class Wait(Happened):
    """Stop and wait: the condition left, and the open blocker it waits for or a new one."""

    condition = text(_("Condition it is left in"))
    blocker = choice(_("Waits for"), [], required=False, empty=_("Something else, named below"))
    kind = choice(_("Kind"), BlockerKind.choices, required=False)
    what = forms.CharField(label=_("What it waits for"), required=False, max_length=250)
    clears = choice(
        _("Who clears it"), [(f"role:{v}", label) for v, label in Role.choices], required=False
    )

    field_order = ["condition", "blocker", "kind", "what", "clears", "happened_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["blocker"].choices = [
                *self.fields["blocker"].choices,
                *((row.pk, row.text) for row in self.known.open_blockers),
            ]

    def clean(self) -> dict[str, Any]:
        """One of the two, so that nothing that was typed is dropped."""
        data = super().clean() or {}
        if data.get("blocker") and data.get("what"):
            self.add_error("what", _("Choose a blocker or name something else, not both."))
        return data


class Condition(Happened):
    """Stop and release, or the answer to *stopped and safe?*."""

    condition = text(_("Condition it is left in"))
    field_order = ["condition", "happened_at"]


class WhyNeeded(Act):
    """An act that asks for a reason."""

    reason = text(_("Why"))


class Word(Act):
    """An act that asks for a word."""

    word = text(_("A word"))


class Cancel(WhyNeeded):
    """Cancel, or merge into a surviving item."""

    survivor = forms.CharField(
        label=_("Merged into"), required=False, max_length=20, help_text=_("Its number, as W-1042.")
    )


class GiveBack(Act):
    """What is missing, and who brings it."""

    missing = text(_("What is missing"))
    clears = choice(
        _("Who brings it"), [(f"role:{v}", label) for v, label in Role.choices], required=False
    )


class Accept(Act):
    """Judge what may be judged by name, sign the hand-back where the type asks for it."""

    remark = text(_("Remark"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is None:
            return
        for criterion in self.known.to_judge:
            name = f"judged-{criterion.pk}"
            self.fields[name] = text(criterion.text, required=False, hint=_("Judge it in words."))
        if self.known.takes_out:
            self.fields["handback"] = forms.BooleanField(
                label=_("Handed back to operations, safe to use"), required=False
            )

    def judged(self) -> dict[int, str]:
        """The words by criterion id."""
        return {
            int(name.removeprefix("judged-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("judged-")
        }


class Reopen(WhyNeeded):
    """Reopen; an item whose owner never was here, or has left, needs one.

    So does one that an import brought closed need the why and the criterion that it lacks.
    """

    owner = choice(_("Owner"), [], required=False)
    why = text(_("Why it must happen"), required=False)
    criterion = forms.CharField(label=_("Acceptance criterion"), required=False, max_length=250)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None and self.known.owned:
            del self.fields["owner"]
        elif self.known is not None:
            self.fields["owner"].choices = [("", _("Not said")), *self.known.owners()]
        if self.known is not None:
            for name in ("why", "criterion"):
                if name not in self.known.lacks:
                    del self.fields[name]


class Stage(Act):
    """Another stage inside the status."""

    stage = choice(_("Stage"), [])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["stage"].choices = self.known.stages


class Comment(Act):
    """Something said on the item."""

    text = text(_("Note"), hint=_("With @ and a name you let somebody know."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["text"].widget.attrs |= {
                "data-suggest": f"{self.known.people_url}?q=",
                "data-suggest-after": "@",
                "data-suggest-label": _("People who may see this"),
                "data-suggest-count": _("{n} found"),
            }


class RaiseBlocker(Happened):
    """Raise a blocker by hand."""

    kind = choice(_("Kind"), BlockerKind.choices)
    what = forms.CharField(label=_("What blocks it"), max_length=250)
    clears = choice(_("Who clears it"), [], required=False)
    expected = moment(_("Expected"))
    reference = forms.CharField(label=_("Order or reservation"), required=False, max_length=120)
    part = forms.CharField(label=_("Part"), required=False, max_length=120)
    quantity = forms.CharField(label=_("Quantity"), required=False, max_length=40)
    field_order = ["kind", "what", "clears", "expected", "reference", "part", "quantity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["clears"].choices = [("", _("Not said")), *self.known.clearers()]
