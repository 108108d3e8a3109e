"""Ranks: what is proposed, and what people decide."""

from django.urls import path

from .views import ranks

app_name = "ranks"
urlpatterns = [
    path("ranks/", ranks.proposals, name="proposals"),
    path("ranks/decisions/", ranks.decisions, name="decisions"),
    path("ranks/decisions/<int:pk>/undo/", ranks.undoing, name="undo"),
    path("customers/<int:pk>/rank/", ranks.customer_rank, name="customer"),
    path("customers/<int:pk>/rank/release/", ranks.releasing, name="release"),
]
