from django.urls import path

from .views import handover

app_name = "handover"
urlpatterns = [path("", handover.handover, name="handover")]
