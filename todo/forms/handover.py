"""What goes from one person to others (REQUIREMENTS E7)."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from customers.models import Rank
from followups.passing_on import KINDS, Handover
from followups.work import CUSTOMERS, DEALS, REPLIES, TASKS
from stores.models import Staff, Store

MOST = 1_000_000
WORDS = {
    CUSTOMERS: _("Customers"),
    DEALS: pgettext_lazy("handed over", "Open deals"),
    TASKS: pgettext_lazy("handed over", "Open tasks"),
    REPLIES: _("Replies that wait"),
}


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return str(person) if person.is_active else _("%(name)s (has left)") % {"name": person}


class How(models.TextChoices):
    EVENLY = "evenly", _("Evenly")
    PERCENT = "percent", _("By percent")
    NUMBERS = "numbers", _("By number of customers")


class HandoverForm(forms.Form):
    """Sent by GET to be shown what it would do, by POST to do it."""

    person = PersonField(Staff.objects.none(), label=_("Whose work"), empty_label=_("Please choose"))
    store = forms.ModelChoiceField(
        Store.objects.none(), label=_("Of which store"), required=False, empty_label=_("All stores")
    )
    what = forms.MultipleChoiceField(
        label=_("What"),
        choices=[(work.name, WORDS[work]) for work in KINDS],
        initial=[work.name for work in KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    ranks = forms.ModelMultipleChoiceField(
        Rank.objects.none(),
        label=_("Only of these ranks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: of every rank."),
    )
    to = forms.ModelMultipleChoiceField(
        Staff.objects.none(),
        label=_("To whom"),
        widget=forms.CheckboxSelectMultiple,
    )
    how = forms.ChoiceField(
        label=_("How they are shared"),
        choices=How.choices,
        initial=How.EVENLY,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "Of each rank in the same shares; everything of one customer goes to one person. By number: whose field is "
            "empty gets the rest."
        ),
    )

    def __init__(self, *args, me, stores, **kwargs):
        super().__init__(*args, **kwargs)
        self.stores = stores
        self.fields["person"].queryset = Staff.objects.visible_to(me).by_name()
        self.fields["ranks"].queryset = Rank.objects.all()
        self.fields["to"].queryset = Staff.objects.working_in(stores).by_name()
        people = self.fields["to"].queryset
        self.people = list(people.prefetch_related("memberships__store") if len(stores) > 1 else people)
        self.fields["to"].choices = [(person.pk, self._called(person)) for person in self.people]
        for person in self.people:
            self.fields[_share_of(person)] = forms.IntegerField(
                label=_("Share of %(name)s") % {"name": person},
                required=False,
                min_value=0,
                max_value=MOST,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        if len(stores) > 1:
            self.fields["store"].queryset = Store.objects.managed_by(me)
        else:
            del self.fields["store"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("person") and list(cleaned.get("to") or ()) == [cleaned["person"]]:
            self.add_error("to", _("Choose somebody else: it is theirs already."))
        if cleaned.get("how") == How.PERCENT and cleaned.get("to"):
            total = sum(cleaned.get(_share_of(person)) or 0 for person in cleaned["to"])
            if total != 100:
                self.add_error(
                    "how", _("The shares of those ticked come to %(total)d%%, not to 100%%.") % {"total": total}
                )
        if cleaned.get("how") == How.NUMBERS and not any(
            cleaned.get(_share_of(person)) != 0 for person in cleaned.get("to") or ()
        ):
            self.add_error("how", _("So nobody would get anything."))
        return cleaned

    def _called(self, person) -> str:
        """With the stores they work in, where there are several."""
        if len(self.stores) == 1:
            return str(person)
        places = [str(row.store) for row in person.memberships.all() if row.store in self.stores]
        return f"{person} ({pgettext('list', ', ').join(places)})"

    @property
    def shares(self) -> list[tuple]:
        """(box, field of the share) of everybody who may get something."""
        boxes = list(self["to"])
        return [(box, self[_share_of(person)]) for box, person in zip(boxes, self.people, strict=True)]

    @property
    def plain_fields(self) -> list:
        """All but those that stand beside one another."""
        special = {"to", "how", *(_share_of(person) for person in self.people)}
        return [self[name] for name in self.fields if name not in special]

    def _shares_by(self, how: How) -> dict:
        chosen = self.cleaned_data
        return {person.pk: chosen[_share_of(person)] for person in chosen["to"]} if chosen["how"] == how else {}

    def handover(self) -> Handover:
        chosen = self.cleaned_data
        stores = [chosen["store"]] if chosen.get("store") else self.stores
        return Handover(
            person_id=chosen["person"].pk,
            stores=tuple(store.pk for store in stores),
            works=tuple(work for work in KINDS if work.name in chosen["what"]),
            receivers=tuple(person.pk for person in chosen["to"]),
            ranks=tuple(rank.pk for rank in chosen["ranks"]),
            percent={pk: share or 0 for pk, share in self._shares_by(How.PERCENT).items()},
            numbers=self._shares_by(How.NUMBERS),
        )

    @property
    def sent(self) -> list[tuple]:
        """(name, value) of all that was chosen, for the form that confirms it."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]


def _share_of(person) -> str:
    return f"share_{person.pk}"
