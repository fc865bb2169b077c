"""The registries through which the core asks, without naming who answers.

A supporting application fills them in its `AppConfig.ready()`. Contract tests run over all that is
registered (tests/contract).
"""

from work.ports.arriving import (
    Arrived,
    Holds,
    Importer,
    ImportField,
    Made,
    Misfit,
    NotTaken,
    Standing,
)
from work.ports.between import (
    STRANGER,
    Asked,
    Capacity,
    Condition,
    Conditions,
    Kind,
    Occasion,
    told,
    told_against,
)
from work.ports.items import (
    Answer,
    Askable,
    Fit,
    Fitness,
    ItemChange,
    ItemContext,
    ItemListener,
    Param,
    PlaceListener,
    Requirement,
    Source,
    SourceListener,
    Supplier,
)
from work.ports.plays import Play, Stage
from work.ports.registry import Glossary, Registry
from work.ports.shown import (
    CountedPanel,
    Found,
    Lapse,
    Naming,
    Panel,
    Room,
    SearchSource,
    Way,
    Words,
)

suppliers: Registry[Supplier] = Registry()
askable: Registry[Askable] = Registry()
fitness: Registry[Fitness] = Registry()
item_listeners: Registry[ItemListener] = Registry()
place_listeners: Registry[PlaceListener] = Registry()
source_listeners: Registry[SourceListener] = Registry()
panels: Registry[Panel] = Registry()
capacities: Registry[Capacity] = Registry()
kinds: Registry[Kind] = Registry()
conditions: Registry[Conditions] = Registry()
rooms: Registry[Room] = Registry()
ways: Registry[Way] = Registry()
search_sources: Registry[SearchSource] = Registry()
lapses: Registry[Lapse] = Registry()
importers: Registry[Importer] = Registry()
plays: Registry[Play] = Registry()
namings: Registry[Naming] = Registry()
words = Glossary()

__all__ = [
    "STRANGER",
    "Answer",
    "Arrived",
    "Askable",
    "Asked",
    "Capacity",
    "Condition",
    "Conditions",
    "CountedPanel",
    "Fit",
    "Fitness",
    "Found",
    "Glossary",
    "Holds",
    "ImportField",
    "Importer",
    "ItemChange",
    "ItemContext",
    "ItemListener",
    "Kind",
    "Lapse",
    "Made",
    "Misfit",
    "Naming",
    "NotTaken",
    "Misfit",
    "Occasion",
    "Panel",
    "Param",
    "PlaceListener",
    "Play",
    "Registry",
    "Requirement",
    "Room",
    "SearchSource",
    "Source",
    "SourceListener",
    "Standing",
    "Stage",
    "Supplier",
    "Way",
    "Words",
    "askable",
    "capacities",
    "conditions",
    "fitness",
    "importers",
    "item_listeners",
    "kinds",
    "lapses",
    "namings",
    "panels",
    "place_listeners",
    "plays",
    "rooms",
    "search_sources",
    "source_listeners",
    "suppliers",
    "told",
    "told_against",
    "ways",
    "words",
]
