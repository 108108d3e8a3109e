"""What becomes of a store's overdue work, below /stores/<store>/escalation/."""

from django.urls import path

from .views import escalation

app_name = "escalation"
urlpatterns = [
    path("", escalation.rules, name="rules"),
    path("<int:pk>/retirement/", escalation.retirement, name="retirement"),
    path("<int:pk>/comeback/", escalation.comeback, name="comeback"),
]
