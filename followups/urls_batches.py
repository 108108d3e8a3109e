from django.urls import path

from .views import batches as views

app_name = "batches"

urlpatterns = [
    path("", views.batches, name="list"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/pause/", views.rest, name="pause"),
    path("<int:pk>/resumption/", views.resumption, name="resumption"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]
