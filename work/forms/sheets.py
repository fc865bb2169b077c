"""The form of a spreadsheet that comes back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from work.services.import_.uploads import ENDINGS


class Back(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or XLSX, with the columns “id” and “version” as they were exported."),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
