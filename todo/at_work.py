"""A pattern at work as the customer's and the deal's page show it: how far it is, what is next, what can be done."""

from operator import attrgetter

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stores.days import day_label

from .subject import Subject

VERBS = ("pause", "unpause", "restart", "base", "stop")


def running_row(follow_up, tasks, subject: Subject) -> dict:
    """`tasks`: the page's open tasks, from which its own are picked."""
    mine = [task for task in tasks if task.follow_up_id == follow_up.pk and task.step_position]
    following = min(mine, key=attrgetter("step_position"), default=None)
    at = timezone.localtime(follow_up.base_at) if follow_up.base_at else None
    state, state_label = _state(follow_up, following)
    return {
        **ended_row(follow_up),
        "state": state,
        "state_label": state_label,
        "base": f"{day_label(follow_up.base_on)} {at:%H:%M}" if at else day_label(follow_up.base_on),
        "next": f"{day_label(following.due_on)} {following.title}" if following else "",
        "open_tasks": len(mine),
        "paused_words": _paused_words(follow_up) if follow_up.is_paused else "",
        "links": _links(follow_up, subject),
    }


def ended_row(follow_up) -> dict:
    past = _("%(n)d steps were past already and were not made.") % {"n": follow_up.past_steps}
    return {"row": follow_up, "past_words": past if follow_up.past_steps else ""}


def _state(follow_up, following) -> tuple[str, str]:
    """The class of its chip, and its words."""
    if follow_up.cannot_be_planned:
        return "bad", _("could not be planned")
    if follow_up.is_paused:
        return "replied", _("paused")
    if follow_up.is_being_prepared:
        return "on-time", _("being prepared")
    step = following.step_position if following else follow_up.step_count
    return "on-time", _("step %(n)d of %(m)d") % {"n": step, "m": follow_up.step_count}


def _paused_words(follow_up) -> str:
    since = _("Paused since %(day)s.") % {"day": day_label(timezone.localdate(follow_up.paused_at))}
    until = follow_up.paused_until_on
    on = _("Resumes on %(day)s.") % {"day": day_label(until)} if until else _("Until somebody resumes it.")
    return f"{since} {on}"


def _links(follow_up, subject: Subject) -> dict:
    """By what can be done; each leads back to the page it is pressed on."""
    links = {verb: reverse(f"todo:follow-up-{verb}", args=[follow_up.pk]) + subject.query for verb in VERBS}
    return {**links, "switch": f"{subject.addresses['follow_up']}?replace={follow_up.pk}"}
