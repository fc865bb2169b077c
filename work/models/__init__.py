"""The records of work/, one noun family a file."""

from work.models.history import Act, Event, Heartbeat, Note, Notice
from work.models.holds import Hold, Window
from work.models.imports import ImportedRecord, ImportRow, ImportRun, SavedMapping
from work.models.items import ItemAsset, ItemExecutor, ItemPlace, WorkItem
from work.models.people import (
    Duty,
    Membership,
    Post,
    PostHolder,
    Shift,
    Team,
    TeamMember,
    User,
)
from work.models.places import (
    Asset,
    AssetClass,
    AssetLocation,
    Place,
    PlaceNeighbour,
    PlaceState,
    Site,
    SiteCounter,
)
from work.models.proof import (
    Acceptance,
    Blob,
    ChecklistLine,
    CorrectiveAction,
    Criterion,
    Evidence,
)
from work.models.requirements import (
    Blocker,
    BlockerPromise,
    NamedCheck,
    Prerequisite,
    RequirementRule,
    RuleMode,
)
from work.models.sheets import Sheet
from work.models.types import (
    TypeCriterion,
    TypeField,
    TypeLine,
    TypeStage,
    WorkType,
    WorkTypeVersion,
)
from work.models.views import ListChoice, SavedView

__all__ = [
    "Acceptance",
    "Act",
    "Asset",
    "AssetClass",
    "AssetLocation",
    "Blob",
    "Blocker",
    "BlockerPromise",
    "ChecklistLine",
    "CorrectiveAction",
    "Criterion",
    "Duty",
    "Event",
    "Evidence",
    "Heartbeat",
    "Hold",
    "ImportRow",
    "ImportRun",
    "ImportedRecord",
    "ItemAsset",
    "ItemExecutor",
    "ItemPlace",
    "ListChoice",
    "Membership",
    "NamedCheck",
    "Note",
    "Notice",
    "Place",
    "PlaceNeighbour",
    "PlaceState",
    "Post",
    "PostHolder",
    "Prerequisite",
    "RequirementRule",
    "SavedMapping",
    "SavedView",
    "RuleMode",
    "Sheet",
    "Shift",
    "Site",
    "SiteCounter",
    "Team",
    "TeamMember",
    "TypeCriterion",
    "TypeField",
    "TypeLine",
    "TypeStage",
    "User",
    "Window",
    "WorkItem",
    "WorkType",
    "WorkTypeVersion",
]
