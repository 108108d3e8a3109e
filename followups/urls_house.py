"""The house rules, below /house/. `name`: a key of followups.house.LISTS."""

from django.urls import path

from .views import house

app_name = "house"
urlpatterns = [
    path("", house.rules, name="rules"),
    path("fields/", house.fields, name="fields"),
    path("<slug:name>/", house.entry_add, name="add"),
    path("<slug:name>/<int:pk>/", house.entry_edit, name="edit"),
    path("<slug:name>/<int:pk>/position/", house.entry_position, name="position"),
    path("<slug:name>/<int:pk>/retirement/", house.entry_retirement, name="retirement"),
    path("<slug:name>/<int:pk>/return/", house.entry_return, name="return"),
]
