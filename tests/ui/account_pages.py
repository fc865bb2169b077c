"""Sign-in, account and error pages in their states."""

from tests.ui.page import Page
from tests.ui.stand_ins import CodeForm, LoginForm, Row, reason

AUTHENTICATORS = {"totp": True, "recovery_codes": Row(get_unused_codes=["a", "b"])}
QR = "<?xml version='1.0'?>\n<svg viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"

ACCOUNT_PAGES = {
    "login": Page("account/login.html", lambda: {"form": LoginForm()}),
    "logout": Page("account/logout.html", dict),
    "inactive": Page("account/account_inactive.html", dict),
    "password": Page("account/password_change.html", lambda: {"form": LoginForm()}),
    "password-set": Page("account/password_set.html", lambda: {"form": LoginForm()}),
    "password-choose": Page("account/choose_password.html", lambda: {"form": LoginForm()}),
    "password-choose-no-more": Page(
        "account/choose_password.html", lambda: {"form": None, "refusal": "It was used already."}
    ),
    "reauthenticate": Page("account/reauthenticate.html", lambda: {"form": LoginForm()}),
    "mfa": Page(
        "mfa/index.html", lambda: {"authenticators": AUTHENTICATORS, "is_mfa_enabled": True}
    ),
    "mfa-authenticate": Page("mfa/authenticate.html", lambda: {"form": CodeForm()}),
    "mfa-reauthenticate": Page("mfa/reauthenticate.html", lambda: {"form": CodeForm()}),
    "mfa-on": Page("mfa/totp/activate_form.html", lambda: {"form": CodeForm(), "totp_svg": QR}),
    "mfa-off": Page("mfa/totp/deactivate_form.html", lambda: {"form": CodeForm()}),
    "codes": Page(
        "mfa/recovery_codes/index.html",
        lambda: {
            "unused_codes": ["1234 5678"],
            "total_count": 10,
            "can_view_codes": True,
            "can_download_codes": True,
            "can_generate_codes": True,
        },
    ),
    "codes-new": Page("mfa/recovery_codes/generate.html", lambda: {"form": CodeForm()}),
}

ERROR_PAGES = {
    f"error-{name}": Page(
        f"errors/{name}.html",
        lambda: {"request_id": "4f1c", "reasons": [reason("Nobody is named.", "planner")]},
    )
    for name in ("400", "403", "csrf", "404", "409", "422", "429", "500", "503")
}
