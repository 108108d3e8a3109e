"""What goes from one person to others (REQUIREMENTS E7)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Rank
from followups.passing_on import KINDS, Handover
from followups.work import CUSTOMERS, DEALS, REPLIES, TASKS
from stores.models import Staff, Store

WORDS = {
    CUSTOMERS: _("Customers"),
    DEALS: _("Open deals"),
    TASKS: _("Open tasks"),
    REPLIES: _("Replies that wait"),
}


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return str(person) if person.is_active else _("%(name)s (has left)") % {"name": person}


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
        help_text=_(
            "With several, customers of each rank are shared evenly; everything of one customer goes to one person."
        ),
    )

    def __init__(self, *args, me, stores, **kwargs):
        super().__init__(*args, **kwargs)
        self.stores = stores
        self.fields["person"].queryset = Staff.objects.visible_to(me).by_name()
        self.fields["ranks"].queryset = Rank.objects.all()
        self.fields["to"].queryset = Staff.objects.working_in(stores).by_name()
        if len(stores) > 1:
            self.fields["store"].queryset = Store.objects.managed_by(me)
        else:
            del self.fields["store"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("person") and list(cleaned.get("to") or ()) == [cleaned["person"]]:
            self.add_error("to", _("Choose somebody else: it is theirs already."))
        return cleaned

    def handover(self) -> Handover:
        chosen = self.cleaned_data
        stores = [chosen["store"]] if chosen.get("store") else self.stores
        return Handover(
            person_id=chosen["person"].pk,
            stores=tuple(store.pk for store in stores),
            works=tuple(work for work in KINDS if work.name in chosen["what"]),
            receivers=tuple(person.pk for person in chosen["to"]),
            ranks=tuple(rank.pk for rank in chosen["ranks"]),
        )

    @property
    def sent(self) -> list[tuple]:
        """(name, value) of all that was chosen, for the form that confirms it."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]
