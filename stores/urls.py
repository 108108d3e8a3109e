"""Stores and their people, below /stores/."""

from django.urls import path

from .views import staff, stores

app_name = "stores"
urlpatterns = [
    path("", stores.store_list, name="list"),
    path("new/", stores.store_new, name="new"),
    path("<int:pk>/", stores.store_detail, name="detail"),
    path("<int:pk>/edit/", stores.store_edit, name="edit"),
    path("<int:pk>/dates/", stores.dates_add, name="dates-add"),
    path("<int:pk>/dates/remove/", stores.dates_remove, name="dates-remove"),
    path("staff/", staff.staff_list, name="staff"),
    path("staff/new/", staff.staff_new, name="staff-new"),
    path("staff/<int:pk>/", staff.staff_detail, name="staff-detail"),
    path("staff/<int:pk>/edit/", staff.staff_edit, name="staff-edit"),
    path("staff/<int:pk>/password/", staff.staff_password, name="staff-password"),
    path("staff/<int:pk>/unlocking/", staff.staff_unlocking, name="staff-unlocking"),
    path("staff/<int:pk>/leaving/", staff.staff_leaving, name="staff-leaving"),
    path("staff/<int:pk>/return/", staff.staff_return, name="staff-return"),
    path("staff/<int:pk>/days-off/", staff.days_off_add, name="days-off-add"),
    path("staff/<int:pk>/days-off/remove/", staff.days_off_remove, name="days-off-remove"),
]
