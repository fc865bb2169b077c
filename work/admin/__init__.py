"""The admin of work: configuration, people and roles of the sites that a person administers.

Every page has the one base `SiteAdmin`, and nothing is saved but through the services. `PAGES`
names what is shown; the frame registers it.
"""

from work.admin.asset_classes import AssetClassAdmin
from work.admin.assets import AssetAdmin
from work.admin.looking_back import EventAdmin, WorkItemAdmin
from work.admin.people import PersonAdmin
from work.admin.places import NeighbourAdmin, PlaceAdmin
from work.admin.posts import DutyAdmin, HolderAdmin, PostAdmin
from work.admin.roles import RoleAdmin
from work.admin.rules import RuleAdmin
from work.admin.sites import SitesAdmin
from work.admin.teams import MemberAdmin, ShiftAdmin, TeamAdmin
from work.admin.types import TypeAdmin
from work.admin.versions import VersionAdmin
from work.models import (
    Asset,
    AssetClass,
    Duty,
    Event,
    Membership,
    Place,
    PlaceNeighbour,
    Post,
    PostHolder,
    RequirementRule,
    Shift,
    Site,
    Team,
    TeamMember,
    User,
    WorkItem,
    WorkType,
    WorkTypeVersion,
)

PAGES = {
    # The site and its people.
    Site: SitesAdmin,
    Place: PlaceAdmin,
    PlaceNeighbour: NeighbourAdmin,
    AssetClass: AssetClassAdmin,
    Asset: AssetAdmin,
    User: PersonAdmin,
    Membership: RoleAdmin,
    Team: TeamAdmin,
    TeamMember: MemberAdmin,
    Shift: ShiftAdmin,
    Post: PostAdmin,
    PostHolder: HolderAdmin,
    Duty: DutyAdmin,
    WorkType: TypeAdmin,
    WorkTypeVersion: VersionAdmin,
    RequirementRule: RuleAdmin,
    WorkItem: WorkItemAdmin,
    Event: EventAdmin,
}

__all__ = ["PAGES"]
