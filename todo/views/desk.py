"""The manager's first desk: what needs the manager, and what is done about many rows at once (REQUIREMENTS A6, A7)."""

from collections import Counter

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followups.choosing import choose, foresee_choice
from followups.models import Act, ActKind
from followups.reminding import not_to_remind
from followups.reviewing import review_many
from followups.taking_back import TooLateToTakeBack
from stores.decorators import managers_only, signed_in
from stores.models import Staff

from ..desk.acting import REASONS, hand_over_and_tell, remind_and_tell, rows_for, take_back_and_tell, work_of
from ..desk.counting import desk as everything
from ..desk.first import first_of_all
from ..desk.team import Team
from ..desk.which import MOST, Which, picked, stores_of
from ..forms.desk import HandOverForm, PatternForm, ReminderForm

PAGE = 50
LEFT_SHOWN = 100
SETTLED_SHOWN = 20


@require_safe
@managers_only
def desk(request):
    """What comes first of all, then overdue by person and age, untouched leads, unanswered replies and so on."""
    me, now = request.user, timezone.now()
    stores, store = stores_of(me, request.GET.get("store", ""))
    context = {
        "desk": everything(me, stores, store, now),
        "first": first_of_all(me, [store] if store else stores, now),
        "stores": stores,
        "store": store,
        "acts": Act.objects.of(me).of_last_day(now).with_number().newest_first()[:5],
        "now": now,
    }
    return render(request, "todo/desk.html", context)


@require_safe
@managers_only
def rows(request, what):
    """The rows behind a number, with boxes to tick."""
    me, now = request.user, timezone.now()
    which = Which.parse(what, request.GET, me)
    found = which.kind.in_order(which.rows(me, now)).values_list("pk", flat=True)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    holders = which.people if page.object_list else []
    people = Staff.objects.working_in_or_with_ids([which.store] if which.store else which.stores, holders)
    context = {
        "which": which,
        "page": page,
        "rows": which.kind.to_rows(list(page), me, now),
        "people": people.by_name(),
        "most": MOST,
        "settled": which.settled(me, SETTLED_SHOWN),
    }
    return render(request, "todo/desk_rows.html", context)


@require_POST
@managers_only
def hand_over(request, what):
    """Give rows to a colleague, or evenly to those on duty; first what it would do, then `confirmed`."""
    me, now = request.user, timezone.now()
    which, chosen = _chosen(request, what, "hand-over", now)
    if not chosen:
        return _nothing_ticked(request, which)
    still = [row for row in chosen if row.is_open]
    team = Team(me, {row.store_id for row in chosen}, now)
    form = HandOverForm(request.POST if "confirmed" in request.POST else None, team=team, rows=still)
    if not form.is_valid():
        return _confirm(request, which, chosen, form, "hand-over")
    ids = [row.pk for row in chosen]
    act = hand_over_and_tell(which.kind.work, ids, form.share(), by=me, now=now)
    return _done(act, which)


@require_POST
@managers_only
def pattern(request, what):
    """Put a pattern to work for the deals or customers behind the rows; before it begins, for how many."""
    me, now = request.user, timezone.now()
    which, chosen = _chosen(request, what, "pattern", now)
    if not chosen:
        return _nothing_ticked(request, which)
    still = [row.pk for row in chosen if row.is_open]
    stores = [store for store in which.stores if store.pk in {row.store_id for row in chosen}]
    asked = "preview" in request.POST or "confirmed" in request.POST
    form = PatternForm(request.POST if asked else None, me=me, stores=stores)
    if not form.is_valid():
        return _confirm(request, which, chosen, form, "pattern")
    choice = form.cleaned_data["pattern"]
    if "confirmed" not in request.POST:
        ready, reasons = foresee_choice(which.kind.work, still, choice)
        effect = {"ready": ready, "left": _in_words(reasons)}
        return _confirm(request, which, chosen, form, "pattern", effect=effect)
    return _done(choose(which.kind.work, still, choice, by=me, now=now), which)


