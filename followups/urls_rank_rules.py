from django.urls import path

from .views import rank_rules

app_name = "rank_rules"
urlpatterns = [path("", rank_rules.rules, name="rules")]
