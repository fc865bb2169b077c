"""What an item arrived without: the causes that an import noted, until somebody fills them in."""

from collections.abc import Collection

from work.models import Criterion, WorkItem
from work.services._definition import definition


def fill_in(item: WorkItem, changed: Collection[str] = ()) -> bool:
    """Strike the causes that hold no longer, in memory; whether any did. No cause comes back.

    changed: names of the fields that were changed just now. Where the source named no place the
    item stands at a guess, so that only a change of it tells that somebody has looked.
    """
    left = [cause for cause in item.incomplete if not _filled(item, cause, changed)]
    if left == item.incomplete:
        return False
    item.incomplete = left
    return True


def _filled(item: WorkItem, cause: str, changed: Collection[str]) -> bool:
    if cause.startswith("values."):
        return item.values.get(cause.removeprefix("values.")) not in (None, "")
    match cause:
        case "what":  # the source gave no more than its key
            return item.what != item.external_key
        case "place":
            return "place" in changed
        case "why":
            return bool(item.why.strip())
        case "owner":
            return item.owner_user_id is not None or item.owner_post_id is not None
        case "criterion":
            own = Criterion.objects.filter(item=item, withdrawn_at=None)
            return bool(definition(item.type_version_id).criteria) or own.exists()
    return False
