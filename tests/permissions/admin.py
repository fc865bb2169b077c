"""The admin's addresses: for each the code of a GET and of a POST by staff."""

from tests.permissions.people import ANONYMOUS, Codes

# Where the way of who is not staff ends; a word that is no address shows that there is nothing.
DOOR = "/admin/login/"
ADMIN: dict[str, tuple[str, int, int]] = {
    "admin:index": ("/admin/", 200, 200),
    "admin:login": (DOOR, 302, 302),
    "admin:logout": ("/admin/logout/", 405, 302),
    "admin:password_change": ("/admin/password_change/", 302, 302),
    "admin:autocomplete": ("/admin/autocomplete/", 403, 405),
    "admin:jsi18n": ("/admin/jsi18n/", 200, 405),
    "admin:search": ("/admin/search/", 200, 200),
    "admin/(?P<url>.*)$": ("/admin/work/user/", 404, 404),
}
# Of libraries and of Django: pages that would add, change or delete, and ways past our own.
NOT_THERE = (
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/admin/account/emailaddress/",
    "/admin/mfa/authenticator/1/delete/",
    "/admin/axes/accessattempt/",
    "/admin/admin/logentry/",
    "/admin/work/user/add/",
    "/admin/password_change/done/",
    "/admin/r/1/1/",
    "/admin/search/?s=x&page=2",
    "/admin/search/?s=x&page=next",
)


def admin_codes(people: dict, staff: int, *, door: bool = False) -> Codes:
    """`staff` for staff; for who is signed in otherwise the way to the door, which is closed."""
    return {
        who: 302 if who == ANONYMOUS else staff if person.is_staff else 403 if door else 302
        for who, person in people.items()
    }
