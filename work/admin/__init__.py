"""The admin of work: configuration, people and roles of the sites that a person administers.

Every page has the one base `SiteAdmin`, and nothing is saved but through the services. `PAGES`
names what is shown; the frame registers it.
"""

from work.admin.people import TeamAdmin
from work.admin.places import NeighbourAdmin, PlaceAdmin, SitesAdmin
from work.models import Place, PlaceNeighbour, Site, Team

PAGES = {
    Site: SitesAdmin,
    Place: PlaceAdmin,
    PlaceNeighbour: NeighbourAdmin,
    Team: TeamAdmin,
}

__all__ = ["PAGES"]
