"""Mappings that are saved at a site under a name, to be chosen again."""

from work.exceptions import Reason, Refused
from work.models import SavedMapping
from work.services._configure import configure, named
from work.services.acts import OpenAct, door
from work.services.import_ import mapping_toml


def _save(
    act: OpenAct, *, site_id: int, name: str, text: str, replace: bool = False
) -> SavedMapping:
    """Save a mapping; one of the same name only where that is to be replaced.

    Raises MappingFault where the text is no mapping. Earlier runs keep the text they were read by.
    """
    configure(act, site_id)
    name = named(name, 200)
    mapping = mapping_toml.parse(text, name=name)
    saved = SavedMapping.objects.filter(site_id=site_id, name=name).first()
    if saved is not None and not replace:
        raise Refused(Reason("import_mapping_taken", {"name": name}))
    if saved is None:
        saved = SavedMapping(site_id=site_id, name=name, version=0)
    saved.kind, saved.text = mapping.kind.value, text
    saved.version += 1
    saved.saved_by, saved.saved_at = act.actor, act.at
    saved.save()
    act.record("import_mapping_saved", saved, version=saved.version)
    return saved


save = door(_save)

__all__ = ["save"]
