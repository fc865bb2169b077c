"""The demo for tests: loaded once through its services, then put back as it was stored."""

import io
from dataclasses import replace
from datetime import datetime

import pytest
from django.core.management import call_command

from tests.factories.kept import built_once
from work.demo import hvk, nrd
from work.demo.data import Demo, Job
from work.management.commands import load_demo

AT = "2026-11-24T05:00+01:00"
MOMENT = datetime.fromisoformat(AT)


@built_once
def of_november() -> str:
    """The whole demo at its own moment: what loading it said."""
    return load(AT)


@built_once
def of_today() -> str:
    """The open work of the demo, and some that has ended, around the moment of the first asking."""
    with pytest.MonkeyPatch.context() as patch:
        jobs = (*hvk.ENDED[-8:], *hvk.OPEN)
        patch.setattr(load_demo, "DEMOS", of_jobs(*jobs, domains=True))
        return load(None)


def load(at: str | None) -> str:
    """Load what `load_demo` loads."""
    out = io.StringIO()
    call_command("load_demo", at=at, stdout=out)
    return out.getvalue()


def of_jobs(*jobs: Job, domains: bool = False) -> tuple[Demo, Demo]:
    """The demo with these jobs alone, those things alone that they name, and the shifts of now.

    domains: with what the domains play in it.
    """
    named = {code for job in jobs for code in job.given.get("assets", ())}
    named |= {row[3].removeprefix("in:") for row in hvk.DEMO.assets if row[1] in named}
    things = tuple(row for row in hvk.DEMO.assets if row[1] in named)
    # As far back as permits were issued: where only others are planned, an issuer has no shift.
    given = {"jobs": jobs, "assets": things, "domains": domains, "shifts": (3, 2)}
    return replace(hvk.DEMO, **given), nrd.DEMO
