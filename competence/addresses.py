"""Where the pages of competence stand, for reasons that are links."""

from django.urls import get_script_prefix


def person(slug: str, pk: int) -> str:
    """The page of a person at a site; by hand, since a judgement names hundreds."""
    return f"{get_script_prefix()}s/{slug}/competence/people/{pk}/"
