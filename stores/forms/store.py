"""A store as a person edits it: hours, closing days, when customers may be reached."""

from dataclasses import replace
from datetime import timedelta

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from ..calendar import SEARCH_DAYS, Hours, NoOpenDay, OpeningCalendar
from ..channels import Channel
from ..days import days_from
from ..inputs import ClockInput, DayField, WindowsField
from ..locks import one_at_a_time
from ..models import Cover, Store
from ..models.store import ClosingDay, Weekday, default_long_holidays
from ..wake import wake
from .rows import HolidayFormSet, NthFormSet
from .saving import SeenForm

LONGEST_STRETCH = 62


def check_opening_order(form, opens, closes):
    """Puts the error beside the second of the two fields."""
    starts, ends = form.cleaned_data.get(opens), form.cleaned_data.get(closes)
    if starts and ends and starts >= ends:
        form.add_error(closes, _("This must be later than %(time)s.") % {"time": f"{starts:%H:%M}"})


BESIDE = {"nth": NthFormSet, "long_holidays": HolidayFormSet}
"""Rows that are sent along with the form, by the name under which they stand in the store."""


def minutes_of(name) -> forms.IntegerField:
    """At least one: a limit of nothing would be over before anybody could look."""
    return Store._meta.get_field(name).formfield(min_value=1)


