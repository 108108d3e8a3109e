"""Who gets a store's new leads, below /stores/<store>/leads/."""

from django.urls import path

from .views import giving

app_name = "giving"
urlpatterns = [
    path("", giving.rules, name="rules"),
    path("standing/", giving.standing, name="standing"),
    path("<int:pk>/retirement/", giving.retirement, name="retirement"),
]
