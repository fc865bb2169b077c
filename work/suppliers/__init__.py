"""The suppliers, fitness and listeners that live in the core itself."""

from django.utils.translation import gettext_lazy as _

from work import ports
from work.services.import_.people import People
from work.suppliers.checks import NamedChecks
from work.suppliers.items import DependentItems, OtherItems
from work.suppliers.people import Executors, Fitnesses, Membership
from work.suppliers.windows import Windows

# Other work and windows are named on an item, never by a rule.
_ASKABLE = (
    ports.Askable(
        NamedChecks.key,
        _("A check by name, of a role"),
        (ports.Param("role", _("Checked by"), "role"),),
    ),
    ports.Askable(Executors.key, _("An executor is named")),
    ports.Askable(Fitnesses.key, _("The executors are fit")),
)


def register_all() -> None:
    """Register them; called once at start-up."""
    if ports.suppliers.get(OtherItems.key) is not None:
        return
    for supplier in (OtherItems(), NamedChecks(), Executors(), Fitnesses(), Windows()):
        ports.suppliers.register(supplier)
    for each in _ASKABLE:
        ports.askable.register(each)
    ports.fitness.register(Membership())
    ports.item_listeners.register(DependentItems())
    ports.importers.register(People())
