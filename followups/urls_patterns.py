from django.urls import path

from .views import patterns as views

app_name = "patterns"

urlpatterns = [
    path("", views.pattern_list, name="list"),
    path("new/", views.new, name="new"),
    path("new/preview/", views.preview_new, name="preview_new"),
    path("<int:pk>/", views.pattern, name="pattern"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/versions/<int:number>/", views.version, name="version"),
    path("<int:pk>/name/", views.name, name="name"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/retirement/", views.retirement, name="retirement"),
    path("<int:pk>/comeback/", views.comeback, name="comeback"),
]
