"""How far a demo is loaded: begun and not ended, or loaded to its end; and the ids of its acts."""

import hashlib
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from work import ports
from work.models import Heartbeat
from work.services import clock, shipped

_BEGUN, _LOADED = "demo begun", "demo loaded"


def begin(at: datetime) -> None:
    """A demo of that moment is being loaded from here on."""
    clock.beat(f"{_BEGUN} {_version()}", at)


def end(at: datetime) -> None:
    """All of the demo is there."""
    clock.beat(_LOADED, at)


def loaded() -> bool:
    """Whether the database holds a demo, loaded to its end."""
    return Heartbeat.objects.filter(name=_LOADED).exists()


def begun() -> datetime | None:
    """The moment of the demo that is here; None where there is none."""
    found = Heartbeat.objects.filter(name__startswith=_BEGUN).first()
    return found.at if found is not None else None


def cut_short() -> datetime | None:
    """The moment of a demo that was not loaded to its end; None where there is no such demo."""
    return None if loaded() else begun()


def same_version() -> bool:
    """Whether the demo that was begun is the one that is known here."""
    return Heartbeat.objects.filter(name=f"{_BEGUN} {_version()}").exists()


def ids_of(slug: str) -> Iterator[uuid.UUID]:
    """The ids of the acts of a site's demo, in the order of its acts."""
    space = uuid.uuid5(uuid.NAMESPACE_URL, f"demo/{slug}/{_version()}")
    return (uuid.uuid5(space, str(n)) for n in count())


def _version() -> str:
    """Another one when anything of the demo was changed."""
    digest = hashlib.sha256()
    told = [str(sys.modules[type(each).__module__].__file__) for each in ports.plays.all()]
    for room in (__file__, *told):
        for source in sorted(Path(room).parent.rglob("*.py")):
            digest.update(source.read_bytes())
    for kind in shipped.known():
        digest.update(kind.data)
    return digest.hexdigest()[:16]
