from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from stores.channels import Channel
from stores.decorators import signed_in
from stores.inputs import whole_number

from ..board import LAST_PAGE, TASK_VIEWS, VIEWS, Who, colleagues, rows_of
from ..leads import lead_choices
from ..rows import link
from ..tally import Counted, tally

OFF_SHOWN = 10


@require_safe
@signed_in
def home(request):
    return redirect("todo:board")


@require_safe
@signed_in
def board(request):
    """One of the four views, upcoming, or done today (REQUIREMENTS A1, A2, A3)."""
    me, now = request.user, timezone.now()
    who = Who.parse(request.GET.get("who", "me"), me)
    view = _view(request)
    channel = request.GET.get("channel", "")
    channel = channel if channel in Channel.values and view not in {"new", "replied"} else ""
    page = max(1, min(whole_number(request.GET.get("page", "")) or 1, LAST_PAGE))
    refresh = request.htmx.target == "list"
    people = [] if refresh else colleagues(me, now)
    absent = [person for person in people if person.off_today]
    counted = tally(me, who, now, absent)
    rows = rows_of(view, me, who, now, counted, channel=channel, page=page)
    if page > 1 and not rows.rows:
        return redirect(reverse("todo:board") + "?" + urlencode({"view": view, "who": who.key, "channel": channel}))
    stamp = f"{rows.stamp}.{counted.open}.{counted.counts['new']}.{counted.counts['replied']}"
    if refresh and request.GET.get("stamp") == stamp:
        return HttpResponse(status=204)
    address = urlencode({"view": view, "who": who.key, "channel": channel, "page": page})
    link(rows.rows, address)
    context = {
        "view": view,
        "who": who,
        "channel": channel,
        "channels": Channel.choices if view in TASK_VIEWS or view == "overdue" else [],
        "rows": rows,
        "stamp": stamp,
        "counts": counted.counts,
        "notes": counted.notes,
        "done": counted.done,
        "todo_count": counted.open,
        "worker_away": counted.worker_away,
        "role_plays": counted.role_plays,
        "cards": counted.cards,
        "query": who.query,
        "address": address,
        "now": now,
        "choices": lead_choices(me) if view == "new" and rows.rows else None,
    }
    if refresh:
        return render(request, "todo/_refreshed.html", context)
    off = _off(absent, counted)
    context |= {"people": people, "off": off, "off_more": len(absent) - len(off)}
    return render(request, "todo/board.html", context)


def _off(absent, counted) -> list[dict]:
    """Who is off today, with what waits of theirs; of very many those with most that is late."""
    rows = [{"person": person, "waiting": counted.of_absent.get(person.pk, Counted())} for person in absent]
    if len(rows) > OFF_SHOWN:
        rows.sort(key=lambda row: (row["waiting"].late, row["waiting"].number), reverse=True)
    return rows[:OFF_SHOWN]


@require_safe
@signed_in
def counts(request):
    """How many stand in each view, for the phone's bottom bar and the rail of every other page."""
    counted = tally(request.user, Who("me", request.user), timezone.now())
    return render(
        request, "todo/_counts.html", {"counts": counted.counts, "notes": counted.notes, "todo_count": counted.open}
    )


def _view(request) -> str:
    """The view asked for; a manager and a salesperson both begin with what is on time."""
    view = request.GET.get("view", "on-time")
    return view if view in VIEWS else "on-time"
