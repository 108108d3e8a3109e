"""The customer book, and entering by hand; the customer's own page stands on floor 4 (todo/urls.py)."""

from django.urls import path

from .views import book, editing, exporting, import_rows, importing, leads, retention

app_name = "customers"
urlpatterns = [
    path("customers/", book.customers, name="list"),
    path("customers/new/", leads.new_lead, name="new-lead"),
    path("customers/alike/", leads.alike, name="alike"),
    path("customers/<int:pk>/edit/", editing.edit, name="edit"),
    path("customers/<int:customer_pk>/vehicles/new/", editing.new_vehicle, name="new-vehicle"),
    path("retention/", retention.periods, name="retention"),
    path("retention/due/", retention.due, name="retention-due"),
    path("customers/exports/", exporting.exports, name="exports"),
    path("customers/export/<slug:what>/", exporting.export, name="export"),
    path("customers/import/", importing.upload, name="import"),
    path("customers/import/<int:pk>/", importing.show, name="import-file"),
    path("customers/import/<int:pk>/progress/", importing.progress, name="import-progress"),
    path("customers/import/<int:pk>/columns/", import_rows.columns, name="import-columns"),
    path("customers/import/<int:pk>/people/", import_rows.people, name="import-people"),
    path("customers/import/<int:pk>/rows/<int:number>/decision/", import_rows.decision, name="import-decision"),
    path("customers/import/<int:pk>/decisions/", import_rows.decisions, name="import-decisions"),
    path("customers/import/<int:pk>/to-mend/<slug:kind>/", import_rows.to_mend, name="import-to-mend"),
    path("customers/import/<int:pk>/saving/", importing.saving, name="import-saving"),
    path("customers/import/<int:pk>/again/", importing.again, name="import-again"),
    path("customers/import/<int:pk>/removal/", importing.removal, name="import-removal"),
    path("customers/import/<int:pk>/undoing/", importing.undoing, name="import-undoing"),
    path("vehicles/<int:pk>/edit/", editing.edit_vehicle, name="edit-vehicle"),
]
