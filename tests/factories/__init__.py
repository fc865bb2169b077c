"""Things that tests need, made through the services as people would make them."""

from tests.factories.items import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    residual_item,
    waiting_item,
)
from tests.factories.setup import (
    AT,
    asset,
    asset_class,
    company,
    person,
    place,
    post_with_duty,
    rule,
    site,
    work_type,
)
from tests.factories.world import World, make_world, second_site

__all__ = [
    "AT",
    "World",
    "asset",
    "asset_class",
    "closed_item",
    "company",
    "done_item",
    "live_item",
    "make_world",
    "person",
    "place",
    "planned_item",
    "post_with_duty",
    "requested_item",
    "residual_item",
    "rule",
    "second_site",
    "site",
    "waiting_item",
    "work_type",
]
