"""What the requirements of an item ask, as those name it who answer for them."""

import logging
from collections import defaultdict
from datetime import datetime

from work import ports
from work.exceptions import Reason
from work.ports import Source
from work.services._facts import Facts

log = logging.getLogger(__name__)


def named(facts: Facts, at: datetime) -> dict[int, Reason]:
    """By their ids; those that nobody names are called as they are stored. A query a supplier."""
    by_supplier: dict[str, dict[int, Source]] = defaultdict(dict)
    for row in facts.prerequisites:
        if row.source_id is not None:
            source = Source.of(row.supplier, row.source_id, row.params)
            by_supplier[row.supplier][row.pk] = source
    found: dict[int, Reason] = {}
    for naming in ports.namings.all():
        if sources := by_supplier.get(naming.key):
            try:
                said = naming.named(facts.item, set(sources.values()), at)
            except Exception:
                log.exception("a naming failed", extra={"naming": naming.key})
                continue
            found |= {pk: said[source] for pk, source in sources.items() if source in said}
    return found