@require_POST
@managers_only
def reminder(request, what):
    """Tell whoever has the rows that they wait; nobody twice within the hour of the same row."""
    me, now = request.user, timezone.now()
    which, chosen = _chosen(request, what, "reminder", now)
    if not chosen:
        return _nothing_ticked(request, which)
    form = ReminderForm(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        left = not_to_remind(which.kind.work, chosen, by=me, now=now)
        told = [row.holder_id for row in chosen if row.pk not in left]
        effect = {"ready": len(told), "told": _by_name(told), "left": _in_words(Counter(left.values()))}
        return _confirm(request, which, chosen, form, "reminder", effect=effect)
    act = remind_and_tell(which.kind.work, chosen, by=me, now=now, note=form.cleaned_data["note"])
    return _done(act, which)


@require_POST
@managers_only
def review(request, what):
    """Mark deals reviewed, many at once (REQUIREMENTS D4); the way back is on the page that follows."""
    me, now = request.user, timezone.now()
    which, chosen = _chosen(request, what, "review", now)
    if not chosen:
        return _nothing_ticked(request, which)
    return _done(review_many([row.pk for row in chosen], by=me, now=now), which)


@require_safe
@managers_only
def done(request, pk):
    """What an act did to how many, what it left alone and why, and the way back."""
    me, now = request.user, timezone.now()
    act = get_object_or_404(Act.objects.of(me).select_related("pattern"), pk=pk)
    work, rows = work_of(act), act.rows.managed_by(me)
    people = rows.done().of_work(work).count_by_person()
    names = Staff.objects.in_bulk([pk for pk, _n in people if pk])
    left = rows.left().of_work(work)
    number = sum(n for _pk, n in people)
    context = {
        "act": act,
        "number": rows.count_begun() if act.kind == ActKind.STARTED else number,
        "people": [(names[pk], n) for pk, n in people if pk],
        "along": rows.done().count() - number,
        "reasons": _in_words(left.count_by_reason()),
        "left": [(row, REASONS[row.why]) for row in left.for_list()[:LEFT_SHOWN]],
        "may_undo": act.may_be_undone(now),
    }
    return render(request, "todo/desk_done.html", context)


@require_POST
@managers_only
def undo(request, pk):
    """The way back, for a day."""
    act, now = get_object_or_404(Act.objects.of(request.user), pk=pk), timezone.now()
    try:
        back, left = take_back_and_tell(act, now)
    except TooLateToTakeBack:
        messages.warning(request, _("This can no longer be taken back."))
    else:
        text = _("Taken back: %(n)d.") % {"n": back}
        kept = _("Left as they are, because somebody has gone on with them: %(n)d.") % {"n": left}
        messages.success(request, f"{text} {kept}" if left else text)
    return redirect("todo:desk-act", pk=pk)


@require_safe
@signed_in
def act(request, pk):
    """What a manager handed over to me or reminded me of, as far as it is still open."""
    now = timezone.now()
    found = get_object_or_404(Act.objects.concerning(request.user).select_related("by"), pk=pk)
    context = {"act": found, "rows": rows_for(found, request.user, now), "kind": work_of(found).name}
    for row in context["rows"]:
        row["link"] = f"{row['url']}?view=overdue&who=me"
    return render(request, "todo/act.html", context)


def _chosen(request, what, action, now):
    """Raises Http404 for what isn't done about rows of that kind."""
    which = Which.parse(what, request.GET, request.user)
    if action not in which.kind.actions:
        raise Http404
    return which, picked(request.POST, which, request.user, now)


def _nothing_ticked(request, which):
    messages.warning(request, _("Tick the rows first that it is about."))
    return redirect(which.url)


def _confirm(request, which, chosen, form, action, **context):
    """What would happen to how many; the rows go along, so that nothing else is meant afterwards."""
    still = [row for row in chosen if row.is_open]
    context |= {
        "which": which,
        "action": action,
        "form": form,
        "ids": ",".join(str(row.pk) for row in chosen),
        "number": len(still),
        "gone": len(chosen) - len(still),
        "holders": _by_name([row.holder_id for row in still]),
        "address": f"{reverse(f'todo:desk-{action}', args=[which.kind.key])}?{which.query}",
    }
    return render(request, "todo/desk_confirm.html", context, status=422 if form.errors else 200)


def _by_name(ids) -> list[tuple]:
    """(name, how many), whoever has most first; nobody's last."""
    counted = Counter(ids)
    names = Staff.objects.in_bulk([pk for pk in counted if pk])
    return [(names.get(pk) or _("nobody's"), n) for pk, n in counted.most_common()]


def _in_words(reasons) -> list[tuple]:
    return [(REASONS[why], n) for why, n in sorted(reasons.items(), key=lambda entry: -entry[1])]


def _done(act, which):
    return redirect("todo:desk-act", pk=act.pk)
