"""Figures, the rows behind them, and whom one reaches."""

from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("", views.figures, name="figures"),
    path("reach/", views.reach, name="reach"),
    path("people.<slug:ending>", views.people, name="people"),
    path("rows/<slug:slug>/", views.rows, name="rows"),
]