class StoreForm(SeenForm):
    slug = forms.SlugField(
        label=_("short name in addresses"),
        required=False,
        help_text=_("Latin letters, digits and hyphens, such as hiratsuka. Left empty, one is made."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Closed every week on"),
        coerce=int,
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    call_windows = WindowsField(
        label=_("calling windows, in the order they are tried"),
        help_text=_("One a line, such as 12:00-13:00. Calls that nobody answers move through them."),
    )
    new_limit_minutes = minutes_of("new_limit_minutes")
    reply_limit_minutes = minutes_of("reply_limit_minutes")
    cover = forms.ChoiceField(
        label=_("tasks of who is off"),
        choices=Cover.choices,
        initial=Cover.TEAM,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Those that go round come back when the person is at work again, unless they are done."),
    )

    class Meta:
        model = Store
        fields = [
            "name",
            "slug",
            "phone",
            "opens",
            "closes",
            "open_on_holidays",
            "call_windows",
            "new_limit_minutes",
            "reply_limit_minutes",
            "cover",
            "morning_report_time",
            "check_call_percent",
        ]
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "opens": ClockInput,
            "closes": ClockInput,
            "morning_report_time": ClockInput,
        }
        help_texts = {
            "morning_report_time": _(
                "On days the store is open; what happened on closed days comes with the next one."
            ),
            "check_call_percent": _("100: all of them; 0: none. Which ones is by chance, and not to be foreseen."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["morning_report_time"].required = self.fields["check_call_percent"].required = False
        for channel in Channel:
            self._add_contact_hours(channel)
        stands = {"nth": [], "long_holidays": default_long_holidays()}
        if self.instance.pk:
            stands = self.standing(self.instance)
            self.initial.update(stands)
        self.beside = {name: self._rows(name, stands[name]) for name in BESIDE}
        self.only_rows = self._change_rows()

    def _rows(self, name, rows):
        """A page that was made without these rows leaves them as they are."""
        kind = BESIDE[name]
        if self.is_bound and f"{name}-TOTAL_FORMS" in self.data:
            return kind(self.data, prefix=name)
        if self.is_bound:
            return kind(kind.sent(rows, name), prefix=name)
        return kind(initial=[kind.form.typed(row) for row in rows], prefix=name)

    def _change_rows(self) -> bool:
        """A row more or less, or the holidays that everybody begins with: nothing is to be saved then."""
        asked = self.data.get("holidays", "") if self.is_bound else ""
        kind, name = HolidayFormSet, "long_holidays"
        if asked == "defaults":
            sent = kind.sent(default_long_holidays(), name)
        elif asked == "more" or asked.isdecimal():
            given = [
                {field: self.data.get(f"{name}-{number}-{field}", "") for field in kind.form.base_fields}
                for number in range(min(self.beside[name].total_form_count(), kind.max_num))
            ]
            given = [*given, {}] if asked == "more" else [one for n, one in enumerate(given) if str(n) != asked]
            sent = kind.sent([list(one.values()) for one in given if one], name, extra=int(asked == "more"))
        else:
            return False
        kept = {key: value for key, value in self.data.items() if not key.startswith(f"{name}-")}
        self.beside[name] = kind(kept | sent, prefix=name)
        return True

    @property
    def nths(self):
        return self.beside["nth"]

    @property
    def holidays(self):
        return self.beside["long_holidays"]

    def _add_contact_hours(self, channel):
        words = {"channel": channel.label}
        self.fields[f"{channel}_from"] = forms.TimeField(
            label=_("%(channel)s from") % words, required=False, widget=ClockInput
        )
        self.fields[f"{channel}_until"] = forms.TimeField(
            label=_("%(channel)s until") % words, required=False, widget=ClockInput
        )

    def standing(self, row):
        """Also what stands in other tables; what belongs to the rows beside this form, under their names."""
        found = super().standing(row)
        closing_days = list(row.closing_days.all())
        found["weekdays"] = [day.weekday for day in closing_days if day.nth is None]
        found["nth"] = [(day.weekday, day.nth) for day in closing_days if day.nth]
        hours = {one.channel: one for one in row.contact_hours.all()}
        for channel in Channel:
            known = hours.get(channel)
            found[f"{channel}_from"], found[f"{channel}_until"] = (known.starts, known.ends) if known else (None, None)
        return found

    def says_other(self, name, value):
        if name not in BESIDE:
            return super().says_other(name, value)
        rows = self.beside[name]
        return not rows.is_valid() or sorted(map(tuple, value)) != sorted(map(tuple, rows.rows))

    def take(self, name, value):
        if name not in BESIDE:
            return super().take(name, value)
        for key, typed in BESIDE[name].sent(value, name).items():
            self.data[key] = typed
        self.beside[name] = BESIDE[name](self.data, prefix=name)
        return None

    def label_of(self, name):
        if name in BESIDE:
            return {"nth": _("Closed in certain weeks of the month"), "long_holidays": _("Long holidays")}[name]
        return super().label_of(name)

    def words_of(self, name, value):
        if name == "nth":
            return ", ".join(str(ClosingDay(weekday=weekday, nth=nth).label) for weekday, nth in value) or "—"
        if name == "long_holidays":
            return ", ".join("{} {}/{}–{}/{}".format(*row) for row in value) or "—"
        return super().words_of(name, value)

    @property
    def shown(self):
        return [*super().shown, "long_holidays"]

    @property
    def status(self):
        return 200 if self.only_rows else super().status

    @property
    def contact_rows(self):
        """Two fields for each channel, in order."""
        return [(self[f"{channel}_from"], self[f"{channel}_until"]) for channel in Channel]

    def is_valid(self):
        right = super().is_valid()
        rows = [one.is_valid() for one in self.beside.values()]
        return all([right, *rows, self._opens_at_all(), not self.only_rows])

    def clean(self):
        super().clean()
        check_opening_order(self, "opens", "closes")
        for channel in Channel:
            self._check_contact_hours(f"{channel}_from", f"{channel}_until")

    def _check_contact_hours(self, starts, ends):
        if bool(self.cleaned_data.get(starts)) != bool(self.cleaned_data.get(ends)):
            self.add_error(ends, _("Enter both times, or leave both empty."))
        check_opening_order(self, starts, ends)

    def clean_slug(self):
        return self.cleaned_data["slug"] or self.instance.slug

    def clean_phone(self):
        return self.cleaned_data["phone"].strip()

    def clean_cover(self):
        return self.cleaned_data["cover"] or self.instance.cover

    def clean_morning_report_time(self):
        """As it was where nothing is said."""
        return self.cleaned_data["morning_report_time"] or self.instance.morning_report_time

    def clean_check_call_percent(self):
        """As it was where nothing is said; none at all is something."""
        said = self.cleaned_data["check_call_percent"]
        return self.instance.check_call_percent if said is None else said

    def _opens_at_all(self):
        """A store that is closed on every day would keep every task waiting for ever."""
        if self.errors or not self.nths.is_valid():
            return False
        closed = set(self.cleaned_data["weekdays"])
        for weekday in Weekday.values:
            if {nth for day, nth in self.nths.rows if day == weekday} >= {1, 2, 3, 4}:
                closed.add(weekday)
        if len(closed) == len(Weekday):
            self.add_error("weekdays", _("The store must be open on some day of the week."))
        return not self.errors

    def save(self, commit=True):
        """Raises NotSaved."""
        store = self.instance
        with transaction.atomic():
            if not store.slug:
                one_at_a_time("slug of a store")
                store.slug = Store.objects.free_slug(store.name)
            store.long_holidays = self.holidays.rows
            super().save()
            store.set_closing_days(self.cleaned_data["weekdays"], set(self.nths.rows))
            store.set_contact_hours({channel: self._hours(channel) for channel in Channel})
            wake()
        return store

    def _hours(self, channel):
        starts, ends = self.cleaned_data[f"{channel}_from"], self.cleaned_data[f"{channel}_until"]
        return Hours(starts, ends) if starts else None


class StretchForm(forms.Form):
    """A day, or all days from one to another."""

    first = DayField(label=_("From"))
    last = DayField(label=_("Until"), required=False, help_text=_("Leave empty for a single day."))
    note = forms.CharField(label=_("Note"), max_length=60, required=False)

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if not first or not last:
            return
        if last < first:
            self.add_error("last", _("This day is before the first one."))
        elif last - first >= timedelta(days=LONGEST_STRETCH):
            text = ngettext("At most %(days)d day at once.", "At most %(days)d days at once.", LONGEST_STRETCH)
            self.add_error("last", text % {"days": LONGEST_STRETCH})

    @property
    def days(self):
        first = self.cleaned_data["first"]
        return days_from(first, self.cleaned_data["last"] or first)


class SpecialDatesForm(StretchForm):
    """Days that differ from the rule: closed, or open at hours of their own. `opening`: the calendar so far."""

    closed = forms.TypedChoiceField(
        label=_("The store is"),
        coerce=lambda value: value == "closed",
        choices=[("closed", pgettext_lazy("store", "Closed")), ("open", pgettext_lazy("store", "Open"))],
        initial="closed",
        widget=forms.RadioSelect,
    )
    opens = forms.TimeField(label=_("opens"), widget=ClockInput, required=False)
    closes = forms.TimeField(label=_("closes"), widget=ClockInput, required=False)
    field_order = ["first", "last", "closed", "opens", "closes", "note"]

    def __init__(self, *args, opening: OpeningCalendar | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.opening = opening

    def clean(self):
        super().clean()
        if self.cleaned_data.get("closed") is not False:
            self._refuse_closing_for_good()
            return
        for name in ("opens", "closes"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, _("Enter the time."))
        check_opening_order(self, "opens", "closes")

    def _refuse_closing_for_good(self):
        """Tasks look for the next open day for about a year, and no further."""
        if self.errors:
            return
        dates = {**self.opening.dates, **dict.fromkeys(self.days)}
        opening = replace(self.opening, dates=dates)
        try:
            closed_for = opening.next_open(self.days[0]) - opening.previous_open(self.days[0])
        except NoOpenDay:
            closed_for = timedelta.max
        if closed_for.days >= SEARCH_DAYS:
            self.add_error("last", _("The store would be closed for more than a year."))

    @property
    def hours(self):
        return None if self.cleaned_data["closed"] else Hours(self.cleaned_data["opens"], self.cleaned_data["closes"])
