"""The records of permits."""

from permits.models.assessments import Hazard, Measure
from permits.models.boxes import (
    IsolationCheck,
    LockRemoval,
    PersonalLock,
    TestAgreement,
    TestSanction,
)
from permits.models.cards import IsolationCard
from permits.models.conflicts import ActivityRule, Conflict
from permits.models.isolations import Isolation, IsolationPoint, IsolationUse
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
    "Isolation",
    "IsolationCard",
    "IsolationCheck",
    "IsolationPoint",
    "IsolationUse",
    "Issue",
    "LockRemoval",
    "Measure",
    "Numbering",
    "Permit",
    "PermitItem",
    "PermitPerson",
    "PermitPlace",
    "PermitRoute",
    "PermitSettings",
    "PermitType",
    "PersonalLock",
    "Presence",
    "Signature",
    "Stop",
    "Substance",
    "TestAgreement",
    "TestSanction",
    "TypeTest",
]
