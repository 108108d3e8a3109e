from django.urls import path

from .views import board, leads, recording

app_name = "todo"
urlpatterns = [
    path("", board.home, name="home"),
    path("todo/", board.board, name="board"),
    path("todo/tasks/<int:pk>/", recording.task, name="task"),
    path("todo/tasks/<int:pk>/result/", recording.task_result, name="task-result"),
    path("todo/tasks/<int:pk>/assignee/", recording.task_assignee, name="task-assignee"),
    path("todo/tasks/<int:pk>/cancellation/", recording.task_cancellation, name="task-cancellation"),
    path("todo/replies/<int:pk>/", recording.reply, name="reply"),
    path("todo/replies/<int:pk>/answer/", recording.reply_answer, name="reply-answer"),
    path("todo/replies/<int:pk>/closing/", recording.reply_closing, name="reply-closing"),
    path("todo/leads/<int:pk>/settlement/", leads.settle_lead, name="lead-settle"),
    path("todo/leads/<int:pk>/settlement/undo/", leads.unsettle_lead, name="lead-unsettle"),
    path("todo/follow-ups/<int:pk>/tasks/", leads.prepared, name="prepared"),
]
