"""The matrix of care: for whom it is shown, and one of its cells (REQUIREMENTS C6)."""

from datetime import date

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from customers.models import Rank
from stores.models import Store

from ..care import ModelCustomer
from ..models import Step
from . import by_rank

INSPECTIONS = (12, 24, 36)
GROUP = "group"
INSPECTION_LABEL = ngettext_lazy("after %(n)d month", "after %(n)d months", "n")


class MatrixForm(forms.Form):
    """Whose patterns, and for what model customer; what makes no sense is as at first."""

    store = forms.ChoiceField(label=_("Patterns of"), required=False)
    delivered = forms.ChoiceField(label=_("Delivery in"), required=False)
    birthday = forms.TypedChoiceField(label=_("Birthday in"), choices=list(MONTHS.items()), coerce=int, required=False)
    inspection = forms.TypedChoiceField(
        label=_("First inspection"),
        choices=[(months, months) for months in INSPECTIONS],
        coerce=int,
        required=False,
    )
    rank = forms.ModelChoiceField(Rank.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, me, today: date):
        self.stores = list(Store.objects.visible_to(me))
        self.this_month = today.replace(day=1)
        own = me.stores[0].pk if me.stores else GROUP
        first = {"store": own, "delivered": self.this_month.isoformat(), "birthday": 5, "inspection": 24}
        super().__init__({**first, **{name: value for name, value in data.items() if value}})
        self.ranks = list(Rank.objects.current())
        self.fields["rank"].queryset = Rank.objects.current()
        choices = [(GROUP, pgettext_lazy("patterns", "All stores")), *((store.pk, store.name) for store in self.stores)]
        self.fields["store"].choices = choices
        inspections = [(months, INSPECTION_LABEL % {"n": months}) for months in INSPECTIONS]
        self.fields["inspection"].choices = inspections  # Put into words here: the language is the reader's.
        months = [date(self.this_month.year, month, 1) for month in range(1, 13)]
        self.fields["delivered"].choices = [(day.isoformat(), f"{day.year}/{day.month}") for day in months]
        self.is_valid()
        self.chosen = {**first, **self.cleaned_data}

    @property
    def store_chosen(self) -> Store | None:
        """None: the patterns of the whole group."""
        return next((store for store in self.stores if str(store.pk) == str(self.chosen["store"])), None)

    @property
    def model(self) -> ModelCustomer:
        return ModelCustomer(
            date.fromisoformat(self.chosen["delivered"]), self.chosen["birthday"], self.chosen["inspection"]
        )

    @property
    def rank_chosen(self) -> Rank | None:
        """None: all of them side by side."""
        return self.chosen.get("rank")


class CellForm(forms.Form):
    """A step as one rank gets it, or (without a rank) as all get it that have no way of their own."""

    began_from = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data, *, step: Step, rank: Rank | None, number: int):
        self.rank = rank
        opening = {"began_from": number}
        opening |= by_rank.typed(step.by_rank, [rank]) if rank else self._of(step)
        super().__init__(data, initial=opening)
        if rank:
            by_rank.add_fields(self, [rank])
            self.fields[f"title_{rank.pk}"].widget.attrs["placeholder"] = step.title
            self.fields[f"cost_{rank.pk}"].widget.attrs["placeholder"] = step.cost_yen
        else:
            columns = forms.fields_for_model(Step, ["channel", "title", "cost_yen"])
            self.fields.update(columns)

    def _of(self, step) -> dict:
        return {name: getattr(step, name) for name in ("channel", "title", "cost_yen")}

    @property
    def shown(self) -> list:
        return [field for field in self if not field.is_hidden]

    @property
    def changed(self) -> dict:
        """As `care.change_cell` takes it, once valid."""
        data = self.cleaned_data
        if self.rank:
            return by_rank.read(data, [self.rank]).get(str(self.rank.pk), {})
        return {name: data[name] for name in ("channel", "title", "cost_yen")}
