"""Every address of the house. An app's own list is included here by the app that owns the page."""

from allauth.account import views as account
from django.urls import include, path
from django.views.i18n import set_language

from dealercrm.health import health
from stores.decorators import once_founded
from stores.views.setup import setup

handler500 = "dealercrm.recovery.server_error"

accounts = [
    path("login/", once_founded(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/change/", account.password_change, name="account_change_password"),
]

urlpatterns = [
    path("health", health, name="health"),
    path("accounts/", include(accounts)),
    path("language/", set_language, name="set_language"),
    path("setup/", setup, name="setup"),
    path("stores/", include("stores.urls")),
    path("stores/<int:store_pk>/escalation/", include("followups.urls_escalation")),
    path("stores/<int:store_pk>/leads/", include("followups.urls_giving")),
    path("notifications/", include("stores.urls_notifications")),
    path("house/", include("followups.urls_house")),
    path("", include("customers.urls")),
    path("", include("customers.urls_deals")),
    path("", include("customers.urls_ranks")),
    path("", include("customers.urls_merging")),
    path("ranks/rules/", include("followups.urls_rank_rules")),
    path("patterns/", include("followups.urls_patterns")),
    path("scripts/", include("followups.urls_scripts")),
    path("batches/", include("followups.urls_batches")),
    path("", include("todo.urls_handover")),
    path("reports/", include("reports.urls")),
    path("", include("todo.urls")),
]
