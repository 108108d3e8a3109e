"""A photographed business card, and what stands on it (REQUIREMENTS C8)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.entering import Lead
from customers.fields import EmailField, KanaField, NameField, PhoneField
from customers.forms import choose_store
from customers.models import Customer
from customers.pictures import NoPicture, refuse_large
from stores.models import Staff, Store

PEOPLE = _("%(name)s does not work in %(store)s.")


class PhotoForm(forms.Form):
    """`accept` and `capture` open the phone's camera; elsewhere a file is chosen."""

    picture = forms.FileField(
        label=_("Photo of the card"),
        help_text=_("JPEG or PNG, up to 20 MB."),
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    owner = forms.ModelChoiceField(Staff.objects.none(), label=_("Whose customer"), required=False)
    note = NameField(label=_("Note"), max_length=200, required=False, help_text=_("Where you met, what it was about."))
    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), empty_label=_("Please choose"))

    def __init__(self, *args, me, **kwargs):
        super().__init__(*args, initial={"owner": me}, **kwargs)
        self.fields["owner"].queryset = me.colleagues().by_name()
        self.fields["owner"].empty_label = _("Nobody yet")
        choose_store(self, me)

    def clean_picture(self):
        picture = self.cleaned_data["picture"]
        try:
            refuse_large(picture.size)
        except NoPicture as refused:
            raise forms.ValidationError(str(refused)) from None
        return picture

    def clean(self):
        data = super().clean()
        owner, store = data.get("owner"), self.store_chosen
        if owner and store and not owner.works_in(store):
            self.add_error("owner", PEOPLE % {"name": owner, "store": store})
        return data

    @property
    def store_chosen(self) -> Store | None:
        return self.cleaned_data.get("store") if "store" in self.fields else self.only_store


class CardForm(forms.Form):
    """What stands on the card. `customer`: whom we know already, where it is one."""

    customer_kind = forms.ChoiceField(
        label=_("Person or company"),
        choices=Customer.Kind.choices,
        initial=Customer.Kind.COMPANY,
        widget=forms.RadioSelect,
    )
    name = NameField(label=_("Name, or name of the company"), max_length=100)
    kana = KanaField(label=_("Kana"), max_length=100, required=False)
    contact_name = NameField(
        label=_("Contact person"), max_length=60, required=False, help_text=_("In a company: whom the card is of.")
    )
    phone = PhoneField(label=_("Phone"), max_length=20, required=False)
    phone2 = PhoneField(label=_("Another phone"), max_length=20, required=False)
    email = EmailField(label=_("Mail"), max_length=120, required=False)
    address = NameField(label=_("Address"), max_length=200, required=False)
    occupation = NameField(label=_("Occupation, position"), max_length=60, required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    staff = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args, card, customer=None, **kwargs):
        super().__init__(*args, initial={"staff": card.owner, "note": card.note}, **kwargs)
        self.card, self.customer = card, customer
        self.fields["staff"].queryset = Staff.objects.working_in([card.store]).by_name()

    def clean(self):
        data = super().clean()
        if data.get("customer_kind") == Customer.Kind.COMPANY and not data.get("contact_name"):
            self.add_error("contact_name", _("A company needs this."))
        if not any(data.get(name) or name in self.errors for name in ("phone", "phone2", "email", "address")):
            self.add_error("phone", _("Please type in a phone number, a mail address or an address."))
        return data

    @property
    def lead(self) -> Lead:
        data = self.cleaned_data
        return Lead(
            store=self.customer.store if self.customer else self.card.store,
            customer=self.customer,
            staff=data["staff"],
            who={name: data[name] for name in ("name", "kana", "phone", "email")},
            kind=data["customer_kind"],
            contact_name=data["contact_name"],
            note=data["note"],
            enquiry=None,
        )

    @property
    def further(self) -> dict:
        data = self.cleaned_data
        words = {name: data[name] for name in ("address", "occupation")}
        return {**words, "phones": [data["phone2"]] if data["phone2"] else []}
