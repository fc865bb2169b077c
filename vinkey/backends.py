"""Who is signed in, found again at every request by a statement that is put together once."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from work.models import User
from work.prepared import given, prepared


@prepared
def _person() -> QuerySet[User]:
    return User.objects.filter(pk=given("pk"))


class PasswordBackend(ModelBackend):
    """Django's own, by name and password."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless they may no longer sign in."""
        found = next(iter(_person(pk=user_id)), None)
        return found if found is not None and self.user_can_authenticate(found) else None
