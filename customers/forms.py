"""What is typed in about customers, leads and vehicles (REQUIREMENTS C1, C2, D1)."""

from datetime import date

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.channels import Channel
from stores.forms.long_select import LongSelect
from stores.forms.saving import SeenForm
from stores.inputs import ClockInput, DayField
from stores.models import Staff, Store
from stores.models.store import Weekday
from stores.pages import COUNTED

from .among import AmongField
from .duplicates import look
from .entering import Lead
from .fields import EmailField, KanaField, LinesField, NameField, PhoneField, WebsiteField
from .models import BookRules, Consent, Customer, DealKind, ImportFile, Rank, Source
from .models.customer import FOUND
from .postcodes import address_of
from .text import display_phone, normalise_postcode, tidy


class PeopleFilter(forms.Form):
    """Whose, and of which store; what makes no sense is left out."""

    owner = forms.ChoiceField(label=_("Person in charge"), required=False, widget=LongSelect)
    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, empty_label=_("All stores"))

    def __init__(self, data, *, me):
        super().__init__(data)
        self.me = me
        people = [(str(one.pk), str(one)) for one in me.colleagues().only("name", "username").by_name() if one != me]
        own = [("", _("Everybody")), ("me", _("Myself")), ("nobody", _("Nobody yet"))]
        self.fields["owner"].choices = own + people
        choose_store(self, me)

    def found(self, rows):
        """Those of `rows`, customers or deals, that are looked for."""
        self.is_valid()
        owner, store = self.cleaned_data.get("owner"), self.cleaned_data.get("store")
        if owner == "nobody":
            rows = rows.of_nobody()
        elif owner:
            rows = rows.held_by(self.me.pk if owner == "me" else owner)
        return rows.in_store(store) if store else rows


class CustomerFilter(PeopleFilter):
    """What is looked for in the customer book."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, kana, phone, mail or plate")}),
    )

    rank = forms.ChoiceField(label=pgettext_lazy("filter", "Rank"), required=False)
    planned = forms.ChoiceField(
        label=pgettext_lazy("filter", "Next step"),
        required=False,
        choices=[("", _("All")), ("none", _("Nothing planned"))],
    )
    closed = forms.ChoiceField(
        label=pgettext_lazy("filter", "Looked after"),
        required=False,
        choices=[("", _("Looked after")), ("yes", _("No longer looked after"))],
    )

    def __init__(self, data, *, me):
        super().__init__(data, me=me)
        ranks = [(str(rank.pk), rank.code) for rank in Rank.objects.all()]
        self.fields["rank"].choices = [("", _("All")), ("none", _("Without a rank")), *ranks]
        self.fields["import"] = forms.ModelChoiceField(
            ImportFile.objects.visible_to(me).for_page(), required=False, widget=forms.HiddenInput
        )
        self.fields["among"] = AmongField(me=me)

    def found(self, rows, *, most=FOUND):
        """`most`: people are searched for no further."""
        rows = super().found(rows)
        data = self.cleaned_data
        rows = rows.closed() if data.get("closed") else rows.net()
        if self.list_brought_in:
            rows = rows.from_import(self.list_brought_in)
        if data.get("among"):
            rows = rows.with_ids(data["among"][0])
        if data.get("rank"):
            rows = rows.of_rank(None if data["rank"] == "none" else data["rank"])
        if data.get("planned"):
            rows = rows.with_nothing_planned()
        return rows.search(data["q"], most=most) if data.get("q") else rows.in_kana_order()

    def gaps(self, rows) -> dict[str, int]:
        """How many are still to be settled, counted where that is quick: not in all stores at once."""
        store = self.cleaned_data.get("store")
        if self.me.is_admin and "store" in self.fields and not store:
            return {}
        if self.list_brought_in:
            rows = rows.from_import(self.list_brought_in)
        if self.cleaned_data.get("among"):
            rows = rows.with_ids(self.cleaned_data["among"][0])
        return (rows.in_store(store) if store else rows).count_gaps(COUNTED + 1)

    @property
    def list_brought_in(self) -> ImportFile | None:
        """Only those whom this import made or changed; one that is not theirs to see is left out."""
        return self.cleaned_data.get("import")

    @property
    def figure(self) -> str:
        """What those are called whom a figure counts; empty where the list is of all."""
        found = self.cleaned_data.get("among")
        return found[1] if found else ""

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What narrows the list, as an address carries it."""
        return [(name, value) for name in self.fields if (value := self[name].value())]

    @property
    def is_filled(self) -> bool:
        return any(name not in {"store", "import", "among"} for name, _value in self.asked)

    @property
    def is_narrowed(self) -> bool:
        """By what only the folded fields show."""
        return self.cleaned_data.get("rank", "") not in {"", "none"} or bool(self.cleaned_data.get("closed"))


