"""What the product's pages are compared with, on the same server and through the same middleware."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import engines
from django.utils import timezone

from followups.models import Task

ROWS = 50
PLAIN_LIST = engines["django"].from_string(
    """<!doctype html>
<html>
  <head><title>Tasks</title></head>
  <body>
    <h1>{{ user }}: {{ count }} tasks</h1>
    <table>
      {% for task in tasks %}
        <tr>
          <td>{{ task.due_on }}</td><td>{{ task.customer.name }}</td>
          <td>{{ task.channel }}</td><td>{{ task.title }}</td>
        </tr>
      {% endfor %}
    </table>
  </body>
</html>
"""
)


def bare(request):
    """What a request costs before any work is done."""
    return HttpResponse("ok")


@login_required
def reference(request):
    """The least that a list of tasks needs: session, user, one joined list, one count, a plain table."""
    mine = Task.objects.on_time(timezone.now()).of(request.user)
    context = {"tasks": mine.select_related("customer").by_urgency()[:ROWS], "count": mine.count()}
    return HttpResponse(PLAIN_LIST.render(context, request))
