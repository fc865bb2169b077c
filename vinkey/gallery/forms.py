"""Forms like those of the pages, with rows of every kind."""

from django import forms

from work.states import BlockerKind, Priority, Status


class WaitForm(forms.Form):
    kind = forms.ChoiceField(label="What it waits for", choices=BlockerKind.choices)
    what = forms.CharField(label="What exactly", max_length=250)
    condition = forms.CharField(
        label="Condition it is left in",
        help_text="So that whoever passes knows what he sees.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected = forms.DateTimeField(label="Expected", required=False)
    safe = forms.BooleanField(label="Stopped and safe")


class CancelForm(forms.Form):
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label="Answer",
        choices=[("pass", "Pass"), ("fail", "Fail"), ("could_not", "Could not")],
        widget=forms.RadioSelect,
    )
    value = forms.DecimalField(label="Reading", help_text="in °C, 60 to 75", required=False)
    said = forms.CharField(label="Remark", required=False)


class EvidenceForm(forms.Form):
    file = forms.FileField(label="Photo or file")
    criterion = forms.ChoiceField(label="Proves", choices=[("1", "Guards proven")], required=False)


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}))


class FilterForm(forms.Form):
    status = forms.MultipleChoiceField(label="Status", choices=Status.choices, required=False)
    type = forms.ChoiceField(
        label="Type", choices=[("", "Any"), ("MNT", "Maintenance")], required=False
    )
    place = forms.CharField(label="Place", required=False)
    blocked = forms.ChoiceField(
        label="Blocked", choices=[("", "Any"), ("1", "Yes"), ("0", "No")], required=False
    )
    due_before = forms.DateField(label="Due before", required=False)
    q = forms.CharField(label="Number or word", required=False)


class NewForm(forms.Form):
    what = forms.CharField(label="What must happen", max_length=250)
    where = forms.CharField(label="Where")
    why = forms.CharField(label="Why", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    type = forms.ChoiceField(label="Type", choices=[("MNT", "Maintenance")], required=False)
    priority = forms.ChoiceField(
        label="Priority", choices=Priority.choices, widget=forms.RadioSelect, initial=Priority.P3
    )
    safety_critical = forms.BooleanField(label="Safety-critical", required=False)
