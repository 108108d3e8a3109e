"""What is chosen when two customers become one, and when one goes to another store."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.models import Staff, Store

from .side_by_side import Line

FIRST, SECOND = "first", "second"


class MergeForm(forms.Form):
    """For each thing that both say differently: whose is kept. `cars`: as same_car.same_cars gives them."""

    join_cars = forms.BooleanField(label=_("Make one of each of these"), required=False, initial=True)
    join_doubtful = forms.BooleanField(label=_("It is the same car: make one of each of these"), required=False)

    def __init__(self, *args, lines: list[Line], cars: tuple[list, list], **kwargs):
        super().__init__(*args, **kwargs)
        self.lines, (self.cars, self.doubtful) = lines, cars
        for pairs, name in ((self.cars, "join_cars"), (self.doubtful, "join_doubtful")):
            if not pairs:
                del self.fields[name]
        for line in lines:
            if line.is_asked:
                self.fields[line.key] = forms.ChoiceField(
                    label=line.label,
                    choices=[(FIRST, line.first), (SECOND, line.second)],
                    widget=forms.RadioSelect,
                    initial=FIRST,
                )

    @property
    def rows(self) -> list[tuple]:
        """(line, its two boxes or nothing), of what at least one of them says."""
        said = [line for line in self.lines if line.first or line.second]
        return [(line, list(self[line.key]) if line.is_asked else None) for line in said]

    def taken(self) -> set[str]:
        return {key for key, side in self.cleaned_data.items() if side == SECOND}

    @property
    def joined(self) -> dict[str, bool]:
        """As `merging.merge` takes it."""
        return {name: self.cleaned_data.get(name, False) for name in ("join_cars", "join_doubtful")}


class StoreMoveForm(forms.Form):
    """First where to; then who is in charge there."""

    store = forms.ModelChoiceField(Store.objects.none(), label=_("To which store"), empty_label=_("Please choose"))
    owner = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args, stores, chosen=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores
        if chosen:
            self.fields["store"].widget = forms.HiddenInput()
            self.fields["owner"].queryset = Staff.objects.working_in([chosen]).by_name()
            self.initial["store"] = chosen
        else:
            del self.fields["owner"]
