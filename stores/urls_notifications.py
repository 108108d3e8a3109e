"""What a person is told in the app, below /notifications/."""

from django.urls import path

from .views import notifications

app_name = "notifications"
urlpatterns = [
    path("", notifications.notifications, name="list"),
    path("reading/", notifications.read_all, name="read-all"),
    path("<int:pk>/opening/", notifications.open_one, name="open"),
]