def choose_store(form, me):
    """The store is only asked for where there is a choice."""
    stores = list(me.visible_stores())
    if len(stores) < 2:
        del form.fields["store"]
        form.only_store = stores[0] if stores else None
        return
    form.fields["store"].queryset = me.visible_stores()
    form.fields["store"].choices = [("", form.fields["store"].empty_label or "---")] + [(s.pk, s.name) for s in stores]


class NewLeadForm(forms.Form):
    """A customer and what they ask for, in one go. `customer`: whom we know already, where it is one."""

    customer_kind = forms.ChoiceField(
        label=_("Person or company"),
        choices=Customer.Kind.choices,
        initial=Customer.Kind.PERSON,
        required=False,
        widget=forms.RadioSelect,
    )
    name = NameField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    contact_name = NameField(
        label=_("Contact person"), max_length=60, required=False, help_text=_("In a company: whom to speak to.")
    )
    kana = KanaField(label=_("Kana"), max_length=100, required=False)
    phone = PhoneField(label=_("Phone"), max_length=20, required=False)
    email = EmailField(label=_("Mail"), max_length=120, required=False)
    only_customer = forms.BooleanField(label=_("No enquiry, just the customer"), required=False)
    kind = forms.ChoiceField(label=_("What it is about"), choices=DealKind.choices, required=False)
    source = forms.ChoiceField(
        label=_("How they came to us"), choices=Source.choices, required=False, initial=Source.PHONE
    )
    goods = NameField(label=_("Car or goods"), max_length=120, required=False)
    note = forms.CharField(
        label=_("What they asked for"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    staff = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, empty_label=_("Nobody yet")
    )
    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), empty_label=_("Please choose"))

    def __init__(self, *args, me, customer=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.me, self.customer = me, customer
        self.fields["staff"].queryset = me.colleagues().by_name()
        choose_store(self, me)
        if customer:
            del self.fields["customer_kind"], self.fields["contact_name"]
            if "store" in self.fields:
                self.fields["store"].required = False

    def clean(self):
        data = super().clean()
        staff, store = data.get("staff"), self.store_chosen
        if staff and store and not staff.works_in(store):
            self.add_error("staff", _("%(name)s does not work in %(store)s.") % {"name": staff, "store": store})
        if data.get("customer_kind") == Customer.Kind.COMPANY and not data.get("contact_name"):
            self.add_error("contact_name", _("A company needs this."))
        if not data.get("only_customer"):
            for name in ("kind", "source"):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        return data

    @property
    def store_chosen(self) -> Store | None:
        """A customer whom we know stays where they are."""
        if self.customer:
            return self.customer.store
        return self.cleaned_data.get("store") if "store" in self.fields else self.only_store

    @property
    def lead(self) -> Lead:
        """What was typed, once valid."""
        data = self.cleaned_data
        return Lead(
            store=self.store_chosen,
            customer=self.customer,
            staff=data["staff"],
            who={name: data[name] for name in ("name", "kana", "phone", "email")},
            kind=data.get("customer_kind") or Customer.Kind.PERSON,
            contact_name=data.get("contact_name", ""),
            note=data["note"],
            by=self.me,
            enquiry=None if data["only_customer"] else {name: data[name] for name in ("kind", "source", "goods")},
        )


TELLING = frozenset({"phones", "emails", "kana", "born_on"})
"""By these somebody is found who is in the book twice."""
_NEEDED = {Customer.Kind.COMPANY: _("A company needs this."), Customer.Kind.PERSON: _("The house wants to know this.")}


class BookForm(SeenForm):
    """A part of a customer's entry."""

    def save_of(self, customer, *, by, now):
        """Save the row, and who has changed the customer's entry. Raises NotSaved."""
        with transaction.atomic():
            self.customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
            self.save()
            Customer.objects.filter(pk=customer.pk).update(updated_at=now, edited_at=now, edited_by=by)
            Customer.objects.filter(pk=customer.pk).reindex()

    def last_change(self, row):
        """Nobody's where an import came after it."""
        last = self.customer
        return (str(last.edited_by), last.edited_at) if last.edited_by and last.edited_at == last.updated_at else None


class CustomerForm(BookForm):
    """Everything of a customer but who looks after them, which is assigned on their page with their tasks.

    `today`: nobody is born later.
    """

    name = NameField(label=_("Name"), max_length=100)
    kana = KanaField(label=_("Kana"), max_length=100, required=False)
    phones = LinesField(
        label=_("Phones"),
        each=PhoneField(),
        shown=display_phone,
        required=False,
        help_text=_("One a line, the one to call first on top."),
    )
    emails = LinesField(label=_("Mail addresses"), each=EmailField(), required=False, help_text=_("One a line."))
    convenient_weekdays = forms.TypedMultipleChoiceField(
        label=_("Convenient days"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    refused_channels = forms.MultipleChoiceField(
        label=_("Does not want"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    contact_phone = PhoneField(label=_("Phone of the contact person"), max_length=20, required=False)
    website = WebsiteField(label=_("Web site"), max_length=200, required=False)

    class Meta:
        model = Customer
        fields = [
            "kind",
            "name",
            "kana",
            "representative",
            "website",
            "contact_name",
            "contact_phone",
            "phones",
            "emails",
            "line_id",
            "postcode",
            "address",
            "convenient_weekdays",
            "convenient_from",
            "convenient_until",
            "free_days",
            "refused_channels",
            "born_on",
            "occupation",
            "payment",
            "code",
            "note",
        ]
        field_classes = {"born_on": DayField}
        widgets = {"convenient_from": ClockInput, "convenient_until": ClockInput}

    def __init__(self, *args, today: date, only=(), **kwargs):
        """`only`: the fields of a part of the entry, each of which is then kept by itself."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.refused_before = list(self.instance.refused_channels)
        for name in set(self.fields) - set(only or self.fields) - {"seen"}:
            del self.fields[name]

    def save_of(self, customer, *, by, now):
        with transaction.atomic():
            super().save_of(customer, by=by, now=now)
            if "refused_channels" in self.fields:
                Consent.record_change(self.instance, self.refused_before, by=by, now=now, today=self.today)
            if not TELLING.isdisjoint(self.fields):
                look(self.instance, now)

    def clean_code(self):
        code = tidy(self.cleaned_data["code"])
        others = Customer.objects.in_store(self.instance.store_id).with_code(code).exclude(pk=self.instance.pk)
        if code and (other := others.first()):
            raise forms.ValidationError(_("%(name)s has this code already.") % {"name": other.name})
        return code

    def clean_born_on(self):
        born = self.cleaned_data["born_on"]
        if born and born > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return born

    def clean_postcode(self):
        typed = self.cleaned_data["postcode"]
        code = normalise_postcode(typed)
        if not code and any(char.isdecimal() for char in typed):
            raise forms.ValidationError(_("A post code has seven digits."))
        return code

    def clean(self):
        data = super().clean()
        starts, ends = data.get("convenient_from"), data.get("convenient_until")
        if bool(starts) != bool(ends):
            self.add_error("convenient_until" if starts else "convenient_from", _("Please give both times."))
        elif starts and starts >= ends:
            self.add_error("convenient_until", _("This is not after the first time."))
        if data.get("postcode") and not data.get("address") and "address" in self.fields:
            data["address"] = address_of(data["postcode"])
        for name in BookRules.load().wanted_of(data.get("kind") or self.instance.kind):
            if name in self.fields and name not in self.errors and not data.get(name):
                self.add_error(name, _NEEDED[data.get("kind") or self.instance.kind])
        return data
