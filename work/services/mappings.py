"""Mappings that are saved at a site under a name, to be chosen again."""

from work.exceptions import Reason, Refused
from work.models import SavedMapping
from work.services._configure import named
from work.services.acts import OpenAct
from work.services.import_ import mapping_toml


def save_inner(
    act: OpenAct, site_id: int, *, name: str, text: str, replace: bool = False
) -> SavedMapping:
    """Save a mapping at a site that is held; one of the same name only where that is replaced.

    Raises MappingFault where the text is no mapping. Earlier runs keep the text they were read by.
    """
    name = named(name, 200)
    mapping = mapping_toml.parse(text, name=name)
    saved = SavedMapping.objects.filter(site_id=site_id, name=name).first()
    if saved is not None and not replace:
        raise Refused(Reason("import_mapping_taken", {"name": name}))
    if saved is None:
        saved = SavedMapping(site_id=site_id, name=name, version=0)
    saved.kind, saved.text = str(mapping.kind), text
    saved.version += 1
    saved.saved_by, saved.saved_at = act.actor, act.at
    saved.save()
    act.record("import_mapping_saved", saved, version=saved.version)
    return saved


__all__ = ["save_inner"]
