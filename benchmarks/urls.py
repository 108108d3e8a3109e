from django.urls import include, path

from . import views

urlpatterns = [
    path("bench/bare/", views.bare),
    path("bench/reference/", views.reference),
    path("", include("dealercrm.urls")),
]
handler500 = "dealercrm.recovery.server_error"
