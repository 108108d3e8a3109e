"""A role-play as it is planned, and as it took place (REQUIREMENTS B14)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.forms.long_select import LongSelect
from stores.inputs import DayField
from stores.models import Staff, Store

from ..models import RolePlay, Script


class RolePlayForm(forms.Form):
    """Salespeople plan with themselves as one of the two, managers for any two of their stores.

    Once valid, `kept` says what; `store` is the one in which both work.
    """

    staff = forms.ModelChoiceField(None, label=RolePlay._meta.get_field("staff").verbose_name, widget=LongSelect)
    partner = forms.ModelChoiceField(None, label=RolePlay._meta.get_field("partner").verbose_name, widget=LongSelect)
    script = forms.ModelChoiceField(
        None, label=RolePlay._meta.get_field("script").verbose_name, required=False, empty_label=gettext_lazy("Freely")
    )
    planned_on = DayField(label=RolePlay._meta.get_field("planned_on").verbose_name)
    is_done = forms.BooleanField(label=gettext_lazy("It has taken place already"), required=False)
    remarks = forms.CharField(
        label=RolePlay._meta.get_field("remarks").verbose_name,
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What went well, what to try next time."),
    )

    def __init__(self, *args, me, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.me, self.today, self.store = me, today, None
        stores = Store.objects.managed_by(me) if me.is_manager else me.visible_stores()
        self.stores = {store.pk: store for store in stores}
        people = Staff.objects.working_in(list(self.stores)).by_name()
        self.fields["staff"].queryset = people if me.is_manager else people.filter(pk=me.pk)
        self.fields["staff"].empty_label = "—" if me.is_manager else None
        self.fields["partner"].queryset = people
        self.fields["partner"].empty_label = "—"
        self.fields["script"].queryset = Script.objects.usable_in_some(list(self.stores)).order_by("name", "pk")

    def clean(self):
        clean = self.cleaned_data
        staff, partner, script, on = (clean.get(name) for name in ("staff", "partner", "script", "planned_on"))
        if staff and partner:
            self._find_store(staff, partner, script)
        if on and clean.get("is_done") and on > self.today:
            self.add_error("planned_on", _("This day is still to come."))
        elif on and not clean.get("is_done") and on < self.today:
            self.add_error("planned_on", _("This day is over. Tick below if it has taken place."))
        return clean

    def _find_store(self, staff, partner, script):
        if staff == partner:
            self.add_error("partner", _("Choose somebody else: it takes two."))
            return
        common = sorted(staff.store_ids & partner.store_ids & self.stores.keys())
        if script and script.store_id:
            common = [pk for pk in common if pk == script.store_id]
        if not common:
            self.add_error("partner", _("The two work in no store together that uses this script."))
        else:
            self.store = self.stores[common[0]]

    @property
    def kept(self) -> dict:
        """For RolePlay.plan and RolePlay.log."""
        return {"store": self.store, **{name: self.cleaned_data[name] for name in ("staff", "partner", "script")}}


class TookPlaceForm(forms.Form):
    done_on = DayField(label=RolePlay._meta.get_field("done_on").verbose_name)
    remarks = forms.CharField(
        label=RolePlay._meta.get_field("remarks").verbose_name,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What went well, what to try next time."),
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_done_on(self):
        day = self.cleaned_data["done_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day
