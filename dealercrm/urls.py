"""Every address of the house. An app's own list is included here by the app that owns the page."""

from allauth.account import views as account
from django.urls import include, path
from django.views.i18n import set_language

from dealercrm.health import health

handler500 = "dealercrm.recovery.server_error"

accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/change/", account.password_change, name="account_change_password"),
]

urlpatterns = [
    path("health", health, name="health"),
    path("accounts/", include(accounts)),
    path("language/", set_language, name="set_language"),
    path("", include("todo.urls")),
]
