"""Whose work is whose: handing over everything of somebody, and whose a customer was."""

from django.urls import path

from .views import handover

app_name = "handover"
urlpatterns = [
    path("desk/handover/", handover.handover, name="handover"),
    path("customers/<int:pk>/past/", handover.past, name="past"),
]
