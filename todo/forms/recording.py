from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from followups.models import ContentKind, Outcome, Pattern, WaitReason
from followups.models.contact import CONVERSATIONS
from followups.recording import NextAppointment, Result
from stores.channels import Channel
from stores.inputs import ClockInput, DayField

from .running import RunningFollowUps

OLDEST = timedelta(days=365)
FARTHEST = timedelta(days=3 * 366)
"""An appointment farther away is a slip of the finger."""
QUICK_DAYS = [
    ("", pgettext_lazy("next appointment", "None")),
    ("1", _("Tomorrow")),
    ("3", _("In 3 days")),
    ("7", _("In a week")),
    ("20", _("In 20 days")),
    ("30", _("In a month")),
    ("day", _("On a day…")),
]


class RecordForm(RunningFollowUps, forms.Form):
    """What happened, what was said, and what is next, in one form (REQUIREMENTS A4, B12, E1).

    The outcome is a button: pressing it saves. Everything else is optional at that moment.
    """

    outcome = forms.ChoiceField(label=_("Result"), choices=Outcome.choices)
    details = forms.CharField(
        label=_("Details"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    content_kind = forms.ModelChoiceField(ContentKind.objects.none(), label=_("Kind of content"), required=False)
    happened_at = forms.DateTimeField(
        label=_("When (now, if left empty)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    negotiated = forms.BooleanField(label=_("This was a negotiation"), required=False)
    wait_reason = forms.ModelChoiceField(WaitReason.objects.none(), label=_("Why the customer waits"), required=False)
    follow_reason = forms.BooleanField(
        label=_("Start the pattern proposed for the reason"), required=False, initial=True
    )
    next_in = forms.ChoiceField(
        label=_("Next appointment"), choices=QUICK_DAYS, required=False, widget=forms.RadioSelect
    )
    next_on = DayField(label=_("Day"), required=False)
    next_at = forms.TimeField(label=_("Time promised"), required=False, widget=ClockInput)
    next_channel = forms.ChoiceField(label=_("How"), choices=Channel.choices, required=False, initial=Channel.PHONE)
    next_title = forms.CharField(label=_("What about"), required=False, max_length=80)

    def __init__(self, *args, now, store, me, closable=(), content_kind=None, outcomes=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.now, self.store, self.me = now, store, me
        self.fields["content_kind"].queryset = ContentKind.objects.current()
        self.fields["content_kind"].initial = content_kind
        self.fields["wait_reason"].queryset = WaitReason.objects.current()
        self.fields["wait_reason"].empty_label = self.fields["content_kind"].empty_label = "—"
        self.offer(closable)
        if outcomes is not None:
            self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]

    def clean_happened_at(self):
        at = self.cleaned_data["happened_at"]
        if at and at > self.now + timedelta(minutes=5):
            raise forms.ValidationError(_("This is in the future."))
        if at and at < self.now - OLDEST:
            raise forms.ValidationError(_("This is more than a year ago."))
        return at

    def clean(self):
        data = super().clean()
        today = timezone.localdate(self.now)
        quick = data.get("next_in")
        if quick and quick != "day":
            data["next_on"] = self.store.calendar().next_open_or_itself(today + timedelta(days=int(quick)))
        day = data.get("next_on")
        if "next_on" in self.errors:
            return data
        if quick == "day" and not day:
            self.add_error("next_on", _("Please give the day."))
        if data.get("outcome") == Outcome.APPOINTMENT and not day:
            self.add_error("next_on", _("Please give the day of the appointment."))
        if data.get("next_at") and not day:
            self.add_error("next_on", _("Please give the day for this time."))
        if day and day < today:
            self.add_error("next_on", _("This day has passed."))
        if day and day - today > FARTHEST:
            self.add_error("next_on", _("This is more than three years away."))
        if day == today and data.get("next_at") and data["next_at"] < timezone.localtime(self.now).time():
            self.add_error("next_at", _("This time has passed."))
        return data

    def result(self) -> Result:
        """What the person stated, for `followups.recording`."""
        data = self.cleaned_data
        return Result(
            outcome=data["outcome"],
            details=data["details"].strip(),
            content_kind=data["content_kind"],
            negotiated=data["negotiated"],
            wait_reason=data["wait_reason"],
            happened_at=data["happened_at"],
            next=self._next(),
            pattern=self._proposed() if data["follow_reason"] else None,
            **(self.chosen() if data["outcome"] in CONVERSATIONS else {}),
        )

    def _next(self) -> NextAppointment | None:
        data = self.cleaned_data
        if not data["next_on"]:
            return None
        visit = data["outcome"] == Outcome.APPOINTMENT and not data["next_channel"]
        channel = data["next_channel"] or (Channel.VISIT if visit else Channel.PHONE)
        title = data["next_title"].strip()
        if not title:
            title = str(_("Appointment") if data["outcome"] == Outcome.APPOINTMENT else _("Promised contact"))
        return NextAppointment(on=data["next_on"], at=data["next_at"], channel=channel, title=title)

    def _proposed(self) -> Pattern | None:
        reason = self.cleaned_data["wait_reason"]
        if not reason or not reason.pattern_slug:
            return None
        return Pattern.objects.visible_to(self.me).usable_in(self.store).with_slug(reason.pattern_slug)


class AnswerForm(RecordForm):
    """How a reply was answered: a message goes the way the customer wrote, anything else is a call."""

    def channel(self, reply) -> str:
        if self.cleaned_data["outcome"] in {Outcome.SENT, Outcome.UNDELIVERED}:
            written = {Channel.EMAIL, Channel.SMS, Channel.LINE, Channel.LETTER}
            return reply.channel if reply.channel in written else Channel.EMAIL
        return Channel.VISIT if reply.channel == Channel.VISIT else Channel.PHONE


class NoAnswerForm(forms.Form):
    """Why a reply needs no answer."""

    reason = forms.CharField(label=_("Why no answer is needed"), max_length=200)


class CancelForm(forms.Form):
    """Why a task isn't needed any more."""

    reason = forms.CharField(label=_("Why it is not needed"), max_length=200)
