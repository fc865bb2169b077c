"""Permits, isolations, gas tests and handbacks: what the plant says before work may begin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PermitsConfig(AppConfig):
    name = "permits"
    verbose_name = _("Permits")

    def ready(self) -> None:
        from permits import answers, isolation_answers, isolation_panels, panels
        from permits.demo import Play
        from permits.words import WORDS
        from work import ports

        ports.suppliers.register(answers.Permits())
        ports.askable.register(
            ports.Askable(
                answers.Permits.key,
                _("A permit in force"),
                (ports.Param("type", _("Code of the permit type")),),
            )
        )
        ports.suppliers.register(isolation_answers.Isolations())
        ports.askable.register(
            ports.Askable(isolation_answers.Isolations.key, _("An isolation in place and tried"))
        )
        ports.fitness.register(isolation_answers.Locks())
        ports.kinds.register(answers.PermitTypes())
        ports.kinds.register(isolation_answers.IsolationKinds())
        for capacity in answers.CAPACITIES:
            ports.capacities.register(capacity)
        ports.item_listeners.register(answers.FollowsItems())
        ports.place_listeners.register(answers.FollowsPlaces())
        ports.item_listeners.register(isolation_answers.OfItems())
        for panel in (panels.OfItem(), panels.OfPlace(), panels.OfPerson(), panels.SafeNow()):
            ports.panels.register(panel)
        of_isolations = isolation_panels.OfItem, isolation_panels.OfPlace, isolation_panels.OfPerson
        for of in of_isolations:
            ports.panels.register(of())
        ports.search_sources.register(panels.Finds())
        ports.search_sources.register(isolation_panels.Finds())
        ports.lapses.register(ports.Lapse("permits.isolation", isolation_panels.LAPSES))
        ports.lapses.register(ports.Lapse("permits.permit", panels.LAPSES))
        ports.rooms.register(
            ports.Room("permits", _("Permits"), "shield-check", "permits:permit_list")
        )
        ports.rooms.register(
            ports.Room("isolations", _("Isolations"), "lock", "isolations:isolation_list")
        )
        for page in ("place", "item"):
            ports.ways.register(panels.stop_here(page))
        ports.words.register(WORDS)
        ports.plays.register(Play())
