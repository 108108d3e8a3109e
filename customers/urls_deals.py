"""How deals are arranged and what they are to come to; the deals themselves stand on floor 4 (todo/urls.py)."""

from django.urls import path

from .views import stages, targets

app_name = "deals"
urlpatterns = [
    path("deals/stages/", stages.stages, name="stages"),
    path("targets/", targets.targets, name="targets"),
    path("targets/period/", targets.period, name="period"),
    path("targets/<int:store_pk>/<slug:span>/", targets.edit, name="targets-edit"),
]
