"""Scripts, good examples and role-plays, below /scripts/."""

from django.urls import path

from .views import examples, role_plays, scripts

app_name = "scripts"

urlpatterns = [
    path("", scripts.script_list, name="list"),
    path("new/", scripts.new, name="new"),
    path("<int:pk>/", scripts.script, name="script"),
    path("<int:pk>/edit/", scripts.edit, name="edit"),
    path("<int:pk>/name/", scripts.name, name="name"),
    path("<int:pk>/versions/<int:number>/", scripts.version, name="version"),
    path("<int:pk>/versions/<int:number>/return/", scripts.version_return, name="version-return"),
    path("<int:pk>/retirement/", scripts.retirement, name="retirement"),
    path("<int:pk>/comeback/", scripts.comeback, name="comeback"),
    path("examples/", examples.examples, name="examples"),
    path("examples/contacts/<int:pk>/", examples.mark, name="example-mark"),
    path("examples/<int:pk>/sharing/", examples.sharing, name="example-sharing"),
    path("examples/<int:pk>/end/", examples.end, name="example-end"),
    path("examples/<int:pk>/return/", examples.comeback, name="example-return"),
    path("role-plays/", role_plays.role_plays, name="role-plays"),
    path("role-plays/new/", role_plays.new, name="role-play-new"),
    path("role-plays/<int:pk>/", role_plays.role_play, name="role-play"),
    path("role-plays/<int:pk>/undo/", role_plays.undo, name="role-play-undo"),
    path("role-plays/<int:pk>/cancellation/", role_plays.cancellation, name="role-play-cancellation"),
    path("role-plays/<int:pk>/return/", role_plays.comeback, name="role-play-return"),
]
