"""The customer book, and entering by hand; the customer's own page stands on floor 4 (todo/urls.py)."""

from django.urls import path

from .views import book, editing, importing, leads

app_name = "customers"
urlpatterns = [
    path("customers/", book.customers, name="list"),
    path("customers/new/", leads.new_lead, name="new-lead"),
    path("customers/alike/", leads.alike, name="alike"),
    path("customers/<int:pk>/edit/", editing.edit, name="edit"),
    path("customers/<int:customer_pk>/vehicles/new/", editing.new_vehicle, name="new-vehicle"),
    path("customers/import/", importing.upload, name="import"),
    path("customers/import/<int:pk>/", importing.check, name="import-file"),
    path("customers/import/<int:pk>/saving/", importing.saving, name="import-saving"),
    path("customers/import/<int:pk>/removal/", importing.removal, name="import-removal"),
    path("vehicles/<int:pk>/edit/", editing.edit_vehicle, name="edit-vehicle"),
]
