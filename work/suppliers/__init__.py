"""The suppliers, fitness and listeners that live in the core itself."""

from work import ports
from work.suppliers.checks import NamedChecks
from work.suppliers.items import DependentItems, OtherItems
from work.suppliers.people import Executors, Fitnesses, Membership
from work.suppliers.windows import Windows


def register_all() -> None:
    """Register them; called once at start-up."""
    if ports.suppliers.get(OtherItems.key) is not None:
        return
    for supplier in (OtherItems(), NamedChecks(), Executors(), Fitnesses(), Windows()):
        ports.suppliers.register(supplier)
    ports.fitness.register(Membership())
    ports.item_listeners.register(DependentItems())
