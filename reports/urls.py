"""Figures, the rows behind them, and whom one reaches."""

from django.urls import path

from .views import figures

app_name = "reports"
urlpatterns = [
    path("", figures.figures, name="figures"),
    path("reach/", figures.reach, name="reach"),
    path("people.<slug:ending>", figures.people, name="people"),
    path("rows/<slug:slug>/", figures.rows, name="rows"),
]
