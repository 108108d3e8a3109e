"""A contact without a task, an inbound one, its correction, and an appointment made by hand (B12, E1, A1)."""

from dataclasses import replace

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Deal
from followups.models import ContentKind, HouseRules, Outcome, StopWhen, WaitReason
from followups.models.contact import CONVERSATIONS
from followups.recording import NextAppointment
from stores.channels import Channel
from stores.inputs import ClockInput, DayField

from .recording import RecordForm

RECEIVED = [
    (Outcome.SPOKE.value, pgettext_lazy("received", "We spoke")),
    (Outcome.MESSAGE.value, pgettext_lazy("received", "Wrote or left a message")),
]
SHORT_FIELDS = ("content_kind", "happened_at", "negotiated")
LONG_FIELDS = ("wait_reason", "follow_reason", "next_in", "next_on", "next_at", "next_channel", "next_title")


def choose_deal(form, customer, deal):
    """The deal a record belongs to: fixed on a deal's page, else one of the customer's open ones."""
    field = form.fields["deal"]
    if deal:
        field.queryset = Deal.objects.filter(pk=deal.pk)
        field.initial, field.disabled, field.widget = deal, True, forms.HiddenInput()
        return
    field.queryset = customer.deals.open()
    deals = list(field.queryset[:2])
    if not deals:
        del form.fields["deal"]
    elif len(deals) == 1:
        field.initial = deals[0]


class ContactForm(RecordForm):
    """What one did without a task: a call, a mail, a visit."""

    deal = forms.ModelChoiceField(
        Deal.objects.none(), label=_("Deal"), required=False, empty_label=_("No particular deal")
    )

    def __init__(self, *args, customer, deal, **kwargs):
        super().__init__(*args, **kwargs)
        choose_deal(self, customer, deal)
        self.fields["content_kind"].initial = self.fields["content_kind"].queryset.last()

    def result(self):
        """What needs no words gets those of its outcome, so that it is complete at once."""
        result = super().result()
        if not result.details and result.outcome not in CONVERSATIONS:
            result.details = str(Outcome(result.outcome).label)
        return result

    @property
    def deal_chosen(self):
        return self.cleaned_data.get("deal")

    @property
    def short_fields(self):
        """Beside the details: the deal, the kind, when, whether it was a negotiation."""
        return [self[name] for name in ("deal", *SHORT_FIELDS) if name in self.fields]

    @property
    def long_fields(self):
        return [self[name] for name in LONG_FIELDS]


class InboundForm(ContactForm):
    """The customer called or wrote: what was spoken is dealt with, what was written waits for its answer."""

    running_legend = _("What becomes of the follow-ups")
    ends, ends_perhaps = StopWhen.REPLIED, (StopWhen.SPOKEN, _("Stop when you spoke"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = RECEIVED

    def clean(self):
        data = super().clean()
        if data.get("outcome") == Outcome.MESSAGE and not data.get("details", "").strip():
            self.add_error("details", _("Please write what the customer said."))
        return data

    def result(self):
        """What is running is settled by a message, too."""
        return replace(super().result(), **self.chosen())


class CorrectionForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Result"), choices=Outcome.choices)
    content_kind = forms.ModelChoiceField(ContentKind.objects.none(), label=_("Kind of content"), required=False)
    details = forms.CharField(
        label=_("Details"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, contact, outcomes, **kwargs):
        initial = {name: getattr(contact, name) for name in ("outcome", "content_kind", "details")}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]
        self.fields["content_kind"].queryset = ContentKind.objects.current_or([contact.content_kind_id])


class CompletionForm(forms.Form):
    """What the house asks for and the record lacks. What is there already isn't asked for, because it stays."""

    details = forms.CharField(label=_("Details"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    content_kind = forms.ModelChoiceField(ContentKind.objects.none(), label=_("Kind of content"))
    wait_reason = forms.ModelChoiceField(WaitReason.objects.none(), label=_("Why the customer waits"))

    def __init__(self, *args, contact, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["content_kind"].queryset = ContentKind.objects.current()
        self.fields["wait_reason"].queryset = WaitReason.objects.current()
        for name in set(self.fields) - set(contact.missing_fields(HouseRules.load())):
            del self.fields[name]


class AppointmentForm(forms.Form):
    """A single task on a day, or at a time promised to the customer."""

    on = DayField(label=_("Day"))
    at = forms.TimeField(
        label=_("Time promised"), required=False, widget=ClockInput, help_text=_("Empty: any time of that day.")
    )
    channel = forms.ChoiceField(label=_("How"), choices=Channel.choices, initial=Channel.PHONE)
    title = forms.CharField(label=_("What about"), max_length=80)
    deal = forms.ModelChoiceField(
        Deal.objects.none(), label=_("Deal"), required=False, empty_label=_("No particular deal")
    )

    def __init__(self, *args, customer, deal, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        choose_deal(self, customer, deal)

    def clean(self):
        data = super().clean()
        today, time = timezone.localdate(self.now), timezone.localtime(self.now).time()
        if data.get("on") and data["on"] < today:
            self.add_error("on", _("This day has passed."))
        elif data.get("on") == today and data.get("at") and data["at"] < time:
            self.add_error("at", _("This time has passed."))
        return data

    def appointment(self) -> NextAppointment:
        data = self.cleaned_data
        return NextAppointment(on=data["on"], at=data["at"], channel=data["channel"], title=data["title"].strip())
