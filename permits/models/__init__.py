"""The records of permits."""

from permits.models.assessments import Hazard, Measure
from permits.models.conflicts import ActivityRule, Conflict
from permits.models.issues import GasTest, Issue, Presence, Signature, Stop
from permits.models.permits import Permit, PermitItem, PermitPerson, PermitPlace
from permits.models.types import (
    Numbering,
    PermitRoute,
    PermitSettings,
    PermitType,
    Substance,
    TypeTest,
)

__all__ = [
    "ActivityRule",
    "Conflict",
    "GasTest",
    "Hazard",
    "Issue",
    "Measure",
    "Numbering",
    "Permit",
    "PermitItem",
    "PermitPerson",
    "PermitPlace",
    "PermitRoute",
    "PermitSettings",
    "PermitType",
    "Presence",
    "Signature",
    "Stop",
    "Substance",
    "TypeTest",
]
