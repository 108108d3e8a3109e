from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from followups.placing import Wanted, doubts, placed_by_hand
from stores.days import day_label
from stores.forms.store import check_opening_order
from stores.inputs import ClockInput, DayField

from ..labels import clock
from .recording import FARTHEST

LATER = timedelta(hours=2)
"""How much later "later today" is, up to the next full hour."""
LATER_TODAY, ON_A_DAY = "later", "day"


class PlaceForm(forms.Form):
    """Another day or time for a task: by one tap, or typed (REQUIREMENTS B12)."""

    when = forms.ChoiceField(label=_("When"), required=False, widget=forms.RadioSelect)
    on = DayField(label=_("Day"), required=False)
    starts = forms.TimeField(label=pgettext_lazy("time of day", "From"), required=False, widget=ClockInput)
    ends = forms.TimeField(label=pgettext_lazy("time of day", "Until"), required=False, widget=ClockInput)
    wish = forms.ChoiceField(
        label=_("Whose wish"),
        choices=[("", _("Ours")), ("yes", _("The customer's: a time is promised then"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, task, calendar, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.task, self.calendar, self.now = task, calendar, now
        self.today = timezone.localdate(now)
        self.presets = self._presets()
        self.fields["when"].choices = [
            *((key, label) for key, (label, _wanted) in self.presets.items()),
            (ON_A_DAY, _("On a day…")),
        ]

    def _presets(self) -> dict:
        """(label, (day, from)) by key; two that come to the same are one."""
        tomorrow, week = self.today + timedelta(days=1), self.today + timedelta(days=7)
        found, later = {}, self._later_today()
        if later:
            words = {"time": clock(later)}
            found[LATER_TODAY] = (gettext("Later today, from %(time)s") % words, (self.today, later))
        days = {
            "tomorrow": (gettext("Tomorrow"), tomorrow),
            "open": (pgettext("day", "Next open day"), self.calendar.next_open_or_itself(tomorrow)),
            "week": (gettext("In a week"), self.calendar.next_open_or_itself(week)),
        }
        for key, (label, day) in days.items():
            if key != "open" or day != tomorrow:
                found[key] = (f"{label} {day_label(day)}", (day, None))
        return found

    def _later_today(self):
        """A full hour in which the customer may still be reached; None when there is none."""
        local = timezone.localtime(self.now) + LATER
        hour = (local + timedelta(minutes=59)).replace(minute=0, second=0, microsecond=0)
        ends = hour + timedelta(hours=1)
        reachable = self.calendar.contactable_on(self.task.channel, self.today)
        return hour.time() if ends.date() == self.today and ends.time() <= reachable.ends else None

    def clean(self):
        data = super().clean()
        key = data.get("when")
        if key in self.presets:
            _label, (data["on"], starts) = self.presets[key]
            data["starts"] = data.get("starts") or starts
        if not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Please give the day."))
        if data.get("ends") and not data.get("starts") and "starts" not in self.errors:
            self.add_error("starts", _("Please give the time from which."))
        check_opening_order(self, "starts", "ends")
        if not self.errors:
            self._refuse_the_past()
        return data

    def _refuse_the_past(self):
        day, starts = self.cleaned_data["on"], self.cleaned_data.get("starts")
        if day < self.today:
            self.add_error("on", _("This day has passed."))
        elif day - self.today > FARTHEST:
            self.add_error("on", _("This is more than three years away."))
        elif day == self.today and starts and starts < timezone.localtime(self.now).time():
            self.add_error("starts", _("This time has passed."))
        elif placed_by_hand(self.wanted(), self.task.channel, self.calendar, self.now).due_on != day:
            self.add_error("on", _("It is too late for it today."))

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["on"], data.get("starts"), data.get("ends"), wish=data.get("wish") == "yes")

    def doubts(self) -> list:
        """What speaks against it, as reasons; once valid."""
        return doubts(self.wanted(), self.task.channel, self.calendar)
