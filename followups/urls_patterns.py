from django.urls import path

from .views import care, foresight, moving, rules
from .views import pattern_versions as versions
from .views import patterns as views

app_name = "patterns"

urlpatterns = [
    path("", views.pattern_list, name="list"),
    path("matrix/", care.matrix, name="matrix"),
    path("<int:pk>/matrix/<int:position>/<int:rank>/", care.cell, name="cell"),
    path("new/", views.new, name="new"),
    path("new/preview/", views.preview_new, name="preview_new"),
    path("<int:pk>/", views.pattern, name="pattern"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/versions/<int:number>/", views.version, name="version"),
    path("<int:pk>/versions/<int:number>/differences/", versions.differences, name="differences"),
    path("<int:pk>/versions/<int:number>/return/", versions.version_return, name="version_return"),
    path("<int:pk>/versions/<int:number>/moving/", moving.moving, name="moving"),
    path("<int:pk>/foresight/", foresight.foresight, name="foresight"),
    path("<int:pk>/history/", versions.history, name="history"),
    path("<int:pk>/group/", versions.group, name="group"),
    path("<int:pk>/group/takeover/", versions.takeover, name="takeover"),
    path("<int:pk>/group/keeping/", versions.keeping, name="keeping"),
    path("<int:pk>/name/", views.name, name="name"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/retirement/", views.retirement, name="retirement"),
    path("<int:pk>/comeback/", views.comeback, name="comeback"),
    path("<int:pk>/rules/new/", rules.new, name="rule_new"),
    path("<int:pk>/rules/<int:rule_pk>/retirement/", rules.retirement, name="rule_retirement"),
    path("<int:pk>/rules/<int:rule_pk>/comeback/", rules.comeback, name="rule_comeback"),
]
