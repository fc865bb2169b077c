"""The only writers of work/. Supporting applications use `control`, `recheck` and `door`.

Their reads may keep something for the rest of an act: `kept_by_act`.
"""

from work.services._asking import Changed, recheck
from work.services._locks import control
from work.services.acts import OpenAct, door, kept_by_act

__all__ = ["Changed", "OpenAct", "control", "door", "kept_by_act", "recheck"]
