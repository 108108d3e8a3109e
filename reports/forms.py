"""Whose figures, of which days."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.days import Stretch
from stores.forms.long_select import LongSelect
from stores.inputs import DayField
from stores.models import Staff, Store

from .asked import NOBODY, Asked, Narrow, Span, stretch_of

MOST_DAYS = 366
SILENT_MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class Beside:
    """The days before or after, and how an address asks for them."""

    stretch: Stretch
    query: str


class ReasonForm(forms.Form):
    text = forms.CharField(
        label=_("Why it was not entered in time"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your manager reads it in the list. The figures stay as they are. Empty: no reason."),
    )


class ReportFilter(forms.Form):
    """Salespeople look at themselves and at their store as a whole, managers at everybody they manage.

    What makes no sense is left out: the page then shows this week.
    """

    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, empty_label=_("All stores"))
    who = forms.ChoiceField(label=_("Person in charge"), required=False, widget=LongSelect)
    span = forms.ChoiceField(label=_("Days"), required=False, choices=Span.choices)
    on = DayField(label=_("From, or a day of it"), required=False)
    until = DayField(label=_("To"), required=False)
    months = forms.TypedChoiceField(
        choices=[(number, number) for number in SILENT_MONTHS], coerce=int, empty_value=3, required=False
    )

    def __init__(self, data, *, me, now, today: date):
        defaults = self.first_days(today)
        given = {name: value for name, value in data.dict().items() if value}
        if not me.is_manager:
            defaults["who"] = "me"
        super().__init__({**defaults, **given})
        self.me, self.now, self.today = me, now, today
        self.stores = list(me.visible_stores())
        self.fields["store"].queryset = me.visible_stores()
        self.managed = list(Store.objects.managed_by(me)) if me.is_manager else []
        self.people = {one.pk: one for one in Staff.objects.working_in(self.managed).by_name()} if self.managed else {}
        own = [("store", _("The whole store")), ("me", _("Myself"))]
        if me.is_manager:
            own.append(("nobody", _("Counts for nobody")))
        self.fields["who"].choices = own + [(str(pk), str(one)) for pk, one in self.people.items() if pk != me.pk]
        if len(self.stores) < 2:
            del self.fields["store"]
        self.offer()
        self.is_valid()

    def first_days(self, today: date) -> dict:
        """What is shown where no days were asked for: on a Monday the week before, of this one there is nothing yet."""
        return {"span": Span.WEEK, "on": (today - timedelta(days=today.weekday() == 0)).isoformat()}

    def offer(self):
        """What fields of a wider filter give to choose from."""

    @property
    def more_fields(self) -> list:
        """Those of a wider filter, to be shown beside the others."""
        return []

    @property
    def chosen_store(self) -> Store | None:
        """None: all that one sees, where that is more than one."""
        return self.stores[0] if len(self.stores) == 1 else self.cleaned_data.get("store")

    @property
    def chosen_person(self) -> Staff | None:
        who = self.cleaned_data.get("who")
        if not who or who in {"store", "nobody"}:
            return None
        return self.me if who == "me" else self.people.get(int(who))

    @property
    def is_nobody(self) -> bool:
        """Only what counts for the store alone."""
        return self.cleaned_data.get("who") == "nobody"

    @property
    def chosen_span(self) -> Span:
        return Span(self.cleaned_data.get("span") or Span.WEEK)

    @property
    def stretch(self) -> Stretch:
        on, until = self.cleaned_data.get("on") or self.today, self.cleaned_data.get("until")
        if until and self.chosen_span == Span.DAYS:
            on, until = sorted((on, until))
            until = min(until, on + timedelta(days=MOST_DAYS - 1))
        return stretch_of(self.chosen_span, on, until)

    @property
    def chosen_months(self) -> int:
        return self.cleaned_data.get("months") or SILENT_MONTHS[0]

    def _stores(self):
        """Of a colleague one sees what counts for the stores one manages, of oneself and of the whole, all one sees."""
        person = self.chosen_person
        among = self.stores if person in {None, self.me} and not self.is_nobody else self.managed
        return [one for one in among if self.chosen_store in {None, one}]

    @property
    def asked(self) -> Asked:
        stores, stretch = tuple(one.pk for one in self._stores()), self.stretch
        person = self.chosen_person
        staff = NOBODY if self.is_nobody else person and person.pk
        return Asked(stores, staff, stretch.first, stretch.last, self.now, self.chosen_months, self.narrow)

    @property
    def narrow(self) -> Narrow:
        return Narrow()

    @property
    def before(self) -> Beside:
        return self._beside(
            self.stretch.first - timedelta(days=1), self.stretch.first - timedelta(days=self.stretch.days)
        )

    @property
    def after(self) -> Beside | None:
        """None where it would lie ahead."""
        last = self.stretch.last
        if last >= self.today:
            return None
        return self._beside(last + timedelta(days=1), last + timedelta(days=1))

    def _beside(self, of: date, first: date) -> Beside:
        """The week or month that `of` lies in; else as many days from `first` on."""
        span = self.chosen_span
        if span == Span.DAYS:
            stretch = Stretch(first, first + timedelta(days=self.stretch.days - 1))
        else:
            stretch = stretch_of(span, of)
        query = {**self.query, "on": stretch.first.isoformat()}
        if span == Span.DAYS:
            query["until"] = stretch.last.isoformat()
        return Beside(stretch, urlencode(query))

    @property
    def query(self) -> dict:
        """What an address carries to mean the same."""
        stretch, store, person = self.stretch, self.chosen_store, self.chosen_person
        found = {"span": self.chosen_span.value, "on": stretch.first.isoformat()}
        if self.chosen_span == Span.DAYS:
            found["until"] = stretch.last.isoformat()
        if store and len(self.stores) > 1:
            found["store"] = store.pk
        if self.chosen_months != SILENT_MONTHS[0]:
            found["months"] = self.chosen_months
        who = "me" if person == self.me else person.pk if person else "nobody" if self.is_nobody else "store"
        return {**found, "who": who}
