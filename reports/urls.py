"""Figures, the rows behind them, and whom one reaches."""

from django.urls import path

from .views import figures, heard, morning, outcome, patterns, reach, reasons, way

app_name = "reports"
urlpatterns = [
    path("", figures.figures, name="figures"),
    path("way/", way.way, name="way"),
    path("way/<slug:what>.<slug:ending>", way.way_file, name="way-file"),
    path("reach/", reach.reach, name="reach"),
    path("reach/<slug:what>.<slug:ending>", reach.reach_file, name="reach-file"),
    path("people.<slug:ending>", figures.people, name="people"),
    path("trend.<slug:ending>", figures.trend_file, name="trend-file"),
    path("rows/<slug:slug>/", figures.rows, name="rows"),
    path("rows/<slug:slug>/file.<slug:ending>", figures.rows_file, name="rows-file"),
    path("reasons/<slug:part>/<int:pk>/", reasons.reason, name="reason"),
    path("morning/", morning.morning, name="morning"),
    path("morning/mail/", morning.mail, name="morning-mail"),
    path("morning/<int:pk>/sharing/", morning.sharing, name="morning-sharing"),
    path("morning/<int:pk>/sharing/undo/", morning.unsharing, name="morning-unsharing"),
    path("morning/<int:pk>/read/", morning.read, name="morning-read"),
    path("morning/<int:pk>/mails/", morning.again, name="morning-again"),
    path("heard/", heard.heard, name="heard"),
    path("heard/contents/", heard.contents, name="heard-contents"),
    path("heard/<int:pk>/", heard.contact, name="heard-contact"),
    path("heard/<int:pk>/settled/", heard.settled, name="heard-settled"),
    path("heard/<int:pk>/settled/undo/", heard.reopened, name="heard-reopened"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("patterns.<slug:ending>", patterns.patterns_file, name="patterns-file"),
    path("patterns/<int:pk>/", patterns.pattern, name="pattern"),
    path("patterns/<int:pk>/results.<slug:ending>", patterns.pattern_file, name="pattern-file"),
    path("outcome/", outcome.outcome, name="outcome"),
    path("outcome.<slug:ending>", outcome.outcome_file, name="outcome-file"),
]
