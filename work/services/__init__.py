"""The only writers of work/. Supporting applications use `control`, `recheck` and `door`."""

from work.services._asking import Changed, recheck
from work.services._locks import control
from work.services.acts import OpenAct, door

__all__ = ["Changed", "OpenAct", "control", "door", "recheck"]
