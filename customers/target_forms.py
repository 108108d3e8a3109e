"""What is looked at on the page of targets, what managers enter there, and from which day a month counts (D6)."""

import hashlib
import json
from datetime import date

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from stores.forms.long_select import LongSelect
from stores.forms.saving import OwnFieldsForm
from stores.models import Staff, Store

from .fields import YenField
from .models import EvaluationPeriod, Figure, Span, Target

MONTHS_BACK = 35
MOST = 1_000_000_000_000


def month_key(month: date) -> str:
    return f"{month:%Y-%m}"


class TargetsFilter(forms.Form):
    """Whose figures, of which month; what makes no sense is left out."""

    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, empty_label=_("All stores"))
    who = forms.ChoiceField(label=_("Person in charge"), required=False, widget=LongSelect)
    month = forms.ChoiceField(label=_("Month"), required=False)
    of = forms.ChoiceField(choices=Figure.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, me, current: date):
        super().__init__({"month": month_key(current), **data.dict()})
        self.me, self.current = me, current
        self.stores = list(me.visible_stores())
        self.fields["store"].queryset = me.visible_stores()
        self.people = {person.pk: person for person in self._people()}
        own = [("", _("The whole store")), ("me", _("Myself"))]
        self.fields["who"].choices = own + [(str(pk), str(one)) for pk, one in self.people.items() if pk != me.pk]
        months = [current + relativedelta(months=1 - back) for back in range(MONTHS_BACK + 2)]
        self.fields["month"].choices = [(month_key(one), date_format(one, "YEAR_MONTH_FORMAT")) for one in months]
        if len(self.stores) < 2:
            del self.fields["store"]
        self.is_valid()

    def _people(self):
        """Managers look at everybody they manage, others at themselves."""
        managed = Store.objects.managed_by(self.me)
        return Staff.objects.working_in(managed).by_name() if self.me.is_manager else []

    @property
    def chosen_store(self) -> Store | None:
        """None: all that one sees, where that is more than one."""
        return self.stores[0] if len(self.stores) == 1 else self.cleaned_data.get("store")

    @property
    def chosen_person(self):
        who = self.cleaned_data.get("who")
        return self.me if who == "me" else self.people.get(int(who)) if who else None

    @property
    def chosen_month(self) -> date:
        chosen = self.cleaned_data.get("month")
        return date.fromisoformat(f"{chosen}-01") if chosen else self.current

    @property
    def figure(self) -> Figure:
        return Figure(self.cleaned_data.get("of") or Figure.ORDERS)


class TargetsForm(forms.Form):
    """A store's targets of one month or year: its own, and those of its people; an empty field sets none.

    `like`: begins with those of the month or year that began on that day; nothing is set by that yet.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, store, span: Span, begins_on: date, like: date | None = None):
        self.store, self.span, self.begins_on = store, span, begins_on
        stands = Target.objects.in_store(store).beginning(span, begins_on)
        self.stands = {(row.staff_id, row.figure): row.value for row in stands}
        found = Target.objects.in_store(store).beginning(span, like) if like else stands
        initial = {_name(row.staff_id, row.figure): row.value for row in found}
        super().__init__(data, initial={**initial, "seen": self._print()})
        ids = {row.staff_id for row in (*stands, *found) if row.staff_id}
        self.people = list(Staff.objects.working_in_or_with_ids([store], ids).by_name())
        for staff in (None, *self.people):
            for figure in Figure:
                label = f"{staff or _now('The whole store')}: {figure.label}"
                self.fields[_name(staff and staff.pk, figure)] = YenField(
                    label=label, required=False, min_value=0, max_value=MOST
                )
        self.is_outdated = False

    @property
    def rows(self) -> list[dict]:
        """For the template: who, and their fields."""
        return [
            {"staff": staff, "fields": [self[_name(staff and staff.pk, figure)] for figure in Figure]}
            for staff in (None, *self.people)
        ]

    def clean(self):
        """Where somebody else has saved meanwhile, what stands is put beside what was typed; sent again it is saved."""
        data = super().clean()
        seen = data.get("seen")
        if seen and seen != self._print():
            self.is_outdated = True
            self.data = {**self.data.dict(), "seen": self._print()}
            for (staff, figure), value in self._values(data).items():
                current = self.stands.get((staff, figure))
                if value != current:
                    self.fields[_name(staff, figure)].stands = "—" if current is None else f"{current:,}"
            raise forms.ValidationError(_("Somebody else has changed this in the meantime."))
        return data

    def save(self):
        Target.set_all(self.store, self.span, self.begins_on, self._values(self.cleaned_data))

    @property
    def status(self) -> int:
        return 409 if self.is_outdated else 422 if self.is_bound else 200

    def _values(self, data) -> dict:
        people = [None, *(person.pk for person in self.people)]
        return {(staff, figure.value): data.get(_name(staff, figure)) for staff in people for figure in Figure}

    def _print(self) -> str:
        said = sorted(([staff or 0, figure, value] for (staff, figure), value in self.stands.items()))
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _name(staff, figure) -> str:
    return f"{Figure(figure).value}_{staff or 'store'}"


class PeriodForm(OwnFieldsForm):
    """From which day to which a month is counted; no day for two months."""

    class Meta:
        model = EvaluationPeriod
        fields = ["begins_day", "begins_before", "ends_day", "ends_after", "first_month"]
        help_texts = {
            "begins_day": _("31 is the last day of every month."),
            "ends_day": _("31 is the last day of every month."),
        }

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        rule = EvaluationPeriod(**data).rule
        if rule.is_backwards:
            self.add_error("ends_day", _("The month would end before it begins."))
        elif rule.overlaps:
            self.add_error("ends_day", _("Some days would count for two months."))
        return data
