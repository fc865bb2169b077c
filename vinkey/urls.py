"""All addresses: health, sign-in, admin, and the application at the root."""

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from vinkey import choosing, health, profile

account_urls = [
    path("", profile.profile, name="account_profile"),
    path("elsewhere/", profile.sign_out_elsewhere, name="account_sign_out_elsewhere"),
    path("password/", account.password_change, name="account_change_password"),
    # Who never had a password types no old one, but shows a second factor when there is one.
    path(
        "password/set/",
        reauthentication_required(account.password_set),
        name="account_set_password",
    ),
    path("password/choose/", choosing.choose_password, name="account_choose_password"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("mfa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("account/", include(account_urls)),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("documents.urls")),
    path("", include("competence.urls")),
    path("", include("work.urls")),
    path("s/<slug:site>/permits/", include("permits.urls")),
    path("s/<slug:site>/isolations/", include("permits.isolation_urls")),
]

if not settings.PRODUCTION:
    from vinkey.gallery.views import components

    urlpatterns.insert(0, path("components/", components, name="components"))

handler400 = "vinkey.errors.bad_request"
handler403 = "vinkey.errors.permission_denied"
handler404 = "vinkey.errors.not_found"
handler429 = "vinkey.errors.too_many"
handler500 = "vinkey.errors.server_error"
