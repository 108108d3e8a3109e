"""The same person twice: who may be, making one of two, the way back; and moves between stores."""

from django.urls import path

from .views import merging, store_moves

app_name = "merging"
urlpatterns = [
    path("customers/duplicates/", merging.duplicates, name="duplicates"),
    path("customers/duplicates/<int:pk>/dismissal/", merging.dismissal, name="dismissal"),
    path("customers/duplicates/<int:pk>/dismissal/undo/", merging.reopening, name="reopening"),
    path("customers/merges/<int:pk>/", merging.merged, name="merged"),
    path("customers/merges/<int:pk>/undo/", merging.undoing, name="undo"),
    path("customers/<int:pk>/merging/", merging.find, name="find"),
    path("customers/<int:pk>/merging/<int:other_pk>/", merging.merging, name="merge"),
    path("customers/<int:pk>/store/", store_moves.store, name="store"),
]
